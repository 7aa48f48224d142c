"""MoCo: a long queue of old keys, written by an encoder that hardly moves (slides 55 to 57)."""

import streamlit as st

from dkdemo.experiments.agreement import Agreement
from dkdemo.experiments.momentum import Momentum
from dkdemo.experiments.shuffling import Shuffling
from dkdemo.figures import moco as figures
from dkdemo.figures import moco_runs as runs
from dkdemo.figures import moco_tables as tables
from dkdemo.kernels import KERNELS, script
from dkdemo.kernels.moco import walk
from dkdemo.web import controls
from dkdemo.web.plot import Slider, plot
from dkdemo.web.run_panel import ask, explain, run_panel, script_for
from dkdemo.web.scenes import Stage, asks, show

RULE = r"\theta_k \leftarrow m\,\theta_k + (1 - m)\,\theta_q"
LOSS = r"\ell = -\log \frac{e^{q \cdot k_+/T}}{e^{q \cdot k_+/T} + \sum_{i=1}^{K} e^{q \cdot k_i/T}}"
FLAT_LOSS = r"\ell = -\log \sigma(q \cdot [k_+, k_1, \dots, k_K] / T)_+"  # the same in one line
GROUPS = (2, 4, 8, 16)
PATH = walk()
REACH = (min(PATH), max(PATH))


def queue(stage: Stage) -> None:
    stage.title("queue_title")
    stage.equation(LOSS + r", \quad " + RULE)
    inputs = {"path": PATH, "momentum": 0.99, "batches": 16}
    sliders = [
        Slider("momentum", stage.words["momentum"], 0, 0.999, 0.99, step=0.001, format=".3f"),
        Slider("batches", stage.words["queue_length"], 1, 48, 16, step=1, format="d"),
    ]
    state = plot(
        figures.queue(KERNELS["queue_belt"](**inputs), REACH, stage.words),
        key="moco.queue", alt=stage.words["queue_alt"], kernel="queue_belt", inputs=inputs, sliders=sliders,
        download="queue",
    )  # fmt: skip
    stage.say("queue_story")
    stage.source("moco_source")
    explain(stage, code=("dkdemo.moco:KeyQueue", "dkdemo.moco:moco_loss"), script=script("queue_belt", state))


@asks("slow", "copy")
def swapped(stage: Stage) -> None:
    stage.equation(RULE.replace("m", r"\alpha"))  # the slide's letter
    inputs = {"path": PATH, "alpha": 0.99}
    state = plot(
        figures.swapped(KERNELS["swapped"](**inputs), REACH, stage.words),
        key="moco.swapped", alt=stage.words["swapped_alt"], kernel="swapped", inputs=inputs,
        sliders=[Slider("alpha", stage.words["alpha"], 0.001, 0.999, 0.99, step=0.001, format=".3f")],
        download="swapped",
    )  # fmt: skip
    stage.erratum(stage.words["swapped_slide"], stage.words["swapped_right"], "swapped_erratum")
    stage.guessed()
    stage.say("swapped_story")
    stage.source("moco_source")
    explain(stage, code=("dkdemo.averaging:ema_update",), script=script("swapped", state))


def agreement(stage: Stage) -> None:
    stage.title("agreement_title")
    with st.columns([1, 5])[0]:
        seed = controls.seed()
    run_panel(
        stage, Agreement(seed=seed), lambda view: runs.agreement(view, stage.words),
        key="agreement", alt=stage.words["agreement_alt"],
        code=("dkdemo.experiments.moco_material:contrast", "dkdemo.moco:moco_loss"), equation=FLAT_LOSS,
    )  # fmt: skip
    stage.erratum(stage.words["agreement_slide"], stage.words["agreement_right"], "agreement_erratum")
    stage.erratum(stage.words["dark_slide"], stage.words["dark_right"], "dark_erratum")


@asks("0", "9", "999")
def momentum(stage: Stage) -> None:
    what, dice = st.columns([4, 1], vertical_alignment="bottom")
    with what:
        seen = {name: stage.words[f"momentum_see_{name}"] for name in runs.MEASURES}
        measure = controls.choice(stage.words["see"], seen, "see", "knn")
    with dice:
        seed = controls.seed()
    run_panel(
        stage, Momentum(seed=seed), lambda view: runs.momentum(view, measure, stage.words),
        key="momentum", alt=stage.words["momentum_alt"],
        code=("dkdemo.experiments.moco_material:contrast", "dkdemo.moco:KeyQueue", "dkdemo.moco:follow"),
        equation=RULE,
    )  # fmt: skip
    stage.erratum(stage.words["larger_slide"], stage.words["larger_right"], "larger_erratum")
    stage.guessed()
    stage.say("momentum_story")
    paper = ", ".join(f"{m}: {score}" for m, score in tables.PAPER_MOMENTA.items())
    stage.source("momentum_source", paper=paper)


def shuffling(stage: Stage) -> None:
    stage.title("shuffling_title")
    stage.equation(r"\hat x = (x - \mu_g) / \sigma_g, \quad x \in g")
    how, many, dice = st.columns([3, 3, 1], vertical_alignment="bottom")
    with how:
        orders = {name: stage.words[f"shuffling_bar_{name}"] for name in ("plain", "shuffled")}
        order = controls.choice(stage.words["shuffling_order"], orders, "order", "plain")
    with many:
        groups = controls.choice(stage.words["shuffling_groups"], GROUPS, "groups", 8)
    with dice:
        seed = controls.seed()
    recipe = Shuffling(groups=groups, seed=seed)
    answer = ask(recipe)
    plot(runs.shuffling(answer, order, stage.words), key="moco.shuffling", alt=stage.words["shuffling_alt"])
    stage.measured(answer)
    stage.erratum(stage.words["shuffling_slide"], stage.words["shuffling_right"], "shuffling_erratum")
    stage.say("shuffling_story")
    stage.source("shuffling_source", **answer["n"], seeds=len(answer["seeds"]))
    explain(
        stage, code=("dkdemo.shuffling:group_statistics", "dkdemo.shuffling:nearest_group"), script=script_for(recipe)
    )


def version2(stage: Stage) -> None:
    stage.title("v2_title")
    with st.container(horizontal=True):
        on = tuple(
            part for part in tables.PARTS if controls.toggle(stage.words[f"v2_{part}"], part, part in ("mlp", "aug"))
        )
    heat = controls.choice(stage.words["temperature"], tables.PAPER_TEMPERATURES, "heat", 0.2)
    plot(tables.version2(on, heat, stage.words), key="moco.v2", alt=stage.words["v2_alt"])
    stage.erratum(stage.words["v2_slide"], stage.words["v2_right"], "v2_erratum")
    stage.say("v2_story")
    stage.source("v2_source")


show(
    "moco",
    queue=queue, swapped=swapped, agreement=agreement, momentum=momentum, shuffling=shuffling, version2=version2,
)  # fmt: skip
