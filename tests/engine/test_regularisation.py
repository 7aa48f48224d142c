"""Shrinking against its definition, and against scikit-learn's lasso and ridge; copies against copies alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from sklearn.linear_model import Lasso

from dkdemo.models import StackedMLP
from dkdemo.regularisation import shrink, train_regularised, weight_norms, zero_shares

DOUBLE = torch.float64


@pytest.mark.parametrize(("l1", "l2"), [(0.3, 0.0), (0.0, 0.7), (0.2, 1.5), (0.0, 0.0)])
def test_shrinking_is_the_proximal_step(l1: float, l2: float) -> None:
    weights = torch.tensor([-2.0, -0.25, 0.0, 0.1, 0.9], dtype=DOUBLE)
    for weight, ours in zip(weights.tolist(), shrink(weights, l1=l1, l2=l2).tolist(), strict=True):

        def cost(v: float, w: float = weight) -> float:
            return 0.5 * (v - w) ** 2 + l1 * abs(v) + 0.5 * l2 * v * v

        assert ours == pytest.approx(minimize_scalar(cost, bounds=(-3, 3), options={"xatol": 1e-12}).x, abs=1e-5)


def test_l1_leaves_zeros_and_l2_none() -> None:
    weights = torch.randn(1000, dtype=DOUBLE, generator=torch.Generator().manual_seed(0))
    assert (shrink(weights, l1=0.5, l2=0.0) == 0).sum() == (weights.abs() <= 0.5).sum() > 300
    assert (shrink(weights, l1=0.0, l2=50.0) == 0).sum() == 0


def test_repeated_steps_find_the_lasso() -> None:
    generator = torch.Generator().manual_seed(1)
    x, n = torch.randn(60, 12, dtype=DOUBLE, generator=generator), 60
    y = x[:, :3].sum(1) + 0.1 * torch.randn(60, dtype=DOUBLE, generator=generator)
    weights, step = torch.zeros(12, dtype=DOUBLE), 0.2
    for _ in range(3000):
        weights = shrink(weights - step * x.T @ (x @ weights - y) / n, l1=step * 0.3, l2=0.0)
    theirs = Lasso(alpha=0.3, fit_intercept=False, tol=1e-12, max_iter=100_000).fit(x.numpy(), y.numpy()).coef_
    np.testing.assert_allclose(weights, theirs, rtol=0, atol=1e-8)
    assert (weights == 0).sum() == (theirs == 0).sum() >= 6


def test_each_copy_has_its_own_strength() -> None:
    weights = torch.ones(3, 2, 2, dtype=DOUBLE)
    strengths = torch.tensor([0.0, 0.25, 2.0], dtype=DOUBLE)
    assert shrink(weights, l1=strengths, l2=0.0).sum((1, 2)).tolist() == [4, 3, 0]
    assert shrink(weights, l1=0.0, l2=strengths)[:, 0, 0].tolist() == pytest.approx([1, 0.8, 1 / 3])


def lesson(seeds: list[int], l2: list[float], l1: list[float]) -> StackedMLP:
    generator = torch.Generator().manual_seed(5)
    x, y = torch.randn(30, 4, generator=generator), torch.randint(0, 3, (30,), generator=generator)
    net = StackedMLP((4, 16, 3), seeds)

    def draw() -> tuple[torch.Tensor, torch.Tensor]:
        return x.expand(len(seeds), -1, -1), y.expand(len(seeds), -1)

    strengths = {"l1": torch.tensor(l1), "l2": torch.tensor(l2)}
    steps = list(train_regularised(net, draw, **strengths, learning_rate=1e-2, steps=40))
    assert steps == list(range(1, 41))
    return net


def test_copies_train_as_they_would_alone() -> None:
    together = lesson([0, 1, 0], [0.0, 0.0, 5.0], [0.0, 2.0, 0.0])
    for copy, (seed, l2, l1) in enumerate([(0, 0.0, 0.0), (1, 0.0, 2.0), (0, 5.0, 0.0)]):
        alone = lesson([seed], [l2], [l1])
        for ours, theirs in zip(together.weights, alone.weights, strict=True):
            np.testing.assert_allclose(ours[copy].detach(), theirs[0].detach(), rtol=0, atol=1e-4)
    norms, zeros = weight_norms(together), zero_shares(together)
    assert norms[2] < norms[0]
    assert zeros[0] == zeros[2] == 0 < zeros[1]
    flat = torch.cat([weights[1].flatten() for weights in together.weights]).double()
    assert norms[1].item() == pytest.approx(flat.norm().item())
    assert zeros[1].item() == pytest.approx((flat == 0).double().mean().item())


def test_a_negative_strength_is_refused() -> None:
    with pytest.raises(ValueError, match="l1 and l2 must be >= 0, got -1 and 0"):
        shrink(torch.ones(2), l1=-1, l2=0)
    with pytest.raises(ValueError, match="l1 and l2 must be >= 0, got nan and 0"):
        shrink(torch.ones(2), l1=float("nan"), l2=0)
