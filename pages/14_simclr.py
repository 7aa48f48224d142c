"""SimCLR: two looks of one picture, a loss that pushes strangers apart, and why colour must go (slides 52 to 54)."""

import math

import streamlit as st

from dkdemo.experiments import LargeBatches, Matrix, Sphere
from dkdemo.figures import simclr as figures
from dkdemo.figures import simclr_tables as tables
from dkdemo.web import controls
from dkdemo.web.charts import chart
from dkdemo.web.parts import contrasted
from dkdemo.web.run_panel import ask, explain, run_panel, script_for
from dkdemo.web.scenes import Stage, asks, show

LOSS = r"\ell_{ij} = -\log \frac{\exp(s_{ij}/T)}{\sum_{k \ne i} \exp(s_{ik}/T)}"
LINE = r"\textstyle \ell_{ij} = -\log\big(e^{s_{ij}/T} / \sum_{k \ne i} e^{s_{ik}/T}\big), \qquad "
PROBE = LINE + r"\hat y = \arg\max_c\,(W h)_c"
BATCHES = (64, 256, 1024, 2048)


def views(stage: Stage) -> None:
    stage.title("views_title")
    stage.equation(LOSS + r", \qquad s_{ij} = \frac{z_i^\top z_j}{\lVert z_i \rVert \lVert z_j \rVert}")
    recipe = contrasted.partners(stage)
    stage.say("views_story")
    stage.source("simclr_source")
    code = ("dkdemo.contrastive:nt_xent", "dkdemo.augment:jitter", "dkdemo.augment:resized_crop")
    explain(stage, code=code, script=script_for(recipe))


def circle(stage: Stage) -> None:
    stage.title("circle_title")
    stage.equation(LOSS)
    picture, words = st.columns([3, 2])
    with picture:
        script = contrasted.circle(stage)
    with words:
        stage.say("circle_story")
    explain(stage, code=("dkdemo.contrastive:nt_xent",), script=script)


def sphere(stage: Stage) -> None:
    stage.title("sphere_title")
    stage.equation(LINE + r"\lVert \bar z \rVert = \lVert \tfrac{1}{n} \sum_i z_i \rVert")
    spaces = {2: stage.words["sphere_2"], 3: stage.words["sphere_3"]}
    setting = controls.row(
        [2, 2, 1], dimensions=lambda: controls.choice(stage.words["sphere_space"], spaces, "space", 3),
        temperature=lambda: controls.choice(stage.words["temperature"], (0.1, 0.5, 2.0), "heat", 0.5),
        seed=controls.seed,
    )  # fmt: skip
    run_panel(
        stage, Sphere(**setting), lambda view: figures.sphere(view, setting["dimensions"], stage.words),
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
    chart(stage, tables.large_batches(answer, stage.words), alt=stage.words["batches_alt"])
    stage.measured(answer)
    stage.erratum(stage.words["batches_slide"], stage.words["batches_right"], "batches_erratum")
    stage.say("batches_story", loss=answer["loss"], chance=math.log(2 * batch - 1))
    stage.source("batches_source")
    explain(stage, code=("dkdemo.optim:trust_ratio", "dkdemo.optim:LARS"), script=script_for(recipe))


@asks("shape", "color", "nothing")
def figure5(stage: Stage) -> None:
    stage.equation(PROBE)
    story = contrasted.figure5(stage)
    stage.guessed()
    stage.say(f"figure5_story_{story}")
    stage.source("figure5_source")


def matrix(stage: Stage) -> None:
    stage.title("matrix_title")
    stage.equation(PROBE)
    run_panel(
        stage, Matrix(**controls.row([1, 5], seed=controls.seed)), lambda view: tables.matrix(view.result, stage.words),
        code=("dkdemo.views:random_view", "dkdemo.pretraining:pretrain"),
    )  # fmt: skip
    stage.say("matrix_story")
    stage.source("matrix_source")


show(
    "simclr",
    views=views, circle=circle, sphere=sphere, large_batches=large_batches, figure5=figure5, matrix=matrix,
)  # fmt: skip
