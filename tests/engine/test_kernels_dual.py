"""The smallest pair against autograd: its expected loss is averaged by hand, its descent is torch's."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from dkdemo.kernels.dual import RATE, SAMPLES, START_P, START_W, STEPS, VARIANTS, still_target
from dkdemo.siamese import stop_gradient


def expected_loss(w: torch.Tensor, p: torch.Tensor, noise: float, stopped: bool) -> torch.Tensor:
    """E over x, a, b, each of two equally likely values: their variances are 1, s^2, s^2."""
    total = torch.zeros((), dtype=w.dtype)
    for x, a, b in itertools.product((-1, 1), repeat=3):
        target = w * (x + noise * b)
        total = total + (p * w * (x + noise * a) - (stop_gradient(target) if stopped else target)).square() / 2
    return total / 8


@pytest.mark.parametrize("sample", SAMPLES["still_target"])
@pytest.mark.parametrize("name", VARIANTS)
def test_the_curves_are_gradient_descent(sample: dict, name: str) -> None:
    stopped, predicts = VARIANTS[name]
    w = torch.tensor(START_W, dtype=torch.float64, requires_grad=True)
    p = torch.tensor(START_P if predicts else 1.0, dtype=torch.float64, requires_grad=predicts)
    sgd = torch.optim.SGD([w, p] if predicts else [w], lr=RATE, weight_decay=sample["decay"])
    sizes, losses = [], []
    for _ in range(STEPS + 1):
        loss = expected_loss(w, p, sample["noise"], stopped)
        sizes.append(w.item())
        losses.append(loss.item())
        sgd.zero_grad()
        loss.backward()
        sgd.step()
    values = still_target(**sample)
    np.testing.assert_allclose(values[f"{name}_w"], sizes, rtol=0, atol=1e-12)
    np.testing.assert_allclose(values[f"{name}_loss"], losses, rtol=0, atol=1e-12)


@pytest.mark.parametrize("noise", [0.3, 0.5, 1.0, 1.5])
def test_only_the_whole_pair_lives_and_the_dead_have_the_lower_loss(noise: float) -> None:
    values = still_target(noise, 0.0)
    assert values["both"] > 1
    assert values["moving"] < values["both"] / 4
    assert values["alone"] < values["both"] / 2
    assert values["moving_end"] < values["both_end"]
    assert values["alone_end"] < values["both_end"]


def test_equal_views_give_nobody_a_reason_to_shrink() -> None:
    values = still_target(0.0, 0.0)
    assert values["alone"] == pytest.approx(START_W, abs=1e-12)
    assert values["moving"] > 0.5


def test_weight_decay_wears_down_even_the_survivor() -> None:
    left = [still_target(0.5, decay)["both"] for decay in (0.0, 0.05, 0.1, 0.2)]
    assert left == sorted(left, reverse=True)
    assert left[-1] < left[0] / 2
