"""The Python twins of assets/live/kernels/queue_belt.js and swapped.js: keys on a belt, and who writes them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from dkdemo.kernels.sums import rounded

SHOWN = 48  # batches drawn on the belt, the newest at age 0
PALEST = 0.15  # how much of its colour the oldest key keeps


def walk(steps: int = 240, seed: int = 3) -> list[float]:
    """One weight of a query encoder that learns: a random walk whose steps have a deviation of 1."""
    rng = np.random.default_rng(seed)
    return np.concatenate([[0.0], np.cumsum(rng.normal(size=steps))]).round(3).tolist()


def _followed(path: Sequence[float], momentum: float) -> list[float]:
    """k_0 = q_0, then k_t = m k_(t-1) + (1 - m) q_t."""
    key = [float(path[0])]
    for weight in path[1:]:
        key.append(momentum * key[-1] + (1 - momentum) * weight)
    return key


def _apart(values: Sequence[float]) -> float:
    return max(values) - min(values)


def half_life(momentum: float) -> float:
    """Steps until half of what the key encoder is made of is new: ln 2 / -ln m; 0 for a copy, infinite for m = 1."""
    if momentum <= 0:
        return 0.0
    return math.inf if momentum >= 1 else math.log(2) / -math.log(momentum)


def queue_belt(path: Sequence[float], momentum: float, batches: float) -> dict[str, Any]:
    """A queue of the last batches' keys, and how far apart the encoders are that wrote them.

    ``path`` is one weight of the query encoder, step by step; a key of age a was written by the key encoder of
    a steps ago.
    """
    length = rounded(batches)
    query, key = ([*reversed(line)][:SHOWN] for line in (list(map(float, path)), _followed(path, momentum)))
    return {
        "age": list(range(SHOWN)),
        "query": query,
        "key": key,
        "kept_age": list(range(length)),
        "kept": key[:length],
        "freshness": [1 - (1 - PALEST) * age / max(length - 1, 1) if age < length else 0.0 for age in range(SHOWN)],
        "band_age": [-0.5, length - 0.5, length - 0.5, -0.5],
        "band": [min(key[:length])] * 2 + [max(key[:length])] * 2,
        "length": length,
        "momentum": float(momentum),
        "drift": _apart(key[:length]),
        "own": _apart(query[:length]),
        "half_life": half_life(momentum),
    }


def swapped(path: Sequence[float], alpha: float) -> dict[str, Any]:
    """The key encoder by MoCo's rule, and by the slide's, whose coefficients are exchanged.

    right: k <- alpha k + (1 - alpha) q;  slide: k <- alpha q + (1 - alpha) k
    """
    right, slide = _followed(path, alpha), _followed(path, 1 - alpha)
    moved = [
        sum(abs(after - before) for before, after in pairwise(line)) for line in (list(map(float, path)), right, slide)
    ]
    return {
        "step": list(range(len(path))),
        "query": list(map(float, path)),
        "right": right,
        "slide": slide,
        "alpha": float(alpha),
        "kept_right": float(alpha),
        "kept_slide": 1 - alpha,
        "moves_right": moved[1] / moved[0],
        "moves_slide": moved[2] / moved[0],
        "half_right": half_life(alpha),
        "half_slide": half_life(1 - alpha),
    }


KERNELS: dict[str, Callable[..., dict[str, Any]]] = {"queue_belt": queue_belt, "swapped": swapped}

SAMPLES: dict[str, list[dict[str, Any]]] = {
    "queue_belt": [
        {"path": walk(), "momentum": momentum, "batches": batches}
        for momentum, batches in ((0, 8), (0.9, 1), (0.99, 16.4), (0.999, 48))
    ],
    "swapped": [{"path": walk(80, 5), "alpha": alpha} for alpha in (0.05, 0.5, 0.9, 0.999)],
}
