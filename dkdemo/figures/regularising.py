"""Pictures of an over-wide network held back: decision surfaces, what is bought, degrees of freedom, and a surprise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dkdemo.experiments.overwide import EDGE, FLIPPED, METHODS
from dkdemo.figures import theme
from dkdemo.figures.binding import bind_snapshot, fill
from dkdemo.figures.curves import curve
from dkdemo.figures.dashes import dashed
from dkdemo.figures.kept import cached
from dkdemo.figures.naming import TALL, spread_out
from dkdemo.figures.panels import note, side_by_side
from dkdemo.jobs.view import RunView

# Test accuracy in %, Inception on CIFAR-10: Zhang et al. 2017, arXiv:1611.03530, Table 1.
PAPER = {"plain": 85.75, "decay": 86.03, "augment": 89.31, "both": 89.05}
FEW, MANY = 200, 800  # pictures that the claim compares
BOUGHT, BOUGHT_TALL = (-2, -0.3), 245  # what the error's axis shows, log10; its pixels
STYLES = {
    "plain": (theme.TRUTH, "dash"),
    "decay": (theme.FAINT, "dashdot"),
    "augment": (theme.STUDENT, "solid"),
    "both": (theme.STUDENT, "dot"),
}


@cached
def surface(view: RunView, words: Mapping[str, str]) -> go.Figure:
    """Four nets of one run on the plane; under each what all its runs measured."""
    chart = side_by_side((1, 1, 1, 1), [words[f"method_{name}"] for name in METHODS], height=350, gap=0.02)
    result = view.result or {}
    shown = view.snapshots["surface"].arrays if "surface" in view.snapshots else result.get("surface", {})
    for place, name in enumerate(METHODS):
        axis = str(place + 1) if place else ""
        where = {"xaxis": f"x{axis}", "yaxis": f"y{axis}"}
        heat = go.Heatmap(
            z=shown.get(name, [[0.5, 0.5], [0.5, 0.5]]), x=shown.get("side", [-EDGE, EDGE]),
            y=shown.get("side", [-EDGE, EDGE]), zmin=0, zmax=1, zsmooth="best", showscale=False, hoverinfo="skip",
            colorscale=[[0, theme.REST], [0.5, theme.PAPER], [1, theme.STUDENT]], **where,
        )  # fmt: skip
        chart.add_trace(bind_snapshot(heat, "surface", z=name, x="side", y="side"))
        hidden = {"visible": False, "constrain": "domain", "range": [-EDGE, EDGE]}
        hidden["title"] = {"text": " "}  # not shown, but it makes a phone leave room for the numbers below
        chart.update_layout({f"xaxis{axis}": hidden, f"yaxis{axis}": {**hidden, "scaleanchor": f"x{axis}"}})
        if result:
            _points(chart, result, where)
            _numbers(chart, result, place, axis, words)
    chart.update_layout(margin={"l": 10, "r": 10, "t": 20, "b": 64})
    if not result:
        return note(chart, claim=fill(words["surface_waiting"], {"flipped": FLIPPED}))
    facts = {name: np.mean(result["error"][place]) for place, name in enumerate(METHODS)}
    facts |= {"points": result["n"]["train"], "parameters": result["parameters"]}
    return note(chart, claim=fill(words["surface_claim"], facts))


def _points(chart: go.Figure, result: Mapping[str, Any], where: Mapping[str, str]) -> None:
    x, y = np.asarray(result["x"]), np.asarray(result["y"])
    for label, symbol in enumerate(("circle-open", "x")):
        chart.add_scatter(
            x=x[y == label, 0], y=x[y == label, 1], mode="markers", hoverinfo="skip",
            marker={"symbol": symbol, "size": 7, "color": theme.TRUTH}, **where,
        )  # fmt: skip


def _numbers(chart: go.Figure, result: Mapping[str, Any], place: int, axis: str, words: Mapping[str, str]) -> None:
    error = np.asarray(result["error"])[place]
    facts = {
        "error": error.mean(),
        "spread": 100 * error.std(ddof=1),
        "norm": np.mean(result["norm"][place]),
        "zero": np.mean(result["zero"][place]),
    }
    chart.add_annotation(
        x=0.5, y=0, xref=f"x{axis} domain", yref=f"y{axis} domain", text=fill(words["surface_numbers"], facts),
        showarrow=False, xanchor="center", yanchor="top", yshift=-4,
    )  # fmt: skip


@cached
def buys(view: RunView, sizes: Sequence[int], words: Mapping[str, str]) -> go.Figure:
    """Test error against the number of pictures, for four ways of holding back; beside it the paper's table."""
    chart = side_by_side((1.6, 1), (words["buys_here"], words["buys_paper"]), height=350, gap=0.15)
    if view.result is not None:
        _runs(chart, view.result)
    for name, (color, dash) in STYLES.items():
        curve(chart, view, name, color, "", dash=dash, x="size")
    found = [event.metrics for event in view.progress if "size" in event.metrics]
    if found and not view.running:
        _named(chart, found[-1], words)
    for place, accuracy in enumerate(PAPER.values()):
        chart.add_scatter(
            x=[accuracy], y=[-place], mode="markers+text", text=[f"{accuracy:.2f}%"], textposition="top center",
            textfont={"color": theme.TRUTH}, marker={"size": 15, "color": theme.FAINT}, xaxis="x2", yaxis="y2",
            hoverinfo="skip", cliponaxis=False,
        )  # fmt: skip
    chart.update_layout(
        xaxis={
            "type": "log", "range": [np.log10(sizes[0]) - 0.05, np.log10(sizes[-1]) + 1.35], "tickvals": list(sizes),
            "title": {"text": words["buys_size"], "standoff": 4},
        },
        yaxis={"type": "log", "range": BOUGHT, "tickvals": [0.01, 0.02, 0.05, 0.1, 0.2, 0.4], "tickformat": ".0%"},
        xaxis2={"range": [85, 90.3], "tickvals": [86, 88, 90], "ticksuffix": "%"},
        yaxis2={
            "range": [-3.5, 0.8], "tickvals": [0, -1, -2, -3], "ticktext": [words[f"method_{name}"] for name in PAPER],
        },
    )  # fmt: skip
    if view.result is None:
        return note(chart, claim=words["buys_waiting"])
    return note(chart, claim=buys_claim(view.result, words))


def _runs(chart: go.Figure, result: Mapping[str, Any]) -> None:
    """A faint dot for each run."""
    sizes, errors = np.asarray(result["sizes"]), np.asarray(result["error"])
    for place, (color, _) in enumerate(STYLES.values()):
        runs = errors[:, place]
        chart.add_scatter(
            x=np.repeat(sizes, runs.shape[1]), y=runs.ravel(), mode="markers", hoverinfo="skip",
            marker={"size": 7, "color": color, "opacity": 0.45},
        )  # fmt: skip


def _named(chart: go.Figure, last: Mapping[str, float], words: Mapping[str, str]) -> None:
    """Each curve's dash, name and last value beside its end, pushed apart where curves end close together."""
    order = sorted(STYLES, key=lambda name: -last[name])
    heights = spread_out([np.log10(last[name]) for name in order], (BOUGHT[1] - BOUGHT[0]) * TALL / BOUGHT_TALL)
    for name, height in zip(order, heights, strict=True):
        color, dash = STYLES[name]
        text = f"{dashed(dash, words[f'method_{name}'])} {100 * last[name]:.1f}%"
        theme.direct_label(chart, np.log10(last["size"]), height, text, color)


def buys_claim(result: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """In points of test error: what decay, augmentation and more pictures buy a net that has seen `FEW`."""
    errors, sizes = 100 * np.asarray(result["error"]).mean(2), list(result["sizes"])
    few, many = sizes.index(FEW), sizes.index(MANY)
    facts = {
        "n": FEW,
        "plain": errors[few, 0],
        "decay": errors[few, 0] - errors[few, 1],
        "augment": errors[few, 0] - errors[few, 2],
        "times": MANY / FEW,
        "data": errors[few, 0] - errors[many, 0],
    }
    return fill(words["buys_claim"], facts)


@cached
def freedom(answer: Mapping[str, Any], values: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """What is left of every direction at N = n; beside it the double descent at this ridge, at 0, and tuned."""
    chart = side_by_side((1, 1.25), (words["freedom_shares"], words["freedom_errors"]), height=340)
    count = len(values["shares"])
    chart.add_scatter(
        x=list(range(1, count + 1)), y=values["shares"], mode="lines", fill="tozeroy", hoverinfo="skip",
        line={"color": theme.STUDENT, "width": theme.LINE}, meta={"bind": {"y": "shares"}},
    )  # fmt: skip
    widths = list(answer["widths"])
    place = {"xaxis": "x2", "yaxis": "y2"}
    bare, tuned = np.asarray(answer["test"])[0].mean(1), np.asarray(answer["tuned"]).mean(1)
    grey = {"color": theme.REST, "width": theme.LINE + 1}
    chart.add_scatter(x=widths, y=bare, mode="lines", line=grey, hoverinfo="skip", **place)
    broken = {"color": theme.TRUTH, "width": theme.LINE, "dash": "dash"}
    chart.add_scatter(
        x=widths, y=tuned, mode="lines", line=broken, hovertemplate="N = %{x}: %{y:.1%}<extra></extra>", **place
    )
    thick = {"color": theme.STUDENT, "width": theme.LINE + 1}
    chart.add_scatter(
        x=widths, y=values["mean"], mode="lines", line=thick, meta={"bind": {"y": "mean"}}, hoverinfo="skip", **place
    )
    chart.add_scatter(
        x=[answer["examples"]], y=values["mark"], mode="markers", marker={"color": theme.STUDENT, "size": 14},
        meta={"bind": {"y": "mark"}}, hoverinfo="skip", **place,
    )  # fmt: skip
    at, right = np.log10(answer["examples"]), np.log10(widths[-1])
    chart.add_annotation(
        x=right, y=tuned[-1] + 0.06, xref="x2", yref="y2", text=dashed("dash", words["freedom_tuned"]), showarrow=False,
        xanchor="right", yanchor="bottom", font={"color": theme.TRUTH},
    )  # fmt: skip
    chart.add_annotation(
        x=at, y=0.66, xref="x2", yref="y2", text=words["freedom_zero"], showarrow=False, xanchor="left", xshift=18,
        font={"color": theme.FAINT},
    )  # fmt: skip
    chart.update_layout(
        xaxis={"range": [0, count + 1], "title": {"text": words["freedom_direction"], "standoff": 4}},
        yaxis={"range": [0, 1.04], "tickformat": ".0%", "tickvals": [0, 0.5, 1]},
        xaxis2={
            "type": "log",
            "tickvals": [round(share * answer["examples"]) for share in (0.125, 0.5, 1, 2, 8)],
            "title": {"text": words["freedom_width"], "standoff": 4},
        },
        yaxis2={"range": [0, 1], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]},
    )
    return note(chart, claim=words["freedom_claim"])


@cached
def hurts(answer: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """Test error of one network on ever more pictures, without a ridge and with the tuned one."""
    chart = theme.figure(350, margin={**theme.layout()["margin"], "t": 16})
    sizes = list(answer["sizes"])
    for name, color, dash, width in (
        ("tuned", theme.TRUTH, "dash", theme.LINE),
        ("plain", theme.STUDENT, "solid", theme.LINE + 2),
    ):
        runs = np.asarray(answer[name])
        chart.add_scatter(
            x=[*sizes, *sizes[::-1]], y=[*runs.max(1), *runs.min(1)[::-1]], fill="toself", mode="none",
            fillcolor=color, opacity=0.18, hoverinfo="skip",
        )  # fmt: skip
        chart.add_scatter(
            x=sizes, y=runs.mean(1), mode="lines+markers", line={"color": color, "width": width, "dash": dash},
            marker={"size": 8}, hovertemplate="n = %{x}: %{y:.1%}<extra></extra>",
        )  # fmt: skip
    width = answer["width"]
    at, plain, tuned = sizes.index(width), np.mean(answer["plain"], axis=1), np.mean(answer["tuned"], axis=1)
    before = sizes.index(width // 2)
    for x, y, text, color, anchor in (
        (width, plain[at], f"{plain[at]:.0%}", theme.STUDENT, "left"),
        (sizes[before], plain[before] + 0.06, f"{plain[before]:.0%}", theme.STUDENT, "center"),
        (sizes[-1], plain[-1] + 0.1, words["hurts_plain"], theme.STUDENT, "right"),
        (sizes[0], 0.08, words["hurts_tuned"], theme.TRUTH, "left"),
    ):
        chart.add_annotation(
            x=np.log10(x), y=y, text=text, showarrow=False, xanchor=anchor, xshift=12 if y == plain[at] else 0,
            font={"color": color, "size": theme.FONT_SIZE + 2},
        )  # fmt: skip
    chart.update_layout(
        xaxis={
            "type": "log",
            "tickvals": [25, 50, 100, 200, 400, 800],
            "title": {"text": words["hurts_size"], "standoff": 4},
        },
        yaxis={"range": [0, 1], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]},
    )
    facts = {
        "half": sizes[before],
        "full": width,
        "before": plain[before],
        "after": plain[at],
        "tuned_before": tuned[before],
        "tuned_after": tuned[at],
    }
    return note(chart, claim=fill(words["hurts_claim"], facts))
