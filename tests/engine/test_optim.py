"""LARS against lightly's and timm's, and the schedules at their corners."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from lightly.utils import lars as lightly_lars
from timm.optim import Lars as TimmLars

from dkdemo.optim import LARS, scaled_rate, set_rate, trust_ratio
from dkdemo.schedules import triangle, warmup_cosine


def walk(make, steps: int = 3) -> list[torch.Tensor]:
    """Three steps of an optimiser on two matrices, each with its own known gradients."""
    generator = torch.Generator().manual_seed(0)
    weights = [torch.nn.Parameter(torch.randn(4, 3, dtype=torch.float64, generator=generator)) for _ in range(2)]
    optimiser = make(weights)
    for _ in range(steps):
        for i, weight in enumerate(weights):
            weight.grad = 10.0**i * torch.randn(4, 3, dtype=torch.float64, generator=generator)
        optimiser.step()
    return [weight.detach() for weight in weights]


def test_lars_is_lightlys_and_timms() -> None:
    settings = {"lr": 0.7, "momentum": 0.9, "weight_decay": 1e-3}
    mine = walk(lambda w: LARS(w, trust=0.02, **settings))
    theirs = walk(lambda w: lightly_lars.LARS(w, trust_coefficient=0.02, **settings))
    timms = walk(lambda w: TimmLars(w, trust_coeff=0.02, **settings))
    for a, b, c in zip(mine, theirs, timms, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-8)  # they add 1e-8 to the denominator
        torch.testing.assert_close(a, c, rtol=0, atol=1e-8)


def test_lars_moves_every_layer_by_the_same_share() -> None:
    """Without decay and momentum a step is lr * trust of the weight's own length, whatever the gradient's."""
    weights = [torch.nn.Parameter(torch.randn(5, 5, dtype=torch.float64)) for _ in range(3)]
    before = [weight.detach().clone() for weight in weights]
    for i, weight in enumerate(weights):
        weight.grad = 1000.0**i * torch.randn(5, 5, dtype=torch.float64)
    LARS(weights, lr=0.5, momentum=0, trust=0.01).step()
    for old, new in zip(before, weights, strict=True):
        assert ((new - old).norm() / old.norm()).item() == pytest.approx(0.005, abs=1e-12)


def test_biases_take_the_plain_step() -> None:
    bias = torch.nn.Parameter(torch.ones(3, dtype=torch.float64))
    bias.grad = torch.full((3,), 2.0, dtype=torch.float64)
    LARS([bias], lr=0.1, weight_decay=5.0).step()
    torch.testing.assert_close(bias.detach(), torch.full((3,), 0.8, dtype=torch.float64))


def test_trust_ratio() -> None:
    assert trust_ratio(10, 2, weight_decay=0.1, trust=0.001) == pytest.approx(0.001 * 10 / 3)
    assert trust_ratio(0, 2) == trust_ratio(2, 0) == 1
    shares = [trust_ratio(weight, slope) * slope / weight for weight, slope in ((10, 2), (1, 7))]
    assert shares == pytest.approx([0.001] * 2), "the rates differ; the steps are one share of the weights"
    with pytest.raises(ValueError, match="trust > 0"):
        trust_ratio(1, 1, trust=0)


def test_schedules() -> None:
    assert [warmup_cosine(s, 100, warmup=10) for s in (0, 5, 10, 55, 100)] == pytest.approx([0, 0.5, 1, 0.5, 0])
    assert warmup_cosine(25, 100) == pytest.approx((1 + math.cos(math.pi / 4)) / 2)
    with pytest.raises(ValueError, match="0 <= step <= steps"):
        warmup_cosine(101, 100)


def test_simclrs_learning_rates() -> None:
    assert scaled_rate(4096) == pytest.approx(4.8)
    assert scaled_rate(4096, rule="root") == pytest.approx(4.8)  # the two rules meet at the paper's batch
    assert scaled_rate(256) == pytest.approx(0.3)
    assert scaled_rate(256, rule="root") == pytest.approx(1.2)
    with pytest.raises(ValueError, match="rule linear or root"):
        scaled_rate(256, rule="cubic")
    for rule in ("linear", "root"):
        with pytest.raises(ValueError, match="a batch of at least 1"):
            scaled_rate(-4, rule=rule)


def test_a_triangle_is_numpys_interpolation_between_three_points():
    shares = np.linspace(0, 1, 201)
    for start, peak, end in ((0.2, 0.23, 0.07), (0.04, 0.2, 0.0)):
        wanted = np.interp(shares, [0, peak, 1], [start, 1, end])
        found = [triangle(share, start=start, peak=peak, end=end) for share in shares]
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-15)
    late = [triangle(share, start=0.04, peak=0.2, end=0.0) for share in (1.0, 1.3)]
    assert late == [0, 0], "a step begun late is none at all, not one backwards"


@pytest.mark.parametrize(
    "corner",
    [
        {"start": 0.2, "peak": 0.0, "end": 0.1},
        {"start": 0.2, "peak": 0.5, "end": 1.5},
        {"start": -0.1, "peak": 0.5, "end": 0},
    ],
)
def test_impossible_triangles_are_refused(corner):
    with pytest.raises(ValueError, match="peak between 0 and 1, got"):
        triangle(0.5, **corner)


def test_each_group_keeps_its_own_largest_step():
    weights = [torch.nn.Parameter(torch.ones(1)) for _ in range(2)]
    groups = [{"params": [weight], "initial_lr": rate} for weight, rate in zip(weights, (0.5, 8.0), strict=True)]
    plain = torch.optim.SGD(groups, lr=1.0)
    set_rate(plain, 0.25)
    for weight in weights:
        weight.grad = torch.ones(1)
    plain.step()
    assert [weight.item() for weight in weights] == [1 - 0.125, 1 - 2.0]
