"""Pictures of learning without labels: two looks and a threshold, a guess sharpened, a pull, and three chains."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import bind
from dkdemo.figures.kept import cached
from dkdemo.figures.panels import drawn, note, picture, side_by_side, still
from dkdemo.figures.simclr import mosaic

HEIGHT = 330
ENLARGED = 4  # times, so that the gaps between small pictures stay small
SHARES = {"range": [0, 1.12], "tickformat": ".0%", "tickvals": [0, 0.5, 1]}
OVER = {  # text over a bar, however narrow the bar
    "textposition": "outside", "textfont": {"size": 15}, "constraintext": "none", "textangle": 0, "cliponaxis": False,
}  # fmt: skip
SCHEDULES = (("linear", "solid"), ("exp", "dash"), ("log", "dot"))  # in the order of the kernel's ``eta``
THRESHOLDS = np.linspace(0, 1, 101)


def _classes(names: Sequence[str]) -> dict[str, Any]:
    """An axis with one tick a class; numbers, so that bars may stand beside each other.

    Names of several letters stand upright in two rows by turns: in one they would lie on each other, or lean.
    """
    several = max(map(len, names)) > 1
    texts = [f"<br>{name}" if several and place % 2 else name for place, name in enumerate(names)]
    return {
        "range": [-0.6, len(names) - 0.4], "tickvals": list(range(len(names))), "ticktext": texts, "tickangle": 0
    }  # fmt: skip


def colour(grey: np.ndarray) -> np.ndarray:
    """(H, W) uint8 as (H, W, 3)."""
    return np.repeat(np.asarray(grey)[..., None], 3, axis=-1)


@cached
def one_image(answer: Mapping[str, Any], values: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """FixMatch on one picture: weak look, strong look, both answers under the threshold, and the crowd's fate."""
    headings = words["weak"], words["strong"], words["one_answers"], words["one_crowd"]
    chart = side_by_side((0.62, 0.62, 1.25, 1.1), headings, height=HEIGHT, gap=0.06)
    picture(chart, colour(answer["weak"][0]), "")
    picture(chart, colour(answer["strong"][-1]), "2")
    names = list(answer["classes"])
    _two_bars(chart, values, ("q", "p"), names, "3")
    line = {"color": theme.TRUTH, "width": theme.LINE, "dash": "dash"}
    limit = go.Scatter(
        x=[-0.5, len(names) - 0.5], y=values["line"], mode="lines", line=line, xaxis="x3", yaxis="y3", hoverinfo="skip"
    )
    chart.add_trace(bind(limit, y="line"))
    believed, wrong = crowd(answer["sure"], answer["right"])
    ends = (
        ("kept_share", believed, theme.TRUTH, "solid", "one_kept"),
        ("wrong_share", wrong, theme.DARK, "dash", "one_wrong"),
    )
    for name, curve, ink, dash, label in ends:
        place = {"xaxis": "x4", "yaxis": "y4", "hovertemplate": "%{x:.2f}: %{y:.1%}<extra></extra>"}
        look = {"color": ink, "width": theme.LINE, "dash": dash}
        chart.add_scatter(x=THRESHOLDS, y=curve, mode="lines", line=look, **place)
        spot = go.Scatter(x=values["here"], y=values[name], mode="markers", marker={"size": 16, "color": ink}, **place)
        chart.add_trace(bind(spot, x="here", y=name))
        chart.add_annotation(
            x=0.04, y=float(curve[4]), xref="x4", yref="y4", text=words[label], showarrow=False, xanchor="left",
            yanchor="bottom", font={"color": ink},
        )  # fmt: skip
    chart.update_layout(
        xaxis3=_classes(names),
        yaxis3=SHARES,
        xaxis4={"range": [-0.02, 1.02], "tickvals": [0, 0.5, 1], "title": {"text": "τ", "standoff": 2}},
        yaxis4={**SHARES, "range": [0, 1.18]},
    )
    return note(chart, claim=words["one_claim"])


def crowd(sure: Sequence[float], right: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """At every threshold: the share of pictures believed, and the share of wrong labels among them."""
    passed = np.asarray(sure) >= THRESHOLDS[:, None]
    believed = passed.sum(1)
    wrong = (passed & (np.asarray(right) == 0)).sum(1)
    return believed / len(sure), np.where(believed, wrong / np.maximum(believed, 1), 0.0)


def _two_bars(
    chart: go.Figure, values: Mapping[str, Any], pair: tuple[str, str], names: Sequence[str], axis: str
) -> None:
    """What teaches in blue, what learns in vermillion and hatched, side by side for every class."""
    for name, ink, hatch, shift in ((pair[0], theme.TEACHER, "", -0.2), (pair[1], theme.STUDENT, "/", 0.2)):
        bars = go.Bar(
            x=[place + shift for place in range(len(names))],
            y=values[name],
            width=0.38,
            marker={"color": ink, "pattern": {"shape": hatch}},
            customdata=list(names),
            xaxis=f"x{axis}",
            yaxis=f"y{axis}",
            hovertemplate="%{customdata}: %{y:.1%}<extra></extra>",
        )
        chart.add_trace(bind(bars, y=name))


@cached
def guess(answer: Mapping[str, Any], values: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """MixMatch on one picture: its looks, their answers, the mean, the sharpened mean, and the mixture's label."""
    headings = words["guess_looks"], words["guess_answers"], words["guess_mixture"], words["guess_target"]
    chart = side_by_side((1.05, 1.4, 0.6, 1.15), headings, height=HEIGHT, gap=0.05)
    looks = [colour(look).repeat(ENLARGED, 0).repeat(ENLARGED, 1) for look in answer["weak"]]
    half = len(values["spare"][0])  # the looks lie in two rows
    sheet = mosaic([np.stack(looks[:half]), np.stack(looks[half:])])
    still(chart, sheet, x0=0.5, y0=0.5)
    height, width = sheet.shape[:2]
    veil = go.Heatmap(
        z=values["spare"], x=np.linspace(0, width, half + 1), y=np.linspace(0, height, 3), zmin=0, zmax=1,
        colorscale=[[0, theme.PAPER], [1, theme.PAPER]], showscale=False, opacity=0.75, hoverinfo="skip",
    )  # fmt: skip
    chart.add_trace(bind(drawn(veil), z="spare"))
    names, place = list(answer["classes"]), {"xaxis": "x2", "yaxis": "y2"}
    bars = go.Bar(
        x=list(range(len(names))), y=values["sharp"], text=values["sharp_text"], **OVER,
        marker={"color": theme.TEACHER}, hovertemplate="%{y:.1%}<extra></extra>", **place,
    )  # fmt: skip
    chart.add_trace(bind(bars, y="sharp", text="sharp_text"))
    dots = go.Scatter(
        x=values["dots_x"], y=values["dots_y"], mode="markers", hoverinfo="skip",
        marker={"size": 9, "color": theme.FAINT, "opacity": 0.6}, **place,
    )  # fmt: skip
    chart.add_trace(bind(dots, x="dots_x", y="dots_y"))
    ticks = go.Scatter(
        x=list(range(len(names))), y=values["mean"], mode="markers", hovertemplate="%{y:.1%}<extra></extra>",
        marker={"symbol": "line-ew", "size": 30, "line": {"width": 4, "color": theme.TRUTH}}, **place,
    )  # fmt: skip
    chart.add_trace(bind(ticks, y="mean"))
    picture(chart, np.array(values["image"]), "3", meta={"bind": {"z": "image"}})
    target = go.Bar(
        x=list(range(len(names))), y=values["target"], text=values["target_text"], **OVER,
        marker={"color": theme.DARK}, xaxis="x4", yaxis="y4", hovertemplate="%{y:.1%}<extra></extra>",
    )  # fmt: skip
    chart.add_trace(bind(target, y="target", text="target_text"))
    classes = _classes(names)
    chart.update_layout(
        xaxis={"visible": False, "constrain": "domain", "range": [0, width]},
        yaxis={"visible": False, "constrain": "domain", "range": [height, 0], "scaleanchor": "x"},
        xaxis2=classes, yaxis2=SHARES, xaxis4=classes, yaxis4=SHARES,
    )  # fmt: skip
    return note(chart, claim=words["guess_claim"])


@cached
def uda(answer: Mapping[str, Any], values: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """UDA on one picture: the look, both answers, the KL along the strength, and the three TSA schedules."""
    headings = words["uda_look"], words["uda_answers"], words["uda_gap"], words["uda_tsa"]
    chart = side_by_side((0.6, 1.3, 0.95, 1), headings, height=HEIGHT, gap=0.055)
    picture(chart, np.array(values["image"]), "", meta={"bind": {"z": "image"}})
    names = list(answer["classes"])
    _two_bars(chart, values, ("wanted", "noisy"), names, "2")
    strengths = np.linspace(0, 1, len(values["gaps"]))
    tip = {"hovertemplate": "%{x:.2f}: %{y:.2f}<extra></extra>"}
    line = {"color": theme.STUDENT, "width": theme.LINE}
    chart.add_scatter(x=strengths, y=values["gaps"], mode="lines", line=line, xaxis="x3", yaxis="y3", **tip)
    spot = go.Scatter(
        x=values["here"], y=values["gap_here"], mode="markers", marker={"size": 18, "color": theme.STUDENT},
        xaxis="x3", yaxis="y3", **tip,
    )  # fmt: skip
    chart.add_trace(bind(spot, x="here", y="gap_here"))
    _schedules(chart, values, len(names), words)
    chart.update_layout(
        xaxis2=_classes(names),
        yaxis2=SHARES,
        xaxis3={"range": [-0.05, 1.05], "tickvals": [0, 0.5, 1], "title": {"text": words["strength"], "standoff": 2}},
        yaxis3={"range": [0, max(1.0, 1.15 * max(values["gaps"]))]},
        xaxis4={"range": [-0.05, 1.05], "tickvals": [0, 0.5, 1], "title": {"text": "t / T", "standoff": 2}},
        yaxis4=SHARES,
    )
    return note(chart, claim=words["uda_claim"])


def _schedules(chart: go.Figure, values: Mapping[str, Any], classes: int, words: Mapping[str, str]) -> None:
    """eta over t/T for all three schedules, with where each of them is now."""
    along = np.linspace(0, 1, 51)
    levels = {"linear": along, "exp": np.exp(5 * (along - 1)), "log": 1 - np.exp(-5 * along)}
    for name, dash in SCHEDULES:
        eta = levels[name] * (1 - 1 / classes) + 1 / classes
        look = {"color": theme.TRUTH, "width": theme.LINE, "dash": dash}
        chart.add_scatter(x=along, y=eta, mode="lines", line=look, xaxis="x4", yaxis="y4", hoverinfo="skip")
        spot = {"log": (0.2, "bottom", -4), "linear": (0.56, "bottom", -4), "exp": (0.72, "top", 4)}[name]
        at = round(50 * spot[0])
        chart.add_annotation(
            x=spot[0], y=float(eta[at]), xref="x4", yref="y4", text=words[f"schedule_{name}"], showarrow=False,
            yanchor=spot[1], xanchor="left" if name == "exp" else "right", font={"size": theme.FONT_SIZE},
        )  # fmt: skip
    now = go.Scatter(
        x=values["now"], y=values["eta"], mode="markers", marker={"size": 14, "color": theme.TRUTH},
        xaxis="x4", yaxis="y4", hovertemplate="%{y:.1%}<extra></extra>",
    )  # fmt: skip
    chart.add_trace(bind(now, x="now", y="eta"))


@cached
def augmix(answer: Mapping[str, Any], values: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """AugMix on one picture: the ends of its chains, two mixtures, three answers with their mean, and the JS."""
    headings = words["augmix_chains"], words["augmix_mixtures"], words["augmix_answers"], "JS"
    chart = side_by_side((1.5, 0.6, 1.7, 0.2), headings, height=HEIGHT, gap=0.05)
    ends, own = np.asarray(answer["ends"]), np.asarray(answer["picture"])
    sheet = mosaic([row.repeat(ENLARGED, 1).repeat(ENLARGED, 2) for row in ends])
    still(chart, sheet, x0=0.5, y0=0.5)
    side, (height, width) = ENLARGED * own.shape[0], sheet.shape[:2]
    pitch = (width - 3 * side) / 2 + side
    for row, weights in enumerate(np.asarray(answer["weights"])):
        for column, weight in enumerate(weights):
            chart.add_annotation(
                x=column * pitch + side / 2, y=row * pitch + side, text=f"{weight:.2f}", xref="x", yref="y",
                showarrow=False, yanchor="bottom", bgcolor=theme.PAPER, borderpad=1,
            )  # fmt: skip
    column = chart.layout.xaxis2.domain  # each mixture beside its own row of chains
    chart.update_layout(
        yaxis2={"domain": [0.47, 0.9]},
        xaxis5={"domain": column, "anchor": "y5"},
        yaxis5={"domain": [0, 0.43], "anchor": "x5"},
    )
    for axis, name in (("2", "first"), ("5", "second")):
        picture(chart, np.array(values[name]), axis, meta={"bind": {"z": name}})
    names = list(answer["classes"])
    looks = (
        ("p_orig", theme.TRUTH, "", -0.27),
        ("p_first", theme.STUDENT, "/", 0),
        ("p_second", theme.TEACHER, "x", 0.27),
    )
    for name, ink, hatch, shift in looks:
        bars = go.Bar(
            x=[place + shift for place in range(len(names))], y=values[name], width=0.25, xaxis="x3", yaxis="y3",
            marker={"color": ink, "pattern": {"shape": hatch}},
            customdata=names, hovertemplate="%{customdata}: %{y:.1%}<extra></extra>",
        )  # fmt: skip
        chart.add_trace(bind(bars, y=name))
    middle = go.Scatter(
        x=list(range(len(names))), y=values["mean"], mode="markers", xaxis="x3", yaxis="y3",
        marker={"symbol": "line-ew", "size": 28, "line": {"width": 4, "color": theme.DARK}},
        hovertemplate="M: %{y:.1%}<extra></extra>",
    )  # fmt: skip
    chart.add_trace(bind(middle, y="mean"))
    gauge = go.Bar(
        x=[0], y=values["js_bar"], marker={"color": theme.DARK}, xaxis="x4", yaxis="y4",
        hovertemplate="%{y:.3f}<extra></extra>",
    )  # fmt: skip
    chart.add_trace(bind(gauge, y="js_bar"))
    chart.update_layout(
        # the blank title is not shown, but it makes a phone leave room for the second row of names
        xaxis={"visible": False, "constrain": "domain", "range": [0, width], "title": {"text": " "}},
        yaxis={"visible": False, "constrain": "domain", "range": [height, 0], "scaleanchor": "x"},
        xaxis3=_classes(names),
        yaxis3=SHARES,
        xaxis4={"visible": False, "range": [-0.6, 0.6]},
        yaxis4={"range": [0, 1.12 * math.log(3)], "tickvals": [0, math.log(3)], "ticktext": ["0", "ln 3"]},
    )
    return note(chart, claim=words["augmix_claim"])
