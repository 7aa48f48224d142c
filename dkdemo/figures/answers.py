"""Pictures of what networks say to single images: two answers side by side, a gallery of doubts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import fill
from dkdemo.figures.kept import cached
from dkdemo.figures.panels import coloured, note, side_by_side
from dkdemo.kernels.sums import percent

COLUMNS = 4  # of the gallery; a phone shows half as many
PANELS = {"": [0.18, 0.49], "2": [0.51, 0.82]}  # side by side they are one sheet in the middle
GAP = 0.14  # between its pictures, as a share of one
FOOT = 0.3  # below each picture, for its line


@cached
def two_answers(values: Mapping[str, Any], names: Sequence[str], words: Mapping[str, str]) -> go.Figure:
    """The teacher's and the student's probabilities for every class, paired."""
    heading = coloured(words["batch_answers_plain"])
    chart = side_by_side((1,), (heading,), height=340)
    for offset, (role, color) in enumerate((("teacher", theme.TEACHER), ("student", theme.STUDENT))):
        chart.add_bar(
            x=list(names),
            y=values[role],
            name=words[role],
            offsetgroup=str(offset),
            marker={"color": color, "pattern": {"shape": "/" if offset else ""}},
            hovertemplate=f"{words[role]}, %{{x}}: %{{y:.2%}}<extra></extra>",
            meta={"bind": {"y": role}},
        )
    chart.update_layout(
        barmode="group",
        bargap=0.25,
        xaxis={"type": "category"},
        yaxis={"range": [0, 1.05], "tickformat": ".0%", "tickvals": [0, 0.5, 1]},
    )
    return note(chart, claim=words["draw_claim"])


@cached
def gallery(result: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """Grey test images, the greatest doubt first; under each what it is, and what else it looks like."""
    images = np.asarray(result["images"], dtype=float)
    images = np.kron(images, np.ones((1, *[max(1, 32 // images.shape[1])] * 2)))  # room for gaps finer than a pixel
    classes = result["classes"]
    side = images.shape[1]
    wide, tall = round(side * (1 + GAP)), round(side * (1 + FOOT))
    rows = -(-len(images) // COLUMNS)
    half = COLUMNS // 2  # two panels, which a phone shows one below the other
    sheets = [np.full((rows * tall, half * wide), np.nan) for _ in "12"]  # what is not a number is not painted
    chart = side_by_side((1, 1), ("", ""), height=212 * rows, gap=0.02)
    for place, image in enumerate(images):
        panel, column = divmod(place % COLUMNS, half)
        top, left = place // COLUMNS * tall, column * wide
        sheets[panel][top : top + side, left : left + side] = image / 255
        share = percent(float(result["share"][place]))
        other = f"<span style='color:{theme.DARK}'>{classes[result['looks_like'][place]]} {share}</span>"
        chart.add_annotation(
            x=left + side / 2,
            y=top + side,
            xref="x2" if panel else "x",
            yref="y2" if panel else "y",
            text=f"<b>{classes[result['labels'][place]]}</b> · {other}",
            showarrow=False,
            yanchor="top",
        )
    hidden = {"visible": False, "constrain": "domain"}
    for axis, sheet in zip(("", "2"), sheets, strict=True):
        chart.add_heatmap(
            z=sheet, colorscale=[[0, theme.GRID], [1, theme.TRUTH]], zmin=0, zmax=1, showscale=False, hoverinfo="skip",
            xaxis=f"x{axis}", yaxis=f"y{axis}",
        )  # fmt: skip
        across = {**hidden, "range": [-0.5, half * wide - 0.5], "domain": PANELS[axis]}
        down = {**hidden, "range": [rows * tall - 0.5, -0.5], "scaleanchor": f"x{axis}", "domain": [0, 1]}
        chart.update_layout({f"xaxis{axis}": across, f"yaxis{axis}": down})
    chart.update_layout(margin={"l": 4, "r": 4, "t": 8, "b": 4})
    numbers = {
        "true": str(classes[result["labels"][0]]),
        "second": str(classes[result["looks_like"][0]]),
        "share": float(result["share"][0]),
    }
    return note(chart, claim=fill(words["gallery_claim"], numbers))
