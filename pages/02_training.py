"""Training: walking downhill with steps of the right length, and what the loss can and cannot reach (slides 6, 7)."""

import math

import streamlit as st

from dkdemo.descent import LANDSCAPES
from dkdemo.figures import training as figures
from dkdemo.kernels import script
from dkdemo.kernels.training import descent_inputs
from dkdemo.web import controls
from dkdemo.web.charts import interactive
from dkdemo.web.plot import Drag, Slider
from dkdemo.web.run_panel import explain
from dkdemo.web.scenes import Stage, asks, show

STEP = {
    "sgd": r"w \leftarrow w - \eta\,\nabla L(w)",
    "momentum": r"v \leftarrow 0.9\,v + \nabla L(w), \qquad w \leftarrow w - \eta\,v",
    "adam": r"w \leftarrow w - \eta\,\hat m / (\sqrt{\hat s} + \epsilon)",
}
START = {"x": [-2.4], "y": [0.9]}
ASKED = (0.2, 0.45, 0.6)  # learning rates, at curvature 4
SHARES = [0.7, 0.2, 0.1, 0.2, 0.5, 0.3]  # p, then q
PER_NAT = {"bits": 1 / math.log(2), "nats": 1.0}


def descent(stage: Stage) -> None:
    stage.title("descent_title")
    where, how = st.columns(2, vertical_alignment="bottom")
    with where:
        lands = {name: stage.words[f"land_{name}"] for name in LANDSCAPES}
        land = controls.choice(stage.words["land"], lands, "land", "valley")
    with how:
        ways = {name: stage.words[f"optimiser_{name}"] for name in STEP}
        optimiser = controls.choice(stage.words["optimiser"], ways, "optimiser", "sgd")
    stage.equation(STEP[optimiser])
    verdicts = [stage.words[f"descent_verdict_{told}"] for told in range(5)]
    claim = "descent_claim_adam" if optimiser == "adam" else "descent_claim"
    state = interactive(
        stage, "descent", lambda at: figures.descent(at, land, stage.words, claim=claim),
        {**START, **descent_inputs(land, optimiser), "verdicts": verdicts},
        Slider("learning_rate", stage.words["learning_rate"], 0.005, 5, 0.15, 0.001, log=True, format=".3f"),
        drag=Drag("points", ("x", "y"), low=-3, high=3, trace=1),
    )  # fmt: skip
    stage.say(f"descent_story_{land}")
    stage.erratum("gradient decent", "gradient descent", "descent_erratum")
    stage.source("descent_source")
    code = ("dkdemo.descent:adam",) if optimiser == "adam" else ("dkdemo.descent:sgd", "dkdemo.descent:edge")
    explain(stage, code=(*code, f"dkdemo.descent:{type(LANDSCAPES[land]).__name__}"), script=script("descent", state))


@asks("last", "two", "all")
def rate(stage: Stage) -> None:
    stage.equation(r"L(w) = h\,w^2/2: \quad w \leftarrow w - \eta\,h\,w = (1 - \eta h)\,w")
    verdicts = [stage.words[f"rate_verdict_{told}"] for told in range(5)]
    state = interactive(
        stage, "bounce", lambda at: figures.bounce(at, ASKED, stage.words), {"verdicts": verdicts},
        Slider("learning_rate", stage.words["learning_rate"], 0.01, 1, ASKED[1]),
        Slider("curvature", stage.words["curvature"], 1, 10, 4, step=0.1, format=".1f"),
        download="learning_rate",
    )  # fmt: skip
    stage.guessed()
    stage.say("rate_story")
    explain(stage, code=("dkdemo.descent:sgd", "dkdemo.descent:edge"), script=script("bounce", state))


@asks("zero", "own", "one")
def entropy(stage: Stage) -> None:
    unit = controls.choice(stage.words["entropy_unit"], {name: stage.words[name] for name in PER_NAT}, "unit", "bits")
    stage.equation(r"CE(p, q) = -\textstyle\sum_i p_i \log q_i = H(p) + KL(p\,\|\,q)")
    inputs = {"shares": SHARES, "unit": stage.words[unit], "per_nat": PER_NAT[unit]}
    names = [f"{who} {stage.words[key]}" for who in "pq" for key in ("class_cat", "class_dog", "class_car")]
    state = interactive(
        stage, "two_entropies", lambda at: figures.two_entropies(at, names, stage.words), inputs,
        drag=Drag("shares", ("shares",), low=0, high=1, group=3),
    )  # fmt: skip
    stage.guessed()
    stage.erratum(stage.words["entropy_slide"], stage.words["entropy_right"], "entropy_erratum")
    stage.say("entropy_story")
    code = ("dkdemo.probability:entropy", "dkdemo.probability:cross_entropy", "dkdemo.probability:kl")
    explain(stage, code=code, script=script("two_entropies", state))


show("training", descent=descent, rate=rate, entropy=entropy)
