"""An over-parameterised net held back: what decay buys, what data buys, what a ridge removes (slides 42, 43)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from dkdemo.experiments.double_descent import EXPONENTS, DoubleDescent
from dkdemo.experiments.more_data import MoreData
from dkdemo.experiments.overwide import Overwide
from dkdemo.experiments.what_buys import SIZES, WhatBuys
from dkdemo.figures import regularising as figures
from dkdemo.kernels import KERNELS
from dkdemo.web import controls, data
from dkdemo.web.plot import Slider, plot
from dkdemo.web.run_panel import ask, explain, run_panel, script_for
from dkdemo.web.scenes import Stage, show

SETS = ("digits", "mnist")
POINTS = (20, 40, 100, 400)
STRENGTHS = (0.3, 1.0, 3.0)
NO_RIDGE = EXPONENTS[0] - 0.5  # the slider's left end
SHRINK = r"w \leftarrow \frac{\mathrm{sign}(w)\,\max(|w| - \eta\lambda_1, 0)}{1 + \eta\lambda_2}"
FREEDOM = r"\textstyle \mathrm{df}(\lambda) = \sum_j \frac{d_j^2}{d_j^2 + \lambda} \le N"


def surface(stage: Stage) -> None:
    stage.title("surface_title")
    stage.equation(SHRINK)
    many, how, dice = st.columns([3, 3, 1.2], vertical_alignment="bottom")
    with many:
        points = controls.choice(stage.words["surface_points"], POINTS, "points", 40)
    with how:
        strength = controls.choice(stage.words["surface_strength"], STRENGTHS, "strong", 1.0)
    with dice:
        recipe = Overwide(points=points, strength=strength, seed=controls.seed())
    run_panel(
        stage, recipe, lambda view: figures.surface(view, stage.words), key="surface", alt=stage.words["surface_alt"],
        code=("dkdemo.regularisation:shrink", "dkdemo.regularisation:train_regularised"),
    )  # fmt: skip
    stage.say("surface_story")


def pictures(stage: Stage) -> dict[str, Any]:
    """Which data, which seed, in one row."""
    where, dice = st.columns([4, 1], vertical_alignment="bottom")
    with where:
        name = data.choose(SETS, own=False)
    with dice:
        return {"data": name, "seed": controls.seed()}


def buys(stage: Stage) -> None:
    stage.title("buys_title")
    guess = stage.predict("buys_guess", ("buys_guess_decay", "buys_guess_augment", "buys_guess_data"))
    if guess is None:
        return
    recipe = WhatBuys(**pictures(stage))
    run_panel(
        stage, recipe, lambda view: figures.buys(view, SIZES[recipe.data], stage.words), key="buys",
        alt=stage.words["buys_alt"], code=("dkdemo.regularisation:train_regularised",),
    )  # fmt: skip
    if guess:
        stage.say("buys_guessed", guess=stage.words[guess])
    stage.say("buys_story")
    stage.source("buys_source")


def freedom(stage: Stage) -> None:
    stage.title("freedom_title")
    stage.equation(FREEDOM)
    recipe = DoubleDescent(**pictures(stage))
    answer = ask(recipe)
    if answer is None:
        return
    inputs = lookup(answer) | {"strength": NO_RIDGE}
    ridge = Slider("strength", stage.words["freedom_ridge"], NO_RIDGE, EXPONENTS[-1], NO_RIDGE, step=0.5, format=".1f")
    plot(
        figures.freedom(answer, KERNELS["freedom"](**inputs), stage.words),
        key="regularising.freedom", alt=stage.words["freedom_alt"], kernel="freedom", inputs=inputs, sliders=[ridge],
        download="freedom",
    )  # fmt: skip
    stage.erratum(stage.words["freedom_slide"], stage.words["freedom_right"], "freedom_erratum")
    stage.say("freedom_story")
    stage.measured(answer)
    stage.source("freedom_source")
    code = ("dkdemo.regression:degrees_of_freedom", "dkdemo.regression:Spectrum", "dkdemo.random_nets:outputs_by_width")
    explain(stage, code=code, script=script_for(recipe))


def lookup(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What the kernel needs of the measured errors."""
    return {
        "spectrum": list(answer["spectrum"]),
        "strengths": [NO_RIDGE, *EXPONENTS],
        "ridges": list(answer["ridges"]),
        "names": ["0", *(f"10^{exponent:g}" for exponent in EXPONENTS)],
        "means": np.asarray(answer["test"]).mean(-1).round(5).tolist(),
        "threshold": answer["widths"].index(answer["examples"]),
    }


def hurts(stage: Stage) -> None:
    stage.title("hurts_title")
    guess = stage.predict("hurts_guess", ("hurts_guess_better", "hurts_guess_same", "hurts_guess_worse"))
    if guess is None:
        return
    recipe = MoreData(**pictures(stage))
    answer = ask(recipe)
    if answer is None:
        return
    plot(
        figures.hurts(answer, stage.words), key="regularising.hurts", alt=stage.words["hurts_alt"], download="more_data"
    )
    if guess:
        stage.say("hurts_guessed", guess=stage.words[guess])
    stage.erratum(stage.words["hurts_slide"], stage.words["hurts_right"], "hurts_erratum")
    stage.say("hurts_story")
    stage.measured(answer)
    stage.source("hurts_source")
    explain(stage, code=("dkdemo.regression:ridge_weights",), script=script_for(recipe))


show("regularising", surface=surface, buys=buys, freedom=freedom, hurts=hurts)
