"""Pictures of the training chapter: a path downhill, a step that is too long, and two entropies as lengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dkdemo.descent import LANDSCAPES, MINIMUM
from dkdemo.figures import theme
from dkdemo.figures.kept import cached
from dkdemo.figures.panels import moving_text, note, side_by_side
from dkdemo.kernels.training import RATES, STEPS, TOWARDS

REACH = (3.0, 3.0)  # the two weights' axes, and as far as the start can be dragged
GRID = (61, 61)  # places where the landscape is computed
CONTOURS = (-2.5, 1.5, 0.25)  # powers of ten of the loss above its least: from, to, by
STEEPEST = 2.3  # the largest factor shown
HIGHEST = 4.0  # bits or nats


@cached
def descent(values: Mapping[str, Any], name: str, words: Mapping[str, str], *, claim: str) -> go.Figure:
    """The landscape from above with the path on it, and the loss above its least at each step."""
    chart = side_by_side((1.25, 1), (words["descent_map"], words["descent_curve"]), height=350)
    _contours(chart, name)
    start = {"symbol": "circle-open", "size": 22, "line": {"width": 4}, "color": theme.STUDENT}
    chart.add_scatter(
        x=values["x"], y=values["y"], mode="markers", marker=start, text=[words["descent_start"]], hoverinfo="skip",
        meta={"bind": {"x": "x", "y": "y"}},
    )  # fmt: skip
    chart.add_scatter(
        x=values["path_x"],
        y=values["path_y"],
        mode="lines+markers",
        line={"color": theme.STUDENT, "width": theme.LINE},
        marker={"size": 7},
        hovertemplate="%{x:.3f}, %{y:.3f}<extra></extra>",
        meta={"bind": {"x": "path_x", "y": "path_y"}},
    )
    chart.add_scatter(
        x=values["end_x"], y=values["end_y"], mode="markers", marker={"size": 16, "color": theme.STUDENT},
        hoverinfo="skip", meta={"bind": {"x": "end_x", "y": "end_y"}},
    )  # fmt: skip
    chart.add_scatter(
        x=list(range(STEPS + 1)),
        y=values["gap"],
        mode="lines",
        line={"color": theme.STUDENT, "width": 4},
        xaxis="x2",
        yaxis="y2",
        hovertemplate="%{x}: %{y:.2g}<extra></extra>",
        meta={"bind": {"y": "gap"}},
    )
    places = [sign * np.array(MINIMUM[name]) for sign in ((1, -1) if name == "network" else (1,))]
    cross = {"symbol": "x-thin", "size": 14, "line": {"width": 4, "color": theme.TRUTH}}
    x, y = zip(*(place.tolist() for place in places), strict=True)
    chart.add_scatter(x=x, y=y, mode="markers", marker=cross, hoverinfo="skip")
    wide, high = REACH
    chart.update_layout(
        xaxis={
            "range": [-wide, wide],
            "tickvals": [-2, 0, 2],
            "title": {"text": words["descent_first"], "standoff": 2},
        },
        yaxis={
            "range": [-high, high],
            "tickvals": [-2, 0, 2],
            "title": {"text": words["descent_second"], "standoff": 2},
        },
        xaxis2={"range": [0, STEPS], "title": {"text": words["descent_steps"], "standoff": 2}},
        yaxis2={"type": "log", "range": [-9.3, 2.3], "dtick": 3, "exponentformat": "power"},
    )
    return note(chart, claim=words[claim])


def _contours(chart: go.Figure, name: str) -> None:
    """Lines of equal loss above its least: each fourth line is ten times as high."""
    land, best = LANDSCAPES[name], np.array(MINIMUM[name])
    x, y = (np.linspace(-reach, reach, count) for reach, count in zip(REACH, GRID, strict=True))
    gap = land.loss(np.stack(np.meshgrid(x, y), axis=-1)) - land.loss(best)
    low, high, step = CONTOURS
    chart.add_contour(
        x=x.round(3),
        y=y.round(3),
        z=np.log10(np.maximum(gap, 1e-9)).round(4),
        contours={"coloring": "lines", "start": low, "end": high, "size": step},
        colorscale=[[0, theme.REST], [1, theme.REST]],
        line={"width": 1.5},
        showscale=False,
        hoverinfo="skip",
    )


@cached
def bounce(values: Mapping[str, Any], guess: Sequence[float], words: Mapping[str, str]) -> go.Figure:
    """One weight on its parabola, and by how much each rate multiplies the distance; ``guess`` are the rates asked."""
    chart = side_by_side((1, 1.1), (words["rate_hill"], words["rate_factor"]), height=340)
    chart.add_scatter(
        x=[4 * rate - 2 for rate in RATES],
        y=values["hill"],
        mode="lines",
        line={"color": theme.REST, "width": 4},
        hoverinfo="skip",
        meta={"bind": {"y": "hill"}},
    )
    chart.add_scatter(
        x=values["path_x"],
        y=values["path_y"],
        mode="lines+markers",
        line={"color": theme.STUDENT, "width": theme.LINE},
        marker={"size": 11},
        hovertemplate="%{x:.3f}<extra></extra>",
        meta={"bind": {"x": "path_x", "y": "path_y"}},
    )
    chart.add_scatter(
        x=RATES,
        y=values["size"],
        mode="lines",
        line={"color": theme.TRUTH, "width": 4},
        xaxis="x2",
        yaxis="y2",
        hovertemplate="%{x:.2f}: %{y:.2f}<extra></extra>",
        meta={"bind": {"y": "size"}},
    )
    chart.add_scatter(
        x=[0, 1], y=[1, 1], mode="lines", line={"color": theme.FAINT, "width": theme.LINE, "dash": "dash"},
        xaxis="x2", yaxis="y2", hoverinfo="skip",
    )  # fmt: skip
    chart.add_scatter(
        x=list(guess), y=[1.8] * len(guess), mode="markers+text", text=[f"{rate:g}" for rate in guess],
        textposition="top center", marker={"symbol": "triangle-down", "size": 13, "color": theme.FAINT},
        xaxis="x2", yaxis="y2", hoverinfo="skip",
    )  # fmt: skip
    chart.add_scatter(
        x=values["now_x"], y=values["now_y"], mode="markers", marker={"size": 18, "color": theme.STUDENT},
        xaxis="x2", yaxis="y2", hoverinfo="skip", meta={"bind": {"x": "now_x", "y": "now_y"}},
    )  # fmt: skip
    chart.add_annotation(
        x=0.01, y=1, xref="x2", yref="y2", text=words["rate_one"], showarrow=False, xanchor="left", yanchor="bottom",
        yshift=2, font={"color": theme.FAINT},
    )  # fmt: skip
    chart.update_layout(
        xaxis={"range": [-2, 2], "tickvals": [-1, 0, 1], "title": {"text": words["rate_weight"], "standoff": 2}},
        yaxis={"range": [-0.2, 5.2], "tickvals": [0, 2, 4]},
        xaxis2={"range": [0, 1.02], "dtick": 0.25, "title": {"text": words["learning_rate"], "standoff": 2}},
        yaxis2={"range": [-0.08, STEEPEST], "tickvals": [0, 1, 2]},
    )
    return note(chart, claim=words["rate_claim"])


@cached
def two_entropies(values: Mapping[str, Any], names: Sequence[str], words: Mapping[str, str]) -> go.Figure:
    """Truth and belief to drag; their two costs as lengths; and the cost while q learns p. ``names``: p's, then q's."""
    headings = words["entropy_answers"], words["entropy_lengths"], words["entropy_learning"]
    chart = side_by_side((1.5, 0.9, 0.9), headings, gap=0.075, height=350)
    half = len(names) // 2
    chart.add_bar(
        x=list(names),
        y=values["shares"],
        text=values["shares_text"],
        textposition="outside",
        cliponaxis=False,
        marker={
            "color": [theme.TRUTH] * half + [theme.STUDENT] * half,
            "pattern": {"shape": [""] * half + ["/"] * half},
        },
        hovertemplate="%{x}: %{y:.3f}<extra></extra>",
        meta={"bind": {"y": "shares", "text": "shares_text"}},
    )
    stack = {"x": ["H(p)", "CE(p, q)"], "xaxis": "x2", "yaxis": "y2", "hovertemplate": "%{y:.3f}<extra></extra>"}
    chart.add_bar(y=values["own_bars"], marker_color=theme.TRUTH, meta={"bind": {"y": "own_bars"}}, **stack)
    chart.add_bar(y=values["extra_bars"], marker_color=theme.STUDENT, meta={"bind": {"y": "extra_bars"}}, **stack)
    place = {"xaxis": "x3", "yaxis": "y3", "hovertemplate": "%{y:.3f}<extra></extra>"}
    ink, pen = {"color": theme.TRUTH, "width": theme.LINE, "dash": "dash"}, {"color": theme.STUDENT, "width": 4}
    chart.add_scatter(x=TOWARDS, y=values["path"], mode="lines", line=pen, meta={"bind": {"y": "path"}}, **place)
    chart.add_scatter(x=[0, 1], y=values["floor"], mode="lines", line=ink, meta={"bind": {"y": "floor"}}, **place)
    dot = {"size": 16, "color": theme.STUDENT}
    chart.add_scatter(x=[0], y=values["now_y"], mode="markers", marker=dot, meta={"bind": {"y": "now_y"}}, **place)
    moving_text(
        chart, "KL", (values["top_at"], values["top"]), theme.STUDENT, side="top center", axis="2", gap=3,
        x="top_at", y="top",
    )  # fmt: skip
    moving_text(
        chart, "H(p)", (0.02, values["entropy"]), theme.TRUTH, side=values["name_at"], axis="3", gap=3,
        y="entropy", textposition="name_at",
    )  # fmt: skip
    tall = {"range": [0, HIGHEST], "dtick": 1}
    chart.update_layout(
        barmode="stack",
        xaxis={"type": "category"},
        yaxis={"range": [0, 1.12], "tickvals": [0, 0.5, 1]},
        xaxis2={"type": "category"},
        yaxis2=tall,
        xaxis3={"range": [-0.06, 1.06], "tickvals": [0, 1], "ticktext": ["q", "q = p"]},
        yaxis3=tall,
    )
    return note(chart, claim=words["entropy_claim"])
