"""Parts that the scenes without labels share: one picture asked about, and a lesson with forty labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dkdemo.experiments.one_image import CROWD, OneImage
from dkdemo.experiments.recipe import Recipe
from dkdemo.figures import few_labels
from dkdemo.web import controls, data
from dkdemo.web.run_panel import ask, run_panel
from dkdemo.web.scenes import Stage

DIGITS = ("digits", "mnist")
GOOD_PICTURE = 655  # of the digits: a 9 whose easy looks disagree; the words say that it was chosen
# What each kernel takes from an answer, as a reader would write it.
ARGUMENTS = {
    "pseudo_label": "answer['weak_logits'][0], answer['strong_logits'][-1], answer['sure'], answer['right']",
    "guess_label": "answer['weak_logits'], answer['label'], answer['labelled'], answer['weak'][0]",
    "uda_pull": "answer['strong'], answer['clean_logits'], answer['strong_logits']",
    "augmix_js": "answer['picture'], answer['mixed'], answer['clean'], answer['answers'], answer['truth']",
}


def asked_script(recipe: Recipe, kernel: str, **moved: float) -> str:
    """A script that asks the net again and prints the numbers of ``kernel`` with the sliders at ``moved``."""
    kind = type(recipe)
    sliders = ", ".join(f"{name}={value!r}" for name, value in moved.items())
    return (
        "from pprint import pprint\n\n"
        f"from {kind.__module__} import {kind.__name__}\n"
        "from dkdemo.kernels import KERNELS\n\n"
        f"*_, done = {recipe!r}.run()\n"
        "answer = done.result\n"
        f"values = KERNELS[{kernel!r}]({ARGUMENTS[kernel]}, {sliders})\n"
        "pprint({name: value for name, value in values.items() if isinstance(value, int | float)})\n"
    )


def one_picture(stage: Stage) -> tuple[OneImage, dict[str, Any]]:
    """Which picture, which draw; and what the half-taught net says of it."""
    where, which, dice = st.columns([3, 1.2, 1], vertical_alignment="bottom")
    with where:
        name = data.choose(DIGITS, own=False)
    with which:
        picture = controls.integer(stage.words["picture"], "picture", GOOD_PICTURE, 0, CROWD - 1)
    with dice:
        seed = controls.seed("draw")
    recipe = OneImage(data=name, picture=picture, seed=seed)
    return recipe, ask(recipe)


def plain(answer: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """These parts of an answer as a kernel in JavaScript wants them."""
    return {name: np.asarray(answer[name]).tolist() for name in names}


def live(
    stage: Stage, recipe: Recipe, told: Sequence[tuple[str, str]], code: Sequence[str], equation: str = ""
) -> None:
    """One of the three lessons with forty labels, beside its two controls."""
    run_panel(
        stage, recipe, lambda view: few_labels.lesson(view, recipe.name, told, stage.words),
        key=recipe.name, alt=stage.words["live_alt"], code=code, equation=equation,
    )  # fmt: skip
    stage.say(f"{recipe.name}_live_story")
    stage.source(f"{recipe.name}_source")


def lesson_controls(stage: Stage) -> tuple[str, DeltaGenerator, int]:
    """Which pictures and which seed, and room for one more control."""
    where, more, dice = st.columns([2.4, 3, 1], vertical_alignment="bottom")
    with where:
        name = data.choose(DIGITS, own=False)
    with dice:
        return name, more, controls.seed()
