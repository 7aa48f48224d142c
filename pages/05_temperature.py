"""Temperature: why the main logit drowns the rest, and how T lets the rest be heard (slides 16, 17, 21, 22)."""

import numpy as np
import streamlit as st

from dkdemo import prompt
from dkdemo.figures import temperature as figures
from dkdemo.kernels import script
from dkdemo.probability import softmax
from dkdemo.web import language
from dkdemo.web.charts import interactive
from dkdemo.web.parts import answers
from dkdemo.web.plot import Drag, Slider
from dkdemo.web.run_panel import ask, explain, script_for
from dkdemo.web.scenes import Stage, asks, show

SLIDE_LOGITS = [1.4, 2.8, 0.9]
SLIDE_COLUMNS = (("a", 1.0), ("a * .5", 1 / 0.5), ("a * .3", 1 / 0.3))
SLIDE_SESSION = "a = np.array([1.4, 2.8, .9])\nsoftmax(a)\nsoftmax(a * .3)\nsoftmax(a * .5)"
DIGITS = ["5", "9", "3", "6", "8", "1"]
DIGIT_LOGITS = [0.0, 3.1, 1.6, 0.4, -0.5, -2.9]  # the first is set by the lead


def temperature_slider(stage: Stage) -> Slider:
    return Slider("temperature", stage.words["temperature"], 0.25, 20, 1.0, log=True)


def dominates(stage: Stage) -> None:
    stage.title("dominates_title")
    stage.equation(r"q_i = \frac{e^{z_i}}{\sum_j e^{z_j}}")
    lead = Slider("lead", stage.words["dominates_lead"], 0, 12, 6, step=0.1, format=".1f")
    state = interactive(
        stage, "dominates", lambda at: figures.dominates(at, DIGITS, stage.words), {"logits": DIGIT_LOGITS}, lead
    )
    stage.say("dominates_story")
    stage.erratum(stage.words["dominates_slide"], stage.words["dominates_right"], "dominates_erratum")
    explain(stage, code=("dkdemo.probability:softmax",), script=script("dominates", state))


@asks("99", "70", "40")
def slider(stage: Stage) -> None:
    stage.equation(r"q_i = \frac{\exp(z_i/T)}{\sum_j \exp(z_j/T)}")
    names = [stage.words[key] for key in ("class_cat", "class_dog", "class_car")]
    picture, pinned = st.columns([5, 3])
    with picture:
        state = interactive(
            stage, "softmax_bars", lambda at: figures.slider(at, names, stage.words),
            {"logits": SLIDE_LOGITS}, temperature_slider(stage),
            drag=Drag("bars", ("logits",), low=-figures.REACH, high=figures.REACH), download="softmax",
        )  # fmt: skip
    with pinned:
        stage.guessed(dog=float(softmax(SLIDE_LOGITS, 10.0)[1]))
        st.markdown(f"**{stage.words['slider_pinned']}**")
        st.code(columns(names), language=None)
        with st.expander(stage.words["slider_prompt"], icon=":material/terminal:"):
            label = stage.words["slider_prompt_label"]
            session = st.text_area(label, SLIDE_SESSION, max_chars=prompt.LONGEST, key="temperature.prompt")
            try:
                st.code("\n".join(f">>> {line}\n{echo}".rstrip() for line, echo in prompt.run(session)))
            except ValueError as error:
                st.code(str(error), language=None)
    stage.erratum(stage.words["slider_slide"], stage.words["slider_right"], "slider_erratum")
    stage.source("slider_source")
    explain(stage, code=("dkdemo.probability:softmax",), script=script("softmax_bars", state))


def columns(names: list[str]) -> str:
    """The slide's three columns, computed now, to the digits it prints."""
    shares = [softmax(SLIDE_LOGITS, temperature) for _, temperature in SLIDE_COLUMNS]
    rows = ["  ".join(f"{written:<10}" for written, _ in SLIDE_COLUMNS)]
    rows += ["  ".join(f"{'T = ' + format(temperature, '.3g'):<10}" for _, temperature in SLIDE_COLUMNS)]
    rows += ["  ".join(f"{q[index]:.8f}" for q in shares) + f"  {name}" for index, name in enumerate(names)]
    return "\n".join(rows)


def trained(stage: Stage) -> None:
    stage.title("trained_title")
    stage.equation(r"\textstyle q_i = e^{z_i/T} / \sum_j e^{z_j/T}")
    question, room = answers.about(stage)
    with room:
        if question is None:
            stage.say("trained_draw_first")
            return
        result = ask(question)
        image, names = np.asarray(result["image"]), language.classes(result["classes"])
        interactive(
            stage, "softmax_bars", lambda at: figures.trained(image, at, names, stage.words),
            {"logits": np.asarray(result["teacher_logits"]).tolist()}, temperature_slider(stage),
        )  # fmt: skip
        stage.measured(result)
        stage.source("trained_source", accuracy=result["teacher_accuracy"], **result["n"])
    stage.say("trained_story")
    explain(stage, code=("dkdemo.probability:softmax", "dkdemo.experiments.answer:Answer"), script=script_for(question))


show("temperature", dominates=dominates, slider=slider, trained=trained)
