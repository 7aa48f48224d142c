"""Pictures of a net made smaller: weights that go, bits that go, int8 really run, and all ways on one plane."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import bind, bind_snapshot, fill, grow
from dkdemo.figures.dashes import dashed
from dkdemo.figures.kept import cached
from dkdemo.figures.panels import note, side_by_side
from dkdemo.jobs.view import RunView

CURVES = (  # key, where its x is, colour, dash, marker
    ("magnitude", "percent", theme.STUDENT, "solid", ""),
    ("random", "percent", theme.TRUTH, "dash", ""),
    ("magnitude_tuned", "tuned_percent", theme.STUDENT, "dot", "diamond"),
    ("random_tuned", "tuned_percent", theme.TRUTH, "dot", "square"),
)
RULES = (("widest", theme.TRUTH, "dash", "square"), ("fitted", theme.STUDENT, "solid", "circle"))
ERRORS = {  # a share, logarithmic: 1 % to 100 %
    "type": "log",
    "range": [-2.05, 0.05],
    "tickvals": [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1],
    "ticktext": ["1%", "2%", "5%", "10%", "20%", "50%", "100%"],
}
FAMILIES = (  # result's family, colour, symbol, dash
    ("alone", theme.FAINT, "circle-open", "dash"),
    ("distilled", theme.STUDENT, "circle", "solid"),
    ("pruned", theme.TRUTH, "square", "dash"),
    ("rounded", theme.TRUTH, "diamond-open", "dot"),
    ("both", theme.TRUTH, "star", "solid"),
    ("dense", theme.TEACHER, "hexagon", "solid"),
)
NEAR = 0.005  # half a point of errors: as good as the dense net


def points(view: RunView, x: str, y: str) -> tuple[list[float], list[float]]:
    """What the run has told of one curve so far."""
    found = [event.metrics for event in view.progress if y in event.metrics and x in event.metrics]
    return [one[x] for one in found], [one[y] for one in found]


def waiting(view: RunView, words: Mapping[str, str], scene: str) -> str:
    """The line above a picture that is not finished."""
    return words["running" if view.running else f"{scene}_waiting"]


@cached
def pruning(view: RunView, values: Mapping[str, Any] | None, words: Mapping[str, str]) -> go.Figure:
    """Left the sizes of all weights, cut where the slider stands; right the errors along the whole way."""
    chart = side_by_side((0.8, 1.2), (words["pruning_sizes"], words["pruning_errors"]), height=340)
    edges = np.asarray(view.result["edges"]) if view.result else np.linspace(0, 0.2, 42)
    for key, color in (("stay", theme.STUDENT), ("gone", theme.REST)):
        bars = go.Bar(
            x=(edges[1:] + edges[:-1]) / 2, y=values[key] if values else [], marker_color=color, hoverinfo="skip"
        )
        chart.add_trace(bind(bars, y=key))
    for key, x, color, dash, symbol in CURVES:
        across, up = points(view, x, key)
        line = go.Scatter(
            x=across, y=up, xaxis="x2", yaxis="y2", mode="lines+markers" if symbol else "lines",
            line={"color": color, "dash": dash, "width": 2 if symbol else theme.LINE + 1},
            marker={"size": 11, "symbol": symbol or "circle", "color": color},
            hovertemplate=f"{words[f'pruning_{key}']}: %{{x}}%, %{{y:.1%}}<extra></extra>",
        )  # fmt: skip
        chart.add_trace(grow(line, key, x=x))
    if values:
        dots = go.Scatter(
            x=values["now_x"], y=values["now"], xaxis="x2", yaxis="y2", mode="markers", hoverinfo="skip",
            marker={"size": 17, "color": [theme.STUDENT, theme.TRUTH], "symbol": ["circle", "square"]},
        )  # fmt: skip
        chart.add_trace(bind(dots, x="now_x", y="now"))
    _names_of_curves(chart, words)
    chart.update_layout(
        barmode="stack",
        bargap=0.05,
        xaxis={"range": [0, edges[-1]], "title": {"text": words["pruning_weight"], "standoff": 4}, "nticks": 5},
        yaxis={"showticklabels": False, "rangemode": "tozero"},
        xaxis2={"range": [0, 100], "ticksuffix": "%", "title": {"text": words["pruning_percent"], "standoff": 4}},
        yaxis2=ERRORS,
    )
    return note(chart, claim=words["pruning_claim"] if view.result else waiting(view, words, "pruning"))


def _names_of_curves(chart: go.Figure, words: Mapping[str, str]) -> None:
    """A key in the corner that no curve enters: with half of the weights left, all of them still lie low."""
    for row, (key, _, color, dash, symbol) in enumerate(CURVES):
        name = words[f"pruning_{key}"]
        mark = {"diamond": "◆", "square": "■"}.get(symbol)
        text = f"{mark} {name}" if mark else dashed(dash, name)
        chart.add_annotation(
            x=1, y=math.log10(0.85) - 0.2 * row, xref="x2", yref="y2", text=text,
            showarrow=False, xanchor="left", font={"color": color},
        )  # fmt: skip


@cached
def bits(view: RunView, values: Mapping[str, Any] | None, words: Mapping[str, str]) -> go.Figure:
    """Left a layer's weights and the rungs they may stand on; right the errors by the number of bits."""
    chart = side_by_side((1.1, 0.9), (words["bits_weights"], words["bits_errors"]), height=300)
    result = view.result
    edges = np.asarray(result["edges"]) if result else np.linspace(-0.2, 0.2, 62)
    heights = np.asarray(result["counts"]) / np.asarray(result["counts"]).max() if result else []
    chart.add_bar(x=(edges[1:] + edges[:-1]) / 2, y=heights, marker_color=theme.REST, hoverinfo="skip")
    rungs = go.Scatter(
        x=values["rung_x"] if values else [], y=values["rung_y"] if values else [], mode="lines", hoverinfo="skip",
        line={"color": theme.STUDENT, "width": 1.5}, opacity=0.6,
    )  # fmt: skip
    chart.add_trace(bind(rungs, x="rung_x", y="rung_y"))
    for key, color, dash, symbol in RULES:
        across, up = points(view, "bits", key)
        line = go.Scatter(
            x=across, y=up, xaxis="x2", yaxis="y2", mode="lines+markers", marker={"size": 9, "symbol": symbol},
            line={"color": color, "dash": dash, "width": theme.LINE + 1},
            hovertemplate=f"{words[f'bits_{key}']}: %{{x}} bits, %{{y:.1%}}<extra></extra>",
        )  # fmt: skip
        chart.add_trace(grow(line, key, x="bits"))
    if values:
        dots = go.Scatter(
            x=values["now_x"], y=values["now"], xaxis="x2", yaxis="y2", mode="markers", hoverinfo="skip",
            marker={"size": 17, "color": [rule[1] for rule in RULES], "symbol": [rule[3] for rule in RULES]},
        )  # fmt: skip
        chart.add_trace(bind(dots, x="now_x", y="now"))
    for row, (key, color, dash, _) in enumerate(RULES):
        chart.add_annotation(
            x=8.2, y=math.log10(0.85) - 0.22 * row, xref="x2", yref="y2", text=dashed(dash, words[f"bits_{key}"]),
            showarrow=False, xanchor="left", font={"color": color},
        )  # fmt: skip
    chart.update_layout(
        bargap=0,
        xaxis={"range": [edges[0], edges[-1]], "title": {"text": words["bits_weight"], "standoff": 4}, "nticks": 7},
        yaxis={"showticklabels": False, "range": [0, 1.04]},
        xaxis2={"range": [8.4, 0.6], "dtick": 1, "title": {"text": words["bits_width"], "standoff": 4}},
        yaxis2=ERRORS,
    )
    return note(chart, claim=words["bits_claim"] if result else waiting(view, words, "bits"))


@cached
def int8(view: RunView, words: Mapping[str, str]) -> go.Figure:
    """Float32 beside int8: the file, the errors, and the time of one picture and of a crowd."""
    result = view.result
    headings = [words["int8_file"], words["int8_errors"], words["int8_one"], words["int8_crowd"]]
    chart = side_by_side((1, 1, 1, 1), headings, height=320, gap=0.07)
    bars: list[list[float]] = [[0.0, 0.0]] * 4
    if result:
        bars = [
            [size / 1000 for size in result["bytes"] or (math.nan, math.nan)],
            [float(np.mean(own)) for own in np.asarray(result["errors"])],
            *[[1000 * float("nan" if each is None else each) for each in row] for row in result["seconds_each"]],
        ]
    for place, (values, form) in enumerate(zip(bars, ("{:.0f}", "{:.2%}", "{:.2f}", "{:.2f}"), strict=True)):
        axis = str(place + 1) if place else ""
        top = max((value for value in values if math.isfinite(value)), default=0.0)
        chart.add_bar(
            x=["float32", "int8"],
            y=values,
            text=["" if not value or math.isnan(value) else form.format(value) for value in values],
            textposition="outside",
            cliponaxis=False,
            marker={"color": [theme.TEACHER, theme.STUDENT], "pattern": {"shape": ["", "/"]}},
            hoverinfo="skip",
            xaxis=f"x{axis}",
            yaxis=f"y{axis}",
        )
        chart.update_layout(
            {
                f"yaxis{axis}": {"range": [0, 1.2 * top or 1], "nticks": 4, "showticklabels": False},
                f"xaxis{axis}": {"type": "category"},
            }
        )
    return note(chart, claim=told_int8(result, words) if result else waiting(view, words, "int8"))


def told_int8(result: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """What the conversion cost and brought, as measured; without torch's kernels only the errors."""
    plain, small = (float(np.mean(own)) for own in np.asarray(result["errors"]))
    facts: dict[str, Any] = {"n": result["n"]["test"], "same": min(result["same"])}
    facts |= {"plain": plain * facts["n"], "small": small * facts["n"]}
    if result["kernel"] == "own":
        return fill(words["int8_claim_own"], facts)
    before, after = result["seconds_each"][-1]
    facts |= {"share": result["bytes"][1] / result["bytes"][0], "crowd": result["crowds"][-1]}
    faster = before >= after
    facts["times"] = before / after if faster else after / before
    return fill(words["int8_claim" if faster else "int8_claim_slower"], facts)


def told_compiler(result: Mapping[str, Any] | None, words: Mapping[str, str]) -> str:
    """What a compiler made of the net, where there was one to time and a result at all."""
    compiled = result["compiled"] if result else None
    if not compiled:
        return words["int8_not_compiled"]
    return fill(words["int8_compile_fault" if "fault" in compiled else "int8_compiled"], compiled)


@cached
def plane(view: RunView, words: Mapping[str, str]) -> go.Figure:
    """Errors against size, both logarithmic: each way to save is a family with a sign of its own."""
    chart = theme.figure(
        390,
        xaxis={
            "type": "log", "range": [0.25, 3.35], "title": {"text": words["plane_size"], "standoff": 4},
            "tickvals": [3, 10, 30, 100, 300, 1000],
        },
        yaxis={**ERRORS, "title": {"text": words["plane_errors"]}},
    )  # fmt: skip
    so_far = view.snapshots["plane"].arrays if "plane" in view.snapshots else {}
    for family, color, symbol, dash in FAMILIES:
        mine = [one for one in view.result["points"] if one["family"] == family] if view.result else []
        spots = go.Scatter(
            x=so_far.get(f"{family}_x", []),
            y=so_far.get(f"{family}_y", []),
            mode="lines+markers",
            line={"color": color, "dash": dash, "width": 2},
            marker={"size": 15, "symbol": symbol, "color": color, "line": {"width": 2, "color": color}},
            text=[named(one, words) for one in mine],
            hovertemplate="%{text}: %{x:.3s} kB, %{y:.2%}<extra></extra>",
        )
        if mine:
            low, high = ([spread(one["errors"]) for one in mine] for spread in (min, max))
            means = [one["mean"] for one in mine]
            spots.error_y = {
                "type": "data", "symmetric": False, "thickness": 2, "width": 0, "color": color,
                "array": [top - mean for top, mean in zip(high, means, strict=True)],
                "arrayminus": [mean - bottom for bottom, mean in zip(low, means, strict=True)],
            }  # fmt: skip
        chart.add_trace(bind_snapshot(spots, "plane", x=f"{family}_x", y=f"{family}_y"))
    signs = {"circle-open": "○", "circle": "●", "square": "■", "diamond-open": "◇", "star": "★", "hexagon": "⬢"}
    for row, (family, color, symbol, _) in enumerate(FAMILIES):
        chart.add_annotation(
            x=0.99, y=0.98 - 0.1 * row, xref="paper", yref="paper", xanchor="right", yanchor="top", showarrow=False,
            text=f"{words[f'plane_{family}']} {signs[symbol]}", font={"color": color},
        )  # fmt: skip
    return note(chart, claim=told_plane(view.result, words) if view.result else waiting(view, words, "plane"))


def named(one: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """One spot of the plane in words."""
    return fill(words[f"plane_point_{one['family']}"], {"setting": one["setting"], "bits": one["bits"]})


def told_plane(result: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """The smallest net that is as good as the dense one, and how much smaller it is.

    The dense net is the better of two: as it was, or trained on for as many steps as the pruned ones.
    """
    dense = min((one for one in result["points"] if one["family"] == "dense"), key=lambda one: one["mean"])
    good = [one for one in result["points"] if one["mean"] <= dense["mean"] + NEAR]
    best = min(good, key=lambda one: one["bytes"])
    facts = {
        "name": named(best, words),
        "times": dense["bytes"] / best["bytes"],
        "error": best["mean"],
        "dense": dense["mean"],
    }
    return fill(words["plane_claim"], facts)
