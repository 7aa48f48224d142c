"""MoCo: a long queue of old keys, written by an encoder that hardly moves (slides 55 to 57)."""

from dkdemo.experiments import Agreement, Momentum
from dkdemo.figures import moco as figures
from dkdemo.figures import moco_runs as runs
from dkdemo.figures import moco_tables as tables
from dkdemo.kernels import script
from dkdemo.web import controls
from dkdemo.web.charts import interactive
from dkdemo.web.parts import contrasted
from dkdemo.web.plot import Slider
from dkdemo.web.run_panel import explain, run_panel, script_for
from dkdemo.web.scenes import Stage, asks, show

RULE = r"\theta_k \leftarrow m\,\theta_k + (1 - m)\,\theta_q"
LOSS = r"\ell = -\log \frac{e^{q \cdot k_+/T}}{e^{q \cdot k_+/T} + \sum_{i=1}^{K} e^{q \cdot k_i/T}}"
FLAT_LOSS = r"\ell = -\log \sigma(q \cdot [k_+, k_1, \dots, k_K] / T)_+"  # the same in one line


def queue(stage: Stage) -> None:
    stage.title("queue_title")
    stage.equation(LOSS + r", \quad " + RULE)
    state = interactive(
        stage, "queue_belt", lambda at: figures.queue(at, contrasted.REACH, stage.words), {"path": contrasted.PATH},
        Slider("momentum", stage.words["momentum"], 0, 0.999, 0.99, step=0.001, format=".3f"),
        Slider("batches", stage.words["queue_length"], 1, 48, 16, step=1, format="d"),
    )  # fmt: skip
    stage.say("queue_story")
    stage.source("moco_source")
    explain(stage, code=("dkdemo.moco:KeyQueue", "dkdemo.moco:moco_loss"), script=script("queue_belt", state))


@asks("slow", "copy")
def swapped(stage: Stage) -> None:
    stage.equation(RULE.replace("m", r"\alpha"))  # the slide's letter
    alpha = Slider("alpha", stage.words["alpha"], 0.001, 0.999, 0.99, step=0.001, format=".3f")
    state = interactive(
        stage,
        "swapped",
        lambda at: figures.swapped(at, contrasted.REACH, stage.words),
        {"path": contrasted.PATH},
        alpha,
    )
    stage.erratum(stage.words["swapped_slide"], stage.words["swapped_right"], "swapped_erratum")
    stage.guessed()
    stage.say("swapped_story")
    stage.source("moco_source")
    explain(stage, code=("dkdemo.averaging:ema_update",), script=script("swapped", state))


def agreement(stage: Stage) -> None:
    stage.title("agreement_title")
    run_panel(
        stage, Agreement(**controls.row([1, 5], seed=controls.seed)), lambda view: runs.agreement(view, stage.words),
        code=("dkdemo.experiments.moco_material:train_moco", "dkdemo.moco:moco_loss"), equation=FLAT_LOSS,
    )  # fmt: skip
    stage.erratum(stage.words["agreement_slide"], stage.words["agreement_right"], "agreement_erratum")
    stage.erratum(stage.words["dark_slide"], stage.words["dark_right"], "dark_erratum")


@asks("0", "9", "999")
def momentum(stage: Stage) -> None:
    seen = {name: stage.words[f"momentum_see_{name}"] for name in runs.MEASURES}
    chosen = controls.row(
        [4, 1], see=lambda: controls.choice(stage.words["see"], seen, "see", "knn"), seed=controls.seed
    )
    run_panel(
        stage, Momentum(seed=chosen["seed"]), lambda view: runs.momentum(view, chosen["see"], stage.words),
        code=("dkdemo.experiments.moco_material:train_moco", "dkdemo.moco:KeyQueue", "dkdemo.moco:momentum_update"),
        equation=RULE,
    )  # fmt: skip
    stage.erratum(stage.words["larger_slide"], stage.words["larger_right"], "larger_erratum")
    stage.guessed()
    stage.say("momentum_story")
    stage.source("momentum_source", paper=", ".join(f"{m}: {score}" for m, score in tables.PAPER_MOMENTA.items()))


def shuffling(stage: Stage) -> None:
    stage.title("shuffling_title")
    stage.equation(r"\hat x = (x - \mu_g) / \sigma_g, \quad x \in g")
    recipe, answer = contrasted.shuffling(stage)
    stage.erratum(stage.words["shuffling_slide"], stage.words["shuffling_right"], "shuffling_erratum")
    stage.say("shuffling_story")
    stage.source("shuffling_source", **answer["n"], seeds=len(answer["seeds"]))
    code = ("dkdemo.shuffling:group_statistics", "dkdemo.shuffling:nearest_group")
    explain(stage, code=code, script=script_for(recipe))


def version2(stage: Stage) -> None:
    stage.title("v2_title")
    contrasted.version2(stage)
    stage.erratum(stage.words["v2_slide"], stage.words["v2_right"], "v2_erratum")
    stage.say("v2_story")
    stage.source("v2_source")


show(
    "moco", queue=queue, swapped=swapped, agreement=agreement, momentum=momentum, shuffling=shuffling,
    version2=version2,
)  # fmt: skip
