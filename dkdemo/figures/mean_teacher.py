"""Pictures of the mean teacher: a path and its average, agreement without a label, and what averaging buys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import bind, fill, gains
from dkdemo.figures.curves import curve
from dkdemo.figures.dashes import dashed
from dkdemo.figures.kept import cached
from dkdemo.figures.naming import named
from dkdemo.figures.panels import coloured, note, side_by_side
from dkdemo.jobs.events import Progress
from dkdemo.jobs.view import RunView

MOST_SHARE = 0.055  # the top of the axis of shares; a decay below .945 reaches beyond
KINDS = (("student_alone", "dash"), ("teacher_alone", "dash"), ("student_taught", "solid"), ("teacher_taught", "solid"))


@cached
def follow(values: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """A student's noisy weight with its average over it, and how much each step still counts in the average."""
    chart = side_by_side((1.4, 1), (words["follow_path"], words["follow_shares"]), height=340)
    goal = {"color": theme.TRUTH, "width": 2, "dash": "dot"}
    steps = values["step"]
    chart.add_scatter(x=[steps[0], steps[-1]], y=[0, 0], mode="lines", line=goal, hoverinfo="skip")
    for name, color, width in (("student", theme.STUDENT, 2), ("teacher", theme.TEACHER, 5)):
        line = go.Scatter(
            x=steps, y=values[name], mode="lines", line={"color": color, "width": width}, hoverinfo="skip",
            opacity=0.55 if name == "student" else 1,
        )  # fmt: skip
        chart.add_trace(bind(line, y=name))
    shares = go.Scatter(
        x=values["counted"], y=values["shares"], mode="lines", fill="tozeroy", hoverinfo="skip",
        line={"color": theme.TEACHER, "width": theme.LINE}, xaxis="x2", yaxis="y2",
    )  # fmt: skip
    chart.add_trace(bind(shares, y="shares"))
    side = {"title": {"text": words["steps"], "standoff": 4}, "range": [0, steps[-1]]}
    chart.update_layout(
        xaxis=side,
        xaxis2=side,
        yaxis={"range": [-4, 8.5], "dtick": 4},
        yaxis2={"range": [0, MOST_SHARE], "tickformat": ".0%", "dtick": 0.02},
    )
    named(chart, ((words["name_student"], theme.STUDENT), (words["name_teacher"], theme.TEACHER)), right=True)
    return note(chart, claim=words["follow_claim"])


@cached
def agree(values: Mapping[str, Any], classes: Sequence[str], words: Mapping[str, str]) -> go.Figure:
    """Logits of the student to drag, both answers side by side, and where the disagreement pushes."""
    answers = coloured(words["agree_answers"])
    chart = side_by_side((1, 1.2, 1), (words["agree_logits"], answers, words["agree_push"]), height=340)
    student = go.Bar(x=list(classes), y=values["logits"], marker_color=theme.STUDENT, hoverinfo="skip")
    chart.add_trace(bind(student, y="logits"))
    for name, color in (("p_teacher", theme.TEACHER), ("p", theme.STUDENT)):
        bars = go.Bar(x=list(classes), y=values[name], marker_color=color, xaxis="x2", yaxis="y2", hoverinfo="skip")
        chart.add_trace(bind(bars, y=name))
    push = go.Bar(x=list(classes), y=values["push"], marker_color=theme.TRUTH, xaxis="x3", yaxis="y3", hoverinfo="skip")
    chart.add_trace(bind(push, y="push"))
    chart.update_layout(
        barmode="group",
        bargap=0.25,
        **{f"xaxis{axis}": {"type": "category"} for axis in ("", "2", "3")},
        yaxis={"range": [-4, 4], "dtick": 2},
        yaxis2={"range": [0, 1.05], "tickformat": ".0%", "dtick": 0.5},
        yaxis3={"range": [-0.33, 0.33], "dtick": 0.1},
    )
    return note(chart, claim=words["agree_claim"])


@cached
def early(view: RunView, words: Mapping[str, str]) -> go.Figure:
    """The first steps: the average with a warm-up and without, beside the weights themselves."""
    chart = theme.figure(325)
    curve(chart, view, "student", theme.STUDENT, "", dash="dot")
    curve(chart, view, "warm_999", theme.TEACHER, words["early_warm"], width=5)
    curve(chart, view, "fixed_999", theme.TEACHER, words["early_fixed"], dash="dash")
    _learning(chart, view, words)
    named(chart, ((words["name_student"], theme.STUDENT), (words["name_teacher"], theme.TEACHER)))
    chart.update_layout(yaxis={"range": [0, 1.3], "tickvals": [0, 0.25, 0.5, 0.75, 1]})
    if view.result is None:
        return note(chart, claim=words["early_running"])
    half = _nearest(view, 0.3)
    facts = {**{name: half.metrics[name] for name in ("student", "warm_999", "fixed_999")}, "step": half.step}
    facts["kept"] = 0.999**half.step
    return note(chart, claim=fill(words["early_claim"], facts))


@cached
def noisy(view: RunView, floor: float, words: Mapping[str, str]) -> go.Figure:
    """At one learning rate: the weights as they are, from the worst to the best run, and their average.

    ``floor``: where the axis of the final accuracies starts; the same for all runs at that rate.
    """
    chart = side_by_side((1.4, 1), (words["noisy_curves"], words["noisy_end"]), height=340)
    curve(chart, view, "student_low", theme.STUDENT, "", width=2, opacity=0.4)
    curve(chart, view, "student_high", theme.STUDENT, "", width=2, opacity=0.4)
    curve(chart, view, "student", theme.STUDENT, "", dash="dot")
    curve(chart, view, "warm_99", theme.TEACHER, "", width=5)
    _learning(chart, view, words)
    named(chart, ((words["name_student"], theme.STUDENT), (words["name_teacher"], theme.TEACHER)))
    chart.add_scatter(x=[None], y=[None], xaxis="x2", yaxis="y2")
    chart.update_layout(
        yaxis={"range": [0, 1.34], "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        xaxis2={"range": [-0.5, 1.5], "tickvals": [0, 1], "ticktext": [words["noisy_raw"], words["noisy_mean"]]},
        yaxis2={"tickformat": ".0%", "range": [floor, 1 + 0.04 * (1 - floor)]},
    )
    if view.result is None:
        return note(chart, claim=words["noisy_running"])
    right = [view.result["accuracy"][name] for name in ("student", "warm_99")]
    for raw, mean in zip(*right, strict=True):
        line = {"color": theme.REST, "width": theme.LINE}
        chart.add_scatter(
            x=[0, 1], y=[raw, mean], mode="lines+markers", line=line, xaxis="x2", yaxis="y2",
            marker={"size": 13, "color": [theme.STUDENT, theme.TEACHER]}, hovertemplate="%{y:.1%}<extra></extra>",
        )  # fmt: skip
    raw, mean = right
    apart = [two - one for one, two in zip(raw, mean, strict=True)]
    facts = {
        "raw": fmean(raw), "mean": fmean(mean), **gains(fmean(raw), fmean(mean), min(apart)),
        "better": sum(gain > 0 for gain in apart), "runs": len(apart), "rate": view.result["learning_rate"],
    }  # fmt: skip
    return note(chart, claim=fill(words["noisy_claim"], facts))


@cached
def few(view: RunView, words: Mapping[str, str]) -> go.Figure:
    """Students and their averages with few labels: alone, and asked to agree with their average as well."""
    chart = side_by_side((1.4, 1), (words["few_curves"], words["few_end"]), height=340)
    key = []
    for name, dash in KINDS:
        color = theme.TEACHER if name.startswith("teacher") else theme.STUDENT
        curve(chart, view, name, color, "", dash=dash, width=5 if name == "teacher_taught" else 3)
        key.append((dashed(dash, words[f"few_{name}"]), color))
    named(chart, key[::-1], right=True, bottom=True)  # all four end at one height; below them is room
    _learning(chart, view, words)
    chart.add_scatter(x=[None], y=[None], xaxis="x2", yaxis="y2")
    chart.update_layout(
        yaxis={"range": [0, 1.04]},
        xaxis2={"range": [-0.5, 1.5], "tickvals": [0, 1], "ticktext": [words["few_alone"], words["few_taught"]]},
        yaxis2={"range": [0.4, 1.02], "tickformat": ".0%", "dtick": 0.2},
    )
    if view.result is None:
        return note(chart, claim=words["few_running"])
    alone, taught = view.result["accuracy"]["teacher"]
    for one, two in zip(alone, taught, strict=True):
        chart.add_scatter(
            x=[0, 1], y=[one, two], mode="lines+markers", line={"color": theme.REST, "width": theme.LINE},
            marker={"size": 13, "color": theme.TEACHER}, xaxis="x2", yaxis="y2",
            hovertemplate="%{y:.1%}<extra></extra>",
        )  # fmt: skip
    apart = [two - one for one, two in zip(alone, taught, strict=True)]
    facts = {
        "labelled": view.result["n"]["labelled"], "alone": fmean(alone), "taught": fmean(taught),
        **gains(fmean(alone), fmean(taught), min(apart)),
        "better": sum(gain > 0 for gain in apart), "runs": len(apart),
    }  # fmt: skip
    return note(chart, claim=fill(words["few_claim"], facts))


def _learning(chart: go.Figure, view: RunView, words: Mapping[str, str]) -> None:
    """The axes of accuracies over the steps."""
    steps = view.progress[0].steps if view.progress else 200
    chart.update_layout(
        xaxis={"title": {"text": words["steps"], "standoff": 4}, "range": [0, steps]},
        yaxis={"tickformat": ".0%", "dtick": 0.25},
    )


def _nearest(view: RunView, share: float) -> Progress:
    """The point of the curve nearest to that share of all steps."""
    return min(view.progress, key=lambda event: abs(event.step - share * event.steps))
