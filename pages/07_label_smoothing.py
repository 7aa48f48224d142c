"""Label smoothing: a little doubt for everyone, and what it does to the teacher's whisper (slides 24 to 28)."""

import streamlit as st

from dkdemo.experiments.smooth_teacher import STUDENTS, SmoothTeacher
from dkdemo.experiments.smoothing import Smoothing
from dkdemo.figures import label_smoothing as figures
from dkdemo.kernels import KERNELS
from dkdemo.web import controls, data
from dkdemo.web.plot import Slider, plot
from dkdemo.web.run_panel import explain, run_panel
from dkdemo.web.scenes import Stage, show

ALPHAS = (0.05, 0.1, 0.2, 0.4)
SETS = ("digits", "mnist")


def formula(stage: Stage) -> None:
    stage.title("formula_title")
    guess = stage.predict("formula_guess", ("formula_guess_yes", "formula_guess_no"))
    if guess is None:
        return
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
    stage.equation(r"P = Q^\top (x - w_a), \qquad Q = \mathrm{qr}\big([\,w_b - w_a,\ w_c - w_a\,]\big)")
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
    stage.equation(r"\mathrm{ECE} = \sum_{b=1}^{15} \frac{|B_b|}{n}\,\big|\mathrm{acc}(B_b) - \mathrm{conf}(B_b)\big|")
    recipe = setting(stage)
    run_panel(
        stage, recipe, lambda view: figures.calibration(view.result, recipe.alpha, stage.words),
        key="calibration", alt=stage.words["calibration_alt"], code=("dkdemo.evaluation:reliability",),
    )  # fmt: skip
    stage.say("calibration_story")
    stage.source("calibration_source")


def teacher(stage: Stage) -> None:
    stage.title("teacher_title")
    where, which, dice = st.columns([2, 2, 1], vertical_alignment="bottom")
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
