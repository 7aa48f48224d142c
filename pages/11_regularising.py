"""An over-parameterised net held back: what decay buys, what data buys, what a ridge removes (slides 42, 43)."""

from typing import Any

import streamlit as st

from dkdemo.experiments.double_descent import DoubleDescent
from dkdemo.experiments.more_data import MoreData
from dkdemo.experiments.overwide import Overwide
from dkdemo.experiments.what_buys import SIZES, WhatBuys
from dkdemo.figures import regularising as figures
from dkdemo.kernels import KERNELS
from dkdemo.web import controls, data, sweeps
from dkdemo.web.plot import plot
from dkdemo.web.run_panel import ask, explain, run_panel, script_for
from dkdemo.web.scenes import Stage, asks, show

SETS = ("digits", "mnist")
POINTS = (40, 100, 400)
STRENGTHS = (0.3, 1.0, 3.0)
SHRINK = r"w \leftarrow \mathrm{sign}(w)\,\max(|w| - \eta\lambda_1,\, 0) \;/\; (1 + \eta\lambda_2)"
FREEDOM = r"\textstyle \mathrm{df}(\lambda) = \sum_j \frac{d_j^2}{d_j^2 + \lambda} \le N"


def surface(stage: Stage) -> None:
    stage.title("surface_title")
    stage.equation(SHRINK)
    many, how, dice = st.columns([3, 3, 1.2], vertical_alignment="bottom")
    with many:
        points = controls.choice(stage.words["surface_points"], POINTS, "points", 100)
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


@asks("decay", "augment", "data")
def buys(stage: Stage) -> None:
    where, lies, dice = st.columns([2, 2, 1], vertical_alignment="bottom")
    with where:
        name = data.choose(SETS, own=False)
    with lies:
        noise = controls.choice(stage.words["buys_noise"], {0.0: "0%", 0.2: "20%"}, "noise", 0.0)
    with dice:
        recipe = WhatBuys(data=name, noise=noise, seed=controls.seed())
    run_panel(
        stage, recipe, lambda view: figures.buys(view, SIZES[recipe.data], stage.words), key="buys",
        alt=stage.words["buys_alt"], code=("dkdemo.regularisation:train_regularised",),
        equation=r"\min_w \tfrac{1}{n} \sum_i \mathrm{CE}(y_i, f_w(a(x_i))) + \tfrac{\lambda}{2} \lVert w \rVert^2",
    )  # fmt: skip
    stage.guessed()
    gains = {name: figures.PAPER[name] - figures.PAPER["plain"] for name in ("decay", "augment")}
    stage.say("buys_story", **gains)
    stage.source("buys_source")


def freedom(stage: Stage) -> None:
    stage.title("freedom_title")
    stage.equation(FREEDOM)
    recipe = DoubleDescent(**pictures(stage))
    answer = ask(recipe)
    inputs = sweeps.freedoms(answer)
    plot(
        figures.freedom(answer, KERNELS["freedom"](**inputs), stage.words),
        key="regularising.freedom", alt=stage.words["freedom_alt"], kernel="freedom", inputs=inputs,
        sliders=[sweeps.ridge_slider(stage.words["freedom_ridge"])], download="freedom",
    )  # fmt: skip
    stage.erratum(stage.words["freedom_slide"], stage.words["freedom_right"], "freedom_erratum")
    stage.say("freedom_story")
    stage.measured(answer)
    stage.source("freedom_source")
    code = ("dkdemo.regression:degrees_of_freedom", "dkdemo.regression:Spectrum", "dkdemo.random_nets:outputs_by_width")
    explain(stage, code=code, script=script_for(recipe))


@asks("better", "same", "worse")
def hurts(stage: Stage) -> None:
    stage.equation(r"\hat a_\lambda = (\Phi^\top \Phi + \lambda I)^{-1} \Phi^\top y, \quad \lambda \to 0")
    recipe = MoreData(**pictures(stage))
    answer = ask(recipe)
    plot(
        figures.hurts(answer, stage.words), key="regularising.hurts", alt=stage.words["hurts_alt"], download="more_data"
    )
    stage.guessed()
    stage.erratum(stage.words["hurts_slide"], stage.words["hurts_right"], "hurts_erratum")
    stage.say("hurts_story")
    stage.measured(answer)
    stage.source("hurts_source")
    explain(stage, code=("dkdemo.regression:ridge_weights",), script=script_for(recipe))


show("regularising", surface=surface, buys=buys, freedom=freedom, hurts=hurts)
