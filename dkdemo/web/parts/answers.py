"""Chapters 5, Temperature, and 6, Distillation: what nets answer to a test picture and a drawing, and doubt most."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dkdemo.datastore import DIGITS_TEST
from dkdemo.experiments.answer import Answer, as_text
from dkdemo.experiments.gallery import Gallery
from dkdemo.figures import answers as figures
from dkdemo.kernels import script
from dkdemo.web import controls, data, language
from dkdemo.web.canvas import draw_digit
from dkdemo.web.charts import chart, interactive
from dkdemo.web.plot import Slider
from dkdemo.web.run_panel import ask, explain
from dkdemo.web.scenes import Stage, Unanswered

DOUBTFUL = 104  # a 5 of the digits that looks a little like a 9


def about(stage: Stage) -> tuple[Answer | None, DeltaGenerator]:
    """A question to the trained networks, on a test picture or a drawing, and where its answer goes.

    The question is None while nothing is drawn.
    """
    words = stage.words
    which, where, number = st.columns([2, 2, 2], vertical_alignment="bottom")
    with which:
        name = data.choose(data.DIGITS, own=False)
    with where:
        sources = {"test": words["trained_test"], "drawn": words["trained_drawn"]}
        source = controls.choice(words["trained_where"], sources, "source", "test")
    if source == "drawn":
        return drawn("temperature.canvas", {"data": name})
    with number:
        index = controls.integer(words["trained_number"], "picture", DOUBTFUL, 0, DIGITS_TEST - 1)
    return Answer(data=name, index=index), st.container()


def drawing(stage: Stage) -> None:
    """The same about a drawing, with the digit that the student was never shown, and both their answers."""
    words = stage.words
    which, what = st.columns([2, 3], vertical_alignment="bottom")
    with which:
        name = data.choose(data.DIGITS, own=False)
    with what:
        hidden = {"-1": words["draw_nothing"], **{str(digit): str(digit) for digit in range(10)}}
        without = int(controls.choice(words["draw_hidden"], hidden, "without", "-1"))
    question, said = drawn("distillation.canvas", {"data": name, "hidden": without})
    with said:
        if question is None:
            stage.say("draw_first")
            stage.say("draw_story")
        else:
            _both(stage, question)


def drawn(key: str, settings: Mapping[str, Any]) -> tuple[Answer | None, DeltaGenerator]:
    """A board on the left, room for the answer on the right."""
    board, said = st.columns([2, 5])
    with board:
        image = draw_digit(key)
    return (None if image is None else Answer(drawn=as_text(image), **settings)), said


def _both(stage: Stage, question: Answer) -> None:
    """Teacher and student on one drawing, with a temperature to slide."""
    result = ask(question)
    names = language.classes(result["classes"])
    logits = {role: np.asarray(result[f"{role}_logits"]).tolist() for role in ("teacher", "student")}
    state = interactive(
        stage, "two_answers", lambda at: figures.two_answers(at, names, stage.words), {**logits, "names": names},
        Slider("temperature", stage.words["temperature"], 0.5, 20, 4, log=True), download="drawn",
    )  # fmt: skip
    stage.measured(result)
    stage.source("draw_source", teacher=result["teacher_accuracy"], student=result["student_accuracy"])
    explain(stage, code=("dkdemo.experiments.answer:Answer",), script=script("two_answers", state))


def gallery(stage: Stage) -> Gallery:
    """Test pictures of one class that a teacher doubts most, or takes for another one."""
    words = stage.words
    where, true, like = st.columns([2, 2, 5], vertical_alignment="bottom")
    with where:
        name = data.choose(data.DIGITS, own=False)
    digits = {"-1": words["gallery_any"], **{str(digit): str(digit) for digit in range(10)}}
    with true:
        label = int(controls.choice(words["gallery_true"], digits, "label", "5"))
    with like:
        others = {token: shown for token, shown in digits.items() if token != str(label) or token == "-1"}
        other = int(controls.choice(words["gallery_like"], others, "other", "9" if label != 9 else "5"))
    recipe = Gallery(data=name, label=label, other=other, count=8)
    with suppress(Unanswered):  # its story can be told all the same
        result = ask(recipe)
        chart(stage, figures.gallery(result, words))
        stage.measured(result)
        stage.say("gallery_caption", accuracy=result["teacher"], n=result["n"]["test"])
    return recipe
