"""The Python twins of assets/live/kernels/circle_forces.js and similarity.js: NT-Xent by hand, without torch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dkdemo.kernels.sums import strokes
from dkdemo.probability import log_softmax

LONGEST = 0.55  # the longest arrow, in radii of the circle: the others are in proportion
WEAKEST = 1e-3  # nats per radian: where all forces are weaker than this, the arrows shrink with them


def _rows(logits: np.ndarray) -> np.ndarray:
    """Log-probabilities of each row over the *other* points, (M, M) -> (M, M), with 0 on the diagonal's place."""
    m = len(logits)
    others = ~np.eye(m, dtype=bool)
    rows = np.zeros((m, m))
    rows[others] = log_softmax(logits[others].reshape(m, m - 1)).ravel()
    return rows


def _partner(m: int) -> np.ndarray:
    if m < 4 or m % 2:
        raise ValueError(f"need 2N views of at least 2 pictures, got {m}")
    return np.roll(np.arange(m), m // 2)


def similarity(cosine: Sequence[Sequence[float]], temperature: float) -> dict[str, Any]:
    """How 2N views choose their partner: softmax of each row of cosines / T, oneself left out.

    View i and view i + N come from the same picture.
    """
    scores = np.asarray(cosine, dtype=float)
    partner, here = _partner(len(scores)), np.arange(len(scores))
    logs = _rows(scores / temperature)
    chosen = np.exp(logs) * (1 - np.eye(len(scores)))
    right = logs[here, partner]
    return {
        "cosine": scores.tolist(),
        "chosen": chosen.tolist(),
        "loss": float(-right.mean()),
        "chance": math.log(len(scores) - 1),
        "partner": float(np.exp(right).mean()),
        "found": float((chosen.argmax(1) == partner).mean()),
    }


def circle_forces(x: Sequence[float], y: Sequence[float], temperature: float) -> dict[str, Any]:
    """Points on a circle, the first half paired with the second, and where NT-Xent pushes each.

    With s_ij = cos(a_i - a_j), P the rows' softmax of s / T without oneself, and Y the partners:

    - dL/da_i = 1/(2N T) sum_k (P_ik + P_ki - Y_ik - Y_ki) (- sin(a_i - a_k)), turned round

    The arrows share one scale, by which the strongest is LONGEST: only so are T = .05 and T = 5 both seen.
    A point dragged off the circle counts by its direction alone: the loss normalises.
    """
    angle = np.arctan2(np.asarray(y, dtype=float), np.asarray(x, dtype=float))
    partner, here = _partner(len(angle)), np.arange(len(angle))
    gap = angle[:, None] - angle[None, :]
    logs = _rows(np.cos(gap) / temperature)
    excess = np.exp(logs) * (1 - np.eye(len(angle)))
    found = (excess.argmax(1) == partner).sum()
    excess[here, partner] -= 1
    force = ((excess + excess.T) * np.sin(gap)).sum(1) / (len(angle) * temperature)
    strongest = float(np.abs(force).max())
    length = LONGEST * force / max(strongest, WEAKEST)
    on_x, on_y = np.cos(angle), np.sin(angle)
    tip_x, tip_y = on_x - length * on_y, on_y + length * on_x  # along the tangent
    half = len(angle) // 2
    return {
        "x": on_x.tolist(),
        "y": on_y.tolist(),
        "force": force.tolist(),
        "strongest": strongest,
        "link_x": strokes(on_x[:half].tolist(), on_x[partner[:half]].tolist()),
        "link_y": strokes(on_y[:half].tolist(), on_y[partner[:half]].tolist()),
        "arrow_x": strokes(on_x.tolist(), tip_x.tolist()),
        "arrow_y": strokes(on_y.tolist(), tip_y.tolist()),
        "tip_x": tip_x.tolist(),
        "tip_y": tip_y.tolist(),
        "tip_angle": np.degrees(-angle - np.where(length < 0, math.pi, 0)).tolist(),
        "temperature": float(temperature),
        "loss": float(-logs[here, partner].mean()),
        "chance": math.log(len(angle) - 1),
        "found": int(found),
        "apart": float(np.degrees(np.arccos(np.clip(np.cos(gap[here, partner]), -1, 1))).mean()),
        "together": float(math.hypot(on_x.mean(), on_y.mean())),
    }


KERNELS: dict[str, Callable[..., dict[str, Any]]] = {"similarity": similarity, "circle_forces": circle_forces}

_ANGLES = [0.3, 1.1, 2.0, 3.3, 4.2, 5.5, 0.9, 1.4, 4.0, 3.0, 5.9, 2.4]
_TABLE = np.corrcoef(np.sin(np.outer(np.arange(1, 9), np.arange(1, 14)) ** 1.5)).round(6).tolist()

SAMPLES: dict[str, list[dict[str, Any]]] = {
    "similarity": [{"cosine": _TABLE, "temperature": value} for value in (0.05, 0.2, 1, 10)],
    "circle_forces": [
        {"x": [math.cos(a) for a in _ANGLES], "y": [math.sin(a) for a in _ANGLES], "temperature": value}
        for value in (0.07, 0.5, 2)
    ]
    + [{"x": [1.4, 0.2, -0.3, 0.1], "y": [0.1, 0.9, 0.4, -2], "temperature": 0.2}],
}
