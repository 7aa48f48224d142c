"""Pictures of comparing with others: forces in the plane, two weights found, and how far a nudge reaches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import bind, fill, grow
from dkdemo.figures.kept import cached
from dkdemo.figures.panels import note, side_by_side
from dkdemo.jobs.view import RunView

WIDE, TALL = (-5.8, 5.8), (-2.95, 3.85)  # the plane of metric learning: the borders round its anchor fit
HANDLES = 3  # the trace of `metric` that is dragged
DECADES = {1e-6: "10⁻⁶", 1e-3: "10⁻³", 1.0: "1", 1e3: "10³", 1e6: "10⁶"}
SLIDE = {"w": 2.0, "u": 3.0}  # "time * 2, input * 3"


@cached
def metric(values: Mapping[str, Any], loss: str, words: Mapping[str, str]) -> go.Figure:
    """Anchor, positive and negatives to drag, the arrow each of them feels, and where a stranger stops to push."""
    chart = theme.figure(340)
    ring = go.Scatter(
        x=values["ring_x"], y=values["ring_y"], mode="lines", hoverinfo="skip",
        line={"color": theme.FAINT, "width": 2, "dash": "dot"},
    )  # fmt: skip
    arrows = go.Scatter(
        x=values["arrow_x"], y=values["arrow_y"], mode="lines", hoverinfo="skip",
        line={"color": theme.TRUTH, "width": theme.LINE},
    )  # fmt: skip
    heads = go.Scatter(
        x=values["tip_x"], y=values["tip_y"], mode="markers", hoverinfo="skip",
        marker={
            "opacity": 1,
            "symbol": "triangle-up", "size": values["tip_size"], "color": theme.TRUTH, "angle": values["tip_angle"],
        },
    )  # fmt: skip
    count = values["strangers"]
    names = ["a", "p", *(f"n{k + 1}" for k in range(count))]
    points = go.Scatter(
        x=values["x"],
        y=values["y"],
        mode="markers+text",
        text=names,
        textposition="middle center",
        textfont={"color": theme.PAPER, "size": 15},
        marker={
            "symbol": ["circle", "square", *["diamond"] * count],
            "size": [34, 32, *[38] * count],
            "color": [theme.STUDENT, theme.TEACHER, *[theme.DARK] * count],
            "opacity": 1,
        },
        hovertemplate="%{text}: (%{x:.2f}, %{y:.2f})<extra></extra>",
    )
    chart.add_trace(bind(ring, x="ring_x", y="ring_y"))
    chart.add_trace(bind(arrows, x="arrow_x", y="arrow_y"))
    chart.add_trace(bind(heads, x="tip_x", y="tip_y", marker__angle="tip_angle", marker__size="tip_size"))
    chart.add_trace(bind(points, x="x", y="y"))  # number HANDLES: dragged
    chart.add_scatter(
        x=[0], y=[0], mode="markers", hovertemplate="0<extra></extra>",
        marker={"symbol": "cross-thin", "size": 16, "line": {"width": 2, "color": theme.FAINT}},
    )  # fmt: skip
    bare = {"visible": False, "constrain": "domain"}
    chart.update_layout(
        xaxis={**bare, "range": WIDE},
        yaxis={**bare, "range": TALL, "scaleanchor": "x"},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
    )
    return note(chart, claim=words[f"metric_claim_{loss}"])


@cached
def rnn(view: RunView, length: int, words: Mapping[str, str]) -> go.Figure:
    """The two weights of eight networks while they learn; and what each input still weighs in the last state."""
    chart = side_by_side((1.3, 1), (words["rnn_weights"], words["rnn_unrolled"]), height=340)
    steps = view.progress[0].steps if view.progress else 300
    runs = sorted(name for event in view.progress[:1] for name in event.metrics if name[:2] in ("w_", "u_"))
    for name in runs or [f"{weight}_{run}" for weight in "wu" for run in range(8)]:
        color = theme.STUDENT if name[0] == "w" else theme.DARK
        line = go.Scatter(
            x=[event.step for event in view.progress],
            y=[event.metrics[name] for event in view.progress],
            mode="lines",
            opacity=0.6,
            line={"color": color, "width": theme.LINE, "dash": "solid" if name[0] == "w" else "dash"},
            hovertemplate=f"{name[0]} = %{{y:.3f}}<extra></extra>",
        )
        chart.add_trace(grow(line, name))
    for weight, wanted in SLIDE.items():
        ink = theme.STUDENT if weight == "w" else theme.DARK
        chart.add_scatter(
            x=[0, steps], y=[wanted] * 2, mode="lines", line={"color": theme.TRUTH, "width": 2, "dash": "dot"},
            hoverinfo="skip",
        )  # fmt: skip
        chart.add_annotation(
            x=steps, y=wanted, text=words[f"rnn_{weight}"], showarrow=False, xanchor="right", font={"color": ink},
            **({"yanchor": "top", "yshift": -4} if weight == "w" else {"yanchor": "bottom", "yshift": 4}),
        )  # fmt: skip
    _unrolled(chart, view.result, length, words)
    chart.update_layout(
        xaxis={"title": {"text": words["steps"], "standoff": 4}, "range": [0, steps]},
        yaxis={"range": [-0.1, 4.1], "dtick": 1},
        xaxis2={
            "title": {"text": words["rnn_input"], "standoff": 4},
            "range": [0.5, length + 0.5],
            "dtick": max(1, length // 4),
        },
        yaxis2={"type": "log", "range": [0, np.log10(3 * 2 ** (length - 1)) + 0.35], "dtick": 1},
    )  # fmt: skip
    if view.result is None:
        return note(chart, claim=words["rnn_waiting"])
    facts = {"w": float(np.mean(view.result["w"])), "u": float(np.mean(view.result["u"])), "off": view.result["off"]}
    return note(chart, claim=fill(words["rnn_claim_found" if facts["off"] < 0.01 else "rnn_claim_missed"], facts))


def _unrolled(chart: go.Figure, result: Mapping[str, Any] | None, length: int, words: Mapping[str, str]) -> None:
    """How much of x_t is in h_n: u w^(n-t), of the slide's network and of each learned one."""
    when = np.arange(1, length + 1)
    place = {"xaxis": "x2", "yaxis": "y2"}
    if result is not None:
        for w, u in zip(result["w"], result["u"], strict=True):
            chart.add_scatter(
                x=when, y=np.abs(u * w ** (length - when)), mode="markers", hovertemplate="%{y:.3g}<extra></extra>",
                marker={"size": 15, "color": theme.STUDENT, "opacity": 0.35}, **place,
            )  # fmt: skip
    truth = SLIDE["u"] * SLIDE["w"] ** (length - when)
    few = length <= 4
    chart.add_scatter(
        x=when, y=truth, mode="lines+markers+text" if few else "lines+markers",
        text=[f"{value:.0f}" for value in truth], textposition="top right", cliponaxis=False,
        hovertemplate="%{y:.0f}<extra></extra>",
        line={"color": theme.TRUTH, "width": 2, "dash": "dot"}, marker={"size": 6, "color": theme.TRUTH}, **place,
    )  # fmt: skip


@cached
def reach(values: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """What is left of a nudge after n steps, on a log axis: a straight line for the linear network."""
    chart = theme.figure(340)
    steps = list(range(len(values["linear"])))
    chart.add_scatter(
        x=[0, steps[-1]], y=[1, 1], mode="lines", line={"color": theme.REST, "width": theme.LINE}, hoverinfo="skip"
    )
    for name, color, dash in (("linear", theme.STUDENT, "solid"), ("curved", theme.DARK, "dash")):
        line = go.Scatter(
            x=steps, y=values[name], mode="lines", line={"color": color, "width": 4, "dash": dash},
            hovertemplate="n = %{x}: %{y:.2g}<extra></extra>",
        )  # fmt: skip
        chart.add_trace(bind(line, y=name))
    here = go.Scatter(
        x=values["here_x"], y=values["here_y"], mode="markers", hoverinfo="skip", cliponaxis=False,
        marker={"size": 17, "color": [theme.STUDENT, theme.DARK], "symbol": ["circle", "square"]},
    )  # fmt: skip
    chart.add_trace(bind(here, x="here_x", y="here_y"))
    for place, (text, ink) in enumerate(((words["reach_linear"], theme.STUDENT), (words["reach_curved"], theme.DARK))):
        chart.add_annotation(
            x=0.01, y=0.99 - 0.09 * place, xref="paper", yref="paper", text=text, showarrow=False, xanchor="left",
            yanchor="top", font={"color": ink},
        )  # fmt: skip
    chart.update_layout(
        xaxis={"title": {"text": words["reach_steps"], "standoff": 4}, "range": [-0.5, 51]},
        yaxis={
            "type": "log",
            "range": [-6.6, 6.6],
            "tickvals": list(DECADES),
            "ticktext": list(DECADES.values()),
        },
    )
    return note(chart, claim=words["reach_claim"])
