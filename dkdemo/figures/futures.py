"""One question of CPC as the network meets it: a past, sixteen candidates for what comes next, and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import fill
from dkdemo.figures.kept import cached
from dkdemo.figures.panels import note

SIDE, GAP, HEAD = 8, 3, 5  # pixels of a picture of a digit, between two, and of room for a number above one
ACROSS = 8  # candidates in a row
INK = [[0, theme.PAPER], [1, theme.TRUTH]]


@cached
def futures(result: Mapping[str, Any] | None, example: int, words: Mapping[str, str]) -> go.Figure:
    """The past and all candidates, the surest first; the true one is framed.

    ``result``: of `dkdemo.experiments.predictive.Predictive`, or None before the run.
    """
    if result is None:
        bare = {"visible": False}
        return note(theme.figure(330, xaxis=bare, yaxis=bare), claim=words["futures_waiting"])
    found = {name: np.asarray(result["examples"][name])[example] for name in ("past", "next", "share", "truth")}
    chart = _pictures(**found) if result["data"] == "digits" else _waves(**found, words=words)
    place = int((found["share"] > found["share"][found["truth"]]).sum())
    facts = {"share": float(found["share"][found["truth"]]), "place": place + 1, "asked": len(found["share"])}
    return note(chart, claim=fill(words["futures_claim_right" if place == 0 else "futures_claim_wrong"], facts))


def _pictures(past: np.ndarray, next: np.ndarray, share: np.ndarray, truth: np.ndarray) -> go.Figure:
    """The pictures of a string of digits in the first row, the candidates in the two below it."""
    order = np.argsort(-share, kind="stable")
    rows = -(-len(order) // ACROSS)
    sheet = np.full(((1 + rows) * (SIDE + GAP + HEAD), ACROSS * (SIDE + GAP)), np.nan)
    low, high = min(past.min(), next.min()), max(past.max(), next.max())
    tiles = [(0, k, picture, "") for k, picture in enumerate(past)]
    tiles += [(1 + i // ACROSS, i % ACROSS, next[k], f"{share[k]:.0%}") for i, k in enumerate(order)]
    chart = theme.figure(330, margin={"l": 8, "r": 8, "t": 8, "b": 8})
    for row, column, picture, text in tiles:
        top, left = row * (SIDE + GAP + HEAD) + HEAD, column * (SIDE + GAP)
        sheet[top : top + SIDE, left : left + SIDE] = (picture.reshape(SIDE, SIDE) - low) / (high - low)
        if text:
            chart.add_annotation(
                x=left + SIDE / 2 - 0.5, y=top - 0.5, text=text, showarrow=False, yanchor="bottom",
                font={"color": theme.STUDENT},
            )  # fmt: skip
    chart.add_heatmap(z=sheet, colorscale=INK, zmin=0, zmax=1, showscale=False, hoverinfo="skip")
    at = int(np.flatnonzero(order == truth)[0])
    top, left = (1 + at // ACROSS) * (SIDE + GAP + HEAD) + HEAD, at % ACROSS * (SIDE + GAP)
    chart.add_shape(
        type="rect", x0=left - 1, x1=left + SIDE, y0=top - 1, y1=top + SIDE,
        line={"color": theme.TRUTH, "width": 4},
    )  # fmt: skip
    chart.add_annotation(
        x=len(past) * (SIDE + GAP),
        y=HEAD + SIDE / 2,
        text="<b>?</b>",
        showarrow=False,
        xanchor="left",
        font={"size": 32},
    )
    bare = {"visible": False, "constrain": "domain"}
    chart.update_layout(
        xaxis={**bare, "range": [-1.5, sheet.shape[1] - GAP + 0.5]},
        yaxis={**bare, "range": [sheet.shape[0] - GAP + 1.5, HEAD - 2], "scaleanchor": "x"},
    )
    return chart


def _waves(
    past: np.ndarray, next: np.ndarray, share: np.ndarray, truth: np.ndarray, words: Mapping[str, str]
) -> go.Figure:
    """The wave so far, and every candidate as its continuation, the wider the surer."""
    wide = past.shape[1]
    chart = theme.figure(330)
    end = past.size
    chart.add_scatter(
        x=np.arange(end), y=past.ravel(), mode="lines+markers", hoverinfo="skip",
        line={"color": theme.TRUTH, "width": theme.LINE}, marker={"size": 6},
    )  # fmt: skip
    ahead = np.arange(end, end + wide)
    for k in np.argsort(share, kind="stable"):
        mine = int(k) == int(truth)
        chart.add_scatter(
            x=ahead,
            y=next[k],
            mode="lines+markers" if mine else "lines",
            line={"color": theme.STUDENT, "width": 2 + 10 * float(share[k])},
            opacity=0.35 + 0.65 * float(share[k]),
            marker={"size": 12, "symbol": "square-open", "color": theme.TRUTH, "line": {"width": 3}},
            hovertemplate=f"{share[k]:.0%}<extra></extra>",
        )
    chart.add_annotation(
        x=ahead[-1], y=float(next[truth][-1]), text=words["futures_true"], showarrow=False, xanchor="left", xshift=12,
        font={"color": theme.TRUTH},
    )  # fmt: skip
    chart.update_layout(
        xaxis={"title": {"text": words["futures_samples"], "standoff": 4}, "range": [-0.5, ahead[-1] + 4]},
        yaxis={"range": [-1.5, 1.5], "dtick": 1},
    )
    return chart
