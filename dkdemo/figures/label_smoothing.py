"""Pictures of label smoothing: one label, clusters in the penultimate layer, confidence, the teacher who whispers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import bind_snapshot, fill, grow
from dkdemo.figures.kept import cached
from dkdemo.figures.naming import name_ends
from dkdemo.figures.panels import note, picture, side_by_side
from dkdemo.kernels.smoothing import GAP_ALPHAS

MOST_CLASSES = 10
PRINTED = (0.05, 0.85, 0.05, 0.05)  # the slide's vector
COLD = ("hard_1", "smooth_1")  # students who were taught at T = 1
NETS = ("hard", "smooth")
MARKS = (("circle", "●"), ("diamond", "◆"), ("triangle-up", "▲"))  # one shape a class, and its glyph


@cached
def formula(values: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """The smoothed label beside the slide's numbers, and the logit gap it asks for."""
    chart = side_by_side((1.35, 1), (words["formula_label"], words["formula_gap"]), height=320)
    _target(chart, values, truth=1)
    dash = {"symbol": "line-ew", "size": 40, "line": {"width": theme.LINE, "color": theme.FAINT}}
    chart.add_scatter(x=list(range(4)), y=list(PRINTED), mode="markers", marker=dash, hoverinfo="skip")
    chart.add_annotation(
        x=1, y=PRINTED[1], text=words["formula_printed"], xanchor="left", xshift=44, showarrow=False,
        font={"color": theme.FAINT},
    )  # fmt: skip
    chart.add_scatter(
        x=GAP_ALPHAS,
        y=values["gap_curve"],
        mode="lines",
        line={"color": theme.STUDENT, "width": theme.LINE},
        xaxis="x2",
        yaxis="y2",
        hovertemplate="α = %{x:.2f}: %{y:.2f}<extra></extra>",
        meta={"bind": {"y": "gap_curve"}},
    )
    chart.add_scatter(
        x=values["here"],
        y=values["gap_here"],
        mode="markers",
        marker={"color": theme.STUDENT, "size": 16},
        xaxis="x2",
        yaxis="y2",
        hoverinfo="skip",
        meta={"bind": {"x": "here", "y": "gap_here"}},
    )
    chart.update_layout(
        xaxis={
            "range": [-0.6, MOST_CLASSES - 0.4],
            "dtick": 1,
            "title": {"text": words["formula_class"], "standoff": 4},
        },
        xaxis2={
            "range": [0, 1],
            "tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1],
            "title": {"text": words["alpha"], "standoff": 4},
        },
        yaxis={"tickformat": ".1f"},  # as the slide writes its label
        yaxis2={"range": [0, 7.2]},
    )
    return note(chart, claim=words["formula_claim"])


@cached
def five_or_nine(
    image: np.ndarray, values: Mapping[str, Any], answer: Sequence[float], truth: int, words: Mapping[str, str]
) -> go.Figure:
    """A real digit, the label smoothing gives it, and what a trained teacher says of it.

    ``image``: (H, W) uint8; ``answer``: (K,) the teacher's probabilities.
    """
    chart = side_by_side(
        (0.6, 1.4, 1.3), (words["five_image"], words["five_smoothed"], words["five_teacher"]), height=340
    )
    picture(chart, np.repeat(image[..., None], 3, axis=-1), "")
    _target(chart, values, truth, axis="2")
    chart.add_bar(
        x=list(range(len(answer))),
        y=list(answer),
        text=[f"{share:.0%}" if share >= 0.005 else "" for share in answer],
        textposition="outside",
        textangle=0,
        textfont={"size": theme.FONT_SIZE},
        constraintext="none",
        cliponaxis=False,
        marker_color=[theme.TRUTH if name == truth else theme.DARK for name in range(len(answer))],
        xaxis="x3",
        yaxis="y3",
        hovertemplate="%{x}: %{y:.4f}<extra></extra>",
    )
    for axis in ("2", "3"):
        chart.update_layout(
            {f"xaxis{axis}": {"range": [-0.6, len(answer) - 0.4], "dtick": 1}, f"yaxis{axis}": _shares()}
        )
    return note(chart, claim=words["five_claim"])


def _target(chart: go.Figure, values: Mapping[str, Any], truth: int, axis: str = "") -> None:
    """The smoothed label as bars: ink for the truth, purple for what smoothing gives the others."""
    chart.add_bar(
        x=values["names"],
        y=values["target"],
        text=values["target_text"],
        textposition="outside",
        textangle=0,
        textfont={"size": theme.FONT_SIZE},
        constraintext="none",
        cliponaxis=False,
        marker_color=[theme.TRUTH if name == truth else theme.DARK for name in range(MOST_CLASSES)],
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        hovertemplate="%{x}: %{y:.4f}<extra></extra>",
        meta={"bind": {"x": "names", "y": "target", "text": "target_text"}},
    )
    chart.update_layout({f"yaxis{axis}": _shares()})


def _shares() -> dict[str, Any]:
    return {"range": [0, 1.12], "tickformat": ".0%", "tickvals": [0, 0.5, 1]}


@cached
def penultimate(
    result: Mapping[str, Any] | None, classes: Sequence[str], alpha: float, words: Mapping[str, str]
) -> go.Figure:
    """Three classes on the plane through their templates: hard labels on the left, smoothed on the right."""
    headings = words["hard_labels"], fill(words["smooth_labels"], {"alpha": alpha})
    chart = side_by_side((1, 1), headings, height=350, gap=0.04)
    planes = result["planes"] if result else {}
    tones = (theme.TRUTH, theme.FAINT, theme.STUDENT)
    for axis, net in (("", "hard"), ("2", "smooth")):
        for place, ((symbol, glyph), tone) in enumerate(zip(MARKS, tones, strict=True)):
            points = go.Scatter(
                x=planes.get(f"{net}_{place}_x", []),
                y=planes.get(f"{net}_{place}_y", []),
                mode="markers",
                marker={"symbol": symbol, "size": 9, "color": tone, "opacity": 0.7},
                name=classes[place],
                xaxis=f"x{axis}",
                yaxis=f"y{axis}",
                hovertemplate=f"{classes[place]}<extra></extra>",
            )
            chart.add_trace(bind_snapshot(points, "planes", x=f"{net}_{place}_x", y=f"{net}_{place}_y"))
            x, y = ((-1.9, -1.2), (1.9, -1.2), (0.75, 1.55))[place]
            label = f"<b>{glyph} {classes[place]}</b>"
            chart.add_annotation(
                x=x, y=y, xref=f"x{axis}", yref=f"y{axis}", text=label, showarrow=False, font={"color": tone}
            )
        plain = {"showticklabels": False, "constrain": "domain"}
        chart.update_layout(
            {
                f"xaxis{axis}": {**plain, "range": [-2.6, 2.6]},
                f"yaxis{axis}": {**plain, "range": [-1.7, 1.9], "scaleanchor": f"x{axis}"},
            }
        )
    if not result:
        return note(chart, claim=words["penultimate_running"])
    ratio = result["smooth_ratio"] / result["hard_ratio"]
    return note(chart, claim=fill(words["penultimate_claim"], {**_numbers(result), "ratio": ratio}))


@cached
def calibration(result: Mapping[str, Any] | None, alpha: float, words: Mapping[str, str]) -> go.Figure:
    """Confidence against accuracy, both nets: on the diagonal a net is as sure as it is right."""
    headings = words["hard_labels"], fill(words["smooth_labels"], {"alpha": alpha})
    chart = side_by_side((1, 1), headings, height=345)
    bins = result["reliability"] if result else {}
    for axis, net in (("", "hard"), ("2", "smooth")):
        place = {"xaxis": f"x{axis}", "yaxis": f"y{axis}"}
        chart.add_scatter(
            x=[0, 1], y=[0, 1], mode="lines", hoverinfo="skip",
            line={"color": theme.TRUTH, "width": theme.LINE, "dash": "dash"}, **place,
        )  # fmt: skip
        found = go.Scatter(
            x=bins.get(f"{net}_confidence", []),
            y=bins.get(f"{net}_right", []),
            mode="markers",
            marker={
                "size": bins.get(f"{net}_size", []),
                "sizemode": "diameter",
                "color": theme.STUDENT,
                "opacity": 0.8,
                "line": {"width": 1, "color": theme.TRUTH},
            },
            hovertemplate="%{x:.1%} / %{y:.1%}<extra></extra>",
            cliponaxis=False,
            **place,
        )
        paths = {"x": f"{net}_confidence", "y": f"{net}_right", "marker__size": f"{net}_size"}
        chart.add_trace(bind_snapshot(found, "reliability", **paths))
        for x, y, key, anchor in ((0.97, 0.06, "too_sure", "right"), (0.03, 0.94, "too_modest", "left")):
            chart.add_annotation(
                x=x, y=y, xref=f"x{axis}", yref=f"y{axis}", text=words[key], xanchor=anchor, showarrow=False,
                font={"color": theme.FAINT},
            )  # fmt: skip
        share = {"range": [-0.03, 1.15], "tickformat": ".0%", "tickvals": [0, 0.5, 1]}
        chart.update_layout(
            {
                f"xaxis{axis}": {**share, "title": {"text": words["confidence"], "standoff": 4}},
                f"yaxis{axis}": {**share, "title": {"text": "" if axis else words["right_share"]}},
            }
        )
    if not result:
        return note(chart, claim=words["calibration_running"])
    worse = result["smooth_ece"] > result["hard_ece"]
    return note(chart, claim=fill(words["calibration_worse" if worse else "calibration_better"], _numbers(result)))


@cached
def teacher(
    progress: Sequence[Any], result: Mapping[str, Any] | None, lessons: tuple[int, int], words: Mapping[str, str]
) -> go.Figure:
    """Four students on the hidden digit: while they learn, and at the end, before and after the bias.

    ``lessons``: the steps of the teachers and of the students.
    """
    key = f"<span style='color:{theme.STUDENT}'>■ {words['hard_teacher']}  ▨ {words['smooth_teacher']}</span>"
    chart = side_by_side((1.25, 1.35), (words["teacher_curves"], key), height=340)
    styles = {
        "hard_8": (theme.STUDENT, "solid"),
        "smooth_8": (theme.STUDENT, "dash"),
        "hard_1": (theme.STUDENT, "solid"),
        "smooth_1": (theme.STUDENT, "dash"),
    }
    teachers = {"hard_teacher": (theme.TEACHER, "solid"), "smooth_teacher": (theme.TEACHER, "dash")}
    for name, (color, dash) in (styles | teachers).items():
        seen = [event for event in progress if name in event.metrics]
        curve = go.Scatter(
            x=[event.step for event in seen],
            y=[event.metrics[name] for event in seen],
            mode="lines",
            opacity=0.5 if name in COLD else 1,
            line={"color": color, "width": 1.5 if name in teachers else theme.LINE + 1, "dash": dash},
            hovertemplate=f"{words[name]}: %{{y:.1%}}<extra></extra>",
        )
        chart.add_trace(grow(curve, name))
    for net, dash in (("hard", ""), ("smooth", "/")):
        moments = [(f"{net}_{heat}", when) for heat in (8, 1) for when in ("before", "after")]
        shares = [result[when][student] for student, when in moments] if result else []
        chart.add_bar(
            x=[words[f"teacher_{student[-1]}_{when}"] for student, when in moments],
            y=shares or [0] * 4,
            text=[f"{share:.0%}" for share in shares],
            textposition="outside",
            constraintext="none",
            cliponaxis=False,
            name=words[f"{net}_teacher"],
            marker={"color": theme.STUDENT, "opacity": 1 if net == "hard" else 0.55, "pattern": {"shape": dash}},
            hovertemplate=f"{words[f'{net}_teacher']}, %{{x}}: %{{y:.1%}}<extra></extra>",
            xaxis="x2",
            yaxis="y2",
        )
    first, last = lessons[0], sum(lessons)
    divide = {"color": theme.REST, "width": 2, "dash": "dot"}
    chart.add_shape(type="line", x0=first, x1=first, y0=0, y1=1.1, line=divide)
    chart.add_annotation(
        x=first, y=0.8, text=words["teacher_own_curves"], showarrow=False, xanchor="right", xshift=-6,
        font={"color": theme.TEACHER},
    )  # fmt: skip
    if result and progress:
        name_ends(chart, _students(progress, words), last, span=1.12, tall=235, floor=0.06)  # clear of the axis
    chart.update_layout(
        barmode="group",
        bargap=0.25,
        xaxis={
            "range": [0, 1.95 * last],
            "title": {"text": words["student_steps"], "standoff": 4},
            "tickvals": [0, first, last],
        },
        yaxis=_shares(),
        xaxis2={"type": "category"},
        yaxis2=_shares(),
    )
    if not result:
        return note(chart, claim=words["teacher_running"])
    numbers = {"digit": result["hide"], "hard": result["before"]["hard_8"], "smooth": result["before"]["smooth_8"]}
    return note(chart, claim=fill(words["teacher_claim"], numbers))


def _students(progress: Sequence[Any], words: Mapping[str, str]) -> list[tuple[float, str, str]]:
    """Where the students ended and what to call them; those at T = 1 lie on each other and share a name."""
    ends = {name: end for event in progress for name, end in event.metrics.items()}
    cold = max(ends.get(name, 0.0) for name in COLD)
    named = [(ends.get(name, 0.0), words[name], theme.STUDENT) for name in ("hard_8", "smooth_8")]
    return [*named, (cold, words["teacher_1_both"], theme.STUDENT)]


def _numbers(result: Mapping[str, Any]) -> dict[str, Any]:
    """The plain numbers of a result, for a sentence."""
    return {name: value for name, value in result.items() if isinstance(value, int | float)}
