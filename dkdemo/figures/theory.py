"""Pictures of the old theory and of what lies beyond: U-curve, second descent, ridge, and a quantum interlude."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import fill
from dkdemo.figures.curves import curve
from dkdemo.figures.kept import cached
from dkdemo.figures.panels import moving_text, note, side_by_side
from dkdemo.jobs.view import RunView
from dkdemo.kernels.theory import DRAWN, EDGE

NAMED = 200  # from this step on the curve with true labels has its name beside it
LABELLED = 20  # the step at which the curve of what is learnt carries its name
SIMPLE = 15  # coefficients shown in the U-curve; the lecture walks on from there


@cached
def ucurve(answer: Mapping[str, Any], values: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """Thirty fits of one size and their mean; beside them bias², variance and their sum over the sizes."""
    chart = _fits(answer, values, words["ucurve_fits"], words["ucurve_errors"])
    line = {"color": theme.STUDENT, "width": theme.LINE + 1}
    chart.add_scatter(
        x=answer["grid"], y=values["average"], mode="lines", line=line, hoverinfo="skip",
        meta={"bind": {"y": "average"}},
    )  # fmt: skip
    sizes = np.asarray(answer["degrees"])[:SIMPLE] + 1
    parts = (
        ("bias", "mark_bias", theme.TRUTH, "dash", 3, "ucurve_bias"),
        ("variance", "mark_variance", theme.DARK, "dot", 3, "ucurve_variance"),
        ("mean", "mark_y", theme.STUDENT, "solid", 1, "ucurve_sum"),
    )
    for name, mark, color, dash, at, label in parts:
        heights = np.asarray(answer[name])[:SIMPLE]
        _risk(chart, sizes, heights, color, dash, name)
        _mark(chart, values, mark, color)
        side = (
            {"xanchor": "right", "xshift": -8, "yshift": 12} if name == "variance" else {"xanchor": "left", "yshift": 8}
        )
        chart.add_annotation(
            x=sizes[at], y=np.log10(heights[at]), xref="x2", yref="y2", text=words[label], showarrow=False,
            yanchor="bottom", font={"color": color}, **side,
        )  # fmt: skip
    chart.update_layout(
        xaxis2={"range": [0.5, SIMPLE + 0.5], "dtick": 2, "title": {"text": words["size"], "standoff": 4}},
        yaxis2={"type": "log", "range": [-3.4, 1.6], "tickvals": [0.001, 0.01, 0.1, 1, 10]},
    )
    return note(chart, claim=words["ucurve_claim"])


@cached
def beyond(answer: Mapping[str, Any], values: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """A fit through all points, and the median error far past as many coefficients as points."""
    chart = _fits(answer, values, words["beyond_fits"], words["beyond_errors"])
    line = {"color": theme.STUDENT, "width": theme.LINE + 1}
    chart.add_scatter(
        x=answer["grid"], y=values["first"], mode="lines", line=line, hoverinfo="skip", meta={"bind": {"y": "first"}}
    )
    sizes, points = np.asarray(answer["degrees"]) + 1, answer["n"]["train"]
    median = np.asarray(answer["median"])
    chart.add_scatter(
        x=[*sizes, *sizes[::-1]], y=[*answer["high"], *np.asarray(answer["low"])[::-1]], fill="toself", mode="none",
        fillcolor=theme.STUDENT, opacity=0.18, hoverinfo="skip", xaxis="x2", yaxis="y2",
    )  # fmt: skip
    _risk(chart, sizes, median, theme.STUDENT, "solid", "N")
    _mark(chart, values, "mark_y", theme.STUDENT)
    _threshold(chart, points, words["threshold"], "2", 7.6)
    best = median[:points].min()
    chart.add_scatter(
        x=[1, sizes[-1]], y=[best] * 2, mode="lines", line={"color": theme.TRUTH, "width": 2, "dash": "dash"},
        xaxis="x2", yaxis="y2", hoverinfo="skip",
    )  # fmt: skip
    chart.add_annotation(
        x=3, y=np.log10(best), xref="x2", yref="y2", text=words["beyond_valley"], showarrow=False, xanchor="right",
        yanchor="top",
    )  # fmt: skip
    powers = (-2, 0, 2, 4, 6)
    chart.update_layout(
        xaxis2={
            "type": "log",
            "range": [-0.05, 3.05],
            "tickvals": [1, 5, 20, 100, 1000],
            "title": {"text": words["size"], "standoff": 4},
        },
        yaxis2={
            "type": "log",
            "range": [-3.3, 8.4],
            "tickvals": [10.0**k for k in powers],
            "ticktext": [f"10<sup>{k}</sup>" for k in powers],
        },
    )
    return note(chart, claim=words["beyond_claim"])


def _fits(answer: Mapping[str, Any], values: Mapping[str, Any], left: str, right: str) -> go.Figure:
    """The two panels, with the ghosts of all fits, the true curve and the first sample's points on the left."""
    chart = side_by_side((1, 1.15), (left, right), height=350)
    grid = [*np.asarray(answer["grid"]).tolist(), None]
    runs = len(values["ghosts"]) // len(grid)
    faint = {"color": theme.STUDENT, "width": 1.2}
    chart.add_scatter(
        x=grid * runs, y=values["ghosts"], mode="lines", line=faint, opacity=0.4, hoverinfo="skip",
        meta={"bind": {"y": "ghosts"}},
    )  # fmt: skip
    line = {"color": theme.TRUTH, "width": theme.LINE, "dash": "dash"}
    chart.add_scatter(x=answer["grid"], y=answer["truth"], mode="lines", line=line, hoverinfo="skip")
    dots = {"color": theme.TRUTH, "size": 9}
    chart.add_scatter(x=answer["x"][0], y=answer["y"][0], mode="markers", marker=dots, hoverinfo="skip")
    chart.update_layout(
        xaxis={"range": [-1.03, 1.03], "tickvals": [-1, 0, 1]}, yaxis={"range": [-2, 2], "tickvals": [-1, 0, 1]}
    )
    return chart


def _risk(chart: go.Figure, sizes: Any, heights: Any, color: str, dash: str, name: str) -> None:
    chart.add_scatter(
        x=sizes, y=heights, mode="lines", line={"color": color, "width": theme.LINE, "dash": dash}, xaxis="x2",
        yaxis="y2", hovertemplate="N = %{x}: %{y:.3g}<extra></extra>", name=name,
    )  # fmt: skip


def _mark(chart: go.Figure, values: Mapping[str, Any], name: str, color: str) -> None:
    chart.add_scatter(
        x=values["mark_x"], y=values[name], mode="markers", marker={"color": color, "size": 16}, xaxis="x2",
        yaxis="y2", hoverinfo="skip", meta={"bind": {"x": "mark_x", "y": name}},
    )  # fmt: skip


def _threshold(chart: go.Figure, at: float, label: str, axis: str, height: float) -> None:
    """The line where examples and unknowns are equally many; ``axis`` x is logarithmic."""
    chart.add_shape(
        type="line", x0=at, x1=at, y0=0, y1=1, xref=f"x{axis}", yref=f"y{axis} domain",
        line={"color": theme.FAINT, "width": 2, "dash": "dash"},
    )  # fmt: skip
    chart.add_annotation(
        x=np.log10(at), y=height, xref=f"x{axis}", yref=f"y{axis}", text=label, showarrow=False, xanchor="left",
        xshift=8, font={"color": theme.FAINT},
    )  # fmt: skip


@cached
def revolution(values: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """Where a quantum oscillator is found, over the classical answer."""
    chart = theme.figure(300, margin={**theme.layout()["margin"], "t": 20})
    place = np.linspace(-EDGE, EDGE, DRAWN)
    inner = np.linspace(-0.999, 0.999, 400)
    chart.add_scatter(
        x=place, y=values["density"], mode="lines", line={"color": theme.STUDENT, "width": theme.LINE},
        hoverinfo="skip", meta={"bind": {"y": "density"}},
    )  # fmt: skip
    chart.add_scatter(
        x=inner, y=1 / (np.pi * np.sqrt(1 - inner**2)), mode="lines", hoverinfo="skip",
        line={"color": theme.TRUTH, "width": theme.LINE, "dash": "dash"},
    )  # fmt: skip
    for wall in (-1, 1):
        chart.add_vline(x=wall, line={"color": theme.FAINT, "width": 2, "dash": "dot"})
    labels = ((-1.06, "right", "revolution_forbidden", theme.FAINT), (-0.92, "left", "revolution_newton", theme.TRUTH))
    for x, anchor, key, color in (*labels, (0.92, "right", "revolution_quantum", theme.STUDENT)):
        chart.add_annotation(x=x, y=2.25, text=words[key], xanchor=anchor, showarrow=False, font={"color": color})
    chart.update_layout(
        xaxis={"range": [-EDGE, EDGE], "tickvals": [-1, 0, 1], "title": {"text": words["revolution_place"]}},
        yaxis={"range": [0, 2.4], "showticklabels": False},
    )
    return note(chart, claim=words["revolution_claim"])


@cached
def demo(answer: Mapping[str, Any], values: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """Test and training error of random networks against their width, at the ridge of the slider; λ = 0 stays grey."""
    chart = theme.figure(315, margin={**theme.layout()["margin"], "t": 12, "b": 50})
    widths = list(answer["widths"])
    bare = np.asarray(answer["test"])[0].mean(1)
    grey = {"color": theme.REST, "width": theme.LINE + 1}
    chart.add_scatter(x=widths, y=bare, mode="lines", line=grey, hoverinfo="skip")
    chart.add_scatter(
        x=[*widths, *widths[::-1]], y=values["band"], fill="toself", mode="none", fillcolor=theme.STUDENT, opacity=0.22,
        hoverinfo="skip", meta={"bind": {"y": "band"}},
    )  # fmt: skip
    for name, color, dash, width in (
        ("learned", theme.TRUTH, "dot", theme.LINE),
        ("mean", theme.STUDENT, "solid", theme.LINE + 2),
    ):
        chart.add_scatter(
            x=widths, y=values[name], mode="lines", line={"color": color, "width": width, "dash": dash},
            hovertemplate="N = %{x}: %{y:.1%}<extra></extra>", meta={"bind": {"y": name}},
        )  # fmt: skip
    chart.add_scatter(
        x=[answer["examples"]], y=values["mark"], mode="markers", cliponaxis=False, hoverinfo="skip",
        marker={"color": theme.STUDENT, "size": 14}, meta={"bind": {"y": "mark"}},
    )  # fmt: skip
    log = np.log10([widths[0], answer["examples"], widths[-1]])
    size = theme.FONT_SIZE + 2
    for name, x in (("peak", answer["examples"]), ("last", widths[-1])):
        template = f"{{{name}:.0%}}"
        place = x, values[name]
        moving_text(chart, fill(template, values), place, theme.STUDENT, gap=8, size=size, y=name, text=template)
    for x, y, anchor, key, color in (
        (log[0] + 0.05, values["mean"][0] + 0.12, "left", "demo_test", theme.STUDENT),
        (log[1] - 0.03, 0.065, "right", "demo_train", theme.TRUTH),  # where all pictures have long been learnt
    ):
        font = {"color": color}
        chart.add_annotation(x=x, y=y, text=words[key], xanchor=anchor, showarrow=False, font=font)
    _threshold(chart, answer["examples"], words["threshold"], "", 0.98)
    chart.update_layout(
        xaxis={
            "type": "log",
            "range": [log[0] - 0.02, log[2] + 0.16],
            "tickvals": [round(share * answer["examples"]) for share in (0.125, 0.25, 0.5, 1, 2, 4, 8)],
            "title": {"text": words["demo_width"], "standoff": 4},
        },
        yaxis={"range": [0, 1.04], "tickformat": ".0%", "dtick": 0.25},
    )
    return note(chart, claim=words["demo_claim"])


@cached
def epochs(view: RunView, words: Mapping[str, str]) -> go.Figure:
    """Test error over the steps with wrong labels in the lesson, and without; the part of the labels not learned."""
    chart = theme.figure(350, margin={**theme.layout()["margin"], "t": 16})
    for run, ghost in ((view.ghost, True), (view, False)):
        if run is not None and run.result is not None:
            _spread(chart, run.result, ghost)
    curve(chart, view, "noisy_fit", theme.FAINT, "", dash="dot", width=3, x="train_step")
    curve(chart, view, "clean", theme.TRUTH, "", dash="dash", x="train_step")
    curve(chart, view, "noisy", theme.STUDENT, words["epochs_noisy"], width=5, x="train_step")
    if view.result is not None:
        points = [event.metrics for event in view.progress]
        at = next((point for point in points if point["train_step"] >= LABELLED), points[-1])
        chart.add_annotation(
            x=at["train_step"], y=at["noisy_fit"], text=words["epochs_fit"], showarrow=False, xanchor="left", xshift=14,
            yanchor="bottom", font={"color": theme.FAINT},
        )  # fmt: skip
        last = points[-1]
        spanned = [point["clean"] for point in points if point["train_step"] > NAMED] or [last["clean"]]
        below = min(spanned) > 0.05
        room = {"yanchor": "top", "yshift": -4} if below else {"yanchor": "bottom", "yshift": 6}
        chart.add_annotation(
            x=last["train_step"], y=min(spanned) if below else max(spanned), text=words["epochs_clean"],
            showarrow=False, xanchor="right", font={"color": theme.TRUTH}, **room,
        )  # fmt: skip
    for note_ in chart.layout.annotations:
        note_.x = np.log10(note_.x)  # the names at the curves' ends, on a logarithmic axis
    chart.update_layout(
        xaxis={
            "type": "log",
            "range": [0, 3.32],
            "tickvals": [1, 10, 100, 1000],
            "title": {"text": words["epochs_steps"], "standoff": 4},
        },
        yaxis={"range": [0, 0.6], "tickformat": ".0%", "dtick": 0.1},
    )
    if view.result is None:
        return note(chart, claim=words["epochs_running" if view.running else "epochs_waiting"])
    return note(chart, claim=epochs_claim(view.result, words))


def epochs_claim(result: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """What the best stop and the last step gave, and how it went in the luckiest run."""
    best, last = np.asarray(result["best"]), np.asarray(result["last"])
    facts = {
        "step": result["best_step"],
        "best": best.mean(),
        "last_step": result["steps"][-1],
        "last": last.mean(),
        "least": 100 * (last - best).min(),
        "clean": np.mean(result["clean_last"]),
    }
    return fill(words["epochs_claim"], facts)


def _spread(chart: go.Figure, result: Mapping[str, Any], ghost: bool) -> None:
    """From the lowest to the highest run with wrong labels."""
    steps, runs = list(result["steps"]), np.asarray(result["error"])[0]
    chart.add_scatter(
        x=[*steps, *steps[::-1]], y=[*runs.max(0), *runs.min(0)[::-1]], fill="toself", mode="none", hoverinfo="skip",
        fillcolor=theme.REST if ghost else theme.STUDENT, opacity=0.35 if ghost else 0.2,
    )  # fmt: skip
