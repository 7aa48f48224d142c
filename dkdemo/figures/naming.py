"""Names written beside the curves they belong to, where they lie neither on a curve nor on another name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from dkdemo.figures import theme

TALL = 26.0  # pixels of a line of type, with air
LATIN, IDEOGRAPH = 9.0, 18.5  # pixels of a letter
AWAY = 4.0  # pixels between a curve and its name
NEAR = 0.03  # what a point of another curve within a line of the name costs, against 1 for a point under it

Curve = tuple[ArrayLike, ArrayLike, str, str]  # x, y, name (empty: only in the way), colour
Box = tuple[float, float, float, float]  # left, right, bottom, top, in pixels


def width(text: str) -> float:
    """About how many pixels a line of type is wide; of several lines, the widest."""
    return max(sum(IDEOGRAPH if letter > "\u2e7f" else LATIN for letter in line) for line in text.split("<br>"))


def name_ends(
    chart: go.Figure, ends: Sequence[tuple[float, str, str]], x: float, *, span: float, tall: float, floor: float = 0.0,
    axis: str = "",
) -> None:  # fmt: skip
    """Write (height, name, colour) to the right of ``x``, pushed apart where curves end close together.

    ``span`` is what the y axis shows, ``tall`` the pixels it has for it, and ``floor`` where it begins.
    """
    gap, lowest = span * TALL / tall, np.inf
    ordered = sorted(ends, key=lambda end: -end[0])
    for place, (height, text, color) in enumerate(ordered):
        lowest = max(min(height, lowest - gap), floor + gap * (len(ordered) - 1 - place))
        theme.direct_label(chart, x, lowest, text, color, xref=f"x{axis}", yref=f"y{axis}")


def named(chart: go.Figure, lines: Sequence[tuple[str, str]], *, right: bool = False, bottom: bool = False) -> None:
    """Name the curves in a corner of the picture: where they cross and move, names at their ends would collide.

    ``lines``: (words, colour) from top to bottom.
    """
    rows = range(1 - len(lines), 1) if bottom else range(len(lines))
    for row, (words, color) in zip(rows, lines, strict=True):
        chart.add_annotation(
            x=1 if right else 0, y=0 if bottom else 1, xref="x domain", yref="y domain", text=words, showarrow=False,
            xanchor="right" if right else "left", yanchor="bottom" if bottom else "top", yshift=-row * TALL,
            font={"color": color, "size": theme.FONT_SIZE},
        )  # fmt: skip


def spread_out(heights: Sequence[float], gap: float) -> list[float]:
    """Heights, highest first, at least ``gap`` apart: those too close are spread about their own mean."""
    groups: list[list[float]] = []  # of heights as they would be with no gap between them
    for place, height in enumerate(heights):
        groups.append([height + place * gap])
        while len(groups) > 1 and np.mean(groups[-2]) < np.mean(groups[-1]):
            groups[-2:] = [groups[-2] + groups[-1]]
    level = [float(np.mean(group)) for group in groups for _ in group]
    return [height - place * gap for place, height in enumerate(level)]


def name_curves(
    chart: go.Figure, curves: Sequence[Curve], *, x: tuple[float, float], y: tuple[float, float],
    size: tuple[float, float], axis: str = "",
) -> None:  # fmt: skip
    """Write each curve's name just above or below it, where the least lies under the name and no other curve is near.

    ``x`` and ``y`` are what the axes show, ``size`` the panel's width and height in pixels on a projector.
    """
    ways = [_pixels(one, x, y, size) for one in curves]
    dense = [_dense(way) for way in ways]
    under = np.concatenate(dense)
    taken: list[Box] = []
    for own, (way, (_, _, text, color)) in enumerate(zip(ways, curves, strict=True)):
        if not text:
            continue
        others = np.concatenate([np.empty((0, 2)), *dense[:own], *dense[own + 1 :]])

        def cost(box: Box, others: Any = others) -> float:
            left, right, low, top = box
            around = left - TALL, right + TALL, low - TALL, top + TALL
            return _cost(box, under, taken, size) + NEAR * _inside(around, others)

        best = min(_boxes(way, text), key=cost)
        taken.append(best)
        chart.add_annotation(
            x=x[0] + (best[0] + best[1]) / 2 / size[0] * (x[1] - x[0]),
            y=y[0] + (best[2] + best[3]) / 2 / size[1] * (y[1] - y[0]),
            xref=f"x{axis}", yref=f"y{axis}", text=text, showarrow=False, font={"color": color},
        )  # fmt: skip


def _pixels(curve: Curve, x: tuple[float, float], y: tuple[float, float], size: tuple[float, float]) -> Any:
    """The points of a curve, (P, 2), in pixels from the panel's lower left corner."""
    across, up = np.asarray(curve[0], float), np.asarray(curve[1], float)
    return np.column_stack([(across - x[0]) / (x[1] - x[0]) * size[0], (up - y[0]) / (y[1] - y[0]) * size[1]])


def _dense(way: Any) -> Any:
    """Points a few pixels apart along a line, so that no box slips between two of them."""
    steps = np.linspace(0, len(way) - 1, max(400, len(way)))
    return np.column_stack([np.interp(steps, np.arange(len(way)), way[:, k]) for k in (0, 1)])


def _boxes(way: Any, text: str) -> list[Box]:
    """Where the name could stand: over, under and beside the curve, at many places along it."""
    wide, tall = width(text), TALL * (1 + text.count("<br>"))
    found = []
    for left, low in _dense(way)[::8]:
        for shift in (-wide / 2, AWAY, -wide - AWAY):  # centred, right of it, left of it
            for floor in (low + AWAY, low - AWAY - tall, low - tall / 2):
                found.append((left + shift, left + shift + wide, floor, floor + tall))
    return found


def _cost(box: Box, under: Any, taken: Sequence[Box], size: tuple[float, float]) -> float:
    """How much lies under a name: points of curves, other names, the edge of the panel."""
    left, right, low, top = box
    over = sum(left < other[1] and other[0] < right and low < other[3] and other[2] < top for other in taken)
    outside = max(0.0, -left, right - size[0]) + max(0.0, -low, top - size[1])
    return _inside(box, under) + 1000.0 * over + 100.0 * (outside > 0) + outside


def _inside(box: Box, points: Any) -> float:
    """How many of the points (P, 2) lie in the box."""
    left, right, low, top = box
    return float(((points[:, 0] > left) & (points[:, 0] < right) & (points[:, 1] > low) & (points[:, 1] < top)).sum())
