"""Dual networks, and what it was all about: collapse, the wall, the first question again (slides 58 to 60)."""

import streamlit as st

from dkdemo.experiments import Collapse
from dkdemo.experiments.collapse import TARGETS
from dkdemo.figures import dual as figures
from dkdemo.kernels import script
from dkdemo.web import controls
from dkdemo.web.charts import chart, interactive
from dkdemo.web.methods import METHODS
from dkdemo.web.parts import closing
from dkdemo.web.plot import Slider
from dkdemo.web.run_panel import explain, run_panel
from dkdemo.web.scenes import Stage, asks, show

LOSS = r"\mathcal L = \tfrac12 \mathcal D(p_1, \mathrm{sg}(z_2)) + \tfrac12 \mathcal D(p_2, \mathrm{sg}(z_1))"


@asks("learns", "dead", "same")
def collapse(stage: Stage) -> None:
    stage.equation(LOSS + r", \qquad \mathcal D(p, z) = -\cos(p, z)")
    options = {name: stage.words[f"target_{name}"] for name in TARGETS}
    setting = controls.row(
        [5, 2, 1], target=lambda: controls.choice(stage.words["target"], options, "target", "moving"),
        predictor=lambda: controls.toggle(stage.words["predictor"], "predictor", True), seed=controls.seed,
    )  # fmt: skip
    run_panel(
        stage, Collapse(**setting), lambda view: figures.collapse(view, stage.words),
        code=("dkdemo.siamese:simsiam_loss", "dkdemo.siamese:output_spread", "dkdemo.experiments.collapse_pair:Pair"),
    )  # fmt: skip
    stage.guessed()
    stage.say("collapse_story")
    stage.source("collapse_source", **figures.PAPER)


def still(stage: Stage) -> None:
    stage.title("still_title")
    stage.equation(r"J = \tfrac12\,\mathbb E\,\big(p\,w(x+a) - \mathrm{sg}[\,w(x+b)\,]\big)^2")
    state = interactive(
        stage, "still_target", lambda at: figures.still_target(at, stage.words), {},
        Slider("noise", stage.words["still_noise"], 0, 1.5, 0.5),
        Slider("decay", stage.words["still_decay"], 0, 0.2, 0, step=0.005, format=".3f"),
    )  # fmt: skip
    stage.say("still_story")
    stage.source("still_source")
    explain(stage, code=("dkdemo.kernels.dual:still_target",), script=script("still_target", state))


def bridge(stage: Stage) -> None:
    stage.title("bridge_title")
    chart(stage, figures.history(stage.words), download="history")
    stage.say("bridge_answer")
    stage.say("bridge_story", **figures.PAPER)
    stage.source("bridge_source")


def wall(stage: Stage) -> None:
    stage.title("wall_title", methods=float(len(METHODS)))
    closing.wall(stage)
    stage.source("wall_hint")


def temperatures(stage: Stage) -> None:
    stage.title("temperatures_title")
    closing.temperatures(stage)
    stage.say("temperatures_story")
    stage.source("temperatures_source")


def question(stage: Stage) -> None:
    stage.title("question_title")
    if closing.asked_again(stage):
        stage.say("question_reveal")
        closing.theory(stage)
        stage.say("question_measured")
        closing.evidence(stage)
        stage.say("question_conclusion")


def errata(stage: Stage) -> None:
    slips = closing.slips()
    stage.title("errata_title", slides=float(len(slips)))
    closing.listed(stage, slips)
    stage.source("errata_source")


def thanks(stage: Stage) -> None:
    with st.container(key="dk-large"):
        stage.title("thanks_title")
        stage.say("thanks_story")
        closing.clubs(stage)
        closing.papers(stage)
        stage.say("thanks_end")


show(
    "dual", collapse=collapse, still=still, bridge=bridge, wall=wall, temperatures=temperatures, question=question,
    errata=errata, thanks=thanks,
)  # fmt: skip
