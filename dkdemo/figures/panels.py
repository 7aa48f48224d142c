"""Pictures side by side in one chart: axes in the house style, and a heading over each."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from PIL import Image

from dkdemo.figures import theme
from dkdemo.figures.binding import bind, fill

HEADROOM = 0.9  # the axes end here, the headings stand above


def side_by_side(
    widths: Sequence[float], headings: Sequence[str], *, height: int = 360, gap: float = 0.09
) -> go.Figure:
    """An empty chart with one pair of axes a panel: x, y, then x2, y2 and so on.

    ``widths`` are relative. On a narrow screen the browser stacks the panels by itself.
    """
    house = theme.layout(height)
    axes: dict[str, Any] = {}
    over = []
    free = (1 - gap * (len(widths) - 1)) / sum(widths)
    left = 0.0
    for index, (width, heading) in enumerate(zip(widths, headings, strict=True)):
        name = str(index + 1) if index else ""
        right = min(left + width * free, 1)  # rounding may lead past the edge, which Plotly refuses
        axes[f"xaxis{name}"] = {**house["xaxis"], "domain": [left, right], "anchor": f"y{name}"}
        axes[f"yaxis{name}"] = {**house["yaxis"], "domain": [0, HEADROOM], "anchor": f"x{name}"}
        over.append(
            {
                "x": (left + right) / 2,
                "y": HEADROOM + 0.03,
                "text": heading,
                "xref": "paper",
                "yref": "paper",
                "xanchor": "center",
                "yanchor": "bottom",
                "showarrow": False,
            }
        )
        left = right + gap
    return theme.figure(height, **axes, annotations=over, margin={**house["margin"], "t": 20})


def coloured(heading: str) -> str:
    """A heading in which teacher and student are written in their colours."""
    return fill(heading, {"teacher_color": theme.TEACHER, "student_color": theme.STUDENT})


def note(chart: go.Figure, **meta: object) -> go.Figure:
    """Add to the layout's meta: the claim above the picture, bindings of annotations."""
    chart.layout.meta = {**(chart.layout.meta or {}), **meta}
    return chart


def moving_text(
    chart: go.Figure, words: str, at: tuple[Any, Any], color: str, *, side: str = "middle right", axis: str = "",
    gap: int = 0, size: int = theme.FONT_SIZE, **follows: str,
) -> None:  # fmt: skip
    """Words that follow numbers while a hand moves; ``follows`` as in `dkdemo.figures.binding.bind`.

    ``at`` is a point, or the lists of x and y of several; ``gap`` pixels lie between it and the words. They are
    a trace, not an annotation of the layout: for an annotation Plotly draws the whole chart anew.
    """
    x, y = (place if isinstance(place, list) else [place] for place in at)
    text = go.Scatter(
        x=x, y=y, text=words, mode="markers+text", textposition=side, textfont={"color": color, "size": size},
        marker={"size": 2 * gap, "opacity": 0}, xaxis=f"x{axis}", yaxis=f"y{axis}", cliponaxis=False, hoverinfo="skip",
    )  # fmt: skip
    chart.add_trace(bind(drawn(text), **follows))


def drawn(trace: Any) -> Any:
    """Mark a trace as words or a frame, which tell nothing that the CSV should hold. Returns the trace."""
    trace.meta = {**(trace.meta or {}), "drawn": True}
    return trace


def still(chart: go.Figure, pixels: np.ndarray, **trace: Any) -> None:
    """A picture (H, W, 3 or 4) uint8 that no slider changes, as a PNG: numbers would be painted anew at each frame."""
    file = io.BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(file, format="png")
    source = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    chart.add_image(source=source, hoverinfo="skip", **trace)


def picture(chart: go.Figure, pixels: np.ndarray, axis: str, **trace: Any) -> None:
    """An image (H, W, 3) in a panel, with square pixels and no axes; pixel k lies between k and k + 1.

    ``trace`` with a ``meta`` binds the pixels to a slider; without one they stand still.
    """
    height, width = pixels.shape[:2]
    pad = trace.pop("pad", 0)
    place = {"x0": 0.5, "y0": 0.5, "xaxis": f"x{axis}", "yaxis": f"y{axis}"}
    if "meta" in trace:
        chart.add_image(z=pixels, hoverinfo="skip", **place, **trace)
    else:
        still(chart, pixels, **place)
    hidden = {"visible": False, "constrain": "domain"}
    chart.update_layout(
        {
            f"xaxis{axis}": {**hidden, "range": [-pad, width + pad]},
            f"yaxis{axis}": {**hidden, "range": [height + pad, -pad], "scaleanchor": f"x{axis}"},
        }
    )
