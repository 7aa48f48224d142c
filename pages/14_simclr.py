"""SimCLR: two looks of one picture, a loss that pushes strangers apart, and why colour must go (slides 52 to 54)."""

import base64
import math

import numpy as np
import streamlit as st

from dkdemo.experiments.figure5 import LARGE, Figure5
from dkdemo.experiments.large_batches import LargeBatches
from dkdemo.experiments.matrix import Matrix
from dkdemo.experiments.simclr_material import DATA
from dkdemo.experiments.sphere import Sphere
from dkdemo.experiments.views import EYES, SIDE, Views
from dkdemo.figures import simclr as figures
from dkdemo.figures import simclr_tables as tables
from dkdemo.kernels import KERNELS
from dkdemo.web import controls, data, machine, pictures
from dkdemo.web.plot import Drag, Slider, plot
from dkdemo.web.run_panel import ask, explain, run_panel, script_for
from dkdemo.web.scenes import Stage, asks, show

LOSS = r"\ell_{ij} = -\log \frac{\exp(s_{ij}/T)}{\sum_{k \ne i} \exp(s_{ik}/T)}"
LINE = r"\textstyle \ell_{ij} = -\log\big(e^{s_{ij}/T} / \sum_{k \ne i} e^{s_{ik}/T}\big), \qquad "
PROBE = LINE + r"\hat y = \arg\max_c\,(W h)_c"
ANGLES = (0.35, 1.3, 2.2, 3.3, 4.1, 5.4, 0.95, 2.75, 2.0, 4.7, 3.6, 6.1)  # six pairs, some torn apart
CIRCLE_SCRIPT = """import torch

from dkdemo.contrastive import nt_xent

points = torch.tensor([{x}, {y}]).T.requires_grad_()
loss = nt_xent(points[:6], points[6:], temperature={temperature})
loss.backward()
print(loss.item())
print(-points.grad)
"""
LOOKS = {"none": (1.0, 0.0), "crop": (0.5, 0.0), "color": (1.0, 1.0), "both": (0.5, 1.0)}
BATCHES = (64, 256, 1024, 2048)
GOOD_DRAW = 26  # the trained net finds all ten partners; the words say that it was chosen


def temperature(stage: Stage, value: float) -> Slider:
    return Slider("temperature", stage.words["temperature"], 0.05, 5, value, log=True)


def views(stage: Stage) -> None:
    stage.title("views_title")
    stage.equation(LOSS + r", \qquad s_{ij} = \frac{z_i^\top z_j}{\lVert z_i \rVert \lVert z_j \rVert}")
    how, who, dice, mine = st.columns([3, 3, 1, 1.2], vertical_alignment="bottom")
    with how:
        options = {name: stage.words[f"looks_{name}"] for name in LOOKS}
        crop, color = LOOKS[controls.choice(stage.words["looks"], options, "view", "both")]
    with who:
        eye = controls.choice(stage.words["eye"], {name: stage.words[f"eye_{name}"] for name in EYES}, "eye", "trained")
    with dice:
        seed = controls.seed("draw", default=GOOD_DRAW)
    with mine, st.popover(stage.words["own"], icon=":material/add_a_photo:"):
        own = pictures.own(SIDE, "simclr.own")
    mark = base64.b64encode(own[0].tobytes()).decode() if own else ""
    recipe = Views(crop=crop, color=color, eye=eye, own=mark, seed=seed)
    answer = ask(recipe)
    inputs = {"cosine": np.asarray(answer["cosine"]).round(6).tolist(), "temperature": 0.2}
    plot(
        figures.views(answer, KERNELS["similarity"](**inputs), stage.words),
        key="simclr.views", alt=stage.words["views_alt"], kernel="similarity", inputs=inputs,
        sliders=[temperature(stage, 0.2)], download="views",
    )  # fmt: skip
    stage.measured(answer)
    stage.say("views_story")
    stage.source("simclr_source")
    code = ("dkdemo.contrastive:nt_xent", "dkdemo.augment:jitter", "dkdemo.augment:resized_crop")
    explain(stage, code=code, script=script_for(recipe))


def circle(stage: Stage) -> None:
    stage.title("circle_title")
    stage.equation(LOSS)
    inputs = {
        "x": [round(math.cos(angle), 2) for angle in ANGLES],
        "y": [round(math.sin(angle), 2) for angle in ANGLES],
        "temperature": 0.5,
    }
    picture, words = st.columns([3, 2])
    with picture:
        state = plot(
            figures.circle(KERNELS["circle_forces"](**inputs), stage.words),
            key="simclr.circle", alt=stage.words["circle_alt"], kernel="circle_forces", inputs=inputs,
            sliders=[temperature(stage, 0.5)], drag=Drag("points", ("x", "y"), low=-1.2, high=1.2), download="circle",
        )  # fmt: skip
    with words:
        stage.say("circle_story")
    explain(stage, code=("dkdemo.contrastive:nt_xent",), script=CIRCLE_SCRIPT.format(**state))


def sphere(stage: Stage) -> None:
    stage.title("sphere_title")
    stage.equation(LINE + r"\lVert \bar z \rVert = \lVert \tfrac{1}{n} \sum_i z_i \rVert")
    where, warmth, dice = st.columns([2, 2, 1], vertical_alignment="bottom")
    with where:
        spaces = {2: stage.words["sphere_2"], 3: stage.words["sphere_3"]}
        dimensions = controls.choice(stage.words["sphere_space"], spaces, "space", 3)
    with warmth:
        heat = controls.choice(stage.words["temperature"], (0.1, 0.5, 2.0), "heat", 0.5)
    with dice:
        seed = controls.seed()
    run_panel(
        stage, Sphere(dimensions=dimensions, temperature=heat, seed=seed),
        lambda view: figures.sphere(view, dimensions, stage.words),
        key="sphere", alt=stage.words["sphere_alt"],
        code=("dkdemo.contrastive:uniformity", "dkdemo.pretraining:pretrain"),
    )  # fmt: skip
    stage.say("sphere_story")
    stage.source("sphere_source")


def large_batches(stage: Stage) -> None:
    stage.title("batches_title")
    stage.equation(r"\lambda^l = \eta\,\frac{\lVert w^l \rVert}{\lVert \nabla L(w^l) \rVert + \beta \lVert w^l \rVert}")
    batch = controls.choice(stage.words["batches_size"], BATCHES, "batch", 256)
    recipe = LargeBatches(batch_size=batch)
    answer = ask(recipe)
    plot(tables.large_batches(answer, stage.words), key="simclr.batches", alt=stage.words["batches_alt"])
    stage.measured(answer)
    stage.erratum(stage.words["batches_slide"], stage.words["batches_right"], "batches_erratum")
    stage.say("batches_story", loss=answer["loss"], chance=math.log(2 * batch - 1))
    stage.source("batches_source")
    explain(stage, code=("dkdemo.optim:trust_ratio", "dkdemo.optim:LARS"), script=script_for(recipe))


@asks("shape", "color", "nothing")
def figure5(stage: Stage) -> None:
    stage.guessed()
    stage.equation(PROBE)
    where, how, what, dice = st.columns([3, 3, 2, 1])
    with where:
        name = data.choose(DATA, default="shapes", own=False)
    with how:
        kind = "looks_digits" if name == "mnist" else "looks"
        options = {looks: stage.words[f"{kind}_{looks}"] for looks in ("crop", "color", "both")}
        looks = controls.choice(stage.words["looks"], options, "looks", "crop")
    with what:
        seen = {name: stage.words[f"measure_{name}"] for name in figures.MEASURES}
        measure = controls.choice(stage.words["measure"], seen, "see", "loss")
    with dice:
        seed = controls.seed()
    size = LARGE if name == "cifar10" and machine.larger("larger") else {}
    run_panel(
        stage, Figure5(data=name, looks=looks, seed=seed, **size),
        lambda view: figures.figure5(view, measure, stage.words), key="figure5", alt=stage.words["figure5_alt"],
        code=("dkdemo.pretraining:pretrain", "dkdemo.contrastive:nt_xent", "dkdemo.evaluation:linear_probe"),
    )  # fmt: skip
    stage.say(f"figure5_story_{name}")
    stage.source("figure5_source")


def matrix(stage: Stage) -> None:
    stage.title("matrix_title")
    stage.equation(PROBE)
    with st.columns([1, 5])[0]:
        seed = controls.seed()
    run_panel(
        stage, Matrix(seed=seed), lambda view: tables.matrix(view.result, stage.words),
        key="matrix", alt=stage.words["matrix_alt"], code=("dkdemo.views:random_view", "dkdemo.pretraining:pretrain"),
    )  # fmt: skip
    stage.say("matrix_story")
    stage.source("matrix_source")


show(
    "simclr",
    views=views, circle=circle, sphere=sphere, large_batches=large_batches, figure5=figure5, matrix=matrix,
)  # fmt: skip
