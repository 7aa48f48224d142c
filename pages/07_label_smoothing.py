"""Label smoothing: a little doubt for everyone, and what it does to the teacher's whisper (slides 24 to 28)."""

from dkdemo.experiments import SmoothTeacher
from dkdemo.experiments.smooth_teacher import STUDENTS
from dkdemo.figures import label_smoothing as figures
from dkdemo.web import controls, data
from dkdemo.web.charts import interactive
from dkdemo.web.parts import smoothed
from dkdemo.web.plot import Slider
from dkdemo.web.run_panel import explain, run_panel
from dkdemo.web.scenes import Stage, asks, show


@asks("yes", "no")
def formula(stage: Stage) -> None:
    stage.equation(r"y_k^{LS} = y_k\,(1-\alpha) + \frac{\alpha}{K}")
    state = interactive(
        stage, "smoothing", lambda at: figures.formula(at, stage.words), {}, smoothed.alpha(stage, 0.2),
        Slider("classes", stage.words["classes"], 2, figures.MOST_CLASSES, 4, step=1, format="d"),
        download="label_smoothing",
    )  # fmt: skip
    stage.guessed()
    stage.erratum("α = .8", "α = .2", "formula_erratum")
    stage.source("formula_source")
    script = smoothed.script(1, round(state["classes"]), state["alpha"], gap=True)
    explain(stage, code=("dkdemo.labels:smooth", "dkdemo.labels:optimal_gap"), script=script)


def five_or_nine(stage: Stage) -> None:
    stage.title("five_title")
    stage.equation(r"y_k^{LS} = y_k\,(1-\alpha) + \alpha / K, \qquad p_k = \sigma(v)_k")
    alpha = smoothed.doubtful_five(stage)
    if alpha is None:
        stage.say("five_missing")
        return
    stage.say("five_story")
    stage.erratum(stage.words["five_slide"], stage.words["five_right"], "five_erratum")
    explain(stage, code=("dkdemo.labels:smooth",), script=smoothed.script(smoothed.FIVE, 10, alpha))


def penultimate(stage: Stage) -> None:
    stage.title("penultimate_title")
    stage.equation(
        r"p = \sigma(W x), \quad P = Q^\top (x - w_a), \quad Q = \mathrm{qr}\big([\,w_b - w_a,\ w_c - w_a\,]\big)"
    )
    recipe = smoothed.setting(stage)
    names = [str(kind) for kind in recipe.classes]
    run_panel(
        stage, recipe, lambda view: figures.penultimate(view.result, names, recipe.alpha, stage.words),
        code=("dkdemo.evaluation:template_projection", "dkdemo.evaluation:scatter_ratio"),
    )  # fmt: skip
    stage.say("penultimate_story")
    stage.source("penultimate_source")


def calibration(stage: Stage) -> None:
    stage.title("calibration_title")
    stage.equation(r"\textstyle \mathrm{ECE} = \sum_{b=1}^{15} \frac{|B_b|}{n}\,|\text{acc}(B_b) - \text{conf}(B_b)|")
    recipe = smoothed.setting(stage)
    run_panel(
        stage, recipe, lambda view: figures.calibration(view.result, recipe.alpha, stage.words),
        code=("dkdemo.evaluation:reliability",),
    )  # fmt: skip
    stage.say("calibration_story")
    stage.source("calibration_source")


def teacher(stage: Stage) -> None:
    stage.title("teacher_title")
    stage.equation(r"\mathcal{L} = T^2\,\mathrm{KL}\big(\sigma(v/T)\,\|\,\sigma(z/T)\big), \qquad v = f_t(x)")
    setting = controls.row(
        [1.4, 2.6, 1], data=lambda: data.choose(data.DIGITS, own=False),
        hide=lambda: controls.choice(stage.words["hidden"], range(10), "hide", 3), seed=controls.seed,
    )  # fmt: skip
    recipe = SmoothTeacher(**setting)
    lessons = recipe.plan.teacher[0], recipe.plan.student[0]
    view = run_panel(
        stage, recipe, lambda view: figures.teacher(view.progress, view.result, lessons, stage.words),
        code=("dkdemo.distillation:soft_loss", "dkdemo.evaluation:choose_bias"),
    )  # fmt: skip
    if view.result:
        moments = {f"{who}_{when}": view.result[when][who] for when in ("before", "after") for who in STUDENTS}
        stage.say("teacher_numbers", **moments)
    stage.say("teacher_story")
    stage.erratum(stage.words["teacher_slide"], stage.words["teacher_right"], "teacher_erratum")


show(
    "label_smoothing",
    formula=formula, five_or_nine=five_or_nine, penultimate=penultimate, calibration=calibration, teacher=teacher,
)  # fmt: skip
