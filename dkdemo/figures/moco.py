"""Pictures of momentum contrast that move under the hand: the belt of keys, and the update with its alphas swapped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import bind
from dkdemo.figures.kept import cached
from dkdemo.figures.naming import named
from dkdemo.figures.panels import note


@cached
def queue(values: Mapping[str, Any], reach: Sequence[float], words: Mapping[str, str]) -> go.Figure:
    """One weight of both encoders by age, and below it the belt: batches of keys, paler the older they are.

    ``values``: of the kernel ``queue_belt``; ``reach``: the lowest and highest weight ever shown.
    """
    chart = theme.figure(380)
    band = go.Scatter(
        x=values["band_age"], y=values["band"], mode="none", fill="toself", fillcolor=theme.TEACHER,
        opacity=0.2, hoverinfo="skip",
    )  # fmt: skip
    chart.add_trace(bind(band, x="band_age", y="band"))
    _line(chart, values, "age", "query", theme.STUDENT, dash="dot")
    _line(chart, values, "age", "key", theme.TEACHER, width=2)
    _line(chart, values, "kept_age", "kept", theme.TEACHER, width=6)
    ages = values["age"]
    empty = {"color": theme.PAPER, "line": {"color": theme.REST, "width": 1}}
    chart.add_bar(x=ages, y=[1] * len(ages), width=0.9, marker=empty, yaxis="y2", hoverinfo="skip")
    full = go.Bar(
        x=ages, y=[1] * len(ages), width=0.9, yaxis="y2", hovertemplate="%{x}<extra></extra>",
        marker={"color": theme.TEACHER, "opacity": values["freshness"]},
    )  # fmt: skip
    chart.add_trace(bind(full, marker__opacity="freshness"))
    low, high = reach
    room = 0.35 * (high - low)
    chart.update_layout(
        barmode="overlay",
        xaxis={"range": [-1, len(ages)], "title": {"text": words["queue_age"], "standoff": 4}, "anchor": "y2"},
        yaxis={"range": [low - 0.1 * room, high + room], "domain": [0.28, 1], "title": {"text": words["queue_weight"]}},
        yaxis2={"range": [0, 1], "domain": [0, 0.2], "visible": False, "anchor": "x"},
    )
    named(chart, ((words["name_query"], theme.STUDENT), (words["name_key"], theme.TEACHER)), right=True)
    return note(chart, claim=words["queue_claim"])


@cached
def swapped(values: Mapping[str, Any], reach: Sequence[float], words: Mapping[str, str]) -> go.Figure:
    """The key encoder by the right rule and by the slide's, on one path of the query encoder."""
    chart = theme.figure(340)
    _line(chart, values, "step", "query", theme.STUDENT, dash="dot")
    _line(chart, values, "step", "slide", theme.TRUTH, dash="dash")
    _line(chart, values, "step", "right", theme.TEACHER, width=5)
    low, high = reach
    room = 0.45 * (high - low)
    chart.update_layout(
        xaxis={"range": [0, len(values["step"]) - 1], "title": {"text": words["steps"], "standoff": 4}},
        yaxis={"range": [low - 0.05 * room, high + room], "title": {"text": words["queue_weight"]}},
    )
    named(
        chart,
        (
            (words["name_query"], theme.STUDENT),
            (words["name_right"], theme.TEACHER),
            (words["name_slide"], theme.TRUTH),
        ),
    )
    return note(chart, claim=words["swapped_claim"])


def _line(
    chart: go.Figure, values: Mapping[str, Any], x: str, y: str, color: str, *, width: float = 3, dash: str = "solid"
) -> None:
    line = go.Scatter(
        x=values[x], y=values[y], mode="lines", line={"color": color, "width": width, "dash": dash}, hoverinfo="skip"
    )
    chart.add_trace(bind(line, x=x, y=y))
