"""With yourself: a teacher who is the mean of the student (slides 44 to 46)."""

from dkdemo.experiments import Averaged, MeanTeacher
from dkdemo.figures import mean_teacher as figures
from dkdemo.kernels import script
from dkdemo.kernels.mean_teacher import noisy_path
from dkdemo.web import controls
from dkdemo.web.charts import interactive
from dkdemo.web.plot import Drag, Slider
from dkdemo.web.run_panel import explain, run_panel
from dkdemo.web.scenes import Stage, asks, show

MEAN = r"\theta'_t = \alpha\,\theta'_{t-1} + (1 - \alpha)\,\theta_t"
RATES = {0.1: 0.88, 0.5: 0.88, 1.0: 0.0}  # and where the axis of the accuracies they end at starts
CLASSES = ("5", "9", "3", "6")
STUDENT, TEACHER = [0.4, 2.0, -1.0, 0.1], [1.5, 1.2, -2.0, 0.0]


def agree(stage: Stage) -> None:
    stage.title("agree_title")
    stage.equation(r"J = \lVert \sigma(z) - \sigma(z') \rVert^2, \ w(t) = e^{-5\,(1 - t)^2}")
    state = interactive(
        stage, "agree", lambda at: figures.agree(at, CLASSES, stage.words), {"student": STUDENT, "teacher": TEACHER},
        Slider("progress", stage.words["agree_progress"], 0, 1, 1), drag=Drag("bars", ("student",), low=-4, high=4),
    )  # fmt: skip
    stage.say("agree_story")
    stage.erratum(stage.words["agree_slide"], stage.words["agree_right"], "agree_erratum")
    stage.source("agree_source")
    code = ("dkdemo.consistency:consistency_loss", "dkdemo.schedules:ramp_up")
    explain(stage, code=code, script=script("agree", state))


def follow(stage: Stage) -> None:
    stage.title("follow_title")
    stage.equation(MEAN)
    units = [stage.words["step_one"], stage.words["step_many"]]
    state = interactive(
        stage, "follow_path", lambda at: figures.follow(at, stage.words), {"path": noisy_path(), "units": units},
        Slider("decay", stage.words["decay"], 0.5, 0.999, 0.97, step=0.001, format=".3f"),
        Slider("warm_up", stage.words["warm_up"], 0, 300, 0, step=1, format="d"),
    )  # fmt: skip
    stage.say("follow_story")
    stage.source("mean_source")
    code = ("dkdemo.averaging:ema_update", "dkdemo.schedules:warmup_decay")
    explain(stage, code=code, script=script("follow_path", state))


@asks("better", "same", "worse")
def early(stage: Stage) -> None:
    stage.equation(r"\alpha_t = \min\left(1 - \frac{1}{t + 1},\ \alpha\right)")
    run_panel(
        stage, Averaged(**controls.row([1, 5], seed=controls.seed)), lambda view: figures.early(view, stage.words),
        code=("dkdemo.schedules:warmup_decay", "dkdemo.averaging:ema_update"),
    )  # fmt: skip
    stage.guessed()
    stage.say("early_story")
    stage.source("early_source")


def noisy(stage: Stage) -> None:
    stage.title("noisy_title")
    setting = controls.row(
        [4, 1], learning_rate=lambda: controls.choice(stage.words["rate"], tuple(RATES), "rate", 0.5),
        seed=controls.seed,
    )  # fmt: skip
    floor = RATES[setting["learning_rate"]]
    run_panel(
        stage, Averaged(**setting), lambda view: figures.noisy(view, floor, stage.words),
        code=("dkdemo.averaging:ema_update",), equation=MEAN,
    )  # fmt: skip
    stage.say("noisy_story")


def few(stage: Stage) -> None:
    stage.title("few_title")
    setting = controls.row(
        [4, 1], per_class=lambda: controls.choice(stage.words["few_labels"], (1, 3, 10), "labels", 3),
        seed=controls.seed,
    )  # fmt: skip
    run_panel(
        stage, MeanTeacher(**setting), lambda view: figures.few(view, stage.words),
        code=("dkdemo.consistency:consistency_loss", "dkdemo.averaging:ema_update"),
        equation=r"\mathcal{L} = \mathrm{CE}(y, \sigma(z)) + w(t)\,\lVert \sigma(z) - \sigma(z') \rVert^2",
    )  # fmt: skip
    stage.say("few_story")
    stage.source("few_source")


show("mean_teacher", agree=agree, follow=follow, early=early, noisy=noisy, few=few)
