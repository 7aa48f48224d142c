"""Pictures of one answer: how its winner drowns the rest, and how a temperature lets the rest be heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.kept import cached
from dkdemo.figures.panels import moving_text, note, side_by_side, still

REACH = 5  # the logits' axis runs from -REACH to REACH: dragged bars stay in sight
MANY = 6  # classes; beyond, bars are too thin for a percentage with a decimal
FAINTEST = -7  # the logarithmic panel shows ten to this power and up


@cached
def dominates(values: Mapping[str, Any], names: Sequence[str], words: Mapping[str, str]) -> go.Figure:
    """The same ten numbers twice: on an honest axis one bar, on a logarithmic one a whole opinion."""
    chart = side_by_side((1, 1), (words["dominates_plain"], words["dominates_log"]))
    colors = [theme.TEACHER] + [theme.DARK] * (len(names) - 1)
    for axis, labelled in (("", True), ("2", False)):
        chart.add_bar(
            x=list(names),
            y=values["q"],
            text=values["q_text"] if labelled else None,
            textposition="outside",
            cliponaxis=False,
            marker_color=colors,
            xaxis=f"x{axis}",
            yaxis=f"y{axis}",
            hovertemplate="%{x}: %{y:.3g}<extra></extra>",
            meta={"bind": {"y": "q", "text": "q_text"} if labelled else {"y": "q"}},
        )
    chart.update_layout(
        xaxis={"type": "category"},
        xaxis2={"type": "category"},
        yaxis={"range": [0, 1.12], "tickformat": ".0%", "tickvals": [0, 0.5, 1]},
        yaxis2={"type": "log", "range": [FAINTEST, 0.3], "dtick": 2, "exponentformat": "power"},
    )
    return note(chart, claim=words["dominates_claim"])


@cached
def slider(values: Mapping[str, Any], names: Sequence[str], words: Mapping[str, str]) -> go.Figure:
    """Logits on the left, to be dragged; on the right what softmax makes of them at this temperature."""
    chart = side_by_side((1, 1), (words["slider_logits"], words["slider_answer"]))
    chart.add_bar(
        x=list(names),
        y=values["logits"],
        text=values["logits_text"],
        textposition="outside",
        cliponaxis=False,
        marker_color=theme.REST,
        hovertemplate="%{x}: z = %{y:.2f}<extra></extra>",
        meta={"bind": {"y": "logits", "text": "logits_text"}},
    )
    _answer(chart, values, names, words["slider_at_one"])
    chart.update_layout(yaxis={"range": [-REACH - 0.8, REACH + 0.8], "tickvals": [-REACH, 0, REACH], "zeroline": True})
    return note(chart, claim=words["slider_claim"])


@cached
def trained(image: np.ndarray, values: Mapping[str, Any], names: Sequence[str], words: Mapping[str, str]) -> go.Figure:
    """A real image, and the answer of a trained net at this temperature. ``image``: (H, W) or (H, W, 3) uint8."""
    chart = side_by_side((1, 2.6), (words["trained_image"], words["trained_answer"]))
    pixels = np.repeat(image[..., None], 3, axis=-1) if image.ndim == 2 else image
    still(chart, pixels)
    _answer(chart, values, names, words["slider_at_one"])
    height, width = pixels.shape[:2]
    hidden = {"visible": False}
    chart.update_layout(
        xaxis={**hidden, "range": [-0.5, width - 0.5], "constrain": "domain"},
        yaxis={**hidden, "range": [height - 0.5, -0.5], "scaleanchor": "x", "constrain": "domain"},
    )
    return note(chart, claim=words["trained_claim"])


def _answer(chart: go.Figure, values: Mapping[str, Any], names: Sequence[str], at_one: str) -> None:
    """The second panel: q as bars, and a tick where each stood at T = 1. Many classes get short labels."""
    text = "q_text" if len(names) <= MANY else "q_brief"
    chart.add_bar(
        x=list(names),
        y=values["q"],
        text=values[text],
        textposition="outside",
        constraintext="none",
        cliponaxis=False,
        marker={"color": values["wins"], "colorscale": [[0, theme.DARK], [1, theme.TEACHER]], "cmin": 0, "cmax": 1},
        xaxis="x2",
        yaxis="y2",
        hovertemplate="%{x}: %{y:.8f}<extra></extra>",
        meta={"bind": {"y": "q", "text": text, "marker.color": "wins"}},
    )
    chart.add_scatter(
        x=list(names),
        y=values["at_one"],
        mode="markers",
        marker={"symbol": "line-ew", "size": 34, "line": {"width": theme.LINE, "color": theme.TRUTH}},
        xaxis="x2",
        yaxis="y2",
        hovertemplate=f"{at_one}: %{{y:.8f}}<extra></extra>",
        meta={"bind": {"y": "at_one"}},
    )
    place = list(names), values["top_at_one"]
    moving_text(chart, at_one, place, theme.TRUTH, axis="2", gap=30, y="top_at_one")
    chart.update_layout(
        xaxis2={"type": "category", "range": [-0.5, len(names) - 0.5]},  # the ticks would ask for more
        yaxis2={"range": [0, 1.12], "tickformat": ".0%", "tickvals": [0, 0.5, 1]},
    )
