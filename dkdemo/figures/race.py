"""Pictures of a race between students: how they learn, and where they end by temperature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import fill, gains
from dkdemo.figures.curves import curve, until
from dkdemo.figures.kept import cached
from dkdemo.figures.naming import name_ends
from dkdemo.figures.panels import note, side_by_side
from dkdemo.jobs.view import RunView

FINAL_TALL = 215  # pixels of the final panel's y axis
CURVES = ("hard", "soft_1", "soft_2", "soft_4", "soft_8", "soft_20")


@cached
def race(
    view: RunView, words: Mapping[str, str], *, best: str, floor: float, telling: str = "race", steps: int = 700
) -> go.Figure:
    """Learning curves of the teacher and then of all students; beside them the final accuracy against T.

    Args:
        view: the run so far (`dkdemo.jobs.view.RunView`).
        best: the soft students that the claim is about, such as ``soft_8``.
        floor: where the final panel's axis starts; the same for all runs of one data set.
        steps: where the axis ends until the run has told.
        telling: whose claim stands above: "race", or "everything" with all the labels.
    """
    chart = side_by_side((1.1, 1), (words["race_learning"], words["race_final"]), height=320)
    kept = any("kept" in event.metrics for event in view.progress[:1])
    curve(chart, view, "teacher", theme.TEACHER, words["teacher_kept" if kept else "teacher"], below=True)
    for name in CURVES:
        if name not in ("hard", best):
            curve(chart, view, name, theme.STUDENT, "", width=1.5, opacity=0.35)
    curve(chart, view, "hard", theme.TRUTH, words["race_hard"], dash="dash", below=True)
    curve(chart, view, best, theme.STUDENT, fill(words["race_soft"], {"temperature": best.removeprefix("soft_")}))
    chart.add_scatter(x=[None], y=[None], xaxis="x2", yaxis="y2")  # axes without a trace would not be drawn
    for run, ghost in ((view.ghost, True), (view, False)):
        if run is not None and run.result is not None:
            _finals(chart, run.result, words, floor, ghost)
    chart.update_layout(
        xaxis={"title": {"text": words["race_steps"], "standoff": 4}},
        yaxis={"range": [0, 1.2], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]},  # names above 100 %
        xaxis2={
            "type": "log",
            "range": [-0.15, 2.0],  # to the right of the dots there is room for names
            "tickvals": [1, 2, 4, 8, 20],
            "title": {"text": words["race_temperature"], "standoff": 4},
        },
        yaxis2={"range": [floor, 1 + 0.02 * (1 - floor)], "tickformat": ".0%"},
    )
    until(chart, view, usual=steps)
    waiting = words["lesson_running" if view.running else f"{telling}_waiting"]
    return note(chart, claim=told(view.result, words, telling) if view.result else waiting)


def told(result: Mapping[str, Any], words: Mapping[str, str], telling: str) -> str:
    """What a race showed, on the mean and in the unluckiest seed."""
    row = result["configs"].index(result["claim"])
    numbers = {
        "n": result["n"]["labelled"],
        "temperature": result["temperatures"][row - 1],
        "soft": result["mean"][row],
        "soft_spread": 100 * result["std"][row],
        "hard": result["mean"][0],
        "hard_spread": 100 * result["std"][0],
        **gains(result["mean"][0], result["mean"][row], result["gain_worst"][row - 1]),
    }
    return fill(words[f"{telling}_claim"], numbers)


def _finals(chart: go.Figure, result: Mapping[str, Any], words: Mapping[str, str], floor: float, ghost: bool) -> None:
    """Final accuracies: a dot for each seed, a line through the means, the hard students as a band."""
    place = {"xaxis": "x2", "yaxis": "y2", "hovertemplate": "%{y:.1%}<extra></extra>"}
    temperatures, accuracy = list(result["temperatures"]), np.asarray(result["accuracy"])
    soft, hard = accuracy[1:], accuracy[0]
    color = theme.REST if ghost else theme.STUDENT
    if not ghost:
        ends = [0.7, 28]
        chart.add_scatter(
            x=[*ends, *ends[::-1]], y=[hard.min()] * 2 + [hard.max()] * 2, fill="toself", mode="none",
            fillcolor=theme.REST, opacity=0.5, xaxis="x2", yaxis="y2", hoverinfo="skip",
        )  # fmt: skip
        chart.add_scatter(
            x=ends,
            y=[hard.mean()] * 2,
            mode="lines",
            line={"color": theme.TRUTH, "width": theme.LINE, "dash": "dash"},
            **place,
        )
        spread = np.repeat(temperatures, soft.shape[1])
        chart.add_scatter(
            x=spread, y=soft.ravel(), mode="markers", marker={"size": 11, "color": color, "opacity": 0.5}, **place
        )
        chart.add_scatter(
            x=ends, y=[result["teacher"]] * 2, mode="lines", line={"color": theme.TEACHER, "width": theme.LINE}, **place
        )
        names = [
            (float(hard.mean()), words["race_hard"], theme.TRUTH),
            (result["teacher"], words["teacher"], theme.TEACHER),
        ]
        name_ends(chart, names, np.log10(ends[1]), span=1.02 * (1 - floor), tall=FINAL_TALL, floor=floor, axis="2")
    line = {"color": color, "width": theme.LINE}
    chart.add_scatter(x=temperatures, y=soft.mean(1), mode="lines", line=line, **place)
