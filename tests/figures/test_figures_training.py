"""The training chapter's pictures: they hold what the kernels give, and their axes hold still."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dkdemo.descent import LANDSCAPES
from dkdemo.figures import training as figures
from dkdemo.figures.binding import fill
from dkdemo.kernels.training import SAMPLES, bounce, descent, descent_inputs, two_entropies
from dkdemo.web.text import LANGUAGES, Words


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return Words(request.param, "training")


def bound(chart) -> set[str]:
    traces = {value for trace in chart.data for value in (trace.meta or {}).get("bind", {}).values()}
    return traces | {value.removeprefix("=") for value in (chart.layout.meta.get("bind") or {}).values()}


def walked(name: str, optimiser: str = "sgd", rate: float = 0.15) -> dict:
    inputs = descent_inputs(name, optimiser) | {"verdicts": ["a", "b", "c", "d"]}
    return descent(x=[-2.4], y=[0.9], learning_rate=rate, **inputs)


@pytest.mark.parametrize("name", LANDSCAPES)
def test_the_path_lies_on_the_landscape_it_was_walked_on(words: Words, name: str) -> None:
    values = walked(name)
    chart = figures.descent(values, name, words, claim="descent_claim")
    land, contour = LANDSCAPES[name], chart.data[0]
    row, column = 30, 12
    here = np.array([contour.x[column], contour.y[row]])
    least = descent_inputs(name, "sgd")["floor"]
    assert contour.z[row][column] == pytest.approx(np.log10(land.loss(here) - least), abs=0.02)
    assert list(chart.data[1].x) == [-2.4], "the handle lies on trace 1"
    assert bound(chart) <= set(values)
    crosses = chart.data[-1]
    for x, y in zip(crosses.x, crosses.y, strict=True):
        assert land.loss(np.array([x, y])) == pytest.approx(least, abs=1e-12)
    assert "0.150" in fill(chart.layout.meta["claim"], values)


def test_axes_hold_still_when_the_path_runs_away(words: Words) -> None:
    calm, wild = (
        figures.descent(walked("valley", rate=rate), "valley", words, claim="descent_claim") for rate in (0.1, 3)
    )
    for axis in ("xaxis", "yaxis", "xaxis2", "yaxis2"):
        assert calm.layout[axis].range == wild.layout[axis].range


def test_bounce_shows_the_rates_that_were_asked(words: Words) -> None:
    values = bounce(**SAMPLES["bounce"][2])
    chart = figures.bounce(values, (0.2, 0.45, 0.6), words)
    assert bound(chart) <= set(values)
    assert any(list(trace.x) == [0.2, 0.45, 0.6] for trace in chart.data)
    assert "0.50" in fill(chart.layout.meta["claim"], values)


def test_entropies_stack_to_the_cross_entropy(words: Words) -> None:
    values = two_entropies(**SAMPLES["two_entropies"][0])
    chart = figures.two_entropies(values, list("abcdef"), words)
    assert bound(chart) <= set(values)
    own, extra = chart.data[1], chart.data[2]
    assert own.y[1] + extra.y[1] == pytest.approx(values["cross"])
    assert own.y[0] == pytest.approx(values["entropy"])
    assert chart.layout.barmode == "stack"
    assert "2.00" in fill(chart.layout.meta["claim"], values)


@pytest.mark.parametrize(("shares", "over"), [([1, 1, 0, 1, 2, 0], "CE(p, q)"), ([1, 1, 0, 1, 0, 0], "H(p)")])
def test_the_divergence_is_named_beside_a_bar_that_leaves_the_picture(
    words: Words, shares: list[float], over: str
) -> None:
    chart = figures.two_entropies(two_entropies(shares, "bits", 1 / math.log(2)), list("abcdef"), words)
    (name,) = (trace for trace in chart.data if trace.text == "KL")
    assert list(name.x) == [over]
    assert 0 < name.y[0] < chart.layout.yaxis2.range[1] - 0.4, "room for its letters"
    assert name.meta["bind"]["x"] == "top_at"
