"""Contrastive learning: which two of these came from the same picture?

A softmax with a temperature once more, but over pictures instead of classes, and turned the other way:
distillation warms the answer up to hear the wrong classes, contrastive learning cools it down so that the
most confusing strangers count most.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def _check(first: Tensor, second: Tensor, temperature: float = 1.0) -> None:
    if first.ndim != 2 or first.shape != second.shape or len(first) == 0:
        raise ValueError(f"need two views of equal shape (N, D), got {tuple(first.shape)} and {tuple(second.shape)}")
    if not 0 < temperature < float("inf"):
        raise ValueError(f"temperature must be > 0 and finite, got {temperature}")


def cosine_similarity(points: Tensor) -> Tensor:
    """Who looks like whom: cosines of all pairs, (M, D) -> (M, M), each in [-1, 1]."""
    unit = F.normalize(points, dim=1)
    return unit @ unit.T


def pair_logits(first: Tensor, second: Tensor, temperature: float) -> tuple[Tensor, Tensor]:
    """The (2N, 2N) scores s_ij / T, with -inf for oneself, and the index of each view's partner, (2N,)."""
    _check(first, second, temperature)
    logits = (cosine_similarity(torch.cat([first, second])) / temperature).fill_diagonal_(-torch.inf)
    return logits, torch.arange(len(logits), device=logits.device).roll(len(first))


def nt_xent(first: Tensor, second: Tensor, *, temperature: float) -> Tensor:
    """Find your other self among 2N - 1 faces: normalised, temperature-scaled cross-entropy.

    l_ij = - log ( exp(s_ij / T) / sum_{k != i} exp(s_ik / T) ),  s = cosine similarity

    Args:
        first, second: (N, D), row n of both comes from picture n. Any scale: only directions count.
        temperature: T > 0; .05 to .5 in practice. Small T makes the nearest strangers count most.

    Returns: the mean of l over all 2N ordered pairs, in nats, shape (). All points equal: log(2N - 1).
    SimCLR's own code adds the two halves instead of averaging, and so returns twice this.

    Source: Chen, Kornblith, Norouzi & Hinton 2020, arXiv:2002.05709, Algorithm 1.
    """
    return F.cross_entropy(*pair_logits(first, second, temperature))


def contrastive_accuracy(first: Tensor, second: Tensor) -> Tensor:
    """The share of the 2N views whose most similar other view is their partner; chance is 1 / (2N - 1)."""
    logits, partner = pair_logits(first, second, 1.0)
    return (logits.argmax(1) == partner).to(first.dtype).mean()


def info_nce(query: Tensor, positive: Tensor, negatives: Tensor | None = None, *, temperature: float) -> Tensor:
    """Pick the right key: one that belongs to the query, K that do not.

    l = - log ( exp(q.k+ / T) / (exp(q.k+ / T) + sum_{i=1..K} exp(q.k_i / T)) ),  all vectors normalised

    Args:
        query, positive: (N, D), row by row.
        negatives: (K, D), shared by all queries, as in MoCo's queue; None takes the other queries' positives (CPC).
        temperature: T > 0.

    Returns: the batch mean in nats, shape (). In expectation never less than log(choices) minus the information that
    q and k+ share; a single batch may fall below that.

    Source: van den Oord, Li & Vinyals 2018, arXiv:1807.03748, eq. 4; He et al. 2020, arXiv:1911.05722, eq. 1.
    """
    _check(query, positive, temperature)
    query, positive = F.normalize(query, dim=1), F.normalize(positive, dim=1)
    if negatives is None:
        return F.cross_entropy(query @ positive.T / temperature, torch.arange(len(query), device=query.device))
    if negatives.ndim != 2 or negatives.shape[1] != query.shape[1]:
        raise ValueError(f"negatives must be (K, {query.shape[1]}), got {tuple(negatives.shape)}")
    right = (query * positive).sum(1, keepdim=True)
    logits = torch.cat([right, query @ F.normalize(negatives, dim=1).T], dim=1) / temperature  # (N, 1 + K)
    return F.cross_entropy(logits, torch.zeros(len(query), dtype=torch.long, device=query.device))


def alignment(first: Tensor, second: Tensor, *, power: float = 2.0) -> Tensor:
    """How far apart two views of one picture lie on the sphere: mean of |u - v|^power, from 0, perfect, to 2^power.

    Source: Wang & Isola 2020, arXiv:2005.10242, eq. for L_align (power 2).
    """
    _check(first, second)
    gap = F.normalize(first, dim=1) - F.normalize(second, dim=1)
    return gap.square().sum(1).pow(power / 2).mean()


def uniformity(points: Tensor, *, t: float = 2.0) -> Tensor:
    """How evenly points (M, D) fill the sphere: log of the mean of exp(-t |u - v|^2) over distinct pairs.

    0 when all are one point; at t = 2 no cloud of many points goes below -1.575 on the circle, -2.080 on the
    sphere, -3.875 in 64 dimensions (`uniformity_floor` in the tests gives the formula).

    Source: Wang & Isola 2020, arXiv:2005.10242, L_uniform.
    """
    if points.ndim != 2 or len(points) < 2:
        raise ValueError(f"uniformity needs at least 2 points (M, D), got {tuple(points.shape)}")
    apart = torch.pdist(F.normalize(points, dim=1)).square()
    return torch.logsumexp(-t * apart, dim=0) - math.log(len(apart))


def effective_rank(points: Tensor) -> Tensor:
    """How many directions are really used: exp of the entropy of the shares of the singular values.

    (M, D), centred first. 1 means all points on a line, min(M - 1, D) equal spread everywhere.

    Source: Roy & Vetterli 2007, "The effective rank: a measure of effective dimensionality".
    """
    if points.ndim != 2 or len(points) < 2:
        raise ValueError(f"effective rank needs at least 2 points (M, D), got {tuple(points.shape)}")
    sizes = torch.linalg.svdvals(points - points.mean(0))
    share = sizes / sizes.sum().clamp_min(torch.finfo(sizes.dtype).tiny)
    return torch.special.entr(share).sum().exp()
