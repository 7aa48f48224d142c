"""Tables of the SimCLR paper beside our own measurements: pairs of augmentations, batch sizes, layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dkdemo.experiments.matrix import FIGURE5_NAMES
from dkdemo.figures import theme
from dkdemo.figures.binding import bind_snapshot, fill
from dkdemo.figures.kept import cached
from dkdemo.figures.panels import note, side_by_side

# ImageNet top-1 in per cent of a linear reader; rows are the first transformation, columns the second.
# Chen, Kornblith, Norouzi & Hinton 2020, arXiv:2002.05709, Figure 5.
PAPER_PAIRS = (
    (33.1, 33.9, 56.3, 46.0, 39.9, 35.0, 30.2),
    (32.2, 25.6, 33.9, 40.0, 26.5, 25.2, 22.4),
    (55.8, 35.5, 18.8, 21.0, 11.4, 16.5, 20.8),
    (46.2, 40.6, 20.9, 4.0, 9.3, 6.2, 4.2),
    (38.8, 25.8, 7.5, 7.6, 9.8, 9.8, 9.6),
    (35.1, 25.2, 16.6, 5.8, 9.7, 2.6, 6.7),
    (30.0, 22.5, 20.7, 4.3, 9.7, 6.5, 2.6),
)
DEEPEST = 0.6  # how much of its colour the fullest cell of a table has
# Top-1 in per cent with linear learning-rate scaling, by batch size and by epochs: Table B.1, ibid.
PAPER_EPOCHS = (100, 200, 400, 800)
PAPER_BATCHES = {
    256: (57.5, 61.9, 64.7, 66.6),
    512: (60.7, 64.0, 66.2, 67.8),
    1024: (62.8, 65.3, 67.2, 68.5),
    2048: (64.0, 66.1, 68.1, 68.9),
    4096: (64.6, 66.5, 68.2, 68.9),
    8192: (64.8, 66.6, 67.8, 69.0),
}


def _cells(table: Any, axis: str, color: str, top: float) -> go.Heatmap:
    """A table with its numbers written into the cells, all in one colour: the run rewrites the numbers alone.

    So no cell may come nearer to ``color`` than that colour can be read on, in the light and in the dark.
    """
    return go.Heatmap(
        z=table,
        zmin=0,
        zmax=top / DEEPEST,
        colorscale=[[0, theme.PAPER], [1, color]],
        showscale=False,
        xgap=2,
        ygap=2,
        texttemplate="%{z:.0%}",
        textfont={"size": theme.FONT_SIZE, "color": theme.TRUTH},
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        hovertemplate="%{y} → %{x}: %{z:.1%}<extra></extra>",
    )


@cached
def matrix(result: Mapping[str, Any] | None, words: Mapping[str, str]) -> go.Figure:
    """The 7 x 7 pairs twice: measured here on shapes, cell by cell, and the paper's on ImageNet."""
    chart = side_by_side((1, 1), (words["matrix_here"], words["matrix_paper"]), height=384, gap=0.12)
    empty = np.full((len(FIGURE5_NAMES), len(FIGURE5_NAMES)), np.nan)
    ours = _cells(np.asarray(result["table"]) if result else empty, "", theme.STUDENT, 1.0)
    chart.add_trace(bind_snapshot(ours, "table", z="probe"))
    chart.add_trace(_cells(np.array(PAPER_PAIRS) / 100, "2", theme.TEACHER, 0.6))
    names = [words[f"look_{name}"] for name in FIGURE5_NAMES]
    places = list(range(len(FIGURE5_NAMES)))
    chart.update_annotations(y=1.02)  # above the panels, where a phone leaves room for them below slanted names
    # the blank title makes a phone leave room for slanted names between the panels
    chart.update_layout(margin={"t": 44}, xaxis={"title": {"text": " "}})
    for axis in ("", "2"):
        chart.update_layout(
            {
                f"xaxis{axis}": {
                    "tickvals": places,
                    "ticktext": names,
                    "autotickangles": [0, 45],
                    "range": [-0.5, len(FIGURE5_NAMES) - 0.5],
                    "showgrid": False,
                    "tickfont": {"size": 16},
                },
                f"yaxis{axis}": {
                    "tickvals": places,
                    "ticktext": names,
                    "range": [len(FIGURE5_NAMES) - 0.5, -0.5],
                    "domain": [0, 1],
                    "showgrid": False,
                    "tickfont": {"size": 16},
                },
            }
        )
    if result is None:
        return note(chart, claim=words["matrix_running"])
    facts = _best(np.asarray(result["table"]), result["random"], names)
    alone = facts["first"] == facts["second"]
    return note(chart, claim=fill(words["matrix_claim_alone" if alone else "matrix_claim"], facts))


def _best(table: np.ndarray, untrained: float, names: Sequence[str]) -> dict[str, Any]:
    """The best cell, and how many of all stay below the encoder that never learned."""
    row, column = divmod(int(table.argmax()), table.shape[1])
    return {
        "first": names[row],
        "second": names[column],
        "best": float(table[row, column]),
        "below": int((table < untrained).sum()),
        "cells": table.size,
        "random": untrained,
    }


@cached
def large_batches(answer: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """Each layer's weight against its gradient, and beside it what large batches bought the paper."""
    chart = side_by_side((1.1, 1), (words["batches_layers"], words["batches_paper"]), height=360)
    layers = answer["layers"]
    names = [words["batches_conv"], words["batches_conv"], words["batches_dense"]]
    names = [f"{k + 1} {name}" for k, name in enumerate([*names, words["batches_head"], words["batches_head"]])]
    sizes = [row["ratio"] for row in layers]
    chart.add_bar(
        y=names[: len(sizes)],
        x=sizes,
        orientation="h",
        marker_color=theme.STUDENT,
        text=[f"{size:.4f}" for size in sizes],
        textposition="outside",
        cliponaxis=False,
        customdata=[[row["weight"], row["gradient"]] for row in layers],
        hovertemplate="|w| = %{customdata[0]:.3g}, |∇| = %{customdata[1]:.3g}<extra>λ = %{x:.4f}</extra>",
    )
    batches = list(PAPER_BATCHES)
    for k, epochs in enumerate(PAPER_EPOCHS):
        heights = [PAPER_BATCHES[batch][k] for batch in batches]
        chart.add_scatter(
            x=batches,
            y=heights,
            mode="lines+markers",
            line={"color": theme.TEACHER, "width": theme.LINE},
            opacity=0.55 + 0.15 * k,
            xaxis="x2",
            yaxis="y2",
            hovertemplate="%{x}: %{y:.1f}%<extra></extra>",
        )
        chart.add_annotation(
            x=np.log10(batches[-1]), y=heights[-1], xref="x2", yref="y2", text=str(epochs), showarrow=False,
            xanchor="left", xshift=10, font={"color": theme.TEACHER},
        )  # fmt: skip
    chart.update_layout(
        xaxis={"title": {"text": words["batches_ratio"], "standoff": 4}, "range": [0, 0.024], "nticks": 4},
        yaxis={"autorange": "reversed", "showgrid": False},
        xaxis2={
            "type": "log",
            "tickvals": batches,
            "ticktext": [str(batch) for batch in batches],
            "title": {"text": words["batches_size"], "standoff": 4},
            "range": [np.log10(200), np.log10(16_000)],
        },
        yaxis2={"range": [56, 71], "ticksuffix": "%"},
    )
    facts = {"most": max(sizes) / min(sizes), "batch": int(answer["n"]["batch"])}
    return note(chart, claim=fill(words["batches_claim"], facts))
