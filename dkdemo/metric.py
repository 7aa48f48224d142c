"""Metric learning: a distance learned from who belongs together and who does not.

Three losses in the order in which they were found: pairs, triples, and one against many. The last one is already
the softmax with a cross-entropy, and so the bridge to InfoNCE.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def _check(margin: float, *points: Tensor) -> None:
    shape = points[0].shape
    if len(shape) != 2 or not len(points[0]) or any(other.shape != shape for other in points):
        raise ValueError(f"need points of equal shape (N, D), got {', '.join(str(tuple(p.shape)) for p in points)}")
    if not 0 <= margin < math.inf:
        raise ValueError(f"the margin must be >= 0 and finite, got {margin}")


def contrastive_loss(first: Tensor, second: Tensor, similar: Tensor, *, margin: float) -> Tensor:
    """Pairs: friends close up for ever, strangers push only until they are a margin apart.

    l = s D²/2 + (1 - s) max(0, m - D)²/2,  D = |first - second|

    Args:
        first, second: (N, D) points, row by row a pair.
        similar: (N,) s = 1 for friends, 0 for strangers.
        margin: m >= 0, in the unit of the distance.

    Returns: the mean over pairs, shape (). Two strangers at one place feel no force: they know no direction.

    Raises:
        ValueError: shapes that do not fit, or a negative margin.

    Source: Hadsell, Chopra & LeCun 2006, "Dimensionality reduction by learning an invariant mapping", eq. 4
    (there Y = 0 means similar).
    """
    _check(margin, first, second)
    if similar.shape != first.shape[:1]:
        raise ValueError(f"similar must be ({len(first)},), got {tuple(similar.shape)}")
    distance = torch.linalg.vector_norm(first - second, dim=1)
    friends, strangers = distance.square() / 2, (margin - distance).clamp_min(0).square() / 2
    return torch.where(similar.bool(), friends, strangers).mean()


def triplet_loss(anchor: Tensor, positive: Tensor, negative: Tensor, *, margin: float, squared: bool = True) -> Tensor:
    """Triples: the friend has to be nearer than the stranger, by a margin; then all is forgotten.

    l = max(0, |a - p|² - |a - n|² + m)

    Args:
        anchor, positive, negative: (N, D), row by row a triple.
        margin: m >= 0, in the unit of the (squared) distance.
        squared: as FaceNet writes it; False leaves out the squares, as ``torch.nn.TripletMarginLoss`` does, and
            then every force has the same size, however far the points are.

    Returns: the mean over triples, satisfied ones counting 0, shape ().

    Raises:
        ValueError: shapes that do not fit, or a negative margin.

    Source: Schroff, Kalenichenko & Philbin 2015, arXiv:1503.03832, section 3.1.
    """
    _check(margin, anchor, positive, negative)
    near, far = (torch.linalg.vector_norm(anchor - other, dim=1) for other in (positive, negative))
    if squared:
        near, far = near.square(), far.square()
    return (near - far + margin).clamp_min(0).mean()


def n_pair_loss(anchor: Tensor, positive: Tensor, negatives: Tensor | None = None) -> Tensor:
    """One friend among many strangers, all at once: a softmax over dot products.

    l = log(1 + sum_j exp(a·n_j - a·p)) = -log( exp(a·p) / (exp(a·p) + sum_j exp(a·n_j)) )

    Nothing is normalised here, so long vectors count more; pytorch-metric-learning's loss of this name normalises
    by default. It is InfoNCE with the dot product for a score; divide all vectors by their lengths, and the dot
    products by T, and it is MoCo's and SimCLR's.

    Args:
        anchor, positive: (N, D), row by row a pair.
        negatives: (K, D) strangers to every anchor; None takes the other pairs' positives, as the paper does.

    Returns: the mean over anchors in nats, shape ().

    Raises:
        ValueError: shapes that do not fit.

    Source: Sohn 2016, "Improved deep metric learning with multi-class N-pair loss objective".
    """
    _check(0.0, anchor, positive)
    if negatives is None:
        scores = anchor @ positive.T  # (N, N)
        return (scores.logsumexp(1) - scores.diagonal()).mean()
    if negatives.ndim != 2 or negatives.shape[1] != anchor.shape[1]:
        raise ValueError(f"negatives must be (K, {anchor.shape[1]}), got {tuple(negatives.shape)}")
    right = (anchor * positive).sum(1, keepdim=True)
    return (torch.cat([right, anchor @ negatives.T], dim=1).logsumexp(1) - right[:, 0]).mean()
