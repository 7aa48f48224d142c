"""Pictures of teachers made of nothing: three targets, an equation and its code, a race, and the paper's table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import fill
from dkdemo.figures.curves import curve, until
from dkdemo.figures.dashes import dashed
from dkdemo.figures.kept import cached
from dkdemo.figures.naming import named
from dkdemo.figures.panels import note, picture, side_by_side
from dkdemo.jobs.view import RunView

TARGETS = ("uniform", "virtual", "own")
INK = {"plain": theme.TRUTH, "smooth": theme.FAINT, "virtual": theme.DARK, "own": theme.STUDENT}
DASH = {"plain": "dash", "smooth": "dot", "virtual": "dashdot", "own": "solid"}
MARK = {"plain": "circle", "smooth": "square", "virtual": "diamond", "own": "triangle-up"}
# Yuan et al. 2020, table 5 (a): test accuracy on CIFAR-100 in %, baseline and Tf-KD self
PAPER = {
    "MobileNetV2": (68.38, 70.96),
    "ShuffleNetV2": (70.34, 72.23),
    "ResNet18": (75.87, 77.10),
    "GoogLeNet": (78.72, 80.17),
    "DenseNet121": (79.04, 80.26),
    "ResNeXt29 (8x64d)": (81.03, 82.08),
}


@cached
def targets(
    image: np.ndarray, label: int, values: Mapping[str, Any], names: Sequence[str], words: Mapping[str, str]
) -> go.Figure:
    """The image, and what each teacher says of it at T: the label's class in blue, all the rest in purple."""
    headings = [words["targets_image"], *(words[f"target_{name}"] for name in TARGETS)]
    chart = side_by_side((0.62, 1, 1, 1), headings, gap=0.06, height=330)
    picture(chart, np.repeat(image[..., None], 3, axis=-1), "")
    for axis, name in enumerate(TARGETS, start=2):
        chart.add_bar(
            x=list(names),
            y=values[name],
            text=values[f"{name}_text"],
            textposition="outside",
            textangle=0,
            constraintext="none",
            cliponaxis=False,
            marker_color=[theme.TEACHER if index == label else theme.DARK for index in range(len(names))],
            xaxis=f"x{axis}",
            yaxis=f"y{axis}",
            hovertemplate="%{x}: %{y:.4f}<extra></extra>",
            meta={"bind": {"y": name, "text": f"{name}_text"}},
        )
        chart.update_layout(
            {
                f"xaxis{axis}": {"type": "category"},
                f"yaxis{axis}": {"range": [0, 1.12], "tickvals": [0, 0.5, 1], "showticklabels": axis == 2},
            }
        )
    chart.update_layout(yaxis2={"tickformat": ".0%"})
    return note(chart, claim=words["targets_claim"])


@cached
def released_code(values: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """Equation 9 beside the code: the right class and any wrong one, in shares of the uniform answer."""
    chart = side_by_side((1, 1), (words["code_paper"], words["code_code"]), height=320)
    for axis, name in (("", "paper"), ("2", "code")):
        chart.add_bar(
            x=[words["code_right"], words["code_wrong"]],
            y=values[name],
            text=values[f"{name}_text"],
            textposition="outside",
            cliponaxis=False,
            width=0.5,
            marker_color=[theme.TEACHER, theme.DARK],
            xaxis=f"x{axis}",
            yaxis=f"y{axis}",
            hovertemplate="%{y:.4f}<extra></extra>",
            meta={"bind": {"y": name, "text": f"{name}_text"}},
        )
        dashed = {"color": theme.FAINT, "width": theme.LINE, "dash": "dash"}
        chart.add_shape(type="line", x0=-0.5, x1=1.5, y0=1, y1=1, xref=f"x{axis}", yref=f"y{axis}", line=dashed)
        chart.add_annotation(
            x=0.5, y=1, xref=f"x{axis}", yref=f"y{axis}", text=words["code_uniform"], showarrow=False,
            yanchor="bottom", font={"color": theme.FAINT},
        )  # fmt: skip
    flat = {"type": "category", "range": [-0.5, 1.5]}
    tall = {"range": [0, 3.4], "tickvals": [0, 1, 2, 3]}
    chart.update_layout(xaxis=flat, xaxis2=flat, yaxis=tall, yaxis2=tall)
    return note(chart, claim=words["code_claim"])


@cached
def race(view: RunView, words: Mapping[str, str], steps: int = 400) -> go.Figure:
    """How four kinds of target learn, what each gains over plain labels run by run, and how honest it is of itself."""
    headings = words["race_learning"], words["race_gain"], words["race_ece"]
    chart = side_by_side((1.1, 1, 0.9), headings, gap=0.085, height=330)
    for name in INK:
        curve(chart, view, name, INK[name], "", dash=DASH[name], x="lesson")
    key = [(dashed(DASH[name], words[f"method_{name}"]), color) for name, color in INK.items()]
    named(chart, key, right=True, bottom=True)
    for axis in "23":  # axes without a trace would not be drawn
        chart.add_scatter(x=[None], y=[None], xaxis=f"x{axis}", yaxis=f"y{axis}")
    most = 20.0 if view.result is None else 0.0  # points
    for run, ghost in ((view.ghost, True), (view, False)):
        if run is not None and run.result is not None:
            gains = 100 * np.asarray(run.result["gain"])
            most = max(most, np.abs(gains).max())
            _dots(chart, gains, "2", ghost)
            _dots(chart, 100 * np.asarray(run.result["ece"]), "3", ghost)
    chart.add_shape(
        type="line", x0=-0.5, x1=3.5, y0=0, y1=0, xref="x2", yref="y2", line={"color": theme.TRUTH, "width": 2},
    )  # fmt: skip
    names = [f'<span style="color:{color}">{words[f"method_{name}"]}</span>' for name, color in INK.items()]
    kinds = {"tickvals": [0, 1, 2, 3], "ticktext": names, "range": [-0.5, 3.5]}
    chart.update_layout(
        xaxis={"title": {"text": words["race_steps"], "standoff": 2}},
        yaxis={"range": [0, 1.02], "tickformat": ".0%", "dtick": 0.25},
        xaxis2={**kinds, "tickangle": -30},
        yaxis2={"range": [-3, 20], "dtick": 5} if most > 3 else {"range": [-3, 3], "dtick": 1},
        xaxis3={**kinds, "tickangle": -30},
        yaxis3={"range": [0, 32], "dtick": 10},
    )
    until(chart, view, usual=steps, told="lesson_steps")
    return note(chart, claim=told(view, words))


def _dots(chart: go.Figure, values: np.ndarray, axis: str, ghost: bool) -> None:
    """A dot for each run of each method, (methods, runs), and a dash at the mean."""
    for place, (name, runs) in enumerate(zip(INK, values, strict=True)):
        color = theme.REST if ghost else INK[name]
        spots = place + np.linspace(-0.18, 0.18, len(runs))
        axes = {"xaxis": f"x{axis}", "yaxis": f"y{axis}", "hovertemplate": "%{y:.1f}<extra></extra>"}
        marker = {"size": 11, "symbol": MARK[name], "color": color, "opacity": 0.6}
        chart.add_scatter(x=spots, y=runs, mode="markers", marker=marker, **axes)
        line = {"color": color, "width": 4}
        chart.add_scatter(x=[place - 0.3, place + 0.3], y=[runs.mean()] * 2, mode="lines", line=line, **axes)


def told(view: RunView, words: Mapping[str, str]) -> str:
    """Who gained most on the mean, what it gained in its unluckiest run, and what became of the confidence."""
    if view.result is None:
        return words["race_running" if view.running else "race_waiting"]
    result = view.result
    best = max(range(1, len(INK)), key=lambda row: result["gain_mean"][row])
    sure = result["gain_worst"][best] > 0
    facts = {
        "best": words[f"method_{result['methods'][best]}"],
        "gain": 100 * result["gain_mean"][best],
        "worst": 100 * result["gain_worst"][best],
        "plain": result["mean"][0],
    }
    return fill(words["race_claim_gain" if sure else "race_claim_nothing"], facts)


@cached
def table(words: Mapping[str, str]) -> go.Figure:
    """The slide's six rows as arrows from the baseline to what the network's own copy taught it."""
    chart = theme.figure(390)
    before, after = (np.array([pair[which] for pair in PAPER.values()]) for which in (0, 1))
    rows = -np.arange(len(PAPER))
    for name, row, low, high in zip(PAPER, rows.tolist(), before.tolist(), after.tolist(), strict=True):
        line = {"color": theme.STUDENT, "width": 5}
        chart.add_scatter(x=[low, high], y=[row, row], mode="lines", line=line, hoverinfo="skip")
        for x, text, color, place in (
            (low, name, theme.TRUTH, {"xanchor": "left", "yanchor": "bottom", "yshift": 4}),
            (low, f"{low:.2f}", theme.FAINT, {"xanchor": "right", "xshift": -12}),
            (high, f"{high:.2f} (+{high - low:.2f})", theme.STUDENT, {"xanchor": "left", "xshift": 12}),
        ):
            chart.add_annotation(x=x, y=row, text=text, showarrow=False, font={"color": color}, **place)
    hover = "%{x:.2f}%<extra></extra>"
    for values, color, symbol in ((before, theme.FAINT, "circle"), (after, theme.STUDENT, "triangle-right")):
        marker = {"size": 16, "color": color, "symbol": symbol}
        chart.add_scatter(x=values, y=rows, mode="markers", marker=marker, hovertemplate=hover)
    chart.update_layout(
        xaxis={"range": [62, 92], "dtick": 5, "title": {"text": words["table_axis"], "standoff": 2}},
        yaxis={"visible": False, "range": [-len(PAPER) + 0.5, 0.75]},
        margin={"l": 12, "r": 12, "t": 4, "b": 52},
    )
    gains = after - before
    facts = {"low": gains.min(), "high": gains.max(), "models": len(PAPER)}
    return note(chart, claim=fill(words["table_claim"], facts))
