"""The losses of metric learning against torch, pytorch-metric-learning and loops, and their borders."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from pytorch_metric_learning.distances import DotProductSimilarity
from pytorch_metric_learning.losses import NPairsLoss

from dkdemo.contrastive import info_nce
from dkdemo.metric import contrastive_loss, n_pair_loss, triplet_loss


def points(count: int, n: int = 9, d: int = 4) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    return [torch.randn(n, d, dtype=torch.float64, generator=generator) for _ in range(count)]


@pytest.mark.parametrize("margin", [0.0, 1.0, 3.0])
def test_pairs_as_hadsell_writes_them(margin: float) -> None:
    first, second = points(2)
    similar = torch.arange(9) % 2
    wanted = []
    for a, b, s in zip(first.numpy(), second.numpy(), similar.tolist(), strict=True):
        apart = math.dist(a, b)
        wanted.append(s * apart**2 / 2 + (1 - s) * max(0.0, margin - apart) ** 2 / 2)
    got = contrastive_loss(first, second, similar, margin=margin).item()
    assert got == pytest.approx(np.mean(wanted), abs=1e-12)


@pytest.mark.parametrize("margin", [0.05, 1.0, 4.0])
def test_triplets_against_torch(margin: float) -> None:
    anchor, positive, negative = points(3)
    plain = torch.nn.TripletMarginLoss(margin=margin, eps=0.0)(anchor, positive, negative)
    assert triplet_loss(anchor, positive, negative, margin=margin, squared=False).item() == pytest.approx(
        plain.item(), abs=1e-12
    )
    squared = torch.nn.TripletMarginWithDistanceLoss(
        distance_function=lambda a, b: (a - b).square().sum(-1), margin=margin
    )
    wanted = squared(anchor, positive, negative).item()
    assert triplet_loss(anchor, positive, negative, margin=margin).item() == pytest.approx(wanted, abs=1e-12)
    assert wanted != pytest.approx(plain.item(), rel=1e-3)


def test_a_satisfied_triplet_is_forgotten() -> None:
    anchor, positive, negative = torch.zeros(1, 2), torch.tensor([[1.0, 0.0]]), torch.tensor([[3.0, 0.0]])
    assert triplet_loss(anchor, positive, negative, margin=8.0).item() == 0  # 1 - 9 + 8
    assert triplet_loss(anchor, positive, negative, margin=8.5).item() == pytest.approx(0.5)
    assert triplet_loss(anchor, positive, negative, margin=2.5, squared=False).item() == pytest.approx(0.5)


def test_n_pair_against_the_library_without_its_normalisation() -> None:
    anchor, positive = points(2)
    both, labels = torch.cat([anchor, positive]), torch.arange(9).repeat(2)
    raw = NPairsLoss(distance=DotProductSimilarity(normalize_embeddings=False))(both, labels).item()
    assert n_pair_loss(anchor, positive).item() == pytest.approx(raw, abs=1e-12)
    assert NPairsLoss()(both, labels).item() != pytest.approx(raw, rel=1e-2)


def test_n_pair_is_the_paper_s_sum_and_normalised_it_is_info_nce() -> None:
    anchor, positive, negatives = points(3)
    a, p, n = anchor.numpy(), positive.numpy(), negatives.numpy()
    wanted = [math.log(1 + sum(math.exp(a[i] @ n[j] - a[i] @ p[i]) for j in range(9))) for i in range(9)]
    assert n_pair_loss(anchor, positive, negatives).item() == pytest.approx(np.mean(wanted), abs=1e-12)
    unit = [part / part.norm(dim=1, keepdim=True) for part in (anchor, positive, negatives)]
    cooled = n_pair_loss(unit[0] / 0.2, unit[1], unit[2]).item()
    assert cooled == pytest.approx(info_nce(anchor, positive, negatives, temperature=0.2).item(), abs=1e-12)


def test_gradients_stay_finite_where_points_meet() -> None:
    here = torch.zeros(2, 3, dtype=torch.float64, requires_grad=True)
    there = torch.zeros(2, 3, dtype=torch.float64)
    loss = contrastive_loss(here, there, torch.tensor([0, 1]), margin=1.0)
    loss = loss + triplet_loss(here, there, there, margin=1.0, squared=False) + n_pair_loss(here, there)
    loss.backward()
    assert torch.isfinite(here.grad).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda a, b: contrastive_loss(a, b, torch.ones(2), margin=1.0), r"similar must be \(9,\), got \(2,\)"),
        (lambda a, b: contrastive_loss(a, b[:4], torch.ones(9), margin=1.0), r"equal shape .* \(9, 4\), \(4, 4\)"),
        (lambda a, b: triplet_loss(a, b, b, margin=-1.0), "margin must be >= 0 and finite, got -1.0"),
        (lambda a, b: triplet_loss(a, b, b, margin=math.inf), "got inf"),
        (lambda a, b: n_pair_loss(a, b, b[:, :2]), r"negatives must be \(K, 4\), got \(9, 2\)"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(*points(2))
