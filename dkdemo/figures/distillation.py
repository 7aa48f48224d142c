"""Pictures of one batch distilled: two answers and the push between them, equal losses, unequal networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import fill
from dkdemo.figures.kept import cached
from dkdemo.figures.panels import coloured, note, side_by_side
from dkdemo.kernels.distillation import CURVE_TEMPERATURES

STRONGEST = 2.2  # the push axis runs from -STRONGEST to STRONGEST at every temperature
UNITS_PER_DOT = 8


@cached
def batch(values: Mapping[str, Any], names: Sequence[str], words: Mapping[str, str], *, squared: bool) -> go.Figure:
    """One row of the batch: both answers at T, the push on each logit, and how hard the soft term pushes by T."""
    answers = coloured(words["batch_answers"])
    headings = answers, words["batch_push"], words["batch_curve"]
    chart = side_by_side((1.5, 0.8, 1.1), headings, gap=0.075, height=340)
    _answers(chart, values, names, words)
    _push(chart, values, names)
    _push_by_temperature(chart, values, words, squared)
    top = max(*values["curve_squared"], *values["curve_plain"])
    chart.update_layout(
        barmode="group",
        bargap=0.2,
        xaxis={"type": "category"},
        yaxis={"range": [0, 1.15], "tickformat": ".0%", "tickvals": [0, 0.5, 1]},
        xaxis2={"type": "category"},
        yaxis2={"range": [-STRONGEST, STRONGEST], "zeroline": True, "zerolinecolor": theme.FAINT},
        xaxis3={
            "type": "log",
            "range": [-0.33, 1.33],
            "tickvals": [0.5, 1, 2, 4, 8, 20],
            "title": {"text": words["batch_t"], "standoff": 4},
        },
        yaxis3={"range": [0, 1.15 * top]},
    )
    return note(chart, claim=words["batch_claim_squared" if squared else "batch_claim_plain"])


def _answers(chart: go.Figure, values: Mapping[str, Any], names: Sequence[str], words: Mapping[str, str]) -> None:
    """First panel: teacher's and student's probabilities, side by side."""
    for role, color, offset in (("teacher", theme.TEACHER, 0), ("student", theme.STUDENT, 1)):
        chart.add_bar(
            x=list(names),
            y=values[role],
            name=words[role],
            text=values[f"{role}_text"],
            textposition="outside",
            textfont={"size": 14},
            cliponaxis=False,
            offsetgroup=str(offset),
            marker={"color": color, "pattern": {"shape": "/" if offset else ""}},
            meta={"bind": {"y": role, "text": f"{role}_text"}},
        )


def _push(chart: go.Figure, values: Mapping[str, Any], names: Sequence[str]) -> None:
    """Second panel: how the soft targets push on each of the student's logits."""
    chart.add_bar(
        x=list(names),
        y=values["push"],
        text=values["push_text"],
        textposition="outside",
        constraintext="none",  # as large as asked for, though the bar is narrow
        textfont={"size": 16},
        cliponaxis=False,
        width=0.35,
        marker_color=theme.STUDENT,
        xaxis="x2",
        yaxis="y2",
        hovertemplate="%{x}: %{y:.3f}<extra></extra>",
        meta={"bind": {"y": "push", "text": "push_text"}},
    )


def _push_by_temperature(chart: go.Figure, values: Mapping[str, Any], words: Mapping[str, str], squared: bool) -> None:
    """Third panel: how hard that push is at every temperature, with T^2 and without, and where we are."""
    axes = {"xaxis": "x3", "yaxis": "y3", "mode": "lines", "hoverinfo": "skip"}
    for name, dash, shown in (("curve_squared", "solid", squared), ("curve_plain", "dash", not squared)):
        line = {"color": theme.TEACHER if shown else theme.REST, "width": theme.LINE + shown, "dash": dash}
        chart.add_scatter(x=CURVE_TEMPERATURES, y=values[name], line=line, meta={"bind": {"y": name}}, **axes)
        chart.add_annotation(
            x=1.28,  # log10 of 19: the axis is logarithmic
            y=values[name][-1],
            xref="x3",
            yref="y3",
            text=words[name],
            showarrow=False,
            xanchor="right",
            yanchor="bottom",
            font={"color": theme.TEACHER if shown else theme.FAINT},
        )
    chart.add_scatter(
        x=values["now_x"],
        y=values["now_y"],
        xaxis="x3",
        yaxis="y3",
        mode="markers",
        marker={"size": 16, "color": theme.STUDENT},
        hoverinfo="skip",
        meta={"bind": {"x": "now_x", "y": "now_y"}},
    )


@cached
def darkness(values: Mapping[str, Any], names: Sequence[str], words: Mapping[str, str]) -> go.Figure:
    """Two answers, equally right: their probabilities, and what the gradient makes of them."""
    chart = side_by_side((1, 1), (words["darkness_answers"], words["darkness_gradients"]))
    for axis, kind in (("", ""), ("2", "gradient_")):
        for who, offset in (("other", 0), ("mine", 1)):
            name = f"{kind}{who}"
            chart.add_bar(
                x=list(names),
                y=values[name],
                name=words[f"darkness_{who}"],
                text=values[f"{name}_text"],
                textposition="outside",
                cliponaxis=False,
                offsetgroup=str(offset),
                marker={"color": theme.DARK if offset else theme.REST, "pattern": {"shape": "" if offset else "/"}},
                xaxis=f"x{axis}",
                yaxis=f"y{axis}",
                hovertemplate="%{x}: %{y:.4f}<extra></extra>",
                meta={"bind": {"y": name, "text": f"{name}_text"}},
            )
    chart.update_layout(
        barmode="group",
        bargap=0.15,
        bargroupgap=0.12,  # or the values over two bars run into each other
        xaxis={"type": "category"},
        yaxis={"range": [0, 1.1], "tickformat": ".0%", "tickvals": [0, 0.5, 1]},
        xaxis2={"type": "category"},
        yaxis2={"range": [-1.15, 1.15], "tickvals": [-1, 0, 1], "zeroline": True, "zerolinecolor": theme.FAINT},
    )
    for shift, who, color in ((-1, "other", theme.FAINT), (1, "mine", theme.DARK)):
        chart.add_annotation(
            x=1.5 + 0.34 * shift,
            y=0.92,
            xref="x",
            yref="y",
            text=f"<b>{words[f'darkness_{who}']}</b>",
            font={"color": color},
            showarrow=False,
        )
    return note(chart, claim=words["darkness_claim"])


def parameters(layers: Sequence[int]) -> int:
    """Weights and biases of a fully connected network with these widths."""
    return sum((before + 1) * after for before, after in pairwise(layers))


@cached
def larva(teacher: Sequence[int], copies: int, student: Sequence[int], words: Mapping[str, str]) -> go.Figure:
    """Both networks to one scale: a dot is eight units; the caterpillar is an ensemble of ``copies``."""
    chart = theme.figure(340)
    _network(chart, teacher, 0.0, theme.TEACHER, copies)
    _network(chart, student, 6.0, theme.STUDENT, 1)
    for x, key, count, color in (
        (1.5, "larva_teacher", copies * parameters(teacher), theme.TEACHER),
        (7.0, "larva_student", parameters(student), theme.STUDENT),
    ):
        words_here = f"<b>{words[key]}</b><br>{words['larva_numbers'].replace('{count}', f'{count:,}')}"
        chart.add_annotation(x=x, y=-20, yanchor="top", text=words_here, showarrow=False, font={"color": color})
    hidden = {"visible": False}
    chart.update_layout(
        xaxis={**hidden, "range": [-0.8, 9.0]},
        yaxis={**hidden, "range": [-38, 19]},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
    )
    ratio = copies * parameters(teacher) / parameters(student)
    return note(chart, claim=fill(words["larva_claim"], {"ratio": f"{ratio:.0f}"}))


def _network(chart: go.Figure, layers: Sequence[int], left: float, color: str, copies: int) -> None:
    """Columns of dots, joined by the shadow of their connections; further copies stand behind, a little aside."""
    heights = [max(1, round(width / UNITS_PER_DOT)) for width in layers]
    for column, (here, there) in enumerate(pairwise(heights)):
        near, far = left + column, left + column + 1
        corners = (near, here / 2), (far, there / 2), (far, -there / 2), (near, -here / 2)
        path = "M" + "L".join(f"{x},{y}" for x, y in corners) + "Z"
        chart.add_shape(type="path", path=path, fillcolor=color, opacity=0.12, line_width=0, layer="below")
    for copy in reversed(range(copies)):
        x = [left + column + 0.09 * copy for column, height in enumerate(heights) for _ in range(height)]
        y = [row - (height - 1) / 2 + 0.25 * copy for height in heights for row in range(height)]
        marker = {"size": 7, "color": color, "opacity": 1 if copy == 0 else 0.35}
        chart.add_scatter(x=x, y=y, mode="markers", marker=marker, hoverinfo="skip")
    for column, (width, height) in enumerate(zip(layers, heights, strict=True)):
        chart.add_annotation(x=left + column, y=-height / 2 - 0.8, text=str(width), yanchor="top", showarrow=False)
