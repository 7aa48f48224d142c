"""Chapter 13, With others: live parts on metric losses, matrices as switches, and guessing the future."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import streamlit as st

from dkdemo.experiments import Predictive, Switches
from dkdemo.experiments.predictive import AHEAD, ASKED, DATA, EXAMPLES, SLIP
from dkdemo.experiments.switches import ROOM
from dkdemo.figures import coding, others
from dkdemo.figures import futures as draw
from dkdemo.information import counting_information
from dkdemo.kernels import script
from dkdemo.kernels.others import LOSSES
from dkdemo.web import controls
from dkdemo.web.charts import interactive
from dkdemo.web.plot import Drag, Slider
from dkdemo.web.run_panel import ask, run_panel
from dkdemo.web.scenes import Stage

POINTS = {"x": [-0.6, 1.6, -2.2, 0.4, 3.6], "y": [0.5, 1.2, 0.2, -1.2, -0.9]}  # anchor, positive, three negatives
LATEX = {
    "contrastive": r"\tfrac12 s D^2 + \tfrac12 (1-s)\,[m - D]_+^2",
    "triplet": r"\big[\lVert a-p \rVert^2 - \lVert a-n \rVert^2 + m\big]_+",
    "triplet_plain": r"\big[\lVert a-p \rVert - \lVert a-n \rVert + m\big]_+",
    "n_pair": r"\textstyle\log\big(1 + \sum_j \exp(a^\top n_j - a^\top p)\big)",
}
CODE = {  # that computes them
    "contrastive": "dkdemo.metric:contrastive_loss",
    "triplet": "dkdemo.metric:triplet_loss",
    "triplet_plain": "dkdemo.metric:triplet_loss",
    "n_pair": "dkdemo.metric:n_pair_loss",
}
CHOICES = (1, 4, 16, 64)


def forces(stage: Stage) -> tuple[str, str]:
    """One of four losses, its equation, and where it pushes each point. The loss, and the script of the forces."""
    options = {loss: stage.words[f"metric_{loss}"] for loss in LOSSES}
    pick, formula = st.columns([3, 2], vertical_alignment="bottom")
    with pick:
        loss = controls.choice(stage.words["metric_loss"], options, "loss", "triplet")
    with formula:
        stage.equation(LATEX[loss])
    margin = Slider("margin", stage.words["margin"], 0, 3, 1.0, step=0.05)
    moved = () if loss == "n_pair" else (margin,)  # the N-pair loss has none
    state = interactive(
        stage, "metric_forces", lambda at: others.metric(at, loss, stage.words),
        {**POINTS, "loss": loss, "margin": margin.value}, *moved,
        drag=Drag("points", ("x", "y"), trace=others.HANDLES),
    )  # fmt: skip
    return loss, script("metric_forces", state)


def switchboard(stage: Stage) -> Switches:
    """Which position each learnt matrix reads out of h, at any size of h."""
    setting = controls.row(
        [4, 1], length=lambda: controls.choice(stage.words["rnn_length"], (4, 8, 12), "length", 4), seed=controls.seed
    )
    recipe = Switches(**setting)
    answer = ask(recipe)
    inputs = {
        "tables": np.asarray(answer["tables"]).round(4).tolist(),
        "unread": np.asarray(answer["unread"]).mean(1).tolist(),
    }
    size = Slider("dimension", stage.words["switches_dimension"], 1, recipe.length + ROOM, 2, step=1, format="d")
    interactive(stage, "switch_board", lambda at: coding.switches(answer, at, stage.words), inputs, size)
    seeds = answer["seeds"]
    stage.source("switches_source", first=seeds[0], last=seeds[-1], device=answer["device"], **answer["n"])
    return recipe


def _data(stage: Stage) -> str:
    names = {name: stage.words[f"cpc_{name}"] for name in DATA}
    return controls.choice(stage.words["cpc_data"], names, "data", "digits")


def predictive(stage: Stage) -> dict[str, Any]:
    """CPC learns to tell the future from others; which data it was, and among how many."""
    options = {n: stage.words["cpc_nobody"] if n == 1 else str(n) for n in CHOICES}
    setting = controls.row(
        [3, 3, 1], data=lambda: _data(stage),
        choices=lambda: controls.choice(stage.words["cpc_choices"], options, "choices", 16), seed=controls.seed,
    )  # fmt: skip
    counted = setting["data"] == "digits"
    ceiling = [counting_information(k, slip=SLIP) for k in range(1, AHEAD + 1)] if counted else []
    cap = math.log(setting["choices"] if setting["choices"] > 1 else ASKED)
    run_panel(
        stage, Predictive(**setting), lambda view: coding.cpc(view, stage.words, ahead=AHEAD, cap=cap, ceiling=ceiling),
        code=("dkdemo.cpc:StackedCPC", "dkdemo.cpc:future_scores", "dkdemo.cpc:info_nce_of"),
    )  # fmt: skip
    return setting


def futures(stage: Stage) -> str:
    """Single questions put to the trained CPC; which data they are of."""
    examples = tuple(range(1, EXAMPLES + 1))
    setting = controls.row(
        [3, 3, 1], data=lambda: _data(stage),
        example=lambda: controls.choice(stage.words["futures_example"], examples, "example", 1), seed=controls.seed,
    )  # fmt: skip
    shown = setting.pop("example") - 1
    run_panel(
        stage, Predictive(**setting), lambda view: draw.futures(view.result, shown, stage.words),
        code=("dkdemo.cpc:future_scores",),
    )  # fmt: skip
    return setting["data"]
