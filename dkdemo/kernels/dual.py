"""The Python twin of assets/live/kernels/still_target.js: the smallest pair of networks that can collapse.

One weight w sees a number x of variance 1 through two views x + a and x + b of noise variance s^2, and one
weight p predicts what it says of the other view. In expectation over x, a and b

    J = E[(p w (x + a) - w (x + b))^2] / 2 = w^2 (p^2 (1 + s^2) - 2 p + 1 + s^2) / 2

- dJ/dp = w^2 (p (1 + s^2) - 1), whoever stands still
- dJ/dw = w (p^2 (1 + s^2) - p) when the target's gradient is stopped
- dJ/dw = w (p^2 (1 + s^2) - 2 p + 1 + s^2) when it is not: never negative, so w can only shrink

It is the scalar case of the linear pair of Tian, Chen & Ganguli 2021, arXiv:2102.06810.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

STEPS, RATE = 200, 0.05
START_W, START_P = 1.0, 0.2
VARIANTS = {"both": (True, True), "moving": (False, True), "alone": (True, False)}  # stopped?, a predictor?


def still_target(noise: float, decay: float) -> dict[str, Any]:
    """Gradient descent on J from one start, in three variants; the curves of w and of J.

    ``noise``: s, how different the two views are. ``decay``: weight decay on both weights.
    """
    found: dict[str, Any] = {"noise": noise, "decay": decay}
    wide = 1 + noise**2
    for name, (stopped, predicts) in VARIANTS.items():
        w, p = START_W, START_P if predicts else 1.0
        sizes, losses = [], []
        for _ in range(STEPS + 1):
            sizes.append(w)
            losses.append(w * w * (p * p * wide - 2 * p + wide) / 2)
            pull = w * (p * p * wide - p) if stopped else w * (p * p * wide - 2 * p + wide)
            turn = w * w * (p * wide - 1) if predicts else 0.0
            w, p = w - RATE * (pull + decay * w), p - RATE * (turn + decay * p) if predicts else p
        found |= {f"{name}_w": sizes, f"{name}_loss": losses, name: sizes[-1], f"{name}_end": losses[-1]}
    return found


KERNELS: dict[str, Callable[..., dict[str, Any]]] = {"still_target": still_target}

SAMPLES: dict[str, list[dict[str, Any]]] = {
    "still_target": [
        {"noise": 0.5, "decay": 0.0},
        {"noise": 0.0, "decay": 0.01},
        {"noise": 1.2, "decay": 0.1},
    ]
}
