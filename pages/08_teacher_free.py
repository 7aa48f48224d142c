"""Teacher-free: can one say the small probabilities oneself, by a rule or by one's own earlier copy? (slides 31, 32)"""

import numpy as np
import streamlit as st

from dkdemo.datastore import DIGITS_TEST
from dkdemo.experiments.answer import Answer
from dkdemo.experiments.teacher_free import ALPHA, HEAT, OWN_HEAT, RIGHT, SETTINGS, WEIGHT, TeacherFree
from dkdemo.figures import teacher_free as figures
from dkdemo.kernels import script
from dkdemo.web import controls, data
from dkdemo.web.charts import chart, interactive
from dkdemo.web.plot import Slider
from dkdemo.web.run_panel import ask, explain, run_panel
from dkdemo.web.scenes import Stage, asks, show

VIRTUAL = r"p^d(c) = a, \quad p^d(k \ne c) = (1-a)/(K-1)"
LOSS = r"\mathcal{L} = (1-w)\,CE(y, p) + w\,T^2\,KL(\text{target}_T\,\|\,p_T)"
DOUBTFUL = 77  # an 8 that the network reads as one, though it might be a 1
NOISES = (0.0, 0.2, 0.4)


def right(stage: Stage) -> Slider:
    """What the virtual teacher gives the truth."""
    return Slider("right", stage.words["right"], 0.5, 0.999, 0.99, step=0.001, format=".3f")


def targets(stage: Stage) -> None:
    stage.title("targets_title")
    formula, which = st.columns([3.4, 1], vertical_alignment="bottom")
    with formula:
        stage.equation(VIRTUAL + r", \qquad p^d_T = \mathrm{softmax}(\ln p^d / T)")
    with which:
        index = controls.integer(stage.words["targets_which"], "index", DOUBTFUL, 0, DIGITS_TEST - 1)
    answer = ask(Answer(index=index))
    image, names = np.asarray(answer["image"]), list(answer["classes"])
    state = interactive(
        stage, "three_targets", lambda at: figures.targets(image, answer["label"], at, names, stage.words),
        {"logits": np.asarray(answer["teacher_logits"]).round(6).tolist(), "label": answer["label"]},
        right(stage),
        Slider("temperature", stage.words["temperature"], 1, 40, 4, step=0.1, log=True, format=".1f"),
        download="three_targets",
    )  # fmt: skip
    stage.measured(answer)
    stage.erratum(stage.words["targets_slide"], stage.words["targets_right"], "targets_erratum")
    stage.say("targets_story")
    stage.source("targets_source")
    code = ("dkdemo.labels:virtual_teacher", "dkdemo.labels:equivalent_alpha", "dkdemo.probability:sharpen")
    explain(stage, code=code, script=script("three_targets", state))


def released_code(stage: Stage) -> None:
    stage.title("code_title")
    stage.equation(
        rf"\text{{{stage.words['equation_paper']}}}\; \mathrm{{softmax}}(\ln p^d / T) \allowbreak\quad"
        rf"\text{{{stage.words['equation_code']}}}\; \mathrm{{softmax}}(p^d / T)"
    )
    state = interactive(
        stage, "released_code", lambda at: figures.released_code(at, stage.words), {},
        Slider("classes", stage.words["classes"], 2, 100, 100, step=1, format="d"),
        right(stage),
        Slider("temperature", stage.words["temperature"], 10, 40, 20, step=0.1, format=".1f"),
        alt=stage.words["code_alt"], download="equation_and_code",
    )  # fmt: skip
    stage.say("code_story")
    stage.source("code_source")
    code = ("dkdemo.labels:virtual_teacher", "dkdemo.kernels.teacher_free:released_code")
    explain(stage, code=code, script=script("released_code", state))


@asks("smooth", "virtual", "own", "nobody")
def race(stage: Stage) -> None:
    stage.equation(LOSS)
    noises = {share: f"{share:.0%}" for share in NOISES}
    setting = controls.row(
        [2, 2, 1], data=lambda: data.choose(tuple(SETTINGS), own=False),
        noise=lambda: controls.choice(stage.words["race_noise"], noises, "noise", 0.0), seed=controls.seed,
    )  # fmt: skip
    recipe = TeacherFree(**setting)
    run_panel(
        stage, recipe, lambda view: figures.race(view, stage.words, recipe.steps_ahead()),
        code=("dkdemo.distillation:virtual_teacher_loss", "dkdemo.distillation:kd_loss"),
    )  # fmt: skip
    stage.guessed()
    stage.say("race_story")
    stage.source("race_source", alpha=ALPHA, right=RIGHT, heat=HEAT, own=OWN_HEAT, weight=WEIGHT)


def table(stage: Stage) -> None:
    stage.title("table_title")
    chart(stage, figures.table(stage.words), download="tf_kd_paper")
    stage.source("table_source")
    stage.say("table_story")
    stage.erratum(stage.words["table_slide"], stage.words["table_right"], "table_erratum")


show("teacher_free", targets=targets, released_code=released_code, race=race, table=table)
