"""Pictures of what networks cost: the named ones on a map, and their appetite beside what this machine can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import bind, fill
from dkdemo.figures.kept import cached
from dkdemo.figures.panels import note
from dkdemo.networks import NETWORKS, Network

AXES = ("parameters", "gmacs", "megabytes")
RANGES = {"parameters": (5.6, 9.15), "gmacs": (-1.6, 3.5), "megabytes": (0.2, 3.85)}  # powers of ten
# where a name finds room beside its dot, if not to the right
PLACES = {
    "ResNet-18": "bottom center",
    "SqueezeNet 1.1": "top right",
    "EfficientNet-B0": "top center",
    "EfficientNet-B7": "middle left",
    "ViT-H/14": "middle left",
    "MobileNetV2": "top center",
}
# in the crowd: their names would lie on each other on a phone, and appear under the pointer unless the claim names them
NAMELESS = ("ShuffleNetV2", "MobileNetV3-S", "MobileNetV2", "DenseNet-121", "ResNet-152")


def cost(network: Network, axis: str) -> float:
    """What is on the x axis: a count, 10^9 multiplications, or 2^20 bytes."""
    return float(getattr(network, axis))


def wasted(axis: str) -> tuple[Network, Network, float]:
    """The pair with the largest ratio of costs in which the cheaper network is the more accurate one."""
    pairs = [
        (dear, cheap, cost(dear, axis) / cost(cheap, axis))
        for dear in NETWORKS
        for cheap in NETWORKS
        if cheap.accuracy > dear.accuracy
    ]
    return max(pairs, key=lambda pair: pair[2])


@cached
def networks(axis: str, words: Mapping[str, str]) -> go.Figure:
    """Accuracy against one kind of cost, logarithmic; for file sizes also the int8 versions."""
    low, high = RANGES[axis]
    title = {"text": words[f"networks_axis_{axis}"], "standoff": 4}
    chart = theme.figure(
        380,
        xaxis={"type": "log", "range": [low, high], "title": title, "dtick": 1, "exponentformat": "SI"},
        yaxis={"range": [53, 92], "ticksuffix": "%", "title": {"text": words["networks_accuracy"]}},
    )
    dear, cheap, ratio = wasted(axis)
    for one in NETWORKS:
        marked = one in (dear, cheap)
        chart.add_scatter(
            x=[cost(one, axis)],
            y=[one.accuracy],
            mode="markers+text",
            text=[one.name if marked or one.name not in NAMELESS else ""],
            textposition=PLACES.get(one.name, "middle right"),
            textfont={"color": theme.TRUTH if marked else theme.FAINT, "size": theme.FONT_SIZE},
            marker={"size": 16 if marked else 12, "color": theme.STUDENT if one is cheap else theme.TRUTH,
                    "symbol": "diamond" if one is cheap else "square" if one is dear else "circle"},
            hovertemplate=f"{one.name}: %{{x:.4s}}, %{{y:.1f}}%<extra></extra>",
        )  # fmt: skip
        if axis == "megabytes" and one.small:
            chart.add_scatter(
                x=[one.megabytes, one.small[0]],
                y=[one.accuracy, one.small[1]],
                mode="lines+markers",
                line={"color": theme.FAINT, "width": 2, "dash": "dot"},
                marker={"size": [0, 12], "symbol": "circle-open", "color": theme.FAINT, "line": {"width": 2}},
                hovertemplate=f"{one.name}, int8: %{{x:.3s}}, %{{y:.1f}}%<extra></extra>",
            )
    facts = {
        "dear": dear.name,
        "cheap": cheap.name,
        "ratio": ratio,
        "dear_accuracy": dear.accuracy,
        "cheap_accuracy": cheap.accuracy,
    }
    return note(chart, claim=fill(words[f"networks_claim_{axis}"], facts))


@cached
def budget(values: Mapping[str, Any], names: Sequence[str], words: Mapping[str, str]) -> go.Figure:
    """How much of this machine each network would eat: dots on a logarithmic axis, the line is all of it."""
    chart = theme.figure(
        410,
        margin={"l": 64, "r": 24, "t": 30, "b": 56},
        xaxis={
            "type": "log",
            "range": [-5, 5],
            "tickvals": [1e-4, 1e-2, 1, 1e2, 1e4],
            "ticktext": ["10⁻⁴×", "0.01×", "1×", "100×", "10⁴×"],
            "tickangle": 0,
            "title": {"text": words["budget_share"], "standoff": 4},
        },
        yaxis={"tickvals": list(range(len(names))), "ticktext": list(names), "range": [-0.7, len(names) - 0.3]},
    )
    chart.add_vrect(x0=1, x1=1e5, fillcolor=theme.GRID, line_width=0, layer="below")
    places = list(range(len(names)))
    for key, color, symbol in (("fit", theme.STUDENT, "circle"), ("over", theme.TRUTH, "x")):
        dots = go.Scatter(
            x=values[key],
            y=places,
            mode="markers",
            marker={"size": 14, "color": color, "symbol": symbol},
            hovertemplate="%{x:.2p}<extra></extra>",
        )
        chart.add_trace(bind(dots, x=key))
    chart.add_vline(x=1, line={"color": theme.TRUTH, "width": theme.LINE})
    for x, key, anchor in ((0, "budget_fits", "right"), (0, "budget_over", "left")):
        chart.add_annotation(
            x=x, y=1, yref="paper", yanchor="bottom", text=words[key], showarrow=False, xanchor=anchor,
            xshift=-8 if anchor == "right" else 8, font={"color": theme.STUDENT if anchor == "right" else theme.TRUTH},
        )  # fmt: skip
    return note(chart, claim=words["budget_claim"])
