"""The cost: what networks weigh and eat, and four ways to make one smaller (slides 13 to 15)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from dkdemo.experiments.bits import RULES, Bits
from dkdemo.experiments.int8 import Int8
from dkdemo.experiments.plane import Plane
from dkdemo.experiments.pruning import Pruning
from dkdemo.experiments.speed import Speed
from dkdemo.figures import cost as figures
from dkdemo.figures import smaller
from dkdemo.kernels import KERNELS
from dkdemo.networks import NETWORKS
from dkdemo.networks import SOURCE as TABLE
from dkdemo.web import controls, lessons
from dkdemo.web.plot import Slider, plot
from dkdemo.web.run_panel import RunView, ask, explain, run_panel, script_for
from dkdemo.web.scenes import Stage, asks, show

DATA = ("digits", "mnist")
HUNGRY = sorted(NETWORKS, key=lambda one: one.gmacs)
TABLE_SCRIPT = """from dkdemo.networks import NETWORKS

for one in NETWORKS:
    print(f"{one.name:16} {one.parameters:12,} {one.gmacs:9.3f} GMAC {one.accuracy:7.3f} % {one.megabytes:9.3f} MB")
"""


def networks(stage: Stage) -> None:
    stage.title("networks_title")
    axes = {axis: stage.words[f"networks_{axis}"] for axis in figures.AXES}
    axis = controls.choice(stage.words["networks_cost"], axes, "cost", "parameters")
    plot(figures.networks(axis, stage.words), key="cost.networks", alt=stage.words["networks_alt"], download="networks")
    stage.say(f"networks_story_{axis}")
    stage.source("networks_source", table=TABLE)
    explain(stage, code=("dkdemo.networks:Network",), script=TABLE_SCRIPT)


def budget(stage: Stage) -> None:
    stage.title("budget_title")
    stage.equation(r"t \;\ge\; \frac{2 \cdot \mathrm{MAC}}{\mathrm{FLOP/s}}")
    recipe = Speed()
    answer = ask(recipe)
    if answer is None:
        return
    names = [one.name for one in HUNGRY]
    inputs = {"names": names, "gmacs": [one.gmacs for one in HUNGRY], "gflops": answer["gflops"]}
    rate = Slider("rate", stage.words["budget_rate"], 0.1, 1000, 30, log=True, format=".4g")
    plot(
        figures.budget(KERNELS["budget"](**inputs, rate=30), names, stage.words),
        key="cost.budget", alt=stage.words["budget_alt"], kernel="budget", inputs=inputs, sliders=[rate],
        download="budget",
    )  # fmt: skip
    facts = {name: answer[name] for name in ("gflops", "threads", "device", "seconds")}
    stage.source("budget_source", side=recipe.side, products=answer["n"]["products"], table=TABLE, **facts)
    stage.erratum(stage.words["budget_slide"], stage.words["budget_right"], "budget_erratum")
    stage.say("budget_story")
    explain(stage, code=("dkdemo.networks:seconds", "dkdemo.experiments.speed:Speed"), script=script_for(recipe))


@asks("tenth", "half", "most")
def pruning(stage: Stage) -> None:
    words = stage.words
    recipe = Pruning(**lessons.pictures_and_seed(DATA))

    def draw(view: RunView) -> go.Figure:
        values = KERNELS["prune_slide"](**_cut(view.result), percent=80) if view.result else None
        return smaller.pruning(view, values, words)

    view = run_panel(
        stage, recipe, draw, key="pruning", alt=words["pruning_alt"],
        code=("dkdemo.compression:removal_ranks", "dkdemo.compression:kept"),
        equation=r"w \leftarrow w \cdot \mathbf{1}[\,|w| > \tau\,]",
        live=lambda result: {
            "kernel": "prune_slide",
            "inputs": _cut(result),
            "sliders": [Slider("percent", words["pruning_percent"], 0, 99, 80, step=1, format="d")],
        },
    )  # fmt: skip
    if view.result:
        stage.guessed()
    stage.say("pruning_story")
    stage.source("pruning_source")


def _cut(result: Mapping[str, Any]) -> dict[str, Any]:
    """What the pruning kernel reads: means over the nets, and the histogram."""
    means = {kind: np.asarray(result[kind]).mean(0).tolist() for kind in ("magnitude", "random")}
    parts = {name: np.asarray(result[name]).tolist() for name in ("stops", "thresholds", "edges", "counts")}
    return {**means, **parts}


def bits(stage: Stage) -> None:
    words = stage.words
    stage.title("bits_title")
    stage.equation(r"r = S\,\mathrm{round}(w / S), \quad S = c\max|w| / (2^{b-1} - 1)")
    rules = {str(place): words[f"bits_{rule}"] for place, rule in enumerate(RULES)}
    which, what = st.columns([2, 3], vertical_alignment="bottom")
    with what:
        rule = int(controls.choice(words["bits_rule"], rules, "rule", "0"))
    with which:
        recipe = Bits(**lessons.pictures_and_seed(DATA))

    def draw(view: RunView) -> go.Figure:
        values = KERNELS["bits_slide"](**_rungs(view.result, rule), bits=8) if view.result else None
        return smaller.bits(view, values, words)

    run_panel(
        stage, recipe, draw, key="bits", alt=words["bits_alt"],
        code=("dkdemo.compression:symmetric", "dkdemo.compression:fitted_clip", "dkdemo.compression:binary"),
        live=lambda result: {
            "kernel": "bits_slide",
            "inputs": _rungs(result, rule),
            "sliders": [Slider("bits", words["bits_width"], 1, 8, 8, step=1, format="d")],
        },
    )  # fmt: skip
    stage.say("bits_story")
    stage.source("bits_source")


def _rungs(result: Mapping[str, Any], rule: int) -> dict[str, Any]:
    """What the kernel of bits reads."""
    return {
        "widths": list(result["bits"]),
        "curves": [np.asarray(result[name]).mean(0).tolist() for name in RULES],
        "steps": [list(result[f"{name}_step"]) for name in RULES],
        "sizes": list(result["bytes"]),
        "dense": float(np.mean(result["dense"])),
        "dense_bytes": result["dense_bytes"],
        "reach": float(np.asarray(result["edges"])[-1]),
        "rule": rule,
    }


def int8(stage: Stage) -> None:
    stage.title("int8_title")
    recipe = Int8(**lessons.pictures_and_seed(DATA))
    view = run_panel(
        stage, recipe, lambda view: smaller.int8(view, stage.words), key="int8", alt=stage.words["int8_alt"],
        code=("dkdemo.experiments.int8:integers", "dkdemo.experiments.int8:integer_linear"),
        equation=r"\textstyle\sum x w \approx S_x S_w \sum (q_x - Z)\, q_w",
    )  # fmt: skip
    stage.say("int8_story")
    compiler = view.result["compiled"] if view.result else None
    if compiler is None:
        stage.say("int8_not_compiled")
    else:
        stage.say("int8_compile_fault" if "fault" in compiler else "int8_compiled", **compiler)
    stage.source("int8_source")


def plane(stage: Stage) -> None:
    stage.title("plane_title")
    run_panel(
        stage, Plane(**lessons.pictures_and_seed(DATA)), lambda view: smaller.plane(view, stage.words),
        key="plane", alt=stage.words["plane_alt"],
        code=("dkdemo.compression:stored_bytes", "dkdemo.distillation:soft_loss"),
        equation=r"B = \tfrac{1}{8} \big(b \lVert w \rVert_0 + N\big)",
    )  # fmt: skip
    stage.erratum(stage.words["plane_slide"], stage.words["plane_right"], "plane_erratum")
    stage.say("plane_story")
    stage.source("plane_source")


show("cost", networks=networks, budget=budget, pruning=pruning, bits=bits, int8=int8, plane=plane)
