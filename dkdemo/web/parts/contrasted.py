"""Chapters 14, SimCLR, and 15, MoCo: live parts on what their networks see, choose, and could cheat with."""

from __future__ import annotations

import base64
import math
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from dkdemo.experiments import Figure5, Shuffling, Views
from dkdemo.experiments.figure5 import LARGE
from dkdemo.experiments.simclr_material import DATA
from dkdemo.experiments.views import EYES, SIDE
from dkdemo.figures import moco_runs, moco_tables, simclr
from dkdemo.kernels.moco import walk
from dkdemo.web import controls, data, machine, pictures
from dkdemo.web.charts import chart, interactive
from dkdemo.web.plot import Drag, Slider
from dkdemo.web.run_panel import ask, run_panel
from dkdemo.web.scenes import Stage

LOOKS = {"none": (1.0, 0.0), "crop": (0.5, 0.0), "color": (1.0, 1.0), "both": (0.5, 1.0)}
GOOD_DRAW = 26  # the trained net finds all ten partners; the words say that it was chosen
ANGLES = (0.35, 1.3, 2.2, 3.3, 4.1, 5.4, 0.95, 2.75, 2.0, 4.7, 3.6, 6.1)  # six pairs, some torn apart
CIRCLE_SCRIPT = """import torch

from dkdemo.contrastive import nt_xent

points = torch.tensor([{x}, {y}]).T.requires_grad_()
loss = nt_xent(points[:6], points[6:], temperature={temperature})
loss.backward()
print(loss.item())
print(-points.grad)
"""
GROUPS = (2, 4, 8, 16)
PATH = walk()  # one weight of the query encoder, as MoCo's belt and its two rules show it
REACH = (min(PATH), max(PATH))


def _temperature(stage: Stage, value: float) -> Slider:
    return Slider("temperature", stage.words["temperature"], 0.05, 5, value, log=True)


def partners(stage: Stage) -> Views:
    """Two looks of each of five pictures, and which of the others an eye takes for the partner."""
    how, who, seeded, mine = st.columns([3, 3, 1, 1.2], vertical_alignment="bottom")
    with how:
        options = {name: stage.words[f"looks_{name}"] for name in LOOKS}
        crop, color = LOOKS[controls.choice(stage.words["looks"], options, "view", "both")]
    with who:
        eye = controls.choice(stage.words["eye"], {name: stage.words[f"eye_{name}"] for name in EYES}, "eye", "trained")
    with seeded:
        seed = controls.seed("draw", default=GOOD_DRAW)
    with mine, st.popover(stage.words["own"], icon=":material/add_a_photo:"):
        own = pictures.own(SIDE, "simclr.own")
    mark = base64.b64encode(own[0].tobytes()).decode() if own else ""
    recipe = Views(crop=crop, color=color, eye=eye, own=mark, seed=seed)
    answer = ask(recipe)
    interactive(
        stage, "similarity", lambda at: simclr.views(answer, at, stage.words),
        {"cosine": np.asarray(answer["cosine"]).round(6).tolist()}, _temperature(stage, 0.2),
    )  # fmt: skip
    stage.measured(answer)
    return recipe


def circle(stage: Stage) -> str:
    """Six pairs on a circle, to be dragged, and where the loss pushes each; the script of the forces."""
    inputs = {
        "x": [round(math.cos(angle), 2) for angle in ANGLES],
        "y": [round(math.sin(angle), 2) for angle in ANGLES],
    }
    state = interactive(
        stage, "circle_forces", lambda at: simclr.circle(at, stage.words), inputs, _temperature(stage, 0.5),
        drag=Drag("points", ("x", "y"), low=-1.2, high=1.2),
    )  # fmt: skip
    return CIRCLE_SCRIPT.format(**state)


def figure5(stage: Stage) -> str:
    """What is learnt without one augmentation, by loss or by probe; the name of the story that fits the run."""
    where, how, what, seeded = st.columns([3, 3, 2, 1])
    with where:
        name = data.choose(DATA, default="shapes", own=False)
    with how:
        kind = "looks_digits" if name == "mnist" else "looks"
        options = {looks: stage.words[f"{kind}_{looks}"] for looks in ("crop", "color", "both")}
        looks = controls.choice(stage.words["looks"], options, "looks", "crop")
    with what:
        seen = {measure: stage.words[f"measure_{measure}"] for measure in simclr.MEASURES}
        measure = controls.choice(stage.words["measure"], seen, "see", "loss")
    with seeded:
        seed = controls.seed()
    large = name == "cifar10" and machine.larger("larger")
    recipe = LARGE if large else Figure5(data=name)
    run_panel(
        stage, replace(recipe, looks=looks, seed=seed),
        lambda view: simclr.figure5(view, measure, stage.words),
        code=("dkdemo.pretraining:pretrain", "dkdemo.contrastive:nt_xent", "dkdemo.evaluation:linear_probe"),
    )  # fmt: skip
    return "large" if large else name


def shuffling(stage: Stage) -> tuple[Shuffling, dict[str, Any]]:
    """How often a key is found by the batch statistics alone, with its group as it was or shuffled."""
    orders = {name: stage.words[f"shuffling_bar_{name}"] for name in ("plain", "shuffled")}
    setting = controls.row(
        [3, 3, 1], order=lambda: controls.choice(stage.words["shuffling_order"], orders, "order", "plain"),
        groups=lambda: controls.choice(stage.words["shuffling_groups"], GROUPS, "groups", 8), seed=controls.seed,
    )  # fmt: skip
    order = setting.pop("order")
    recipe = Shuffling(**setting)
    answer = ask(recipe)
    chart(stage, moco_runs.shuffling(answer, order, stage.words))
    stage.measured(answer)
    return recipe, answer


def version2(stage: Stage) -> None:
    """The paper's table, its parts switched on one by one, and the temperature."""
    with st.container(horizontal=True):
        on = tuple(
            part
            for part in moco_tables.PARTS
            if controls.toggle(stage.words[f"v2_{part}"], part, part in ("mlp", "aug"))
        )
    heat = controls.choice(stage.words["temperature"], moco_tables.PAPER_TEMPERATURES, "heat", 0.2)
    chart(stage, moco_tables.version2(on, heat, stage.words), alt=stage.words["v2_alt"])
