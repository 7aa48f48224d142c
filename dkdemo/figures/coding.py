"""Pictures of one vector read by many matrices: the switches, CPC by steps ahead, and the bound of log N."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import bind, bind_snapshot, fill
from dkdemo.figures.kept import cached
from dkdemo.figures.panels import moving_text, note, side_by_side
from dkdemo.jobs.view import RunView

BOARD = [[0, theme.DARK], [0.5, theme.PAPER], [1, theme.STUDENT]]


@cached
def switches(answer: Mapping[str, Any], values: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """What each switch reads of each input, at the size of h chosen; and what stays unread at every size."""
    chart = side_by_side((0.8, 1), (words["switches_board"], words["switches_unread"]), height=320, gap=0.14)
    length, dimensions = answer["length"], list(answer["dimensions"])
    names = [f"x{k + 1}" for k in range(length)]
    board = go.Heatmap(
        z=values["table"], x=names, y=[f"W{k + 1}" for k in range(length)], zmin=-1, zmax=1, colorscale=BOARD,
        showscale=False, xgap=2, ygap=2, hovertemplate="%{y} → %{x}: %{z:.2f}<extra></extra>",
    )  # fmt: skip
    chart.add_trace(bind(board, z="table"))
    place = {"xaxis": "x2", "yaxis": "y2"}
    exact = np.array([0, length, dimensions[-1]])
    chart.add_scatter(
        x=exact, y=np.maximum(0, 1 - exact / length), mode="lines", hoverinfo="skip",
        line={"color": theme.TRUTH, "width": theme.LINE, "dash": "dot"}, **place,
    )  # fmt: skip
    unread = np.asarray(answer["unread"])
    chart.add_scatter(
        x=np.repeat(dimensions, unread.shape[1]), y=unread.ravel(), mode="markers",
        hovertemplate="%{y:.1%}<extra></extra>",
        marker={"size": 9, "color": theme.STUDENT, "opacity": 0.5}, **place,
    )  # fmt: skip
    here = go.Scatter(
        x=values["here_x"], y=values["here_y"], mode="markers", cliponaxis=False, hoverinfo="skip",
        marker={"size": 20, "symbol": "circle-open", "color": theme.STUDENT, "line": {"width": 4}}, **place,
    )  # fmt: skip
    chart.add_trace(bind(here, x="here_x", y="here_y"))
    chart.add_annotation(
        x=0.5 * length, y=0.5, xref="x2", yref="y2", text=words["switches_exact"], showarrow=False, xanchor="left",
        yanchor="bottom", xshift=8,
    )  # fmt: skip
    chart.update_layout(
        xaxis={"type": "category", "constrain": "domain", "showgrid": False},
        yaxis={
            "type": "category",
            "autorange": "reversed",
            "scaleanchor": "x",
            "constrain": "domain",
            "showgrid": False,
        },
        xaxis2={
            "title": {"text": words["switches_dimension"], "standoff": 4},
            "range": [0, dimensions[-1] + 0.5],
            "dtick": 1 if length < 8 else 2,
        },
        yaxis2={"range": [-0.05, 1.05], "tickformat": ".0%", "dtick": 0.25},
    )
    return note(chart, claim=words["switches_claim"])


@cached
def cpc(view: RunView, words: Mapping[str, str], *, ahead: int, cap: float, ceiling: Sequence[float]) -> go.Figure:
    """By how far ahead: how often the true future is found, and how many nats InfoNCE vouches for.

    Args:
        view: the run so far. ahead: K. cap: log N. ceiling: the exact information, where it is known.
    """
    chart = side_by_side((1, 1), (words["cpc_accuracy"], words["cpc_estimate"]), height=318)
    steps = list(range(1, ahead + 1))
    ghost = view.ghost.result if view.ghost is not None else None
    result = view.result
    now = view.snapshots["ahead"].arrays if "ahead" in view.snapshots else {}
    for name, axis in (("accuracy", ""), ("estimate", "2")):
        place = {"xaxis": f"x{axis}", "yaxis": f"y{axis}"}
        if ghost is not None:
            chart.add_scatter(
                x=steps, y=np.asarray(ghost[name]).mean(0), mode="lines", hoverinfo="skip",
                line={"color": theme.REST, "width": theme.LINE}, **place,
            )  # fmt: skip
        if result is not None:
            each = np.asarray(result[name])
            chart.add_scatter(
                x=np.tile(steps, len(each)), y=each.ravel(), mode="markers", hoverinfo="skip",
                marker={"size": 9, "color": theme.STUDENT, "opacity": 0.5}, **place,
            )  # fmt: skip
        line = go.Scatter(
            x=steps, y=np.asarray(now[name]).tolist() if name in now else [None] * ahead, mode="lines+markers",
            line={"color": theme.STUDENT, "width": 4}, marker={"size": 8},
            hovertemplate="k = %{x}: %{y:.2f}<extra></extra>", **place,
        )  # fmt: skip
        chart.add_trace(bind_snapshot(line, "ahead", y=name))
    level(chart, steps, [float(np.exp(-cap))] * ahead, "", theme.FAINT, "")  # named in the heading
    level(chart, steps, [cap] * ahead, words["cpc_cap"], theme.FAINT, "2", dash="solid")
    if len(ceiling):
        level(chart, steps, list(ceiling), words["cpc_ceiling"], theme.TRUTH, "2")
    side = {"title": {"text": words["cpc_ahead"], "standoff": 4}, "range": [0.7, ahead + 0.3], "dtick": 1}
    chart.update_layout(
        xaxis=side,
        xaxis2=side,
        yaxis={"range": [0, 1.04], "tickformat": ".0%", "dtick": 0.25},
        yaxis2={"range": [-0.05, 1.14 * max(cap, *ceiling, 1.0)], "dtick": 1},
    )
    return note(chart, claim=cpc_claim(result, words) if result is not None else words["cpc_running"])


def cpc_claim(result: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """What the run found one step and K steps ahead; without strangers, how far apart the codes are left.

    log N - L is a lower bound of the information, so the best of the seeds tells most of it.
    """
    found, told = np.asarray(result["accuracy"]).mean(0), np.asarray(result["estimate"])
    facts = {
        "near": float(found[0]),
        "far": float(found[-1]),
        "ahead": len(found),
        "asked": result["asked"],
        "estimate": float(told[:, 0].max()),
        "cap": result["cap"],
        "spread": float(np.mean(result["spread"])),
        "before": result["untrained_spread"],
    }
    return fill(words["cpc_claim_alone" if result["choices"] == 1 else "cpc_claim"], facts)


def level(
    chart: go.Figure, x: Sequence[float], y: Sequence[float], label: str, color: str, axis: str, dash: str = "dash"
) -> None:
    """A known line, named over one of its ends."""
    place = {"xaxis": f"x{axis}", "yaxis": f"y{axis}"}
    line = {"color": color, "width": theme.LINE, "dash": dash}
    end, anchor = (-1, "right") if dash == "solid" else (0, "left")
    chart.add_scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", **place)
    if not label:
        return
    chart.add_annotation(
        x=x[end], y=y[end], xref=f"x{axis}", yref=f"y{axis}", text=label, showarrow=False, xanchor=anchor,
        yanchor="bottom", yshift=3, font={"color": color},
    )  # fmt: skip


@cached
def bound(values: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """A perfect critic's estimate against the number of choices: under log N, and under the truth."""
    chart = theme.figure(340)
    choices = [2**power for power in range(1, len(values["estimates"]) + 1)]
    chart.add_scatter(
        x=choices, y=values["caps"], mode="lines", line={"color": theme.FAINT, "width": theme.LINE}, hoverinfo="skip"
    )
    truth = go.Scatter(
        x=choices, y=values["truth"], mode="lines", line={"color": theme.TRUTH, "width": theme.LINE, "dash": "dash"},
        hovertemplate="%{y:.2f}<extra></extra>",
    )  # fmt: skip
    found = go.Scatter(
        x=choices, y=values["estimates"], mode="lines+markers", line={"color": theme.STUDENT, "width": 4},
        marker={"size": 9}, hovertemplate="N = %{x}: %{y:.2f}<extra></extra>",
    )  # fmt: skip
    here = go.Scatter(
        x=values["here_x"], y=values["here_y"], mode="markers", cliponaxis=False, hoverinfo="skip",
        marker={"size": 22, "symbol": "circle-open", "color": theme.STUDENT, "line": {"width": 4}},
    )  # fmt: skip
    chart.add_trace(bind(truth, y="truth"))
    chart.add_trace(bind(found, y="estimates"))
    chart.add_trace(bind(here, x="here_x", y="here_y"))
    chart.add_annotation(
        x=np.log10(choices[-1]), y=values["caps"][-1], text=words["bound_cap"], showarrow=False, xanchor="right",
        yanchor="bottom", xshift=-24, yshift=6, font={"color": theme.FAINT},
    )  # fmt: skip
    moving_text(
        chart,
        words["bound_truth"],
        (1.85, values["information"]),
        theme.TRUTH,
        side="top right",
        gap=3,
        y="information",
    )
    chart.update_layout(
        xaxis={
            "type": "log",
            "dtick": np.log10(2),
            "tickvals": choices,
            "range": [np.log10(1.8), np.log10(1150)],
            "title": {"text": words["bound_choices"], "standoff": 4},
        },
        yaxis={"range": [0, 8.4], "dtick": 2},
    )
    return note(chart, claim=words["bound_claim"])
