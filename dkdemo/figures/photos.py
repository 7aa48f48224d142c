"""Pictures of the lesson on photographs: how teacher and students learn, and each soft student beside its hard twin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import fill, gains
from dkdemo.figures.curves import curve
from dkdemo.figures.kept import cached
from dkdemo.figures.naming import name_ends
from dkdemo.figures.panels import note, side_by_side
from dkdemo.jobs.view import RunView

FLOOR, FINAL_TALL = 0.35, 215  # of the final panel's y axis: where it starts, and its height in pixels
END = 1.25  # where the teacher's line ends, right of both columns of dots
APART = 0.1  # between the students of one kind, side by side


@cached
def photos(view: RunView, words: Mapping[str, str], *, top: float = 0.85) -> go.Figure:
    """Left, the learning curves, each along its own lesson; right, the final accuracies, twins joined by a line.

    ``top`` is where the right panel's axis ends, the same for all runs of one recipe.
    """
    chart = side_by_side((1.1, 1), (words["photos_learning"], words["photos_final"]), height=320)
    curve(chart, view, "teacher", theme.TEACHER, words["teacher"], x="spent")
    curve(chart, view, "hard", theme.TRUTH, words["race_hard"], dash="dash", below=True, x="student_spent")
    curve(chart, view, "soft", theme.STUDENT, words["photos_soft"], x="student_spent")
    chart.add_scatter(x=[None], y=[None], xaxis="x2", yaxis="y2")  # axes without a trace would not be drawn
    for run, ghost in ((view.ghost, True), (view, False)):
        if run is not None and run.result is not None:
            _twins(chart, run.result, words, top, ghost)
    chart.update_layout(
        xaxis={"range": [0, 1.02], "tickformat": ".0%", "title": {"text": words["photos_spent"], "standoff": 4}},
        yaxis={"range": [0, 1.04], "tickformat": ".0%", "dtick": 0.25},
        xaxis2={
            "range": [-0.4, 2.2],  # to the right of the dots there is room for a name
            "tickvals": [0, 1],
            "ticktext": [words["race_hard"], words["photos_soft"]],
        },
        yaxis2={"range": [FLOOR, top], "tickformat": ".0%"},
    )
    waiting = words["lesson_running" if view.running else "photos_waiting"]
    return note(chart, claim=told(view.result, words) if view.result else waiting)


def told(result: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """What the lesson showed, on the mean and in the unluckiest seed."""
    numbers = {
        "n": result["n"]["labelled"],
        "hard": result["mean"][0],
        "soft": result["mean"][1],
        **gains(result["mean"][0], result["mean"][1], result["gain_worst"]),
    }
    return fill(words["photos_claim"], numbers)


def _twins(chart: go.Figure, result: Mapping[str, Any], words: Mapping[str, str], top: float, ghost: bool) -> None:
    """A line for each pair of twins, from labels only to the teacher's words, and the teacher's line above."""
    place = {"xaxis": "x2", "yaxis": "y2", "hovertemplate": "%{y:.1%}<extra></extra>"}
    hard, soft = np.asarray(result["accuracy"])
    across = APART * (np.arange(len(hard)) - (len(hard) - 1) / 2)
    for shift, *pair in zip(across, hard, soft, strict=True):
        chart.add_scatter(
            x=[shift, 1 + shift], y=pair, mode="lines", line={"color": theme.REST, "width": theme.LINE}, **place
        )
    dots = ((0, hard, theme.TRUTH, "square"), (1, soft, theme.STUDENT, "circle"))
    for x, right, color, symbol in dots:
        marker = {"size": 13, "color": theme.REST if ghost else color, "symbol": symbol}
        chart.add_scatter(x=x + across, y=right, mode="markers", marker=marker, **place)
    if ghost:
        return
    line = {"color": theme.TEACHER, "width": theme.LINE}
    chart.add_scatter(x=[-0.3, END], y=[result["teacher"]] * 2, mode="lines", line=line, **place)
    names = [(result["teacher"], f"{words['teacher']} {result['teacher']:.1%}", theme.TEACHER)]
    name_ends(chart, names, END, span=top - FLOOR, tall=FINAL_TALL, floor=FLOOR, axis="2")
