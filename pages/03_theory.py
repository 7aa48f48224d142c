"""The theory everybody learnt, where it ends, and what lies beyond (slides 8 to 12)."""

import numpy as np
import streamlit as st

from dkdemo.experiments.double_descent import DoubleDescent
from dkdemo.experiments.epochs import Epochs
from dkdemo.experiments.polynomials import Polynomials
from dkdemo.figures import theory as figures
from dkdemo.kernels import KERNELS, script
from dkdemo.web import controls, data, sweeps
from dkdemo.web.plot import Slider, plot
from dkdemo.web.run_panel import ask, explain, run_panel, script_for
from dkdemo.web.scenes import Stage, asks, show

GHOSTS = 10  # fits drawn beyond the threshold; the errors are over all of them
ERROR = r"\mathbb{E}\,(\hat f - f)^2 = (\mathbb{E} \hat f - f)^2 + \mathrm{Var}\,\hat f"
SMALLEST = r"\hat w = X^{+} y = \lim_{\lambda \to 0}\, (X^\top X + \lambda I)^{-1} X^\top y"
RANDOM_NET = (
    r"\textstyle f(x) = \sum_{k=1}^{N} a_k \max(0, w_k \cdot x) / \sqrt N, \quad w_k \sim \mathcal{N}, \quad "
    r"\hat a_\lambda = (\Phi^\top \Phi + \lambda I)^{-1} \Phi^\top y"
)
SAMPLE = ("dkdemo.regression:minimum_norm", "dkdemo.regression:legendre_features")


def under(stage: Stage, equation: str) -> Polynomials:
    """The equation, and beside it the seed of the samples."""
    formula, dice = st.columns([5, 1], vertical_alignment="center")
    with formula:
        stage.equation(equation)
    with dice:
        return Polynomials(seed=controls.seed())


def ucurve(stage: Stage) -> None:
    stage.title("ucurve_title")
    recipe = under(stage, ERROR)
    answer = ask(recipe)
    if answer is None:
        return
    inputs = sweeps.sizes(answer, slice(figures.SIMPLE), len(answer["x"]), "mean") | {"size": 2}
    plot(
        figures.ucurve(answer, KERNELS["polynomial_size"](**inputs), stage.words),
        key="theory.ucurve", alt=stage.words["ucurve_alt"], kernel="polynomial_size", inputs=inputs,
        sliders=[Slider("size", stage.words["size"], 1, figures.SIMPLE, 2, step=1, format="d")], download="ucurve",
    )  # fmt: skip
    stage.say("ucurve_story")
    stage.erratum(stage.words["ucurve_slide"], stage.words["ucurve_right"], "ucurve_erratum")
    stage.measured(answer)
    explain(stage, code=SAMPLE, script=script_for(recipe))


@asks("worse", "stays", "better")
def beyond(stage: Stage) -> None:
    recipe = under(stage, SMALLEST)
    answer = ask(recipe)
    if answer is None:
        return
    inputs = sweeps.sizes(answer, slice(None), GHOSTS, "median") | {"size": 20}
    size = Slider("size", stage.words["size"], 1, answer["degrees"][-1] + 1, 20, step=1, log=True, format="d")
    plot(
        figures.beyond(answer, KERNELS["polynomial_size"](**inputs), stage.words),
        key="theory.beyond", alt=stage.words["beyond_alt"], kernel="polynomial_size", inputs=inputs,
        sliders=[size], download="beyond",
    )  # fmt: skip
    stage.guessed()
    median, points = np.asarray(answer["median"]), answer["n"]["train"]
    stage.say("beyond_story", valley=median[:points].min(), peak=median[points - 1], again=median[points:].min())
    stage.measured(answer)
    explain(stage, code=SAMPLE, script=script_for(recipe))


def revolution(stage: Stage) -> None:
    stage.title("revolution_title")
    inputs = {"level": 0}
    picture, words = st.columns([3, 2])
    with picture:
        state = plot(
            figures.revolution(KERNELS["correspondence"](**inputs), stage.words),
            key="theory.revolution", alt=stage.words["revolution_alt"], kernel="correspondence", inputs=inputs,
            sliders=[Slider("level", stage.words["revolution_level"], 0, 40, 0, step=1, format="d")],
            download="correspondence",
        )  # fmt: skip
    with words:
        stage.equation(r"|\psi_n(x)|^2 \to \frac{1}{\pi \sqrt{1 - x^2}}, \quad n \to \infty")
        stage.say("revolution_story")
    stage.say("revolution_moral")
    stage.source("revolution_source")
    explain(stage, code=("dkdemo.kernels.theory:correspondence",), script=script("correspondence", state))


@asks("bad", "above", "below")
def demo(stage: Stage) -> None:
    stage.equation(RANDOM_NET)
    where, dice = st.columns([4, 1], vertical_alignment="bottom")
    with where:
        name = data.choose(("digits", "mnist"), own=False)
    with dice:
        recipe = DoubleDescent(data=name, seed=controls.seed())
    answer = ask(recipe)
    if answer is None:
        return
    inputs = sweeps.errors(answer)
    plot(
        figures.demo(answer, KERNELS["ridge_path"](**inputs), stage.words),
        key="theory.demo", alt=stage.words["demo_alt"], kernel="ridge_path", inputs=inputs,
        sliders=[sweeps.ridge_slider(stage.words["demo_ridge"])], download="double_descent",
    )  # fmt: skip
    stage.guessed()
    stage.say("demo_story")
    stage.measured(answer)
    stage.source("demo_source")
    code = ("dkdemo.random_nets:outputs_by_width", "dkdemo.regression:Spectrum", "dkdemo.regression:random_features")
    explain(stage, code=code, script=script_for(recipe))


def epochs(stage: Stage) -> None:
    stage.title("epochs_title")
    noise, dice = st.columns([4, 1], vertical_alignment="bottom")
    with noise:
        wrong = controls.choice(stage.words["epochs_noise"], {0.1: "10%", 0.2: "20%", 0.4: "40%"}, "noise", 0.2)
    with dice:
        recipe = Epochs(noise=wrong, seed=controls.seed())
    run_panel(
        stage,
        recipe,
        lambda view: figures.epochs(view, stage.words),
        key="epochs",
        alt=stage.words["epochs_alt"],
        equation=r"\min_w \tfrac{1}{n} \sum_i \lVert \tilde y_i - f_w(x_i) \rVert^2, \quad P(\tilde y_i \ne y_i) = p",
    )
    stage.say("epochs_story")
    stage.source("epochs_source")


show("theory", ucurve=ucurve, beyond=beyond, revolution=revolution, demo=demo, epochs=epochs)
