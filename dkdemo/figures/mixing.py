"""Pictures of mixing: two images blended or cut, two spirals, the walk between classes, wrong labels."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import bind, bind_snapshot, fill, grow
from dkdemo.figures.dashes import dashed
from dkdemo.figures.kept import cached
from dkdemo.figures.panels import drawn, moving_text, note, picture, side_by_side
from dkdemo.kernels.mixing import DENSITY_AT

DENSEST = 6.6  # the axis of Beta's density stands still; only that of alpha < 1, which has no top, is cut off
STYLES = {  # one look a method, in every picture of the chapter
    "plain": (theme.FAINT, "solid", ""),
    "mixup": (theme.STUDENT, "solid", ""),
    "cutmix": (theme.STUDENT, "dash", "/"),
    "cutout": (theme.DARK, "dashdot", "x"),
    "manifold": (theme.DARK, "dot", "."),
}
WALK = ("plain", "mixup", "cutmix", "manifold")
NOISY = ("plain", "mixup", "cutout", "cutmix")


@cached
def mixup(
    values: Mapping[str, Any], first: np.ndarray, second: np.ndarray, names: Sequence[str], words: Mapping[str, str]
) -> go.Figure:
    """Image one, image two, their blend with its label, and where lambda comes from."""
    chart = side_by_side(
        (0.75, 0.75, 1.1, 1.3), (names[0], names[1], words["mixup_blend"], words["mixup_beta"]), gap=0.05
    )
    picture(chart, first, "")
    picture(chart, second, "2")
    picture(chart, np.array(values["image"]), "3", meta={"bind": {"z": "image"}})
    place = {"xaxis": "x4", "yaxis": "y4", "hoverinfo": "skip"}
    chart.add_scatter(
        x=DENSITY_AT, y=values["density"], mode="lines", fill="tozeroy", fillcolor=theme.GRID,
        line={"color": theme.FAINT, "width": theme.LINE}, meta={"bind": {"y": "density"}}, **place,
    )  # fmt: skip
    chart.add_scatter(
        x=values["draws"], y=[DENSEST / 32] * len(values["draws"]), mode="markers", meta={"bind": {"x": "draws"}},
        marker={"symbol": "line-ns", "size": 16, "line": {"width": 2, "color": theme.TRUTH}}, **place,
    )  # fmt: skip
    chart.add_scatter(
        x=values["here"], y=[DENSEST / 32], mode="markers", meta={"bind": {"x": "here"}},
        marker={"size": 18, "color": theme.DARK}, **place,
    )  # fmt: skip
    chart.update_layout(
        xaxis4={"range": [-0.03, 1.03], "tickvals": [0, 0.5, 1], "title": {"text": "λ", "standoff": 2}},
        yaxis4={"range": [0, DENSEST], "showticklabels": False},
    )
    _label(chart, values, names, "3")
    return note(chart, claim=words["mixup_claim"])


@cached
def cutmix(
    values: Mapping[str, Any],
    first: np.ndarray,
    second: np.ndarray,
    names: Sequence[str],
    words: Mapping[str, str],
    *,
    paste: bool,
) -> go.Figure:
    """The mixture with its box to drag, where the pasted pixels come from, and the label they make.

    The mixture is trace 0: the handles of the box lie on it.
    """
    width = first.shape[1]
    headings = words["cutmix_drag"], names[1] if paste else words["cutmix_hole"], words["cutmix_label"]
    chart = side_by_side((1.3, 0.9, 1), headings, height=390, gap=0.05)
    picture(chart, np.array(values["image"]), "", pad=round(width / 8), meta={"bind": {"z": "image"}})
    picture(chart, second if paste else np.zeros_like(second), "2", pad=round(width / 8))
    for axis, dash in (("", "solid"), ("2", "dash")):
        box = go.Scatter(
            x=values["edge_x"], y=values["edge_y"], mode="lines", xaxis=f"x{axis}", yaxis=f"y{axis}", hoverinfo="skip",
            line={"color": theme.DARK, "width": theme.LINE, "dash": dash},
        )  # fmt: skip
        chart.add_trace(bind(drawn(box), x="edge_x", y="edge_y"))
    chart.add_bar(
        x=[names[0], names[1] if names[1] != names[0] else names[1] + " "],
        y=values["shares"],
        text=values["shares_text"],
        textposition="outside",
        cliponaxis=False,
        marker_color=[theme.TRUTH, theme.DARK],
        xaxis="x3",
        yaxis="y3",
        hovertemplate="%{x}: %{y:.4f}<extra></extra>",
        meta={"bind": {"y": "shares", "text": "shares_text"}},
    )
    chart.update_layout(
        margin={"b": 36},
        xaxis3={"type": "category"},
        yaxis3={"range": [0, 1.12], "tickformat": ".0%", "tickvals": [0, 0.5, 1]},
    )
    return note(chart, claim=words["cutmix_claim" if paste else "cutout_claim"])


def _label(chart: go.Figure, values: Mapping[str, Any], names: Sequence[str], axis: str) -> None:
    """The mixed label, written under the mixed image."""
    template = f"<b>{{share_first:.0%}} {names[0]} + {{share_second:.0%}} {names[1]}</b>"
    height, width = np.shape(values["image"])[:2]
    below = width / 2, height
    moving_text(chart, fill(template, values), below, theme.DARK, side="bottom center", axis=axis, gap=3, text=template)


@cached
def manifold(result: Mapping[str, Any] | None, layer: int, words: Mapping[str, str]) -> go.Figure:
    """The darkness of the plane between two spirals: a plain net, and one that mixed in ``layer``."""
    mixed = words["manifold_input"] if layer == 0 else fill(words["manifold_layer"], {"layer": layer})
    chart = side_by_side((1, 1), (words["plain"], mixed), height=384, gap=0.04)
    surface = result["surface"] if result else {}
    arms = result["arms"] if result else {}
    for axis, name in (("", "plain"), ("2", "mixed")):
        place = {"xaxis": f"x{axis}", "yaxis": f"y{axis}"}
        dark = go.Heatmap(
            z=surface.get(name, [[0.0, 0.0], [0.0, 0.0]]),
            x=_pixels(result),
            y=_pixels(result),
            zmin=0,
            zmax=0.5,
            zsmooth="best",
            colorscale=[[0, theme.PAPER], [1, theme.DARK]],
            showscale=False,
            hovertemplate="%{z:.0%}<extra></extra>",
            **place,
        )
        chart.add_trace(bind_snapshot(dark, "surface", z=name, x="side", y="side"))
        for arm, (color, symbol) in enumerate(((theme.TRUTH, "circle"), (theme.FAINT, "cross"))):
            points = go.Scatter(
                x=arms.get(f"x{arm}", []), y=arms.get(f"y{arm}", []), mode="markers", hoverinfo="skip",
                marker={"size": 6, "color": color, "symbol": symbol}, **place,
            )  # fmt: skip
            chart.add_trace(bind_snapshot(points, "arms", x=f"x{arm}", y=f"y{arm}"))
        hidden = {"visible": False, "constrain": "domain", "range": [-1.15, 1.15]}
        chart.update_layout({f"xaxis{axis}": hidden, f"yaxis{axis}": {**hidden, "scaleanchor": f"x{axis}"}})
    if not result:
        return note(chart, claim=words["manifold_running"])
    numbers = {f"{name}_{what}": result[what][name] for what in ("darkness", "accuracy") for name in ("plain", "mixed")}
    fails = result["accuracy"]["mixed"] < result["accuracy"]["plain"] - 0.03
    claim = words["manifold_fails" if fails else "manifold_claim"]
    return note(chart, claim=fill(claim, {**numbers, "layer": layer}))


def _pixels(result: Mapping[str, Any] | None) -> Sequence[float]:
    return result["surface"]["side"] if result else [-1.15, 1.15]


@cached
def midpoint(result: Mapping[str, Any] | None, ghost: Mapping[str, Any] | None, words: Mapping[str, str]) -> go.Figure:
    """How sure each net is on the straight line between two images, and exactly halfway."""
    chart = side_by_side((1.5, 1), (words["midpoint_line"], words["midpoint_half"]), height=340)
    if ghost:
        for name in WALK:
            line = {"color": theme.REST, "width": 2, "dash": STYLES[name][1]}
            chart.add_scatter(
                x=ghost["line"]["share"], y=ghost["line"][name], mode="lines", line=line, hoverinfo="skip"
            )
    for name in WALK:
        color, dash, _ = STYLES[name]
        curve = go.Scatter(
            x=result["line"]["share"] if result else [],
            y=result["line"][name] if result else [],
            mode="lines",
            line={"color": color, "width": theme.LINE + 1, "dash": dash},
            hovertemplate=f"{words[name]}: %{{y:.0%}}<extra></extra>",
        )
        chart.add_trace(bind_snapshot(curve, "line", x="share", y=name))
    halves = [result["midpoint"][name] for name in WALK] if result else [0.0] * len(WALK)
    bars = go.Bar(
        x=[words[name] for name in WALK],
        y=halves,
        text=[f"{half:.0%}" for half in halves] if result else [],
        textposition="outside",
        cliponaxis=False,
        marker={
            "color": [STYLES[name][0] for name in WALK],
            "pattern": {"shape": [STYLES[name][2] for name in WALK]},
        },
        xaxis="x2",
        yaxis="y2",
        hovertemplate="%{x}: %{y:.1%}<extra></extra>",
    )
    chart.add_trace(bind_snapshot(bars, "line", y="half", text="half_text"))
    chart.add_scatter(
        x=[0, 0.5, 1], y=[1, 0.5, 1], mode="lines", hoverinfo="skip",
        line={"color": theme.TRUTH, "width": 2, "dash": "dot"},
    )  # fmt: skip
    _walkers(chart, words)
    chart.update_layout(
        xaxis={"range": [0, 1], "tickvals": [0, 0.5, 1], "title": {"text": words["midpoint_share"], "standoff": 2}},
        yaxis={"range": [0.1, 1.05], "tickformat": ".0%", "tickvals": [0.25, 0.5, 0.75, 1]},
        xaxis2={"type": "category"},
        yaxis2={"range": [0, 1.1], "tickformat": ".0%", "tickvals": [0, 0.5, 1]},
    )
    if not result:
        return note(chart, claim=words["midpoint_running"])
    return note(chart, claim=fill(words["midpoint_claim"], result["midpoint"]))


def _walkers(chart: go.Figure, words: Mapping[str, str]) -> None:
    """The key to the curves, below all of them: they lie too close together to be named where they run."""
    looks = [(words[name], *STYLES[name][:2]) for name in WALK] + [(words["midpoint_taught"], theme.TRUTH, "dot")]
    names = [f'<span style="color:{color}">{dashed(dash, name)}</span>' for name, color, dash in looks]
    rows = [" \u2003".join(row) for row in (names[:3], names[3:])]
    chart.add_annotation(
        x=0.5, y=0, xref="x domain", yref="y domain", text="<br>".join(rows), showarrow=False, yanchor="bottom"
    )


def midpoint_facts(result: Mapping[str, Any]) -> dict[str, float]:
    """Accuracy of each net, and how far the four lie apart in points: in accuracy, and in confidence halfway."""
    apart = {
        name: 100 * (max(result[of].values()) - min(result[of].values()))
        for name, of in (("apart", "accuracy"), ("doubt", "midpoint"))
    }
    return {**result["accuracy"], **apart}


@cached
def noise(
    progress: Sequence[Any], result: Mapping[str, Any] | None, on: Collection[str], steps: int, words: Mapping[str, str]
) -> go.Figure:
    """Accuracy on clean test images while wrong labels are learned, and how many of them were believed."""
    chart = side_by_side((1.25, 1), (words["noise_curves"], words["noise_believed"]), height=350, gap=0.11)
    shown = [name for name in NOISY if name == "plain" or name in on]
    for name in NOISY:
        color, dash, _ = STYLES[name]
        lit = name in shown
        curve = go.Scatter(
            x=[event.step for event in progress],
            y=[event.metrics[name] for event in progress],
            mode="lines",
            line={"color": color if lit else theme.REST, "width": theme.LINE + 1 if lit else 1, "dash": dash},
            hovertemplate=f"{words[name]}: %{{y:.1%}}<extra></extra>",
        )
        chart.add_trace(grow(curve, name))
    if result:
        _end_labels(chart, {name: result["accuracy"][name]["mean"] for name in shown}, steps, words)
    believed = result["memorised"] if result else {}  # empty, too, where no label was wrong
    chart.add_bar(
        x=[words[name] for name in NOISY],
        y=[believed.get(name, 0.0) for name in NOISY],
        text=[f"{believed[name]:.0%}" if name in believed else "–" for name in NOISY] if result else [],
        textposition="outside",
        cliponaxis=False,
        marker={
            "color": [STYLES[name][0] if name in shown else theme.REST for name in NOISY],
            "pattern": {"shape": [STYLES[name][2] for name in NOISY]},
        },
        xaxis="x2",
        yaxis="y2",
        hovertemplate="%{x}: %{y:.1%}<extra></extra>",
    )
    chart.update_layout(
        xaxis={
            "range": [0, 1.55 * steps],
            "tickvals": [0, steps // 2, steps],
            "title": {"text": words["steps"], "standoff": 4},
        },
        yaxis={"range": [0, 1.03], "tickformat": ".0%", "tickvals": [0, 0.5, 1]},
        xaxis2={"type": "category"},
        yaxis2={"range": [0, 1.12], "tickformat": ".0%", "tickvals": [0, 0.5, 1]},
    )
    if not result:
        return note(chart, claim=words["noise_running"])
    numbers = {name: result["accuracy"][name]["mean"] for name in NOISY} | {"noise": result["noise"]}
    return note(chart, claim=fill(words["noise_claim" if result["noise"] > 0 else "noise_clean"], numbers))


def _end_labels(chart: go.Figure, ends: Mapping[str, float], x: float, words: Mapping[str, str]) -> None:
    """Name and final value at each curve's end, pushed apart where curves end close together."""
    lowest = 2.0
    for name, end in sorted(ends.items(), key=lambda item: -item[1]):
        lowest = min(end, lowest - 0.095)
        theme.direct_label(chart, x, lowest, f"{words[name]} {end:.0%}", STYLES[name][0])


@cached
def slide_table(on: Collection[str], words: Mapping[str, str]) -> str:
    """The slide's table of the three methods in Markdown; the columns that are on stand out."""
    rows = {"table_full": (1, 0, 1), "table_dropout": (0, 1, 1), "table_label": (1, 0, 1)}
    ways = ("mixup", "cutout", "cutmix")

    def row(head: str, cells: Sequence[str]) -> str:
        lit = [
            f":orange-badge[**{cell}**]" if way in on else f":gray[{cell}]"
            for cell, way in zip(cells, ways, strict=True)
        ]
        return "| " + " | ".join([head, *lit]) + " |"

    lines = [row("", [words[way] for way in ways]), "|---|:-:|:-:|:-:|"]
    return "\n".join(lines + [row(words[key], ["✓" if mark else "✗" for mark in marks]) for key, marks in rows.items()])
