"""Colour and type, written once: one colour means one thing from the first page to the last.

Figures are drawn in the light palette; the browser swaps each colour for its dark twin when the viewer's
theme is dark (assets/live/figure.js is handed `DARK_TWIN`).
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import plotly.io

plotly.io.templates.default = None  # our style is written out below; Plotly's own would be copied into every chart

TEACHER = "#0072B2"  # whatever teaches: teacher, EMA model, key encoder
STUDENT = "#D55E00"  # whatever learns
TRUTH = "#222222"  # labels and other truths
DARK = "#CC79A7"  # dark knowledge: the probability of the wrong classes
REST = "#D0D0D0"  # everything else
PAPER = "#FFFFFF"  # the page behind the chart
GRID = "#E8E8E8"
FAINT = "#767676"  # axis titles and small print

DARK_TWIN = {
    TEACHER: "#56A9DE",
    STUDENT: "#F08A45",
    TRUTH: "#EDEDED",
    DARK: "#DD9CC0",
    REST: "#5A5F66",
    PAPER: "#171614",
    GRID: "#2C313A",
    FAINT: "#A8ADB4",
}

# Names as CSS reads them unquoted: one with a lone digit would void the whole list.
FONT = "Source Sans, Noto Sans TC, Noto Sans CJK TC, PingFang TC, Microsoft JhengHei, sans-serif"
FONT_SIZE = 18
LINE = 3


def layout(height: int = 400) -> dict[str, Any]:
    """The house style as plain data: no legend, no mode bar, still axes, type readable from the last row."""
    axis = {
        "gridcolor": GRID,
        "linecolor": REST,
        "zeroline": False,
        "automargin": True,
        "fixedrange": True,
        "title": {"font": {"size": FONT_SIZE}},
    }
    return {
        "height": height,
        "margin": {"l": 64, "r": 24, "t": 16, "b": 56},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "font": {"family": FONT, "size": FONT_SIZE, "color": TRUTH},
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "uirevision": "keep",
        "bargap": 0.35,
        "xaxis": axis,
        "yaxis": axis,
    }


def figure(height: int = 400, **more: Any) -> go.Figure:
    """An empty chart in the house style; ``more`` are further parts of the layout.

    The layout is handed over in one piece: update_layout takes ten times as long, and a room of students
    asks for many charts a second.
    """
    return go.Figure(layout={**layout(height), **more})


def direct_label(chart: go.Figure, x: float, y: float, words: str, color: str, **where: object) -> None:
    """Write a curve's name at its end instead of in a legend."""
    place = {"xanchor": "left", "yanchor": "middle", "xshift": 8, **where}
    chart.add_annotation(x=x, y=y, text=words, showarrow=False, font={"color": color, "size": FONT_SIZE}, **place)
