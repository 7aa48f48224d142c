"""The Python twins of assets/live/kernels/softmax_bars.js and dominates.js: what a temperature does to one answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from dkdemo.kernels.sums import fixed, percent, whole_percent
from dkdemo.probability import entropy, softmax


def softmax_bars(logits: Sequence[float], temperature: float) -> dict[str, Any]:
    """The answer at one temperature, how much its losers hold, beside its answer at T = 1."""
    z = list(map(float, logits))
    q = softmax(z, temperature).tolist()
    winner = z.index(max(z))
    losers = [share for index, share in enumerate(q) if index != winner]
    return {
        "logits": z,
        "logits_text": [fixed(value, 2) for value in z],
        "temperature": float(temperature),
        "q": q,
        "q_text": [percent(share) for share in q],
        "q_brief": [whole_percent(share) if share >= 0.005 else "" for share in q],
        "winner": winner,
        "wins": [int(index == winner) for index in range(len(z))],
        "largest": q[winner],
        "wrong": sum(losers),
        "ratio": max(losers) / min(losers) if min(losers) > 0 else math.inf,
        "entropy": float(entropy(q)),
        "undecided": float(entropy(q)) / math.log(len(q)),
        "at_one": softmax(z).tolist(),
        "top_at_one": [share if index == winner else None for index, share in enumerate(softmax(z).tolist())],
    }


def dominates(logits: Sequence[float], lead: float) -> dict[str, Any]:
    """The first class is given a ``lead`` over the best of the others: its softmax, and what is left for the rest."""
    others = list(map(float, logits))[1:]
    z = [max(others) + lead, *others]
    q = softmax(z).tolist()
    return {
        "logits": z,
        "lead": float(lead),
        "q": q,
        "q_text": [percent(share) for share in q],
        "right": q[0],
        "wrong": sum(q[1:]),
        "second": max(q[1:]),
        "ratio": max(q[1:]) / min(q[1:]),
        "loss": -math.log(q[0]),
    }


KERNELS: dict[str, Callable[..., dict[str, Any]]] = {"softmax_bars": softmax_bars, "dominates": dominates}

SAMPLES: dict[str, list[dict[str, Any]]] = {
    "softmax_bars": [
        {"logits": [1.4, 2.8, 0.9], "temperature": 1},
        {"logits": [1.4, 2.8, 0.9], "temperature": 1 / 0.3},
        {"logits": [1.4, 2.8, 0.9], "temperature": 20},
        {"logits": [-3.2, 5, 0, 4.99, 0.125], "temperature": 0.25},
        {"logits": [12.5, -8.25, 3, 1, 0, -1, -2, 7.5, 2, 4], "temperature": 4},
    ],
    "dominates": [
        {"logits": [0, -1, 2.5, -4], "lead": 0},
        {"logits": [0, 3, 1, -2, 0.5], "lead": 6.5},
        {"logits": [0, 2.2, -3.1], "lead": 12},
    ],
}
