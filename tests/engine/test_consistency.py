"""The consistency loss against numpy loops and torch's own mean, and the ramp against its formula."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from dkdemo.consistency import consistency_loss
from dkdemo.schedules import ramp_up


def logits(*shape: int, seed: int = 0) -> torch.Tensor:
    return 3 * torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_the_loss_is_the_mean_squared_distance_of_answers() -> None:
    z, other = logits(6, 5), logits(6, 5, seed=1)
    loops = 0.0
    for mine, yours in zip(np.asarray(z), np.asarray(other), strict=True):
        p, q = (np.exp(v) / np.exp(v).sum() for v in (mine, yours))
        loops += sum((a - b) ** 2 for a, b in zip(p, q, strict=True)) / 6
    ours = consistency_loss(z, other)
    assert float(ours) == pytest.approx(loops, abs=1e-12)
    released = F.mse_loss(z.softmax(1), other.softmax(1))  # the mean over classes too
    torch.testing.assert_close(ours, 5 * released, rtol=0, atol=1e-12)


def test_a_stack_has_each_pairs_loss() -> None:
    z, other = logits(3, 6, 5), logits(3, 6, 5, seed=1)
    found = consistency_loss(z, other)
    assert found.shape == (3,)
    for one in range(3):
        torch.testing.assert_close(found[one], consistency_loss(z[one], other[one]), rtol=0, atol=1e-14)


def test_it_is_0_for_agreement_on_anything_and_2_at_worst() -> None:
    same = logits(4, 5)
    assert float(consistency_loss(same, same + 7)) == pytest.approx(0, abs=1e-24)
    apart = torch.tensor([[60.0, 0]], dtype=torch.float64)
    assert float(consistency_loss(apart, -apart)) == pytest.approx(2, abs=1e-12)


def test_no_gradient_reaches_the_teacher() -> None:
    z, other = logits(4, 5).requires_grad_(), logits(4, 5, seed=1).requires_grad_()
    consistency_loss(z, other).backward()
    assert other.grad is None
    assert z.grad is not None
    assert z.grad.abs().sum() > 0


def test_the_ramp() -> None:
    assert ramp_up(0, 80) == pytest.approx(math.exp(-5))
    assert ramp_up(40, 80) == pytest.approx(math.exp(-1.25))
    assert ramp_up(80, 80) == ramp_up(1000, 80) == 1
    heights = [ramp_up(step, 80) for step in range(81)]
    assert heights == sorted(heights)


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="need logits of one shape"):
        consistency_loss(logits(2, 3), logits(2, 4))
    with pytest.raises(ValueError, match="need logits of one shape"):
        consistency_loss(logits(3), logits(3))
    for step, length in ((-1, 5), (1, 0), (math.nan, 5), (1, math.nan)):
        with pytest.raises(ValueError, match="need step >= 0 and length > 0"):
            ramp_up(step, length)
