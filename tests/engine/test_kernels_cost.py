"""The chapter's kernels against the engine they read from."""

from __future__ import annotations

import numpy as np
import pytest

from dkdemo import compression
from dkdemo.kernels.cost import SAMPLES, bits_slide, budget, prune_slide
from dkdemo.networks import seconds


@pytest.mark.parametrize("sample", SAMPLES["budget"])
def test_every_network_is_on_one_side_of_the_line(sample: dict) -> None:
    values = budget(**sample)
    for gmacs, fit, over in zip(sample["gmacs"], values["fit"], values["over"], strict=True):
        assert (fit is None) != (over is None)
        share = fit if over is None else over
        assert share == pytest.approx(sample["rate"] * seconds(gmacs, sample["gflops"]), rel=1e-12)
        assert (fit is not None) == (share <= 1)
    assert values["fitting"] == sum(fit is not None for fit in values["fit"])
    assert values["hungriest"] == "c"


def test_twice_the_pictures_are_twice_the_appetite() -> None:
    one, two = (budget(["a"], [3.0], 40, rate) for rate in (1, 2))
    assert two["machines"] == pytest.approx(2 * one["machines"])


@pytest.mark.parametrize("sample", SAMPLES["prune_slide"])
def test_the_cut_divides_the_histogram(sample: dict) -> None:
    values = prune_slide(**sample)
    np.testing.assert_allclose(np.add(values["gone"], values["stay"]), sample["counts"], rtol=0, atol=1e-12)
    assert min(values["gone"] + values["stay"]) >= 0
    place = sample["stops"].index(values["percent"])
    assert values["now"] == [sample["magnitude"][place], sample["random"][place]]
    assert values["left"] + values["percent"] == 100


def test_the_cut_takes_the_share_that_the_mask_takes() -> None:
    """On a histogram of many real weights, the grey part is the share that `keep_masks` removes."""
    sizes = np.abs(np.random.default_rng(0).normal(size=20_000))
    edges = np.linspace(0, sizes.max(), 61)
    counts = np.histogram(sizes, edges)[0] / len(sizes)
    (mask,) = compression.keep_masks(compression.removal_ranks([sizes]), 0.8)
    values = prune_slide([0, 80], [0, 0], [0, 0], [0, sizes[~mask].max()], edges.tolist(), counts.tolist(), 80)
    assert sum(values["gone"]) == pytest.approx(0.8, abs=0.005)


@pytest.mark.parametrize("bits", [8, 5, 2])
def test_rungs_are_the_values_that_a_layer_may_take(bits: int) -> None:
    weight = np.random.default_rng(bits).normal(size=200_000)
    reach = float(np.abs(weight).max())
    step = float(compression.symmetric_scale(weight, bits))
    values = bits_slide([bits], [[0.1]], [[step]], [25], 0.1, 100, reach, 0, bits)
    rungs = np.array([x for x in values["rung_x"] if x is not None][::2])
    assert len(rungs) == values["rungs"] == 2**bits - 1
    for value in np.unique(compression.symmetric(weight, bits)):
        assert np.abs(rungs - value).min() < 1e-12
    assert values["share"] == 0.25


def test_one_bit_has_the_two_rungs_of_a_sign() -> None:
    weight = np.random.default_rng(0).normal(size=1000)
    step = 2 * float(np.abs(weight).mean())
    values = bits_slide([2, 1], [[0.5, 0.1]], [[9, step]], [2, 1], 0.1, 32, 10, 0, 1)
    rungs = sorted({x for x in values["rung_x"] if x is not None})
    np.testing.assert_allclose(rungs, np.unique(compression.binary(weight)), rtol=0, atol=1e-12)
    assert values["rungs"] == 2
    assert values["rung_x"][2::3] == [None] * 2


def test_rungs_beyond_the_picture_are_counted_but_not_drawn() -> None:
    values = bits_slide([3], [[0.1]], [[0.5]], [3], 0.1, 32, 1.0, 0, 3)
    assert values["rungs"] == 7
    assert [x for x in values["rung_x"] if x is not None][::2] == [-1, -0.5, 0, 0.5, 1]
