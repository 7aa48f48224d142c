"""The cost: what networks weigh and eat, and four ways to make one smaller (slides 13 to 15)."""

import streamlit as st

from dkdemo.experiments import Bits, Int8, Plane, Pruning, Speed
from dkdemo.experiments.bits import RULES
from dkdemo.figures import cost, smaller
from dkdemo.kernels.cost import budget_inputs
from dkdemo.networks import SOURCE
from dkdemo.web import controls, data
from dkdemo.web.charts import chart, interactive, walked
from dkdemo.web.parts import sweeps
from dkdemo.web.plot import Slider
from dkdemo.web.run_panel import ask, explain, run_panel, script_for
from dkdemo.web.scenes import Stage, asks, show


def networks(stage: Stage) -> None:
    stage.title("networks_title")
    axes = {axis: stage.words[f"networks_{axis}"] for axis in cost.AXES}
    axis = controls.choice(stage.words["networks_cost"], axes, "cost", "parameters")
    chart(stage, cost.networks(axis, stage.words))
    stage.say(f"networks_story_{axis}")
    stage.source("networks_source", table=SOURCE)
    explain(stage, code=("dkdemo.networks:Network",), script=sweeps.NETWORKS_SCRIPT)


def budget(stage: Stage) -> None:
    stage.title("budget_title")
    stage.equation(r"t \;\ge\; \frac{2 \cdot \mathrm{MAC}}{\mathrm{FLOP/s}}")
    recipe = Speed()
    answer = ask(recipe)
    inputs = budget_inputs(answer["gflops"])
    rate = Slider("rate", stage.words["budget_rate"], 0.1, 1000, 30, log=True, format=".4g")
    interactive(stage, "budget", lambda needs: cost.budget(needs, inputs["names"], stage.words), inputs, rate)
    stage.source("budget_source", table=SOURCE, **answer, **answer["n"])
    stage.erratum(stage.words["budget_slide"], stage.words["budget_right"], "budget_erratum")
    stage.say("budget_story")
    explain(stage, code=("dkdemo.networks:seconds", "dkdemo.experiments.speed:Speed"), script=script_for(recipe))


@asks("tenth", "half", "most")
def pruning(stage: Stage) -> None:
    view = walked(
        stage, Pruning(**data.with_seed()), "prune_slide",
        lambda view, at: smaller.pruning(view, at, stage.words), sweeps.cut,
        Slider("percent", stage.words["pruning_percent"], 0, 99, 80, step=1, format="d"),
        code=("dkdemo.compression:removal_ranks", "dkdemo.compression:keep_masks"),
        equation=r"w \leftarrow w \cdot \mathbf{1}[\,|w| > \tau\,]",
    )  # fmt: skip
    if view.result:
        stage.guessed()
    stage.say("pruning_story")
    stage.source("pruning_source")


def bits(stage: Stage) -> None:
    stage.title("bits_title")
    stage.equation(r"r = S\,\mathrm{round}(w / S), \quad S = c\max|w| / (2^{b-1} - 1)")
    rules = {str(place): stage.words[f"bits_{rule}"] for place, rule in enumerate(RULES)}
    which, what = st.columns([3, 2], vertical_alignment="bottom")
    with what:
        rule = int(controls.choice(stage.words["bits_rule"], rules, "rule", "0"))
    with which:
        recipe = Bits(**data.with_seed())
    walked(
        stage, recipe, "bits_slide",
        lambda view, at: smaller.bits(view, at, stage.words), lambda result: sweeps.rungs(result, rule),
        Slider("bits", stage.words["bits_width"], 1, 8, 3, step=1, format="d"),
        code=("dkdemo.compression:symmetric", "dkdemo.compression:fitted_clip", "dkdemo.compression:binary"),
    )  # fmt: skip
    stage.say("bits_story")
    stage.source("bits_source")


def int8(stage: Stage) -> None:
    stage.title("int8_title")
    view = run_panel(
        stage, Int8(**data.with_seed()), lambda view: smaller.int8(view, stage.words),
        code=("dkdemo.experiments.int8:integers", "dkdemo.experiments.int8:integer_linear"),
        equation=r"\textstyle\sum x w \approx S_x S_w \sum (q_x - Z)\, q_w",
    )  # fmt: skip
    stage.say("int8_story")
    st.markdown(smaller.told_compiler(view.result, stage.words))
    stage.source("int8_source")


def plane(stage: Stage) -> None:
    stage.title("plane_title")
    run_panel(
        stage, Plane(**data.with_seed()), lambda view: smaller.plane(view, stage.words),
        code=("dkdemo.compression:stored_bytes", "dkdemo.distillation:soft_loss"),
        equation=r"B = \tfrac{1}{8} \big(b \lVert w \rVert_0 + N\big)",
    )  # fmt: skip
    stage.erratum(stage.words["plane_slide"], stage.words["plane_right"], "plane_erratum")
    stage.say("plane_story")
    stage.source("plane_source")


show("cost", networks=networks, budget=budget, pruning=pruning, bits=bits, int8=int8, plane=plane)
