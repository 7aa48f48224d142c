"""Pictures of the digit that was hidden: how students come to know it, what a bias mends, what the teacher let slip."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import fill
from dkdemo.figures.curves import curve, until
from dkdemo.figures.kept import cached
from dkdemo.figures.naming import Curve, name_curves
from dkdemo.figures.panels import note, side_by_side
from dkdemo.jobs.view import RunView

STUDENTS = (  # result's order: config, colour, dash
    ("soft", theme.STUDENT, "solid"),
    ("hard", theme.TRUTH, "dash"),
    ("shuffled", theme.DARK, "dot"),
)
SHARES = (-0.02, 1.06)
SHARE_AXIS = {"range": SHARES, "tickformat": ".0%", "dtick": 0.25}
STEPS = "student_step"
HALF = (370, 235)  # pixels of a panel that has half the page, or a phone: there type takes more of the width


def hidden_name(result: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """What the hidden classes are called: the digit, or all of several."""
    names = [str(result["classes"][kind]) for kind in result["hidden"]]
    return reduce(lambda first, second: fill(words["unseen_and"], {"first": first, "second": second}), names)


@cached
def learning(view: RunView, words: Mapping[str, str], steps: int = 500) -> go.Figure:
    """Accuracy on the hidden digit, before any bias, while three students learn."""
    chart = side_by_side((1,), (words["unseen_learning"],), height=340)
    for name, color, dash in STUDENTS:
        curve(chart, view, name, color, "", dash=dash, x=STEPS)
    chart.update_layout(xaxis={"title": {"text": words["race_steps"], "standoff": 4}}, yaxis=SHARE_AXIS)
    until(chart, view, usual=steps, told="student_steps")
    result = view.result
    if result is None:
        return note(chart, claim=words["lesson_running" if view.running else "unseen_waiting"])
    curves = [
        (trace.x, trace.y, words[f"unseen_{name}"], color)
        for trace, (name, color, _) in zip(chart.data, STUDENTS, strict=True)
    ]
    name_curves(chart, curves, x=(0, max(curves[0][0])), y=SHARES, size=HALF)
    by = {name: (result["before_mean"][row], result["after_mean"][row]) for row, (name, *_) in enumerate(STUDENTS)}
    numbers = {
        "digit": hidden_name(result, words),
        "soft": by["soft"][0],
        "after": by["soft"][1],
        "hard": by["hard"][0],
        "shuffled": by["shuffled"][0],
    }
    return note(chart, claim=fill(words["unseen_claim"], numbers))


@cached
def bias(result: Mapping[str, Any], values: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """The same students, with a bias added to the hidden digit's logit; it slides, the chosen one is marked."""
    chart = side_by_side((1,), (words["unseen_bias"],), height=340)
    biases = np.asarray(result["biases"])
    for row, (name, color, dash) in enumerate(STUDENTS):
        place = {"x": biases, "mode": "lines", "hoverinfo": "skip"}
        line = {"color": color, "dash": dash}
        chart.add_scatter(
            y=result["curve"][row], line={**line, "width": theme.LINE + 1}, name=words[f"unseen_{name}"], **place
        )
        if name == "soft":
            chart.add_scatter(y=result["curve_all"][row], line={"color": theme.FAINT, "width": 2}, **place)
    chart.add_scatter(
        x=values["now_x"],
        y=values["hidden"],
        mode="markers",
        marker={"size": 15, "color": [color for _, color, _ in STUDENTS]},
        hoverinfo="skip",
        meta={"bind": {"x": "now_x", "y": "hidden"}},
    )
    chosen = result["bias_mean"][0]
    chart.add_shape(
        type="line", x0=chosen, x1=chosen, y0=0, y1=1, line={"color": theme.STUDENT, "width": 2, "dash": "dot"}
    )
    named: list[Curve] = [
        (biases, result["curve"][row], words[f"unseen_{name}"], color) for row, (name, color, _) in enumerate(STUDENTS)
    ]
    named.append((biases, result["curve_all"][0], words["unseen_all"], theme.FAINT))
    named.append(([chosen, chosen], [0, 1], words["unseen_bias_chosen"], theme.STUDENT))
    name_curves(chart, named, x=(biases[0], biases[-1]), y=SHARES, size=HALF)
    chart.update_layout(xaxis={"range": [biases[0], biases[-1]]}, yaxis=SHARE_AXIS)
    return note(chart, claim=words["unseen_bias_claim"])


@cached
def whispers(result: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """What the students could overhear: the teacher's mean probability for the hidden digit, by the true one."""
    chart = side_by_side((1,), (words["unseen_whispers"],), height=260)
    said = np.asarray(result["whispers"], dtype=float)
    heard = [row for row in range(len(said)) if np.isfinite(said[row])]
    chart.add_bar(
        x=[str(result["classes"][row]) for row in heard],
        y=said[heard],
        text=[f"{100 * said[row]:.1f}" for row in heard],  # the axis says that it is per cent
        textposition="outside",
        constraintext="none",
        textangle=0,
        cliponaxis=False,
        marker_color=theme.DARK,
        hovertemplate="%{x}: %{y:.2%}<extra></extra>",
    )
    chart.update_layout(
        xaxis={"type": "category"},
        yaxis={"range": [0, 1.2 * float(said[heard].max())], "tickformat": ".0%", "nticks": 4},
    )
    loudest = heard[int(np.argmax(said[heard]))]
    numbers = {"digit": hidden_name(result, words), "other": str(result["classes"][loudest]), "share": said[loudest]}
    return note(chart, claim=fill(words["unseen_whispers_claim"], numbers))


@cached
def overconfident(view: RunView, words: Mapping[str, str], steps: int = 500) -> go.Figure:
    """Two teachers: how right they are, what they let slip of the hidden digit, and what their students make of it."""
    headings = words["overconfident_accuracy"], words["overconfident_whisper"], words["overconfident_hidden"]
    chart = side_by_side((0.8, 0.8, 1.4), headings, height=345, gap=0.09)
    names = [words["overconfident_light"], words["overconfident_sure"]]
    result = view.result
    for axis, key, color, how in (("", "teacher", theme.TEACHER, ".1%"), ("2", "whisper", theme.DARK, ".1%")):
        values = [0.0, 0.0] if result is None else list(result[key])
        chart.add_bar(
            x=names, y=values, text=[format(value, how) if result else "" for value in values], textposition="outside",
            cliponaxis=False, marker={"color": color, "pattern": {"shape": ["", "x"]}}, hoverinfo="skip",
            xaxis=f"x{axis}", yaxis=f"y{axis}",
        )  # fmt: skip
    for name, label, dash, below in (("light", names[0], "solid", False), ("sure", names[1], "dash", True)):
        curve(chart, view, name, theme.STUDENT, label, dash=dash, below=below, x=STEPS, axis="3")
    top = 0.05 if result is None else 1.25 * max(result["whisper"])
    chart.update_layout(
        xaxis={"type": "category"},
        yaxis={"range": [0, 1.15], "tickformat": ".0%", "dtick": 0.5},
        xaxis2={"type": "category"},
        yaxis2={"range": [0, top], "tickformat": ".0%", "nticks": 4},
        xaxis3={"title": {"text": words["race_steps"], "standoff": 4}},
        yaxis3=SHARE_AXIS,
    )
    until(chart, view, usual=steps, told="student_steps", axis="xaxis3")
    if result is None:
        return note(chart, claim=words["lesson_running" if view.running else "overconfident_waiting"])
    numbers = {
        "light_accuracy": result["teacher"][0],
        "long_accuracy": result["teacher"][1],
        "light_hidden": result["before_mean"][0],
        "long_hidden": result["before_mean"][1],
    }
    return note(chart, claim=fill(words["overconfident_claim"], numbers))
