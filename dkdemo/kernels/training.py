"""Twins of assets/live/kernels/descent.js, bounce.js and two_entropies.js: paths downhill, and two entropies."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dkdemo.descent import LANDSCAPES, MINIMUM, Quadratic, TwoWeights, adam, edge, sgd, sharpness
from dkdemo.kernels.sums import fixed
from dkdemo.probability import cross_entropy, entropy

MOMENTUM = 0.9
STEPS = 60  # of a path over a landscape
FAR = 1e6  # a path that is further from 0 has run away, and is drawn no more
LEAST = 1e-12  # the smallest gap a logarithmic axis is given
HOPS = 12  # steps along the parabola
RATES = [index / 100 for index in range(101)]  # 0 to 1
TOWARDS = [index / 20 for index in range(21)]  # from q to p
TALLEST = 9.0  # a bar stands for an infinite cost, beyond every axis
NAMED = 3.5  # the highest bar with room above it for its name


def descent_inputs(name: str, optimiser: str) -> dict[str, Any]:
    """What the kernel must know of a landscape: its numbers, its least loss, and the rate at the edge."""
    land, best = LANDSCAPES[name], np.asarray(MINIMUM[name])
    return {
        "optimiser": optimiser,
        "momentum": MOMENTUM,
        "curvatures": list(land.curvatures) if isinstance(land, Quadratic) else [],
        "data_x": [] if isinstance(land, Quadratic) else list(land.x),
        "data_y": [] if isinstance(land, Quadratic) else list(land.y),
        "floor": float(land.loss(best)),
        "limit": edge(sharpness(land, best), MOMENTUM if optimiser == "momentum" else 0.0),
    }


def _until_far(path: np.ndarray) -> int:
    """How many points of a path (n, D) are drawn: all before the first that is far off."""
    far = ~(np.abs(path).max(-1) <= FAR)
    return int(far.argmax()) if far.any() else len(path)


def _padded(values: np.ndarray, length: int) -> list[float | None]:
    return [*values.tolist(), *[None] * (length - len(values))]


def descent(
    x: Sequence[float],
    y: Sequence[float],
    learning_rate: float,
    optimiser: str,
    momentum: float,
    curvatures: Sequence[float],
    data_x: Sequence[float],
    data_y: Sequence[float],
    floor: float,
    limit: float,
    verdicts: Sequence[str],
) -> dict[str, Any]:
    """One path over a landscape: a quadratic with those curvatures, or the net of two weights on that data.

    ``floor`` is the least loss there is and ``limit`` the rate of `edge`, which the caller knows. The words of
    ``verdicts`` stand for: arrives, still walks, goes to and fro, runs away, does not move (its slope is nought).
    """
    landscape: Quadratic | TwoWeights
    landscape = Quadratic(tuple(curvatures)) if curvatures else TwoWeights(tuple(data_x), tuple(data_y))
    start = [float(x[0]), float(y[0])]
    if optimiser == "adam":
        path = adam(landscape.gradient, start, learning_rate=learning_rate, steps=STEPS)
    else:
        used = momentum if optimiser == "momentum" else 0.0
        path = sgd(landscape.gradient, start, learning_rate=learning_rate, steps=STEPS, momentum=used)
    shown = _until_far(path)
    walked = path[:shown]
    gaps = landscape.loss(walked) - floor
    if shown <= STEPS or gaps[-1] > gaps[0]:
        told = 3
    elif gaps[-1] <= 0.01 * gaps[0]:
        told = 0
    elif (walked == walked[0]).all():
        told = 4
    else:
        falls = all(later < 0.9999 * sooner for sooner, later in zip(gaps[-20:-1], gaps[-19:], strict=True))
        told = 1 if falls else 2
    return {
        "x": [start[0]],
        "y": [start[1]],
        "learning_rate": float(learning_rate),
        "limit": float(limit),
        "share": float(learning_rate / limit),
        "path_x": _padded(walked[:, 0], STEPS + 1),
        "path_y": _padded(walked[:, 1], STEPS + 1),
        "end_x": [float(walked[-1, 0])],
        "end_y": [float(walked[-1, 1])],
        "gap": _padded(np.maximum(gaps, LEAST), STEPS + 1),
        "first": float(gaps[0] + floor),
        "last": float(gaps[-1] + floor),
        "told": told,
        "verdict": verdicts[told],
    }


def bounce(learning_rate: float, curvature: float, verdicts: Sequence[str]) -> dict[str, Any]:
    """One weight on a parabola of that curvature, starting at 1: each step multiplies it by 1 - lr h.

    The words of ``verdicts`` stand for: comes down one side, arrives in one step, jumps across and arrives, jumps
    for ever, runs away.
    """
    factor = 1 - learning_rate * curvature
    if abs(factor) < 1e-9:
        told = 1
    elif abs(factor + 1) < 1e-9:
        told = 3
    else:
        told = 0 if factor > 0 else 2 if factor > -1 else 4
    path = sgd(lambda w: curvature * w, [1.0], learning_rate=learning_rate, steps=HOPS)
    places = path[: _until_far(path), 0]
    return {
        "learning_rate": float(learning_rate),
        "curvature": float(curvature),
        "factor": float(factor),
        "limit": edge(curvature),
        "best": float(1 / curvature),
        "path_x": _padded(places, HOPS + 1),
        "path_y": _padded(0.5 * curvature * places**2, HOPS + 1),
        "end_x": [float(places[-1])],
        "end_y": [float(0.5 * curvature * places[-1] ** 2)],
        "hill": [0.5 * curvature * (4 * rate - 2) ** 2 for rate in RATES],
        "size": [abs(1 - rate * curvature) for rate in RATES],
        "now_x": [float(learning_rate)],
        "now_y": [abs(factor)],
        "told": told,
        "verdict": verdicts[told],
    }


def two_entropies(shares: Sequence[float], unit: str, per_nat: float) -> dict[str, Any]:
    """H(p), what believing q costs instead, and that cost while q moves over to p.

    ``shares`` holds p and then q; each half is divided by its sum. ``per_nat`` units make a nat: 1, or 1 / ln 2
    for bits. A q that rules out what p allows costs infinitely much.
    """
    half = len(shares) // 2
    raw = np.array(shares, dtype=np.float64).reshape(2, half)
    p, q = raw / raw.sum(1, keepdims=True)
    own = max(0.0, float(entropy(p)))
    cost = float(cross_entropy(p, q))
    path = [float(cross_entropy(p, (1 - t) * q + t * p)) for t in TOWARDS]
    together = [*p.tolist(), *q.tolist()]
    return {
        "shares": together,
        "shares_text": [fixed(share, 2) for share in together],
        "unit": unit,
        "entropy": own * per_nat,
        "cross": cost * per_nat,
        "divergence": max(cost - own, 0.0) * per_nat,
        "own_bars": [own * per_nat] * 2,
        "extra_bars": [0.0, min(max(cost - own, 0.0) * per_nat, TALLEST)],
        "top": min(cost * per_nat, NAMED),
        "top_at": ["CE(p, q)" if cost * per_nat <= NAMED else "H(p)"],  # a bar beyond the picture is named beside it
        "name_at": "bottom right" if own * per_nat > 0.5 else "top right",  # where H(p)'s name finds room
        "path": [value * per_nat for value in path],
        "floor": [own * per_nat] * 2,
        "now_y": [cost * per_nat],
        "most": math.log(half) * per_nat,
    }


KERNELS: dict[str, Callable[..., dict[str, Any]]] = {
    "descent": descent,
    "bounce": bounce,
    "two_entropies": two_entropies,
}

_BOWL = {"curvatures": [1, 8], "data_x": [], "data_y": [], "floor": 0, "limit": 0.25, "momentum": 0.9}
_NET = {
    "curvatures": [],
    "data_x": [-2, -0.5, 1, 1.5],
    "data_y": [-1.1, -0.6, 0.9, 1.3],
    "floor": 0.001,
    "limit": 3,
    "momentum": 0.9,
}
_VERDICTS = ["arrives", "walks", "rattles", "runs away", "stands"]
SAMPLES: dict[str, list[dict[str, Any]]] = {
    "descent": [
        {**land, "x": [-1.5], "y": [0.75], "learning_rate": rate, "optimiser": optimiser, "verdicts": _VERDICTS}
        for land, optimiser, rate in (
            (_BOWL, "sgd", 0.02),
            (_BOWL, "sgd", 0.25),
            (_BOWL, "sgd", 0.26),
            (_BOWL, "sgd", 2.0),
            (_BOWL, "momentum", 0.1),
            (_BOWL, "adam", 0.3),
            (_NET, "sgd", 0.5),
            (_NET, "momentum", 0.2),
            (_NET, "adam", 0.1),
        )
    ]
    + [{**_NET, "x": [0], "y": [0], "learning_rate": 0.5, "optimiser": "adam", "verdicts": _VERDICTS}],
    "bounce": [
        {"learning_rate": rate, "curvature": h, "verdicts": ["slides", "one step", "jumps", "for ever", "runs away"]}
        for rate, h in ((0.2, 4), (0.25, 4), (0.45, 4), (0.5, 4), (0.6, 4), (1, 10))
    ],
    "two_entropies": [
        {"shares": [0.7, 0.2, 0.1, 0.2, 0.5, 0.3], "unit": "bits", "per_nat": 1 / math.log(2)},
        {"shares": [0.7, 0.2, 0.1, 0.7, 0.2, 0.1], "unit": "nats", "per_nat": 1},
        {"shares": [1, 0, 0, 0.5, 0.25, 0.05], "unit": "nats", "per_nat": 1},
        {"shares": [0.5, 0.5, 0, 1, 0, 0], "unit": "位元", "per_nat": 1 / math.log(2)},
    ],
}
