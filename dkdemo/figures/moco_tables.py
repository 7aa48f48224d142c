"""What the second version of MoCo changed, as its paper measured it, lit up by what is switched on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from dkdemo.figures import theme
from dkdemo.figures.binding import fill
from dkdemo.figures.kept import cached
from dkdemo.figures.panels import note, side_by_side

# ImageNet top-1 in per cent of a linear reader, ResNet-50. He et al. 2020, arXiv:1911.05722, its
# section 4.1 (queue 4096; m = 0 did not train): accuracy by momentum.
PAPER_MOMENTA = {"0.9": 55.2, "0.99": 57.8, "0.999": 59.0, "0.9999": 58.9}
# Chen, Fan, Girshick & He 2020, arXiv:2003.04297, Table 1: what is on, and the accuracy, at PAPER_HEAT.
PAPER_ROWS: tuple[tuple[tuple[str, ...], float], ...] = (
    ((), 60.6),
    (("aug",), 63.4),
    (("mlp",), 66.2),
    (("mlp", "aug"), 67.3),
    (("mlp", "aug", "cos"), 67.5),
    (("mlp", "aug", "cos", "long"), 71.1),
)
PARTS = ("mlp", "aug", "cos", "long")
# Ibid., section 3: T of Table 1's rows without the MLP head and with it. For blur alone none is named: version 1's.
PAPER_HEAT = {False: 0.07, True: 0.2}
SUPERVISED = 76.5  # ibid.
# Ibid., section 3, paragraph "MLP head" (200 epochs): by temperature, without and with that head.
PAPER_TEMPERATURES = (0.07, 0.1, 0.2, 0.3, 0.4, 0.5)
PAPER_PLAIN = (60.6, 60.7, 59.0, 58.2, 57.2, 56.4)
PAPER_MLP = (62.9, 64.9, 66.2, 65.7, 65.0, 64.3)


@cached
def version2(on: tuple[str, ...], temperature: float, words: Mapping[str, str]) -> go.Figure:
    """The paper's rows as dots, the one that is switched on lit; beside it the paper's temperatures."""
    chart = side_by_side((1.25, 1), (words["v2_rows"], words["v2_temperatures"]), height=360, gap=0.1)
    wanted = tuple(part for part in PARTS if part in on)
    lit = [parts == wanted and temperature == PAPER_HEAT["mlp" in parts] for parts, _ in PAPER_ROWS]
    names = [" + ".join(words[f"v2_short_{part}"] for part in parts) or words["v2_none"] for parts, _ in PAPER_ROWS]
    scores = [score for _, score in PAPER_ROWS]
    chart.add_scatter(
        x=scores,
        y=list(range(len(scores))),
        mode="markers+text",
        text=[f" {score:.1f}" for score in scores],
        textposition="middle right",
        marker={"size": 18, "color": [theme.STUDENT if here else theme.FAINT for here in lit]},
        hoverinfo="skip",
    )
    dash = {"color": theme.TRUTH, "width": 2, "dash": "dash"}
    chart.add_scatter(x=[SUPERVISED] * 2, y=[-0.6, 6.3], mode="lines", line=dash, hoverinfo="skip")
    chart.add_annotation(
        x=SUPERVISED, y=6.3, text=words["v2_supervised"], showarrow=False, xanchor="right", yanchor="top", xshift=-6,
        font={"size": 15},
    )  # fmt: skip
    for curve, name, dashed, here in (
        (PAPER_PLAIN, "v2_linear", "dash", "mlp" not in on),
        (PAPER_MLP, "v2_short_mlp", "solid", "mlp" in on),
    ):
        _temperatures(chart, curve, words[name], dashed, here, temperature)
    chart.update_layout(
        xaxis={"range": [56, 79], "ticksuffix": "%", "dtick": 5},
        yaxis={"range": [-0.6, 6.3], "tickvals": list(range(len(names))), "ticktext": names, "tickfont": {"size": 15}},
        xaxis2={
            "range": [0.03, 0.54],
            "tickvals": [0.1, 0.2, 0.3, 0.4, 0.5],
            "title": {"text": words["temperature"], "standoff": 4},
        },
        yaxis2={"range": [55, 69], "ticksuffix": "%", "dtick": 5},
    )
    return note(chart, claim=claimed(wanted, temperature, words))


def _temperatures(
    chart: go.Figure, curve: tuple[float, ...], name: str, dash: str, lit: bool, temperature: float
) -> None:
    color = theme.STUDENT if lit else theme.FAINT
    chart.add_scatter(
        x=list(PAPER_TEMPERATURES), y=list(curve), mode="lines+markers", xaxis="x2", yaxis="y2",
        line={"color": color, "width": 4 if lit else 3, "dash": dash}, hovertemplate="%{x}: %{y}%<extra></extra>",
        marker={"size": [20 if lit and heat == temperature else 8 for heat in PAPER_TEMPERATURES]},
    )  # fmt: skip
    chart.add_annotation(
        x=PAPER_TEMPERATURES[-1], y=curve[-1], xref="x2", yref="y2", text=name, showarrow=False,
        xanchor="right", yanchor="bottom", yshift=16, font={"color": color},
    )  # fmt: skip
    if lit and temperature in PAPER_TEMPERATURES:
        score = curve[PAPER_TEMPERATURES.index(temperature)]
        chart.add_annotation(
            x=temperature, y=score, xref="x2", yref="y2", text=f"{score:.1f}", showarrow=False,
            yanchor="bottom", yshift=12, font={"color": color},
        )  # fmt: skip


def claimed(on: tuple[str, ...], temperature: float, words: Mapping[str, str]) -> str:
    """What the paper got with exactly these parts at this T, or that it has no such row."""
    scores: dict[tuple[str, ...], float] = dict(PAPER_ROWS)
    if on not in scores:
        return words["v2_no_row"]
    score, first = scores[on], scores[()]
    own, curve = PAPER_HEAT["mlp" in on], {(): PAPER_PLAIN, ("mlp",): PAPER_MLP}.get(on)
    if curve:
        score = curve[PAPER_TEMPERATURES.index(temperature)]
    elif temperature != own:
        return fill(words["v2_no_heat"], {"temperature": temperature, "own": own, "score": score})
    facts: dict[str, Any] = {"score": score, "gain": score - first, "left": SUPERVISED - score}
    return fill(words["v2_claim" if on else "v2_claim_none"], facts)
