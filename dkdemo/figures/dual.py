"""Pictures of the last chapter: a pair of networks that lives or collapses, and the wall of all methods."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import bind, fill
from dkdemo.figures.curves import curve
from dkdemo.figures.kept import cached
from dkdemo.figures.panels import moving_text, note, side_by_side
from dkdemo.jobs.view import RunView

# ImageNet, linear top-1 in per cent. Chen & He 2021, arXiv:2011.10566, figure 2 and Table 1 (100 epochs);
# Grill et al. 2020, arXiv:2006.07733, Table 5b (300 epochs).
PAPER = {
    "simsiam": 67.7,
    "simsiam_moving": 0.1,
    "simsiam_alone": 0.1,
    "byol": 72.5,
    "byol_alone_low": 0.2,
    "byol_alone_high": 0.3,
    "simclr": 69.4,
}
# CIFAR-100 top-1 of a small student, WRN-40-2 to WRN-16-2: Tian, Krishnan & Isola 2020, arXiv:1910.10699.
PAPER |= {"kd": 74.92, "crd": 75.48}
# Which year, which of the two families, and the word for it. "both" belongs to both.
FAMILIES = {"distillation": (theme.TRUTH, 2), "both": (theme.DARK, 1), "contrastive": (theme.TRUTH, 0)}
HISTORY = (
    (1992, "contrastive", "becker"),
    (2006, "contrastive", "hadsell"),
    (2006, "distillation", "bucila"),
    (2015, "distillation", "hinton"),
    (2018, "contrastive", "cpc"),
    (2019, "both", "crd"),
    (2020, "contrastive", "simclr"),
)
MEASURES: dict[str, tuple[float, float]] = {"spread": (0, 1.04), "loss": (-1.08, 0.12), "rank": (0, 64)}
DEAD = 0.1  # a spread below this is called a collapse
# The three variants of the smallest pair: colour and dash.
PAIRS = {"both": (theme.STUDENT, "solid"), "moving": (theme.FAINT, "dash"), "alone": (theme.FAINT, "dot")}
ARGMAX = math.log10(0.02)  # where "arg max" stands on the log axis


@cached
def collapse(view: RunView, words: Mapping[str, str]) -> go.Figure:
    """Spread, loss and effective rank of the outputs: the pair chosen, and beside it the one known to live."""
    chart = side_by_side((1.25, 1, 1), [words[f"collapse_{name}"] for name in MEASURES], height=340, gap=0.07)
    alone = (
        view.result["healthy"]
        if view.result
        else bool(view.progress) and ("healthy_loss" not in view.progress[0].metrics)
    )
    for place, name in enumerate(MEASURES):
        axis = str(place + 1) if place else ""
        if view.ghost is not None:
            past = [(event.step, event.metrics[name]) for event in view.ghost.progress if name in event.metrics]
            chart.add_scatter(
                x=[step for step, _ in past], y=[value for _, value in past], mode="lines", hoverinfo="skip",
                line={"color": theme.REST, "width": theme.LINE}, xaxis=f"x{axis}", yaxis=f"y{axis}",
            )  # fmt: skip
        known = words["collapse_healthy"] if place == 0 and not alone else ""
        end = view.progress[-1].metrics if view.progress else {}
        lower = end.get(name, 0) < end.get(f"healthy_{name}", -1)  # each name on its curve's outer side
        _runs(chart, view, f"healthy_{name}", theme.FAINT, known, "dash", axis, below=not lower)
        yours = words["collapse_yours"] if place == 0 else ""
        _runs(chart, view, name, theme.STUDENT, yours, "solid", axis, below=lower)
    steps = view.progress[0].steps if view.progress else 48
    for place, (low, high) in enumerate(MEASURES.values()):
        axis = str(place + 1) if place else ""
        across = {"title": {"text": words["steps"], "standoff": 4}, "range": [0, steps], "nticks": 4}
        chart.update_layout({f"xaxis{axis}": across, f"yaxis{axis}": {"range": [low, high]}})
    if view.result is None:
        return note(chart, claim=words["collapse_running" if view.running else "collapse_waiting"])
    return note(chart, claim=collapse_claim(view.result, words))


def _runs(
    chart: go.Figure, view: RunView, name: str, color: str, label: str, dash: str, axis: str, *, below: bool
) -> None:
    """The mean of the seeds as a line, and thin ones for the lowest and the highest of them."""
    for end in ("_low", "_high"):
        curve(chart, view, f"{name}{end}", color, "", dash=dash, width=1.5, opacity=0.5, axis=axis)
        chart.data[-1].hovertemplate = "%{y:.3g}<extra></extra>"
    curve(chart, view, name, color, label, dash=dash, axis=axis, below=below)
    chart.data[-1].hovertemplate = "%{y:.3g}<extra></extra>"


def collapse_claim(result: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """Alive or dead, in three numbers; a dead pair is told beside the living one."""
    end = result["end"]
    if end["spread_high"] >= DEAD:
        return fill(words["collapse_claim_alive"], end)
    lower = end["loss_high"] < end["healthy_loss_low"]  # in every seed
    return fill(words["collapse_claim_dead" if lower else "collapse_claim_dead_higher"], end)


@cached
def still_target(values: Mapping[str, Any], words: Mapping[str, str]) -> go.Figure:
    """One weight and its predictor in three variants: how large w stays, and how small the loss becomes."""
    chart = side_by_side((1, 1), (words["still_w"], words["still_loss"]), height=350)
    steps = list(range(len(values["both_w"])))
    for place, (name, (color, dash)) in enumerate(PAIRS.items()):
        for axis, kind in (("", "w"), ("2", "loss")):
            line = go.Scatter(
                x=steps, y=values[f"{name}_{kind}"], mode="lines", hovertemplate="%{y:.3g}<extra></extra>",
                line={"color": color, "width": 4, "dash": dash}, xaxis=f"x{axis}", yaxis=f"y{axis}",
            )  # fmt: skip
            chart.add_trace(bind(line, y=f"{name}_{kind}"))
        template = words[f"still_{name}"]
        corner = steps[-1], 2.35 - 0.25 * place  # above every curve
        moving_text(chart, fill(template, values), corner, color, side="bottom left", text=template)
    across = {"title": {"text": words["steps"], "standoff": 4}, "range": [0, steps[-1]]}
    chart.update_layout(
        xaxis=across, xaxis2=across, yaxis={"range": [0, 2.4], "dtick": 0.5}, yaxis2={"range": [0, 1.02]}
    )
    return note(chart, claim=words["still_claim"])


@cached
def history(words: Mapping[str, str]) -> go.Figure:
    """Two families of methods on one line of years, and the paper that belongs to both."""
    chart = theme.figure(300)
    for family, (color, lane) in FAMILIES.items():
        own = [(year, name) for year, kind, name in HISTORY if kind == family]
        chart.add_scatter(
            x=[year for year, _ in own], y=[lane] * len(own), mode="lines+markers", hoverinfo="skip",
            line={"color": color, "width": theme.LINE},
            marker={"size": 17, "color": color, "symbol": "diamond" if family == "both" else "circle"},
        )  # fmt: skip
        for place, (year, name) in enumerate(own):  # above and below by turns: a phone has no room for more
            below = place % 2 == 1
            anchor = "left" if year < 2000 else "right" if year > 2010 else "center"
            chart.add_annotation(
                x=year, y=lane, text=words[f"history_{name}"], showarrow=False, yanchor="top" if below else "bottom",
                yshift=-12 if below else 12, xanchor=anchor, xshift={"left": -8, "right": 8}.get(anchor, 0),
                font={"color": color},
            )  # fmt: skip
    names = {lane: words[f"history_{family}"] for family, (_, lane) in FAMILIES.items()}
    chart.update_layout(
        margin={"l": 16, "r": 40, "t": 8, "b": 40},
        xaxis={"range": [1990, 2022], "dtick": 5},
        yaxis={"range": [-0.7, 2.6], "tickvals": list(names), "ticktext": list(names.values()), "showgrid": False},
    )
    first = {family: min(year for year, kind, _ in HISTORY if kind == family) for family in FAMILIES}
    return note(chart, claim=fill(words["history_claim"], {name: float(year) for name, year in first.items()}))


@cached
def temperatures(rows: Sequence[tuple[str, str, tuple[float, float] | None]], words: Mapping[str, str]) -> go.Figure:
    """Every method on the axis of temperatures, coldest first.

    ``rows``: name, side ("warm", "cold" or "none") and temperatures of each method, as `dkdemo.web.methods` has them.
    """
    warmed = sorted((row for row in rows if row[2]), key=lambda row: row[2] or (0.0, 0.0))
    height = max(400, 27 * len(warmed) + 70)
    chart = theme.figure(height)
    for place, (name, side, span) in enumerate(warmed):
        low, high = span or (0.0, 0.0)
        ends = [max(low, 10**ARGMAX), max(high, 10**ARGMAX)]
        color = theme.DARK if side == "warm" else theme.TRUTH
        chart.add_scatter(
            x=ends, y=[place, place], mode="lines+markers", line={"color": color, "width": 10},
            marker={"size": 15, "color": color, "symbol": "circle" if side == "warm" else "diamond"},
            hovertemplate=f"{name}: {_span(low, high)}<extra></extra>",
        )  # fmt: skip
        left = side == "cold" and high > 0  # away from the line at 1, and from the name beside the coldest
        chart.add_annotation(
            x=math.log10(ends[0] if left else ends[1]), y=place, text=_span(low, high), showarrow=False,
            xanchor="right" if left else "left", xshift=-14 if left else 14, font={"size": 15, "color": color},
        )  # fmt: skip
    chart.add_shape(
        type="line", x0=1, x1=1, y0=-0.6, y1=len(warmed) - 0.4, line={"color": theme.TRUTH, "width": 2, "dash": "dot"}
    )
    chart.update_layout(
        margin={"l": 16, "r": 24, "t": 8, "b": 48},
        xaxis={
            "type": "log",
            "range": [ARGMAX - 0.6, math.log10(160)],
            "tickvals": [10**ARGMAX, 0.1, 0.5, 1, 2, 5, 10, 40],
            "ticktext": [words["temperatures_argmax"], ".1", ".5", "1", "2", "5", "10", "40"],
            "title": {"text": words["temperature"], "standoff": 4},
        },
        yaxis={
            "range": [-0.6, len(warmed) - 0.4],
            "tickvals": list(range(len(warmed))),
            "ticktext": [name for name, _, _ in warmed],
            "showgrid": False,
        },
    )
    sides = [side for _, side, _ in rows]
    facts = {name: float(sides.count(name)) for name in ("warm", "cold", "none")}
    return note(chart, claim=fill(words["temperatures_claim"], facts))


def _span(low: float, high: float) -> str:
    """``0.07`` alone, or ``0.1–0.5``; 0 is the limit of cooling."""
    if high == 0:
        return "→ 0"
    ends = [f"{value:.3g}" for value in dict.fromkeys((low, high))]
    return "–".join(ends)
