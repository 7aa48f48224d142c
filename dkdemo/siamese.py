"""Two mirrored networks and no stranger in sight: what keeps "agree with your other self" from ending in silence.

A loss that only asks two views to agree is at its very lowest when the network says the same of everything.
SimSiam and BYOL avoid that without a single negative: one branch predicts, and the other is not allowed to
come and meet it.

Written once against the array API, as `dkdemo.probability` is: numpy arrays and torch tensors go in.
"""

from __future__ import annotations

from typing import Any

import array_api_compat

Array = Any  # numpy array or torch tensor

SMALLEST = 1e-8  # a vector shorter than this counts as this long, as in torch's cosine_similarity


def stop_gradient(values: Array) -> Array:
    """The same numbers, through which no gradient passes: a teacher who does not come to meet the learner."""
    return values.detach() if hasattr(values, "detach") else values


def negative_cosine(prediction: Array, target: Array) -> Array:
    """How far a prediction points from where it should: D(p, z) = - p.z / (|p| |z|), mean over the rows.

    Args:
        prediction, target: (N, D), row by row of the same pictures. Any scale: only directions count.

    Returns: shape (), between -1 (all the same way) and 1. Gradients reach both; see `stop_gradient`.

    Source: Chen & He 2021, arXiv:2011.10566, Eq. 1.
    """
    xp = _check(prediction, target)
    lengths = [xp.clip(_length(points, xp), SMALLEST, None) for points in (prediction, target)]
    return -xp.mean(xp.sum(prediction * target, axis=1) / (lengths[0] * lengths[1])[:, 0])


def simsiam_loss(p1: Array, p2: Array, z1: Array, z2: Array, *, stop: bool = True) -> Array:
    """Each view predicts the other: L = D(p1, sg z2) / 2 + D(p2, sg z1) / 2.

    Args:
        p1, p2: (N, D), what the predictor says of the views 1 and 2.
        z1, z2: (N, D), what the network itself says of them: the targets.
        stop: whether the targets stand still (sg). Without it the lowest loss, -1, is a constant answer, and
            nothing keeps the network from going there.

    Returns: shape (), in [-1, 1].

    Source: Chen & He 2021, arXiv:2011.10566, Eq. 2 to 4 and Algorithm 1.
    """
    first, second = (stop_gradient(z1), stop_gradient(z2)) if stop else (z1, z2)
    return negative_cosine(p1, second) / 2 + negative_cosine(p2, first) / 2


def byol_loss(prediction: Array, target: Array) -> Array:
    """BYOL's way of writing one branch: |p/|p| - z/|z||^2 = 2 - 2 cos, in [0, 4]; no gradient to the target.

    Twice D plus two: minimising it is minimising D. The paper adds the same with the views exchanged, so that
    its total is 4 + 4 `simsiam_loss`. The target is a slow follower of the learner (`dkdemo.averaging`).
    For reading and comparing; no live run trains with it, not even the follower of `dkdemo.experiments.collapse`.

    Source: Grill et al. 2020, arXiv:2006.07733, Eq. 2.
    """
    return 2 + 2 * negative_cosine(prediction, stop_gradient(target))


def output_spread(points: Array) -> Array:
    """How different the answers are: the standard deviation of each channel of z / |z|, averaged, times sqrt(D).

    (N, D) -> shape (). 1 when the directions fill the sphere evenly, 0 when all pictures get one answer. The
    paper plots it without the factor, so that its healthy value is 1 / sqrt(D).

    Source: Chen & He 2021, arXiv:2011.10566, section 4.1 and figure 2.
    """
    xp = _check(points, points)
    unit = points / xp.clip(_length(points, xp), SMALLEST, None)
    return xp.mean(xp.std(unit, axis=0)) * points.shape[1] ** 0.5


def _length(points: Array, xp: Any) -> Array:
    return xp.sqrt(xp.sum(points * points, axis=1, keepdims=True))


def _check(first: Array, second: Array) -> Any:
    if len(first.shape) != 2 or first.shape != second.shape or first.shape[0] == 0:
        raise ValueError(f"need two (N, D) of equal shape, got {tuple(first.shape)} and {tuple(second.shape)}")
    return array_api_compat.array_namespace(first, second)
