"""The theory everybody learnt, where it ends, and what lies beyond (slides 8 to 12)."""

import numpy as np
import streamlit as st

from dkdemo.experiments import DoubleDescent, Epochs
from dkdemo.figures import theory as figures
from dkdemo.kernels import script
from dkdemo.web import controls, data
from dkdemo.web.charts import interactive
from dkdemo.web.parts import sweeps
from dkdemo.web.plot import Slider
from dkdemo.web.run_panel import ask, explain, run_panel, script_for
from dkdemo.web.scenes import Stage, asks, show

RANDOM_NET = (
    r"\textstyle f(x) = \sum_{k=1}^{N} a_k \max(0, w_k \cdot x) / \sqrt N, \quad w_k \sim \mathcal{N}, \quad "
    r"\hat a_\lambda = (\Phi^\top \Phi + \lambda I)^{-1} \Phi^\top y"
)


def ucurve(stage: Stage) -> None:
    stage.title("ucurve_title")
    recipe = sweeps.sampled(stage, r"\mathbb{E}\,(\hat f - f)^2 = (\mathbb{E} \hat f - f)^2 + \mathrm{Var}\,\hat f")
    answer = ask(recipe)
    inputs = sweeps.sizes(answer, slice(figures.SIMPLE), len(answer["x"]), "mean")
    size = Slider("size", stage.words["size"], 1, figures.SIMPLE, 2, step=1, format="d")
    interactive(stage, "polynomial_size", lambda fit: figures.ucurve(answer, fit, stage.words), inputs, size)
    stage.say("ucurve_story")
    stage.erratum(stage.words["ucurve_slide"], stage.words["ucurve_right"], "ucurve_erratum")
    stage.measured(answer)
    explain(stage, code=sweeps.SAMPLED, script=script_for(recipe))


@asks("worse", "stays", "better")
def beyond(stage: Stage) -> None:
    recipe = sweeps.sampled(stage, r"\hat w = X^{+} y = \lim_{\lambda \to 0}\, (X^\top X + \lambda I)^{-1} X^\top y")
    answer = ask(recipe)
    inputs = sweeps.sizes(answer, slice(None), sweeps.GHOSTS, "median")
    size = Slider("size", stage.words["size"], 1, answer["degrees"][-1] + 1, 20, step=1, log=True, format="d")
    interactive(stage, "polynomial_size", lambda fit: figures.beyond(answer, fit, stage.words), inputs, size)
    stage.guessed()
    median, points = np.asarray(answer["median"]), answer["n"]["train"]
    stage.say("beyond_story", valley=median[:points].min(), peak=median[points - 1], again=median[points:].min())
    stage.measured(answer)
    explain(stage, code=sweeps.SAMPLED, script=script_for(recipe))


def revolution(stage: Stage) -> None:
    stage.title("revolution_title")
    level = Slider("level", stage.words["revolution_level"], 0, 40, 0, step=1, format="d")
    picture, words = st.columns([3, 2])
    with picture:
        state = interactive(
            stage, "correspondence", lambda at: figures.revolution(at, stage.words), {}, level,
            download="correspondence",
        )  # fmt: skip
    with words:
        stage.equation(r"\overline{|\psi_n(x)|^2} \to \frac{1}{\pi \sqrt{1 - x^2}}, \quad n \to \infty")
        stage.say("revolution_story")
    stage.say("revolution_moral")
    stage.source("revolution_source")
    explain(stage, code=("dkdemo.kernels.theory:correspondence",), script=script("correspondence", state))


@asks("bad", "above", "below")
def demo(stage: Stage) -> None:
    stage.equation(RANDOM_NET)
    recipe = DoubleDescent(**data.with_seed(own=False))
    answer = ask(recipe)
    interactive(
        stage, "ridge_path", lambda path: figures.demo(answer, path, stage.words),
        sweeps.errors(answer), sweeps.ridge_slider(stage.words["demo_ridge"]), download="double_descent",
    )  # fmt: skip
    stage.guessed()
    stage.say("demo_story")
    stage.measured(answer)
    stage.source("demo_source")
    code = ("dkdemo.random_nets:outputs_by_width", "dkdemo.regression:Spectrum", "dkdemo.regression:random_features")
    explain(stage, code=code, script=script_for(recipe))


def epochs(stage: Stage) -> None:
    stage.title("epochs_title")
    shares = {0.1: "10%", 0.2: "20%", 0.4: "40%"}
    setting = controls.row(
        [4, 1], noise=lambda: controls.choice(stage.words["epochs_noise"], shares, "noise", 0.2), seed=controls.seed
    )
    run_panel(
        stage, Epochs(**setting), lambda view: figures.epochs(view, stage.words),
        equation=r"\min_w \tfrac{1}{n} \sum_i \lVert \tilde y_i - f_w(x_i) \rVert^2, \quad P(\tilde y_i \ne y_i) = p",
    )  # fmt: skip
    stage.say("epochs_story")
    stage.source("epochs_source")


show("theory", ucurve=ucurve, beyond=beyond, revolution=revolution, demo=demo, epochs=epochs)
