"""Pictures of a lesson with few labels: three nets side by side, and what becomes of the guesses on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import fill
from dkdemo.figures.curves import curve
from dkdemo.figures.dashes import dashed
from dkdemo.figures.kept import cached
from dkdemo.figures.panels import note, side_by_side
from dkdemo.jobs.view import RunView

CONTROLS = (("labels", theme.TRUTH, "dot"), ("strong", theme.TRUTH, "dash"))
TOLD = ((theme.TRUTH, "solid"), (theme.DARK, "dash"))  # ink and dash of the two curves on the right
STEPS = 300  # of the axis before the first run
FLOOR = 0.4  # of the accuracy's axis; a net starts below, and is past it before anyone has sat down


@cached
def lesson(view: RunView, method: str, told: Sequence[tuple[str, str]], words: Mapping[str, str]) -> go.Figure:
    """Accuracy of the method and its two controls; beside it what is ``told`` of the unlabelled pictures.

    Args:
        view: the run so far (`dkdemo.jobs.view.RunView`).
        method: whose claim and name: ``fixmatch``, ``mixmatch`` or ``uda``.
        told: pairs of a metric and the key of its name; the first is drawn in ink, the second is about errors.
    """
    chart = side_by_side((1.25, 1), (words["live_accuracy"], words["live_guesses"]), height=340)
    if view.ghost is not None:
        _past(chart, view.ghost)
    for name, ink, dash in CONTROLS:
        curve(chart, view, name, ink, "", dash=dash, width=theme.LINE, x="lesson_step")
    curve(chart, view, "own", theme.STUDENT, "", x="lesson_step")
    for (name, _), (ink, dash) in zip(told, TOLD, strict=True):
        curve(chart, view, name, ink, "", dash=dash, x="lesson_step", axis="2")
    span = max((event.metrics.get("lesson_steps", 1) for event in view.progress), default=STEPS)
    side = {"title": {"text": words["steps"], "standoff": 4}, "range": [0, 1.02 * span]}
    chart.update_layout(
        xaxis=side,
        xaxis2=side,
        yaxis={"range": [FLOOR, 1.02], "tickformat": ".0%", "dtick": 0.2},
        yaxis2={"range": [0, 1.04], "tickformat": ".0%", "dtick": 0.25},
    )
    if view.result is None:
        return note(chart, claim=words["live_running" if view.running else "live_waiting"])
    _ends(chart, view.result, method, span, words)
    _names(chart, view, told, span, words)
    return note(chart, claim=claimed(view.result, method, words))


def claimed(result: Mapping[str, Any], method: str, words: Mapping[str, str]) -> str:
    """What the run showed: means over its seeds, and the gain in the unluckiest one; a loss is called a loss."""
    alone = len(result["seeds"]) == 1
    verdict = "gain" if result["gain_worst"] > 0 else "mixed" if result["gain_mean"] > 0 and not alone else "loss"
    numbers = {
        "method": words[method],
        "labelled": result["labelled"],
        "runs": len(result["seeds"]),
        **result["mean"],
        "worst": 100 * result["gain_worst"],
    }
    return fill(words[f"live_{verdict}_one" if alone else f"live_{verdict}"], numbers)


def _ends(chart: go.Figure, result: Mapping[str, Any], method: str, span: float, words: Mapping[str, str]) -> None:
    """Where each net ended on the whole test set, one mark a seed; under them the names, the best on top.

    The curves are of the first seed and the numbers are means: where there are several seeds, that is said below.
    """
    looks = {
        "labels": (theme.TRUTH, "circle-open", "dot"),
        "strong": (theme.TRUTH, "diamond-open", "dash"),
        "own": (theme.STUDENT, "circle", "solid"),
    }
    for name, (ink, symbol, _) in looks.items():
        ends = list(result["accuracy"][name])
        chart.add_scatter(
            x=[span] * len(ends), y=ends, mode="markers", cliponaxis=False, hovertemplate="%{y:.1%}<extra></extra>",
            marker={"size": 11, "symbol": symbol, "color": ink, "line": {"width": 2, "color": ink}},
        )  # fmt: skip
    height, free = min(result["mean"].values()) - 0.06, 0.075  # below all curves, where they end
    for name in sorted(looks, key=lambda name: -result["mean"][name]):
        label = dashed(looks[name][2], words[method] if name == "own" else words[f"live_{name}"])
        _ending(chart, 0.97 * span, height, f"{label} {result['mean'][name]:.1%}", looks[name][0])
        height -= free
    if len(result["seeds"]) > 1:
        seeds = {"seed": result["seeds"][0], "runs": len(result["seeds"])}
        _ending(chart, 0.97 * span, height, fill(words["live_seeds"], seeds), theme.FAINT)


def _ending(chart: go.Figure, x: float, y: float, text: str, ink: str) -> None:
    """Words that end at ``x``."""
    place = {"x": x, "y": y, "xanchor": "right", "yanchor": "top", "align": "right"}
    chart.add_annotation(text=text, showarrow=False, font={"color": ink}, **place)


def _names(
    chart: go.Figure, view: RunView, told: Sequence[tuple[str, str]], span: float, words: Mapping[str, str]
) -> None:
    """The names of the curves on the right, where they end."""
    for (name, key), (ink, dash) in zip(told, TOLD, strict=True):
        ends = [event.metrics[name] for event in view.progress if name in event.metrics]
        high = ends[-1] > 0.5  # a high curve wears its name below, clear of its last zigzags, a low one above them
        height = ends[-1] - 0.18 if high else max(ends[-max(1, 2 * len(ends) // 5) :])
        chart.add_annotation(
            x=0.97 * span, y=height, xref="x2", yref="y2", text=dashed(dash, words[key]),
            showarrow=False, xanchor="right", yanchor="top" if high else "bottom", yshift=0 if high else 6,
            font={"color": ink},
        )  # fmt: skip


def _past(chart: go.Figure, ghost: Any) -> None:
    """The method's curve of the run before, as a grey ghost."""
    points = [
        (event.metrics["lesson_step"], event.metrics["own"]) for event in ghost.progress if "own" in event.metrics
    ]
    chart.add_scatter(
        x=[step for step, _ in points], y=[value for _, value in points], mode="lines", hoverinfo="skip",
        line={"color": theme.REST, "width": theme.LINE},
    )  # fmt: skip
