"""With yourself: a teacher who is the mean of the student (slides 44 to 46)."""

import streamlit as st

from dkdemo.experiments.averaged import Averaged
from dkdemo.experiments.mean_teacher import MeanTeacher
from dkdemo.figures import mean_teacher as figures
from dkdemo.kernels import KERNELS, script
from dkdemo.kernels.mean_teacher import noisy_path
from dkdemo.web import controls
from dkdemo.web.plot import Drag, Slider, plot
from dkdemo.web.run_panel import explain, run_panel
from dkdemo.web.scenes import Stage, asks, show

MEAN = r"\theta'_t = \alpha\,\theta'_{t-1} + (1 - \alpha)\,\theta_t"
RATES = {0.1: 0.88, 0.5: 0.88, 1.0: 0.0}  # and where the axis of the accuracies they end at starts
CLASSES = ("5", "9", "3", "6")
STUDENT, TEACHER = (0.4, 2.0, -1.0, 0.1), (1.5, 1.2, -2.0, 0.0)


def agree(stage: Stage) -> None:
    stage.title("agree_title")
    stage.equation(r"J = \lVert \sigma(z) - \sigma(z') \rVert^2, \ w(t) = e^{-5\,(1 - t)^2}")
    inputs = {"student": list(STUDENT), "teacher": list(TEACHER), "progress": 1.0}
    state = plot(
        figures.agree(KERNELS["agree"](**inputs), CLASSES, stage.words),
        key="mean_teacher.agree", alt=stage.words["agree_alt"], kernel="agree", inputs=inputs,
        sliders=[Slider("progress", stage.words["agree_progress"], 0, 1, 1)],
        drag=Drag("bars", ("student",), low=-4, high=4), download="agree",
    )  # fmt: skip
    stage.say("agree_story")
    stage.erratum(stage.words["agree_slide"], stage.words["agree_right"], "agree_erratum")
    stage.source("agree_source")
    explain(
        stage, code=("dkdemo.consistency:consistency_loss", "dkdemo.consistency:ramp_up"), script=script("agree", state)
    )


def follow(stage: Stage) -> None:
    stage.title("follow_title")
    stage.equation(MEAN)
    inputs = {"path": noisy_path(), "decay": 0.97, "warm_up": 0}
    sliders = [
        Slider("decay", stage.words["decay"], 0.5, 0.999, 0.97, step=0.001, format=".3f"),
        Slider("warm_up", stage.words["warm_up"], 0, 300, 0, step=1, format="d"),
    ]
    state = plot(
        figures.follow(KERNELS["follow_path"](**inputs), stage.words),
        key="mean_teacher.follow", alt=stage.words["follow_alt"], kernel="follow_path", inputs=inputs, sliders=sliders,
        download="follow",
    )  # fmt: skip
    stage.say("follow_story")
    stage.source("mean_source")
    explain(
        stage, code=("dkdemo.averaging:ema_update", "dkdemo.averaging:warmed_up"), script=script("follow_path", state)
    )


@asks("better", "same", "worse")
def early(stage: Stage) -> None:
    stage.equation(r"\alpha_t = \min\left(1 - \frac{1}{t + 1},\ \alpha\right)")
    with st.columns([1, 5])[0]:
        seed = controls.seed()
    run_panel(
        stage, Averaged(seed=seed), lambda view: figures.early(view, stage.words),
        key="early", alt=stage.words["early_alt"], code=("dkdemo.averaging:warmed_up", "dkdemo.averaging:ema_update"),
    )  # fmt: skip
    stage.guessed()
    stage.say("early_story")
    stage.source("early_source")


def noisy(stage: Stage) -> None:
    stage.title("noisy_title")
    how, dice = st.columns([4, 1], vertical_alignment="bottom")
    with how:
        rate = controls.choice(stage.words["rate"], tuple(RATES), "rate", 0.5)
    with dice:
        seed = controls.seed()
    run_panel(
        stage, Averaged(learning_rate=rate, seed=seed), lambda view: figures.noisy(view, RATES[rate], stage.words),
        key="noisy", alt=stage.words["noisy_alt"], code=("dkdemo.averaging:ema_update",), equation=MEAN,
    )  # fmt: skip
    stage.say("noisy_story")


def few(stage: Stage) -> None:
    stage.title("few_title")
    how, dice = st.columns([4, 1], vertical_alignment="bottom")
    with how:
        per_class = controls.choice(stage.words["few_labels"], (1, 3, 10), "labels", 3)
    with dice:
        seed = controls.seed()
    run_panel(
        stage, MeanTeacher(per_class=per_class, seed=seed), lambda view: figures.few(view, stage.words),
        key="few", alt=stage.words["few_alt"],
        code=("dkdemo.consistency:consistency_loss", "dkdemo.averaging:ema_update"),
        equation=r"\mathcal{L} = \mathrm{CE}(y, \sigma(z)) + w(t)\,\lVert \sigma(z) - \sigma(z') \rVert^2",
    )  # fmt: skip
    stage.say("few_story")
    stage.source("few_source")


show("mean_teacher", agree=agree, follow=follow, early=early, noisy=noisy, few=few)
