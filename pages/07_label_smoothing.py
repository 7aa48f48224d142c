"""Label smoothing: a little doubt for everyone, and what it does to the teacher's whisper (slides 24 to 28)."""

import streamlit as st

from dkdemo.experiments.gallery import Gallery
from dkdemo.experiments.smooth_teacher import STUDENTS, SmoothTeacher
from dkdemo.experiments.smoothing import Smoothing
from dkdemo.figures import label_smoothing as figures
from dkdemo.kernels import KERNELS
from dkdemo.web import controls, data
from dkdemo.web.plot import Slider, plot
from dkdemo.web.run_panel import ask, explain, run_panel
from dkdemo.web.scenes import Stage, asks, show

ALPHAS = (0.05, 0.1, 0.2, 0.4)
FIVE, NINE = 5, 9  # the slide's digit, and what it looks like
SETS = ("digits", "mnist")


@asks("yes", "no")
def formula(stage: Stage) -> None:
    stage.equation(r"y_k^{LS} = y_k\,(1-\alpha) + \frac{\alpha}{K}")
    inputs = {"alpha": 0.2, "classes": 4.0}
    sliders = [
        Slider("alpha", stage.words["alpha"], 0.01, 0.99, 0.2),
        Slider("classes", stage.words["classes"], 2, figures.MOST_CLASSES, 4, step=1, format="d"),
    ]
    chart = figures.formula(KERNELS["smoothing"](**inputs), stage.words)
    state = plot(
        chart, key="smoothing.formula", alt=stage.words["formula_alt"],
        kernel="smoothing", inputs=inputs, sliders=sliders, download="label_smoothing",
    )  # fmt: skip
    stage.guessed()
    stage.erratum("α = .8", "α = .2", "formula_erratum")
    stage.source("formula_source")
    alpha, classes = state["alpha"], round(state["classes"])
    script = (
        "from dkdemo.labels import optimal_gap, smooth_labels\n\n"
        f"print(smooth_labels(1, {classes}, {alpha}))\nprint(optimal_gap({classes}, {alpha}))\n"
    )
    explain(stage, code=("dkdemo.labels:smooth", "dkdemo.labels:optimal_gap"), script=script)


def five_or_nine(stage: Stage) -> None:
    stage.title("five_title")
    stage.equation(r"y_k^{LS} = y_k\,(1-\alpha) + \alpha / K, \qquad p_k = \sigma(v)_k")
    where, which = st.columns(2, vertical_alignment="bottom")
    with where:
        name = data.choose(SETS, own=False)
    found = ask(Gallery(data=name, label=FIVE, other=NINE, count=4))
    doubtful = [place for place, doubt in enumerate(found["doubt"]) if doubt > 0.02]
    if not doubtful:
        stage.say("five_missing")
        return
    with which:
        spots = {spot: str(spot + 1) for spot in doubtful}
        place = controls.choice(stage.words["five_which"], spots, "image", doubtful[0])
    answer, image = found["probabilities"][place], found["images"][place]
    inputs = {"alpha": 0.1, "classes": len(answer), "truth": FIVE}
    chart = figures.five_or_nine(image, KERNELS["smoothing"](**inputs), answer, FIVE, stage.words)
    state = plot(
        chart, key="smoothing.five", alt=stage.words["five_alt"], kernel="smoothing", download="five_or_nine",
        inputs=inputs | {"second": NINE, "second_share": float(answer[NINE])},
        sliders=[Slider("alpha", stage.words["alpha"], 0.01, 0.99, 0.1)],
    )  # fmt: skip
    stage.measured(found)
    stage.say("five_story")
    stage.erratum(stage.words["five_slide"], stage.words["five_right"], "five_erratum")
    script = f"from dkdemo.labels import smooth_labels\n\nprint(smooth_labels({FIVE}, 10, {state['alpha']}))\n"
    explain(stage, code=("dkdemo.labels:smooth",), script=script)


def setting(stage: Stage) -> Smoothing:
    """The two live scenes of the penultimate layer show one run: same controls, same recipe."""
    where, how, dice = st.columns([2, 2, 1], vertical_alignment="bottom")
    with where:
        name = data.choose(SETS, own=False)
    with how:
        alpha = controls.choice(stage.words["alpha"], ALPHAS, "smoothed", 0.1)
    with dice:
        return Smoothing(data=name, alpha=alpha, seed=controls.seed())


def penultimate(stage: Stage) -> None:
    stage.title("penultimate_title")
    stage.equation(
        r"p = \sigma(W x), \quad P = Q^\top (x - w_a), \quad Q = \mathrm{qr}\big([\,w_b - w_a,\ w_c - w_a\,]\big)"
    )
    recipe = setting(stage)
    names = [str(kind) for kind in recipe.classes]
    run_panel(
        stage, recipe, lambda view: figures.penultimate(view.result, names, recipe.alpha, stage.words),
        key="penultimate", alt=stage.words["penultimate_alt"],
        code=("dkdemo.evaluation:template_projection", "dkdemo.evaluation:scatter_ratio"),
    )  # fmt: skip
    stage.say("penultimate_story")
    stage.source("penultimate_source")


def calibration(stage: Stage) -> None:
    stage.title("calibration_title")
    stage.equation(r"\textstyle \mathrm{ECE} = \sum_{b=1}^{15} \frac{|B_b|}{n}\,|\text{acc}(B_b) - \text{conf}(B_b)|")
    recipe = setting(stage)
    run_panel(
        stage, recipe, lambda view: figures.calibration(view.result, recipe.alpha, stage.words),
        key="calibration", alt=stage.words["calibration_alt"], code=("dkdemo.evaluation:reliability",),
    )  # fmt: skip
    stage.say("calibration_story")
    stage.source("calibration_source")


def teacher(stage: Stage) -> None:
    stage.title("teacher_title")
    stage.equation(r"\mathcal{L} = T^2\,\mathrm{KL}\big(\sigma(v/T)\,\|\,\sigma(z/T)\big), \qquad v = f_t(x)")
    where, which, dice = st.columns([1.4, 2.6, 1], vertical_alignment="bottom")
    with where:
        name = data.choose(SETS, own=False)
    with which:
        hide = controls.choice(stage.words["hidden"], range(10), "hide", 3)
    with dice:
        recipe = SmoothTeacher(data=name, hide=hide, seed=controls.seed())
    lessons = recipe.plan.teacher[0], recipe.plan.student[0]
    view = run_panel(
        stage, recipe, lambda view: figures.teacher(view.progress, view.result, lessons, stage.words),
        key="teacher", alt=stage.words["teacher_alt"],
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
