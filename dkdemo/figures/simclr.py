"""Pictures of contrastive learning: two views, forces on a circle, a spreading cloud, and Figure 5."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import bind, bind_snapshot, fill, grow
from dkdemo.figures.curves import curve
from dkdemo.figures.kept import cached
from dkdemo.figures.naming import name_ends
from dkdemo.figures.panels import note, side_by_side, still
from dkdemo.jobs.view import RunView

GAP = 6  # pixels between the pictures of the mosaic
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "star", "cross")  # one a pair on the circle
HEAT = [[0, theme.PAPER], [1, theme.STUDENT]]
# What may be looked at beside the probes: metric, range of the axis, format of its ticks.
MEASURES: dict[str, tuple[tuple[float, float], str]] = {
    "loss": ((0, 5.6), ""),
    "found": ((0, 1.04), ".0%"),
    "knn": ((0, 1.04), ".0%"),
    "alignment": ((0, 1.5), ""),
    "uniformity": ((-4.1, 0.1), ""),
    "rank": ((0, 64), ""),
}
PROBED = ("probe", "hue", "knn")  # asked a few times in a run: every point is drawn
FLOORS = {2: -1.5750, 3: -2.0798, 64: -3.8752}  # uniformity of infinitely many even points in d dimensions


def mosaic(rows: Sequence[np.ndarray]) -> np.ndarray:
    """Rows of pictures, each (N, S, S, 3) uint8, as one (H, W, 4) picture with see-through gaps."""
    count, side = rows[0].shape[:2]
    sheet = np.zeros((len(rows) * (side + GAP) - GAP, count * (side + GAP) - GAP, 4), np.uint8)
    for i, row in enumerate(rows):
        for k, picture in enumerate(row):
            top, left = i * (side + GAP), k * (side + GAP)
            sheet[top : top + side, left : left + side, :3] = picture
            sheet[top : top + side, left : left + side, 3] = 255
    return sheet


@cached
def views(answer: Mapping[str, Any], values: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """The pictures with their two views, and beside them whom each view takes for its partner.

    ``answer``: result of `dkdemo.experiments.views.Views`; ``values``: of the kernel ``similarity``.
    """
    chart = side_by_side((1.25, 1), (words["views_pictures"], words["views_chosen"]), height=330, gap=0.1)
    rows = [np.asarray(answer[name]) for name in ("pictures", "first", "second")]
    sheet = mosaic(rows)
    still(chart, sheet)
    count, pitch = len(rows[0]), rows[0].shape[1] + GAP
    names = [str(i + 1) for i in range(count)] + [f"{i + 1}′" for i in range(count)]
    places = list(range(len(names)))
    chart.add_trace(
        bind(
            go.Heatmap(
                z=values["chosen"],
                zmin=0,
                zmax=1,
                colorscale=HEAT,
                showscale=False,
                xgap=1,
                ygap=1,
                xaxis="x2",
                yaxis="y2",
                hovertemplate="%{y} → %{x}: %{z:.0%}<extra></extra>",
            ),
            z="chosen",
        )
    )
    for here in places:
        there = (here + count) % len(names)
        chart.add_shape(
            type="rect", xref="x2", yref="y2", x0=there - 0.5, x1=there + 0.5, y0=here - 0.5, y1=here + 0.5,
            line={"color": theme.TRUTH, "width": 2},
        )  # fmt: skip
    chart.update_layout(
        xaxis={
            "range": [-0.5, sheet.shape[1] - 0.5],
            "constrain": "domain",
            "showgrid": False,
            "tickvals": [pitch * k + (pitch - GAP) / 2 for k in range(count)],
            "ticktext": names[:count],
        },
        yaxis={
            "range": [sheet.shape[0] - 0.5, -0.5],
            "scaleanchor": "x",
            "constrain": "domain",
            "showgrid": False,
            "tickvals": [pitch * k + (pitch - GAP) / 2 for k in range(3)],
            "ticktext": [words["views_original"], words["views_first"], words["views_second"]],
        },
        xaxis2={"tickvals": places, "ticktext": names, "constrain": "domain", "range": [-0.5, len(names) - 0.5]},
        yaxis2={
            "tickvals": places,
            "ticktext": names,
            "range": [len(names) - 0.5, -0.5],
            "scaleanchor": "x2",
            "constrain": "domain",
        },
    )
    return note(chart, claim=words["views_claim"])


@cached
def circle(values: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """Twelve points to drag, six pairs, each with the arrow along which NT-Xent would move it."""
    chart = theme.figure(370)
    turn = np.linspace(0, 2 * math.pi, 181)
    count = len(values["x"])
    ring = {"color": theme.REST, "width": theme.LINE}
    chart.add_scatter(  # the handles lie on trace 0
        x=values["x"],
        y=values["y"],
        mode="markers",
        marker={
            "symbol": [SYMBOLS[k % (count // 2)] + ("" if k < count // 2 else "-open") for k in range(count)],
            "size": 20,
            "color": theme.STUDENT,
            "line": {"color": theme.STUDENT, "width": theme.LINE},
        },
        text=[f"{k % (count // 2) + 1}{'' if k < count // 2 else '′'}" for k in range(count)],
        hovertemplate="%{text}<extra></extra>",
        meta={"bind": {"x": "x", "y": "y"}},
    )
    chart.add_scatter(x=np.cos(turn), y=np.sin(turn), mode="lines", line=ring, hoverinfo="skip")
    pairs = go.Scatter(
        x=values["link_x"], y=values["link_y"], mode="lines", hoverinfo="skip",
        line={"color": theme.REST, "width": 2, "dash": "dot"},
    )  # fmt: skip
    chart.add_trace(bind(pairs, x="link_x", y="link_y"))
    arrows = go.Scatter(
        x=values["arrow_x"], y=values["arrow_y"], mode="lines", hoverinfo="skip",
        line={"color": theme.TRUTH, "width": theme.LINE},
    )  # fmt: skip
    chart.add_trace(bind(arrows, x="arrow_x", y="arrow_y"))
    heads = go.Scatter(
        x=values["tip_x"], y=values["tip_y"], mode="markers", hoverinfo="skip",
        marker={"symbol": "triangle-up", "size": 11, "color": theme.TRUTH, "angle": values["tip_angle"]},
    )  # fmt: skip
    chart.add_trace(bind(heads, x="tip_x", y="tip_y", marker__angle="tip_angle"))
    bare = {"visible": False, "range": [-1.35, 1.35], "constrain": "domain"}
    chart.update_layout(xaxis=bare, yaxis={**bare, "scaleanchor": "x"}, margin={"l": 8, "r": 8, "t": 8, "b": 8})
    return note(chart, claim=words["circle_claim"])


@cached
def sphere(view: RunView, dimensions: int, words: Mapping[str, str]) -> go.Figure:
    """The cloud of z on the circle or the sphere, and how long its mean vector still is."""
    chart = side_by_side((1, 1.2), ("", words["sphere_curve"]), height=384)
    last = view.result["last"] if view.result else {}
    dot = {"size": 9 if dimensions == 2 else 5, "color": theme.STUDENT, "opacity": 0.55}
    if dimensions == 2:
        turn = np.linspace(0, 2 * math.pi, 181)
        ring = {"color": theme.REST, "width": theme.LINE}
        chart.add_scatter(x=np.cos(turn), y=np.sin(turn), mode="lines", line=ring, hoverinfo="skip")
        cloud = go.Scatter(x=last.get("x", []), y=last.get("y", []), mode="markers", marker=dot, hoverinfo="skip")
        chart.add_trace(bind_snapshot(cloud, "points", x="x", y="y"))
        bare = {"visible": False, "range": [-1.15, 1.15], "constrain": "domain"}
        chart.update_layout(xaxis=bare, yaxis={**bare, "scaleanchor": "x"})
    else:
        _globe(chart)
        cloud = go.Scatter3d(
            x=last.get("x", []), y=last.get("y", []), z=last.get("z", []), mode="markers", marker=dot, hoverinfo="skip"
        )
        chart.add_trace(bind_snapshot(cloud, "points", x="x", y="y", z="z"))
    measured = go.Scatter(
        x=[event.step for event in view.progress],
        y=[event.metrics["together"] for event in view.progress],
        mode="lines",
        line={"color": theme.STUDENT, "width": 4},
        xaxis="x2",
        yaxis="y2",
        hovertemplate="%{x}: %{y:.2f}<extra></extra>",
    )
    chart.add_trace(grow(measured, "together"))
    chart.update_layout(
        xaxis2={
            "title": {"text": words["steps"], "standoff": 4},
            "range": [0, view.progress[0].steps if view.progress else 200],
        },
        yaxis2={"range": [0, 1.04], "dtick": 0.25},
    )
    if view.result is None:
        return note(chart, claim=words["sphere_running"])
    facts = {f"{name}_{when}": view.result[when][name] for when in ("start", "end") for name in view.result["end"]}
    return note(chart, claim=fill(words["sphere_claim"], {**facts, "floor": FLOORS[dimensions]}))


def _globe(chart: go.Figure) -> None:
    """Meridians and parallels of the unit sphere, in the left panel's place."""
    turn = np.linspace(0, 2 * math.pi, 73)
    lines: list[list[float]] = [[], [], []]
    for height in (-0.5, 0.0, 0.5):
        wide = math.sqrt(1 - height**2)
        for axis, values in zip(lines, (wide * np.cos(turn), wide * np.sin(turn), 0 * turn + height), strict=True):
            axis += [*values.tolist(), math.nan]
    for angle in (0, math.pi / 3, 2 * math.pi / 3):
        for axis, values in zip(
            lines, (np.cos(turn) * math.cos(angle), np.cos(turn) * math.sin(angle), np.sin(turn)), strict=True
        ):
            axis += [*values.tolist(), math.nan]
    x, y, z = lines
    chart.add_scatter3d(x=x, y=y, z=z, mode="lines", line={"color": theme.REST, "width": 2}, hoverinfo="skip")
    bare = {"visible": False, "range": [-1.05, 1.05]}
    left, right = chart.layout.xaxis.domain
    chart.update_layout(
        xaxis={"visible": False},
        yaxis={"visible": False},
        scene={
            "domain": {"x": [left, right], "y": [0, 1]},
            "xaxis": bare,
            "yaxis": bare,
            "zaxis": bare,
            "aspectmode": "cube",
            "dragmode": "orbit",
            "camera": {"eye": {"x": 1.1, "y": 1.1, "z": 0.5}},
        },
    )


@cached
def figure5(view: RunView, measure: str, words: Mapping[str, str]) -> go.Figure:
    """What a linear reader finds in the features while they are learned, and one measure of the learning itself."""
    span, ticks = MEASURES[measure]
    chart = side_by_side((1.2, 1), (words["figure5_probes"], words[f"measure_{measure}"]), height=350)
    ghost = view.ghost
    if ghost is not None:
        for name, dash in (("probe", "solid"), ("hue", "dot")):
            _past(chart, ghost, name, dash, "")
        _past(chart, ghost, measure, "solid", "2")
    ends: list[tuple[float, str, str]] = []
    if view.result is not None:
        end = max(event.step for event in view.progress)
        known = (("random", words["figure5_random"], "dash"), ("pixels", words["figure5_pixels"], "dot"))
        for name, label, dash in known:
            height = view.result[name]["probe"]
            line = {"color": theme.FAINT, "width": 2, "dash": dash}
            chart.add_scatter(x=[0, end], y=[height] * 2, mode="lines", line=line, hoverinfo="skip")
            ends.append((height, label, theme.FAINT))
    curve(chart, view, "hue", theme.TRUTH, "", dash="dot")
    curve(chart, view, "probe", theme.STUDENT, "")
    curve(chart, view, measure, theme.STUDENT, "")
    chart.data[-1].update(xaxis="x2", yaxis="y2", hovertemplate="%{y:.3g}<extra></extra>")
    for trace in chart.data:
        if trace.meta and trace.meta["progress"]["y"] in PROBED:
            trace.update(mode="lines+markers", marker={"size": 9})
    steps = view.progress[0].steps if view.progress else 200
    if view.result is not None:
        shapes = "hue" in view.result["trained"]  # elsewhere the class is no shape
        ends.append((_last(view, "probe"), words["figure5_shape" if shapes else "figure5_class"], theme.STUDENT))
        if shapes:
            ends.append((_last(view, "hue"), words["figure5_hue"], theme.TRUTH))
        name_ends(chart, ends, end, span=1.04, tall=245)
    side = {"title": {"text": words["steps"], "standoff": 4}, "range": [0, steps]}
    chart.update_layout(
        xaxis={**side, "range": [0, 1.4 * steps], "tickvals": [0, steps // 2, steps]},  # room for names
        xaxis2=side,
        yaxis={"range": [0, 1.04], "tickformat": ".0%", "dtick": 0.25},
        yaxis2={"range": list(span), "tickformat": ticks},
    )
    if view.result is None:
        return note(chart, claim=words["figure5_running"])
    return note(chart, claim=figure5_claim(view.result, words))


def _last(view: RunView, name: str) -> float:
    """The last measured value of a curve."""
    return float([event.metrics[name] for event in view.progress if name in event.metrics][-1])


def figure5_claim(result: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """What these views have taught, in numbers; without a second label only the class is asked for."""
    trained, untrained = result["trained"], result["random"]
    kind = "looks_digits" if result["data"] == "mnist" else "looks"  # as the buttons are named
    facts = {"probe": trained["probe"], "random": untrained["probe"], "looks": words[f"{kind}_{result['looks']}"]}
    if "hue" not in trained:
        return fill(words["figure5_claim_plain"], facts)
    facts |= {"hue": trained["hue"], "random_hue": untrained["hue"]}
    return fill(words[f"figure5_claim_{'below' if facts['probe'] < facts['random'] else 'above'}"], facts)


def _past(chart: go.Figure, ghost: Any, name: str, dash: str, axis: str) -> None:
    """A curve of the run before, as a grey ghost."""
    points = [(event.step, event.metrics[name]) for event in ghost.progress if name in event.metrics]
    chart.add_scatter(
        x=[step for step, _ in points],
        y=[value for _, value in points],
        mode="lines",
        line={"color": theme.REST, "width": theme.LINE, "dash": dash},
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        hoverinfo="skip",
    )
