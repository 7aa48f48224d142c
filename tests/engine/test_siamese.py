"""The losses of mirrored networks against lightly, against loops, and in closed form; who feels their gradient."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from lightly.loss import NegativeCosineSimilarity

from dkdemo import siamese

DOUBLE = torch.float64


def four(n: int = 7, d: int = 5, seed: int = 0) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(n, d, dtype=DOUBLE, generator=generator, requires_grad=True) for _ in range(4)]


def cosine(p: np.ndarray, z: np.ndarray) -> float:
    """The mean cosine, row by row, in plain loops."""
    rows = [sum(a * b for a, b in zip(u, v, strict=True)) for u, v in zip(p, z, strict=True)]
    sizes = [math.hypot(*u) * math.hypot(*v) for u, v in zip(p, z, strict=True)]
    return sum(row / size for row, size in zip(rows, sizes, strict=True)) / len(rows)


def test_negative_cosine_has_two_oracles() -> None:
    p, z, *_ = four()
    mine = siamese.negative_cosine(p, z).item()
    assert mine == pytest.approx(NegativeCosineSimilarity()(p, z).item(), abs=1e-12)
    assert mine == pytest.approx(-cosine(p.detach().numpy(), z.detach().numpy()), abs=1e-12)
    assert siamese.negative_cosine(p.detach().numpy(), z.detach().numpy()) == pytest.approx(mine, abs=1e-15)


def test_simsiam_is_algorithm_1() -> None:
    p1, p2, z1, z2 = four()
    oracle = NegativeCosineSimilarity()
    wanted = oracle(p1, z2.detach()) / 2 + oracle(p2, z1.detach()) / 2
    mine = siamese.simsiam_loss(p1, p2, z1, z2)
    assert mine.item() == pytest.approx(wanted.item(), abs=1e-12)
    want = torch.autograd.grad(wanted, [p1, p2])
    found = torch.autograd.grad(mine, [p1, p2])
    for one, other in zip(found, want, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)


@pytest.mark.parametrize("stop", [True, False])
def test_the_stop_changes_the_gradient_and_not_the_loss(stop: bool) -> None:
    p1, p2, z1, z2 = four()
    loss = siamese.simsiam_loss(p1, p2, z1, z2, stop=stop)
    assert loss.item() == pytest.approx(siamese.simsiam_loss(p1, p2, z1, z2).item(), abs=1e-15)
    loss.backward()
    assert p1.grad is not None
    assert (z1.grad is None) is (z2.grad is None) is stop


def test_byol_is_the_squared_distance_of_the_directions() -> None:
    p, z, *_ = four()
    apart = p / p.norm(dim=1, keepdim=True) - z / z.norm(dim=1, keepdim=True)
    loss = siamese.byol_loss(p, z)
    assert loss.item() == pytest.approx(apart.square().sum(1).mean().item(), abs=1e-12)
    loss.backward()
    assert z.grad is None
    with torch.no_grad():
        p1, p2, z1, z2 = four(seed=1)
        both = siamese.byol_loss(p1, z2) + siamese.byol_loss(p2, z1)
        assert both.item() == pytest.approx(4 + 4 * siamese.simsiam_loss(p1, p2, z1, z2).item(), abs=1e-12)


def test_a_constant_answer_has_the_lowest_loss_and_no_spread() -> None:
    same = torch.ones(9, 4, dtype=DOUBLE) * torch.tensor([1.0, -2.0, 0.5, 3.0], dtype=DOUBLE)
    assert siamese.simsiam_loss(same, same, same, same).item() == pytest.approx(-1, abs=1e-12)
    assert siamese.byol_loss(same, same).item() == pytest.approx(0, abs=1e-12)
    assert siamese.output_spread(same).item() == pytest.approx(0, abs=1e-12)
    assert siamese.output_spread(-2.5 * same).item() == pytest.approx(0, abs=1e-12)


def test_an_even_crowd_spreads_by_one() -> None:
    crowd = torch.randn(20_000, 16, dtype=DOUBLE, generator=torch.Generator().manual_seed(0))
    assert siamese.output_spread(crowd).item() == pytest.approx(1, abs=0.01)
    unit = (crowd / crowd.norm(dim=1, keepdim=True)).numpy()
    assert siamese.output_spread(crowd.numpy()) == pytest.approx(4 * unit.std(axis=0).mean(), abs=1e-12)


def test_a_zero_vector_gives_a_number() -> None:
    zero = np.zeros((2, 3))
    assert siamese.negative_cosine(zero, np.ones((2, 3))) == 0
    assert siamese.output_spread(zero) == 0


@pytest.mark.parametrize(
    ("first", "second"), [((3, 4), (3, 5)), ((3,), (3,)), ((0, 4), (0, 4)), ((2, 3, 4), (2, 3, 4))]
)
def test_shapes_that_do_not_pair_are_refused(first: tuple[int, ...], second: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"need two \(N, D\) of equal shape, got"):
        siamese.negative_cosine(np.zeros(first), np.zeros(second))
    with pytest.raises(ValueError, match="of equal shape"):
        siamese.byol_loss(torch.zeros(first), torch.zeros(second))
