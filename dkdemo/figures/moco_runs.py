"""Pictures of what was run about MoCo: five momenta, agreement with and without strangers, tell-tale statistics."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean, median
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import fill
from dkdemo.figures.curves import curve
from dkdemo.figures.kept import cached
from dkdemo.figures.panels import note, side_by_side
from dkdemo.jobs.view import RunView

MOMENTA = ("0", ".9", ".99", ".999", "1")  # as the axis writes them
LINES = ("dash", "dot", "dashdot", "solid", "longdashdot")
GLYPHS = ("╌╌", "┈┈", "╌·╌", "━━", "── ·")
MEASURES = ("knn", "stale")
FRESH, STALE = 1e-3, 10  # what is less or more stale is drawn here: the axis is logarithmic, and m = 1 gives 0


@cached
def momentum(view: RunView, measure: str, words: Mapping[str, str]) -> go.Figure:
    """The losses of five momenta with the line of pure guessing, and where each of their runs ended."""
    chart = side_by_side((1.25, 1), (words["momentum_loss"], words[f"momentum_{measure}"]), height=350)
    top = 7.6
    for k, name in enumerate(MOMENTA):
        best = name == ".999"
        curve(
            chart, view, f"loss_{k}", theme.STUDENT, f"m = {name}" if best else "", dash=LINES[k],
            width=5 if best else 3, opacity=1 if best else 0.8, below=True,
        )  # fmt: skip
        chart.data[-1].update(hovertemplate=f"m = {name}: %{{y:.2f}}<extra></extra>")
    steps = view.progress[0].steps if view.progress else 400
    chart.add_scatter(x=[None], y=[None], xaxis="x2", yaxis="y2")
    if view.result is not None:
        _level(chart, view.result["chance"], steps, words["momentum_chance"])
        rows = view.result[measure]
        _dots(chart, rows, measure)
        if measure == "knn":
            level = fmean(view.result["untrained"])
            dash = {"color": theme.FAINT, "width": 2, "dash": "dash"}
            chart.add_scatter(
                x=[-0.5, 4.5], y=[level] * 2, mode="lines", line=dash, xaxis="x2", yaxis="y2", hoverinfo="skip"
            )
    for row, (glyph, name) in enumerate(zip(GLYPHS, MOMENTA, strict=True)):  # the lower part is empty after step 10
        chart.add_annotation(
            x=0.06, y=0.02, xref="x domain", yref="y domain", text=f"{glyph} m = {name}", showarrow=False,
            xanchor="left", yanchor="bottom", yshift=22 * (len(MOMENTA) - 1 - row),
            font={"color": theme.STUDENT, "size": 15},
        )  # fmt: skip
    chart.update_layout(
        xaxis={"title": {"text": words["steps"], "standoff": 4}, "range": [0, steps]},
        yaxis={"range": [0, top], "dtick": 2},
        xaxis2={
            "range": [-0.5, 4.5], "tickvals": list(range(5)), "ticktext": list(MOMENTA),
            "title": {"text": words["momentum_m"], "standoff": 4},
        },
        yaxis2={"range": [0, 1.04], "tickformat": ".0%"},
    )  # fmt: skip
    if measure == "stale":
        heights = (FRESH, 0.01, 0.1, 1, STALE)
        ticks = {"tickvals": heights, "ticktext": [_share(height) for height in heights]}
        chart.update_layout(yaxis2={"type": "log", "range": [-3.3, 1.9], **ticks})
    if view.result is None:
        return note(chart, claim=words["momentum_running"])
    return note(chart, claim=momentum_claim(view.result, words))


def momentum_claim(result: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """The losses at m = 0 and .9 beside pure guessing, and what .99 and .999 see of their neighbours."""
    loss, knn = ([fmean(row) for row in result[name]] for name in ("loss", "knn"))
    better = min(slow - fast for slow, fast in zip(result["knn"][3], result["knn"][2], strict=True))
    facts = {
        "stuck": loss[0], "hasty": loss[1], "chance": result["chance"], "learned": loss[3], "slow": knn[3],
        "fast": knn[2], "frozen": knn[4], "worst": 100 * better,
    }  # fmt: skip
    return fill(words["momentum_claim"], facts)


def _level(chart: go.Figure, height: float, steps: float, name: str) -> None:
    """A dashed line across the left panel, named."""
    line = {"color": theme.TRUTH, "width": 2, "dash": "dash"}
    chart.add_scatter(x=[0, steps], y=[height] * 2, mode="lines", line=line, hoverinfo="skip")
    chart.add_annotation(
        x=steps, y=height, text=name, showarrow=False, xanchor="right", yanchor="bottom", font={"size": 15}
    )


def _dots(chart: go.Figure, rows: list[list[float]], measure: str) -> None:
    """A dot for each run, a dash at the mean, told beside the outermost dot; of stale keys the median."""
    stale = measure == "stale"
    for k, row in enumerate(rows):
        shown = [min(max(value, FRESH), STALE) for value in row] if stale else row
        chart.add_scatter(
            x=(k + 0.14 * (np.arange(len(row)) - (len(row) - 1) / 2)).tolist(), y=shown, mode="markers",
            marker={"size": 12, "color": theme.STUDENT, "opacity": 0.8}, xaxis="x2", yaxis="y2", customdata=row,
            hovertemplate=f"m = {MOMENTA[k]}: %{{customdata:.1%}}<extra></extra>",
        )  # fmt: skip
        middle = [median(shown) if stale else fmean(shown)] * 2
        chart.add_scatter(
            x=[k - 0.3, k + 0.3], y=middle, mode="lines", line={"color": theme.STUDENT, "width": theme.LINE},
            xaxis="x2", yaxis="y2", hoverinfo="skip",
        )  # fmt: skip
        below = max(shown) > 0.8
        where = {"y": min(shown) if below else max(shown), "yref": "y2", "yshift": -8 if below else 8}
        if stale:
            where = {"y": 1, "yref": "y2 domain"}
        chart.add_annotation(
            x=k, xref="x2", showarrow=False, text=_share(median(row)) if stale else f"{fmean(row):.0%}",
            yanchor="top" if below or stale else "bottom", font={"color": theme.STUDENT}, **where,
        )  # fmt: skip


def _share(stale: float) -> str:
    """A staleness in per cent; what lies beyond an end of the axis is told as such."""
    if not FRESH < stale < STALE:
        return f"≤{FRESH:.1%}" if stale <= FRESH else f"≥{STALE:.0%}"
    return f"{stale:.0%}" if stale >= 0.1 else f"{100 * stale:.2g}%"


@cached
def agreement(view: RunView, words: Mapping[str, str]) -> go.Figure:
    """How much query and key agree, and how much room their points take: with strangers, and without."""
    chart = side_by_side((1, 1), (words["agreement_agree"], words["agreement_spread"]), height=340)
    names = {"queue": (theme.STUDENT, "solid"), "alone": (theme.TRUTH, "dash")}
    for axis, measure in (("", "agreement"), ("2", "spread")):
        for kind, (color, dash) in names.items():
            low = (measure, kind) == ("agreement", "queue")
            label = "" if low else words[f"agreement_{kind}"]
            curve(chart, view, f"{measure}_{kind}", color, label, dash=dash, axis=axis)
    if view.result is not None:  # this curve still climbs: its name stands below the lowest point that it spans
        late = [event.metrics["agreement_queue"] for event in view.progress[2 * len(view.progress) // 3 :]]
        chart.add_annotation(
            x=view.progress[-1].step, y=min(late), xref="x", yref="y", text=words["agreement_queue"], showarrow=False,
            xanchor="right", yanchor="top", yshift=-6, font={"color": theme.STUDENT},
        )  # fmt: skip
    steps = view.progress[0].steps if view.progress else 200
    side = {"title": {"text": words["steps"], "standoff": 4}, "range": [0, steps]}
    chart.update_layout(
        xaxis=side, xaxis2=side, yaxis={"range": [0, 1.18], "dtick": 0.25}, yaxis2={"range": [0, 1.18], "dtick": 0.25}
    )
    if view.result is None:
        return note(chart, claim=words["agreement_running"])
    found = view.result
    facts = {f"{name}_{kind}": fmean(found[name][k]) for name in ("agreement", "spread", "knn")
             for k, kind in enumerate(found["kinds"])}  # fmt: skip
    return note(chart, claim=fill(words["agreement_claim"], facts))


@cached
def shuffling(result: Mapping[str, Any], order: str, words: Mapping[str, str]) -> go.Figure:
    """Which device's keys were taken for which device's queries, by statistics alone; and how often rightly."""
    chart = side_by_side((1, 1.2), (words[f"shuffling_{order}"], words["shuffling_hits"]), height=340)
    shares = np.asarray(result["named"][order], dtype=float)
    groups = len(shares)
    chart.add_heatmap(
        z=shares, zmin=0, zmax=1, colorscale=[[0, theme.PAPER], [1, theme.STUDENT]], showscale=False, xgap=2, ygap=2,
        hovertemplate="%{y} → %{x}: %{z:.0%}<extra></extra>",
    )  # fmt: skip
    for here in range(groups):
        chart.add_shape(
            type="rect", x0=here - 0.5, x1=here + 0.5, y0=here - 0.5, y1=here + 0.5,
            line={"color": theme.TRUTH, "width": 2},
        )  # fmt: skip
    places = {"tickvals": list(range(groups)), "ticktext": [str(k + 1) for k in range(groups)], "showgrid": False}
    places |= {"constrain": "domain", "tickfont": {"size": 15}}
    side = {"range": [-0.5, groups - 0.5], "title": {"text": words["shuffling_keys"], "standoff": 4}, **places}
    down = {"range": [groups - 0.5, -0.5], "title": {"text": words["shuffling_queries"]}, "scaleanchor": "x", **places}
    names = [words["shuffling_bar_plain"], words["shuffling_bar_shuffled"]]
    hits = [fmean(result[name]) for name in ("plain", "shuffled")]
    lit = [theme.STUDENT if name == order else theme.REST for name in ("plain", "shuffled")]
    chart.add_bar(
        x=names, y=hits, marker_color=lit, text=[f"{share:.0%}" for share in hits], textposition="outside",
        xaxis="x2", yaxis="y2", hoverinfo="skip", cliponaxis=False,
    )  # fmt: skip
    dash = {"color": theme.TRUTH, "width": 2, "dash": "dash"}
    chart.add_shape(
        type="line", xref="x2 domain", yref="y2", x0=0, x1=1, y0=result["chance"], y1=result["chance"], line=dash
    )
    chart.update_layout(xaxis=side, yaxis=down, yaxis2={"range": [0, 1.1], "tickformat": ".0%"})
    facts = {"plain": hits[0], "shuffled": hits[1], "chance": result["chance"], "groups": groups}
    return note(chart, claim=fill(words["shuffling_claim"], facts))
