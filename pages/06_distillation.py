"""Distillation: a teacher's doubts handed to a student (slides 18 to 20, 23, 29 and 30)."""

from dataclasses import replace

import plotly.graph_objects as go
import streamlit as st

from dkdemo.experiments.everything import Everything
from dkdemo.experiments.gallery import Gallery
from dkdemo.experiments.overconfident import Overconfident
from dkdemo.experiments.photos import LARGE, Photos
from dkdemo.experiments.race import Race, setting
from dkdemo.experiments.unseen import Unseen
from dkdemo.figures import answers as answer_figures
from dkdemo.figures import distillation as figures
from dkdemo.figures import photos as photo_figures
from dkdemo.figures import race as race_figures
from dkdemo.figures import unseen as unseen_figures
from dkdemo.kernels import KERNELS, script
from dkdemo.web import controls, data, lessons, machine
from dkdemo.web.plot import Slider, plot
from dkdemo.web.run_panel import RunView, ask, explain, run_panel, script_for
from dkdemo.web.scenes import Stage, asks, show

BATCH = {  # a plain 5, and a 5 that looks like a 9: logits of 5, 9 and 1
    "teacher": [[6.0, 1.0, -3.0], [3.0, 2.4, -3.0]],
    "student": [[1.0, 0.5, 0.2], [0.3, 0.4, 0.1]],
    "labels": [0, 0],
}
TEACHER_LAYERS, TEACHERS, STUDENT_LAYERS = (64, 256, 256, 10), 4, (64, 32, 10)  # the race's default, on digits
RACERS = ("digits", "mnist", "fashion-mnist")
LOSSES = ("dkdemo.distillation:kd_loss", "dkdemo.distillation:soft_loss")
KD = (
    r"\mathcal{L} = w\,T^2\,\mathrm{KL}\big(\sigma(v/T)\,\|\,\sigma(z/T)\big)"
    r" + {(1-w)}\,\mathrm{CE}\big(y, \sigma(z)\big)"
)
SOFT = r"\mathcal{L} = T^2\,\mathrm{KL}\big(\sigma(v/T)\,\|\,\sigma(z/T)\big)"
BIAS = r"\hat y = \arg\max_k\,(z_k + b_k)"
SHARES = [0.29 / 0.3, 0.01 / 0.3]  # how answer A divides what the truth leaves


def batch(stage: Stage) -> None:
    words = stage.words
    stage.title("batch_title")
    stage.equation(KD)
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        rows = {"1": words["batch_doubtful"], "0": words["batch_clear"]}
        row = controls.choice(words["batch_row"], rows, "row", "1")
    with right:
        squared = controls.toggle(words["batch_squared"], "squared", True)
    inputs = {**BATCH, "squared": squared, "shown": int(row), "temperature": 4.0, "soft_weight": 0.9}
    sliders = [
        Slider("temperature", words["temperature"], 0.5, 20, 4, log=True),
        Slider("soft_weight", words["batch_weight"], 0, 1, 0.9),
    ]
    chart = figures.batch(KERNELS["kd_batch"](**inputs), ["5", "9", "1"], words, squared=squared)
    state = plot(
        chart, key="distillation.batch", alt=words["batch_alt"],
        kernel="kd_batch", inputs=inputs, sliders=sliders, download="kd_loss",
    )  # fmt: skip
    stage.say("batch_story")
    stage.source("batch_source")
    explain(
        stage, code=("dkdemo.distillation:kd_loss", "dkdemo.distillation:soft_loss"), script=script("kd_batch", state)
    )


@asks("all", "method", "first")
def larva(stage: Stage) -> None:
    stage.guessed()
    stage.say("larva_story")
    chart = figures.larva(TEACHER_LAYERS, TEACHERS, STUDENT_LAYERS, stage.words)
    plot(chart, key="distillation.larva", alt=stage.words["larva_alt"], download="larva")
    stage.source("larva_caption")


@asks("no", "little", "lot")
def race(stage: Stage) -> None:
    words = stage.words
    stage.equation(KD)
    recipe = Race(**data.with_seed(RACERS))
    best = f"soft_{setting(recipe.data).temperature:g}"
    run_panel(
        stage, recipe, lambda view: race_figures.race(view, words, best=best, floor=0.5),
        key="race", alt=words["race_alt"], code=LOSSES,
    )  # fmt: skip
    stage.guessed()
    stage.say("race_story")
    stage.say("race_paper")


def everything(stage: Stage) -> None:
    words = stage.words
    stage.title("everything_title")
    stage.equation(KD)
    recipe = Everything(**data.with_seed(RACERS))
    best = f"soft_{setting(recipe.data).temperature:g}"

    def draw(view: RunView) -> go.Figure:
        return race_figures.race(view, words, best=best, floor=0.8, telling="everything")

    run_panel(stage, recipe, draw, key="everything", alt=words["race_alt"], code=LOSSES)
    stage.say("everything_story")


@asks("same", "different")
def darkness(stage: Stage) -> None:
    words = stage.words
    stage.equation(r"\mathcal{L} = -\ln p_{\text{true}}, \qquad \frac{\partial \mathcal{L}}{\partial z_k} = p_k - y_k")
    inputs = {"right": 0.7, "share": 0.5, "reference": SHARES}
    sliders = [
        Slider("share", words["darkness_share"], 0, 1, 0.5),
        Slider("right", words["darkness_right"], 0.05, 0.99, 0.7),
    ]
    chart = figures.darkness(KERNELS["darkness"](**inputs), ["5", "9", "0"], words)
    state = plot(
        chart, key="distillation.darkness", alt=words["darkness_alt"],
        kernel="darkness", inputs=inputs, sliders=sliders, download="same_loss",
    )  # fmt: skip
    stage.guessed()
    stage.erratum(words["darkness_slide"], words["darkness_right_value"], "darkness_erratum")
    stage.say("darkness_story")
    explain(
        stage,
        code=("dkdemo.probability:cross_entropy", "dkdemo.kernels.distillation:darkness"),
        script=script("darkness", state),
    )


@asks("none", "few", "most")
def unseen(stage: Stage) -> None:
    words = stage.words
    stage.equation(SOFT + r", \qquad " + BIAS)
    recipe = Unseen(**lessons.hiding(stage))
    left, right = st.columns(2)
    with left:
        view = run_panel(
            stage, recipe, lambda view: unseen_figures.learning(view, words),
            key="unseen", alt=words["unseen_alt"], code=("dkdemo.distillation:shuffle_dark", *LOSSES),
        )  # fmt: skip
    stage.guessed()
    with right:
        if view.result is None:
            stage.say("unseen_story")
            return
        lessons.bias_chart(stage, view.result)
    stage.say("unseen_story")
    plot(unseen_figures.whispers(view.result, words), key="distillation.whispers", alt=words["unseen_whispers_alt"])
    stage.say("unseen_fixed")
    stage.say("unseen_paper")


def overconfident(stage: Stage) -> None:
    words = stage.words
    stage.title("overconfident_title")
    stage.equation(SOFT + r", \qquad v = f_t(x)")
    run_panel(
        stage, Overconfident(**lessons.hiding(stage)), lambda view: unseen_figures.overconfident(view, words),
        key="overconfident", alt=words["overconfident_alt"], code=LOSSES,
    )  # fmt: skip
    stage.say("overconfident_story")


@asks("none", "some", "many")
def photos(stage: Stage) -> None:
    words = stage.words
    stage.equation(KD)
    with st.columns([1, 4])[0]:
        seed = controls.seed()
    large = machine.larger("larger")
    recipe, top = replace(LARGE if large else Photos(), seed=seed), 1.0 if large else 0.85
    if data.here(recipe.data):
        view = run_panel(
            stage, recipe, lambda view: photo_figures.photos(view, words, top=top),
            key="photos", alt=words["photos_alt"],
            code=("dkdemo.photos:PhotoNet", "dkdemo.photos:learn", "dkdemo.experiments.photos:study", *LOSSES),
        )  # fmt: skip
        if view.result is not None:
            stage.say("photos_teacher", **view.result)
    else:
        explain(stage, code=("dkdemo.photos:PhotoNet", "dkdemo.photos:learn"), script=script_for(recipe))
    stage.guessed()
    stage.say("photos_story")
    stage.source("photos_source")


def gallery(stage: Stage) -> None:
    words = stage.words
    stage.title("gallery_title")
    stage.equation(r"\textstyle p_k = e^{v_k} / \sum_j e^{v_j}, \qquad k \ne y")
    where, true, like = st.columns([2, 2, 5], vertical_alignment="bottom")
    with where:
        name = data.choose(("digits", "mnist"), own=False)
    digits = {"-1": words["gallery_any"], **{str(digit): str(digit) for digit in range(10)}}
    with true:
        label = int(controls.choice(words["gallery_true"], digits, "label", "5"))
    with like:
        others = {token: shown for token, shown in digits.items() if token != str(label) or token == "-1"}
        other = int(controls.choice(words["gallery_like"], others, "other", "9" if label != 9 else "5"))
    recipe = Gallery(data=name, label=label, other=other, count=8)
    result = ask(recipe)
    if result is not None:
        chart = answer_figures.gallery(result, words)
        plot(chart, key="distillation.gallery", alt=words["gallery_alt"], download="gallery")
        stage.measured(result)
        stage.say("gallery_caption", accuracy=result["teacher"], n=result["n"]["test"])
    stage.say("gallery_story")
    explain(stage, code=("dkdemo.experiments.gallery:Gallery",), script=script_for(recipe))


def draw(stage: Stage) -> None:
    stage.title("draw_title")
    stage.equation(r"\textstyle \sigma(v/T), \quad \sigma(z/T), \qquad \sigma(a)_k = e^{a_k} / \sum_j e^{a_j}")
    question, said = lessons.drawing(stage)
    with said:
        if question is None:
            stage.say("draw_first")
            stage.say("draw_story")
        else:
            lessons.both_answers(stage, question)


show(
    "distillation", batch=batch, larva=larva, race=race, everything=everything, darkness=darkness, unseen=unseen,
    overconfident=overconfident, photos=photos, gallery=gallery, draw=draw,
)  # fmt: skip
