"""Comparing with others: metric learning, a recurrent network, matrices as switches, and CPC (slides 47 to 51)."""

import math

import numpy as np
import streamlit as st

from dkdemo.experiments.predictive import AHEAD, ASKED, DATA, EXAMPLES, SLIP, Predictive
from dkdemo.experiments.rnn import TimesTwo
from dkdemo.experiments.switches import ROOM, Switches
from dkdemo.figures import coding
from dkdemo.figures import others as figures
from dkdemo.figures.futures import futures as draw_futures
from dkdemo.information import counting_information
from dkdemo.kernels import KERNELS, script
from dkdemo.kernels.others import LOSSES
from dkdemo.web import controls
from dkdemo.web.plot import Drag, Slider, plot
from dkdemo.web.run_panel import ask, explain, run_panel, script_for
from dkdemo.web.scenes import Stage, asks, show

POINTS = {"x": [-0.6, 1.6, -2.2, 0.4, 3.6], "y": [0.5, 1.2, 0.2, -1.2, -0.9]}  # anchor, positive, three negatives
LATEX = {
    "contrastive": r"\tfrac12 s D^2 + \tfrac12 (1-s)\,[m - D]_+^2",
    "triplet": r"\big[\lVert a-p \rVert^2 - \lVert a-n \rVert^2 + m\big]_+",
    "triplet_plain": r"\big[\lVert a-p \rVert - \lVert a-n \rVert + m\big]_+",
    "n_pair": r"\textstyle\log\big(1 + \sum_j \exp(a^\top n_j - a^\top p)\big)",
}
CODE = {"contrastive": "contrastive_loss", "triplet": "triplet_loss", "triplet_plain": "triplet_loss"}
CHOICES = (1, 4, 16, 64)


def metric(stage: Stage) -> None:
    stage.title("metric_title")
    options = {loss: stage.words[f"metric_{loss}"] for loss in LOSSES}
    pick, formula = st.columns([3, 2], vertical_alignment="bottom")
    with pick:
        loss = controls.choice(stage.words["metric_loss"], options, "loss", "triplet")
    with formula:
        stage.equation(LATEX[loss])
    inputs = {**POINTS, "loss": loss, "margin": 1.0}
    margin = Slider("margin", stage.words["margin"], 0, 3, 1.0, step=0.05)
    state = plot(
        figures.metric(KERNELS["metric_forces"](**inputs), loss, stage.words),
        key="others.metric", alt=stage.words["metric_alt"], kernel="metric_forces", inputs=inputs,
        sliders=[] if loss == "n_pair" else [margin],
        drag=Drag("points", ("x", "y"), trace=figures.HANDLES), download="metric",
    )  # fmt: skip
    stage.say(f"metric_story_{loss}")
    stage.erratum(stage.words["metric_slide"], stage.words["metric_right"], "metric_erratum")
    stage.source("metric_source")
    explain(stage, code=(f"dkdemo.metric:{CODE.get(loss, 'n_pair_loss')}",), script=script("metric_forces", state))


def rnn(stage: Stage) -> None:
    stage.title("rnn_title")
    stage.equation(r"h_t = w\,h_{t-1} + u\,x_t, \qquad w \to 2, \quad u \to 3")
    long, count, dice = st.columns([2, 3, 1], vertical_alignment="bottom")
    with long:
        length = controls.choice(stage.words["rnn_length"], (4, 8, 16), "length", 4)
    with count:
        ways = {True: stage.words["rnn_balanced"], False: stage.words["rnn_plain"]}
        balanced = controls.choice(stage.words["rnn_error"], ways, "balanced", True)
    with dice:
        seed = controls.seed()
    run_panel(
        stage, TimesTwo(length=length, balanced=balanced, seed=seed),
        lambda view: figures.rnn(view, length, stage.words),
        key="rnn", alt=stage.words["rnn_alt"], code=("dkdemo.sequences:linear_rnn",),
    )  # fmt: skip
    stage.say("rnn_story")
    stage.erratum(stage.words["rnn_slide"], stage.words["rnn_right"], "rnn_erratum")


@asks("half", "percent", "nothing")
def reach(stage: Stage) -> None:
    stage.guessed(left=0.9**50)
    stage.equation(r"\partial h_{t+n} \,/\, \partial h_t = w^n")
    inputs = {"weight": 0.9, "steps": 50}
    sliders = [
        Slider("weight", stage.words["reach_weight"], 0.2, 2, 0.9),
        Slider("steps", stage.words["reach_steps"], 0, 50, 50, step=1, format="d"),
    ]
    state = plot(
        figures.reach(KERNELS["gradient_reach"](**inputs), stage.words),
        key="others.reach", alt=stage.words["reach_alt"], kernel="gradient_reach", inputs=inputs, sliders=sliders,
        download="reach",
    )  # fmt: skip
    stage.say("reach_story")
    explain(stage, code=("dkdemo.kernels.others:gradient_reach",), script=script("gradient_reach", state))


@asks("yes", "size", "no")
def switches(stage: Stage) -> None:
    stage.equation(r"h_L = \textstyle\sum_t Q^{L-t}\, b\, x_t, \qquad W_k h_L \approx x_k")
    long, dice = st.columns([4, 1], vertical_alignment="bottom")
    with long:
        length = controls.choice(stage.words["rnn_length"], (4, 8, 12), "length", 4)
    with dice:
        recipe = Switches(length=length, seed=controls.seed())
    answer = ask(recipe)
    unread = np.asarray(answer["unread"]).mean(1).tolist()
    inputs = {"tables": np.asarray(answer["tables"]).round(4).tolist(), "unread": unread, "dimension": 2}
    size = Slider("dimension", stage.words["switches_dimension"], 1, length + ROOM, 2, step=1, format="d")
    plot(
        coding.switches(answer, KERNELS["switch_board"](**inputs), stage.words),
        key="others.switches", alt=stage.words["switches_alt"], kernel="switch_board", inputs=inputs,
        sliders=[size], download="switches",
    )  # fmt: skip
    seeds, sizes = answer["seeds"], answer["n"]
    stage.source("switches_source", first=seeds[0], last=seeds[-1], device=answer["device"], **sizes)
    stage.guessed()
    stage.say("switches_story")
    stage.erratum(stage.words["seq2seq_slide"], stage.words["seq2seq_right"], "seq2seq_erratum")
    stage.erratum(stage.words["switches_slide"], stage.words["switches_right"], "switches_erratum")
    explain(
        stage, code=("dkdemo.sequences:random_memory", "dkdemo.sequences:learn_switches"), script=script_for(recipe)
    )


def cpc(stage: Stage) -> None:
    stage.title("cpc_title")
    stage.equation(
        r"f_k = \exp(z_{t+k}^\top W_k c_t), \quad"
        r"\mathcal L_N = -\mathbb E \log \frac{f_k(x_{t+k}, c_t)}{\sum_{j=1}^N f_k(x_j, c_t)}, \quad "
        r"I \ge \log N - \mathcal L_N"
    )
    what, among, dice = st.columns([3, 3, 1], vertical_alignment="bottom")
    with what:
        data = controls.choice(
            stage.words["cpc_data"], {name: stage.words[f"cpc_{name}"] for name in DATA}, "data", "digits"
        )
    with among:
        options = {n: stage.words["cpc_nobody"] if n == 1 else str(n) for n in CHOICES}
        choices = controls.choice(stage.words["cpc_choices"], options, "choices", 16)
    with dice:
        seed = controls.seed()
    ceiling = [counting_information(k, slip=SLIP) for k in range(1, AHEAD + 1)] if data == "digits" else []
    cap = math.log(choices if choices > 1 else ASKED)
    run_panel(
        stage, Predictive(data=data, choices=choices, seed=seed),
        lambda view: coding.cpc(view, stage.words, ahead=AHEAD, cap=cap, ceiling=ceiling),
        key="cpc", alt=stage.words["cpc_alt"],
        code=("dkdemo.cpc:StackedCPC", "dkdemo.cpc:future_scores", "dkdemo.cpc:info_nce_of"),
    )  # fmt: skip
    stage.say("cpc_story_alone" if choices == 1 else f"cpc_story_{data}")
    stage.erratum(stage.words["cpc_slide"], stage.words["cpc_right"], "cpc_erratum")
    stage.source("cpc_dots")
    stage.source("cpc_source")


def futures(stage: Stage) -> None:
    stage.title("futures_title")
    stage.equation(r"q_j = \mathrm{softmax}_j\big(z_j^\top W_1 c_t\big)")
    what, which, dice = st.columns([3, 3, 1], vertical_alignment="bottom")
    with what:
        names = {name: stage.words[f"cpc_{name}"] for name in DATA}
        data = controls.choice(stage.words["cpc_data"], names, "data", "digits")
    with which:
        example = controls.choice(stage.words["futures_example"], tuple(range(1, EXAMPLES + 1)), "example", 1)
    with dice:
        seed = controls.seed()
    run_panel(
        stage, Predictive(data=data, seed=seed),
        lambda view: draw_futures(view.result, example - 1, stage.words),
        key="futures", alt=stage.words["futures_alt"], code=("dkdemo.cpc:future_scores",),
    )  # fmt: skip
    stage.say(f"futures_story_{data}")
    stage.source("cpc_source")


def bound(stage: Stage) -> None:
    stage.title("bound_title")
    stage.equation(r"\log N - \mathcal L_N \;\le\; \min\big(\log N,\; I(x; c)\big)")
    inputs = {"information": 4.15, "choices": 64}
    sliders = [
        Slider("information", stage.words["bound_information"], 0.1, 8, 4.15, step=0.05),
        Slider("choices", stage.words["bound_choices"], 2, 1024, 64, log=True, format="d"),
    ]
    state = plot(
        coding.bound(KERNELS["log_n_bound"](**inputs), stage.words),
        key="others.bound", alt=stage.words["bound_alt"], kernel="log_n_bound", inputs=inputs, sliders=sliders,
        download="bound",
    )  # fmt: skip
    stage.say("bound_story")
    stage.erratum(stage.words["angles_slide"], stage.words["angles_right"], "angles_erratum")
    stage.source("bound_source")
    explain(stage, code=("dkdemo.kernels.others:log_n_bound",), script=script("log_n_bound", state))


show("others", metric=metric, rnn=rnn, reach=reach, switches=switches, cpc=cpc, futures=futures, bound=bound)
