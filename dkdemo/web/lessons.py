"""Parts that several scenes of the distillation chapters share: whom to ask, what to hide, a bias to slide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dkdemo.experiments.answer import Answer, as_text
from dkdemo.figures import answers, unseen
from dkdemo.kernels import KERNELS, script
from dkdemo.web import controls, data
from dkdemo.web.canvas import draw_digit
from dkdemo.web.plot import Slider, plot
from dkdemo.web.run_panel import ask, explain
from dkdemo.web.scenes import Stage

DRAWABLE = ("digits", "mnist")  # what a drawn digit can be shown to
SEEN = (7, 8)  # all that is left in the paper's harder lesson
TEST_PICTURES = 719  # of the digits, the smaller of the two
DOUBTFUL = 104  # a 5 of the digits that looks a little like a 9


def hiding(stage: Stage) -> dict[str, Any]:
    """Which digit the student shall never see: settings of the scenes about it."""
    where, what, dice = st.columns([2, 3, 1], vertical_alignment="bottom")
    with where:
        name = data.choose(DRAWABLE, own=False)
    with what:
        options = {**{str(digit): str(digit) for digit in range(10)}, "most": stage.words["unseen_only"]}
        token = controls.choice(stage.words["hidden"], options, "hidden", "3")
    hidden = tuple(digit for digit in range(10) if digit not in SEEN) if token == "most" else (int(token),)
    with dice:
        return {"data": name, "hidden": hidden, "seed": controls.seed()}


def bias_chart(stage: Stage, result: Mapping[str, Any]) -> None:
    """The measured curves read at any bias; the one chosen on held-out data is marked."""
    words = stage.words
    inputs = {key: np.asarray(result[key]).tolist() for key in ("biases", "curve", "curve_all")} | {"bias": 0.0}
    low, high = inputs["biases"][0], inputs["biases"][-1]
    slider = Slider("bias", words["unseen_bias_slider"], low, high, 0, step=0.1, format=".1f")
    chart = unseen.bias(result, KERNELS["bias_slide"](**inputs), words)
    plot(
        chart, key="distillation.bias", alt=words["unseen_bias_alt"], kernel="bias_slide", inputs=inputs,
        sliders=[slider], download="bias",
    )  # fmt: skip


def about(stage: Stage) -> tuple[Answer | None, DeltaGenerator]:
    """A question to the trained networks, on a test picture or a drawing, and where its answer goes.

    The question is None while nothing is drawn.
    """
    words = stage.words
    which, where, number = st.columns([2, 2, 2], vertical_alignment="bottom")
    with which:
        name = data.choose(DRAWABLE, own=False)
    with where:
        sources = {"test": words["trained_test"], "drawn": words["trained_drawn"]}
        source = controls.choice(words["trained_where"], sources, "source", "test")
    if source == "drawn":
        return drawn("temperature.canvas", {"data": name})
    with number:
        index = controls.integer(words["trained_number"], "picture", DOUBTFUL, 0, TEST_PICTURES - 1)
    return Answer(data=name, index=index), st.container()


def drawing(stage: Stage) -> tuple[Answer | None, DeltaGenerator]:
    """The same about a drawing, with the digit that the student was never shown."""
    words = stage.words
    which, what = st.columns([2, 3], vertical_alignment="bottom")
    with which:
        name = data.choose(DRAWABLE, own=False)
    with what:
        hidden = {"-1": words["draw_nothing"], **{str(digit): str(digit) for digit in range(10)}}
        without = int(controls.choice(words["draw_hidden"], hidden, "without", "-1"))
    return drawn("distillation.canvas", {"data": name, "hidden": without})


def drawn(key: str, settings: Mapping[str, Any]) -> tuple[Answer | None, DeltaGenerator]:
    """A board on the left, room for the answer on the right."""
    board, said = st.columns([2, 5])
    with board:
        image = draw_digit(key)
    return (None if image is None else Answer(drawn=as_text(image), **settings)), said


def both_answers(stage: Stage, question: Answer) -> None:
    """Teacher and student on one drawing, with a temperature to slide."""
    words = stage.words
    result = ask(question)
    logits = {role: np.asarray(result[f"{role}_logits"]).tolist() for role in ("teacher", "student")}
    inputs = {**logits, "names": list(result["classes"]), "temperature": 4.0}
    slider = Slider("temperature", words["temperature"], 0.5, 20, 4, log=True)
    chart = answers.two_answers(KERNELS["two_answers"](**inputs), inputs["names"], words)
    state = plot(
        chart, key="distillation.draw", alt=words["draw_alt"], kernel="two_answers", inputs=inputs,
        sliders=[slider], download="drawn",
    )  # fmt: skip
    stage.measured(result)
    st.caption(stage.text("draw_source", teacher=result["teacher_accuracy"], student=result["student_accuracy"]))
    explain(stage, code=("dkdemo.experiments.answer:Answer",), script=script("two_answers", state))
