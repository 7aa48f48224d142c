"""The Python twins of assets/live/kernels: metric_forces.js, gradient_reach.js, switch_board.js, log_n_bound.js."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from dkdemo.kernels.sums import rounded, strokes

LOSSES = ("contrastive", "triplet", "triplet_plain", "n_pair")
REACH, LONGEST = 1.0, 1.3  # an arrow's length for a force of 1, and the most it is drawn with
RING = 73  # points of the drawn border
REACHED = 50  # steps of the curve of the gradient
DIMENSIONS, CONTEXTS, MOST = 5, 128, 1024  # of the bound's Gaussians: each context is used with an error and its mirror
CHOICES = tuple(2**power for power in range(1, 11))


def metric_forces(x: Sequence[float], y: Sequence[float], loss: str, margin: float) -> dict[str, Any]:
    """An anchor, its friend and some strangers in the plane: a loss of metric learning, and where it pushes each.

    Point 0 is the anchor a, 1 the positive p, all others negatives. The force is minus the gradient of

    - contrastive: mean of |a-p|²/2 and all max(0, m - |a-n|)²/2
    - triplet: mean over n of max(0, |a-p|² - |a-n|² + m); triplet_plain: without the squares
    - n_pair: log(1 + sum_n exp(a·n - a·p)); the margin plays no part

    The border (``ring``) is where a stranger stops to push; for n_pair, where it would tie with the friend.
    """
    points = np.stack([np.asarray(x, dtype=float), np.asarray(y, dtype=float)], axis=1)
    if len(points) < 3 or loss not in LOSSES:
        raise ValueError(f"need 3 points or more and a loss of {', '.join(LOSSES)}; got {len(points)} and {loss!r:.40}")
    anchor, friend, strangers = points[0], points[1], points[2:]
    gaps = anchor - points[1:]  # (1 + K, 2)
    away = np.hypot(gaps[:, 0], gaps[:, 1])
    unit = np.where(away[:, None] > 0, gaps / np.where(away > 0, away, 1)[:, None], 0.0)
    if loss == "n_pair":
        ahead = strangers @ anchor - friend @ anchor
        top = max(0.0, float(ahead.max()))
        weights = np.exp(ahead - top)
        total = math.exp(-top) + weights.sum()
        value, share = top + math.log(total), weights / total  # share of the softmax that each stranger holds
        slope = np.concatenate([[-share.sum()], share])[:, None] * anchor  # of p and of each n
        lift = share @ strangers - share.sum() * friend
        pushing = share > 1e-3
        border = math.nan
    else:
        value, pull, pushing, border = _pairwise(loss, away, float(margin))
        slope = -pull[:, None] * unit
        lift = (pull[:, None] * unit).sum(0)
    force = -np.concatenate([lift[None], slope])
    size = np.hypot(force[:, 0], force[:, 1])
    moves = size > 1e-6
    tip = points + force * np.minimum(REACH, LONGEST / np.maximum(size, 1e-12))[:, None]
    ring = _border(loss, anchor, friend, border)
    return {
        "x": points[:, 0].tolist(),
        "y": points[:, 1].tolist(),
        "force_x": force[:, 0].tolist(),
        "force_y": force[:, 1].tolist(),
        "arrow_x": strokes(points[:, 0].tolist(), tip[:, 0].tolist()),
        "arrow_y": strokes(points[:, 1].tolist(), tip[:, 1].tolist()),
        "tip_x": tip[:, 0].tolist(),
        "tip_y": tip[:, 1].tolist(),
        "tip_angle": np.where(moves, 90 - np.degrees(np.arctan2(force[:, 1], force[:, 0])), 0.0).tolist(),
        "tip_size": [12 if move else 0 for move in moves],
        "ring_x": ring[0],
        "ring_y": ring[1],
        "margin": float(margin),
        "loss": float(value),
        "near": float(away[0]),
        "far": float(away[1:].min()),
        "pushing": int(np.sum(pushing)),
        "strangers": len(strangers),
    }


def _pairwise(loss: str, away: np.ndarray, margin: float) -> tuple[float, np.ndarray, np.ndarray, float]:
    """Value, its slope in each distance (friend first), which strangers push, and the radius at which they stop."""
    near, far = away[0], away[1:]
    count = len(far)
    if loss == "contrastive":
        short = np.maximum(margin - far, 0)
        value = (near**2 + (short**2).sum()) / 2 / (1 + count)
        return value, np.concatenate([[near], -short]) / (1 + count), short > 0, margin
    power = 2 if loss == "triplet" else 1
    short = near**power - far**power + margin
    active = short > 0
    slope_near = (2 * near if power == 2 else 1.0) * active.sum() / count
    slope_far = -(2 * far if power == 2 else np.ones(count)) * active / count
    value = float(np.maximum(short, 0).mean())
    return value, np.concatenate([[slope_near], slope_far]), active, (near**power + margin) ** (1 / power)


def _border(loss: str, anchor: np.ndarray, friend: np.ndarray, radius: float) -> tuple[list[float], list[float]]:
    """A circle around the anchor; for n_pair the line through the friend, square to the anchor's direction."""
    if loss != "n_pair":
        turn = [2 * math.pi * step / (RING - 1) for step in range(RING)]
        return [float(anchor[0]) + radius * math.cos(t) for t in turn], [
            float(anchor[1]) + radius * math.sin(t) for t in turn
        ]
    length = math.hypot(anchor[0], anchor[1])
    across = (-anchor[1] / length, anchor[0] / length) if length > 0 else (0.0, 0.0)
    steps = [20 * (2 * step / (RING - 1) - 1) for step in range(RING)]
    return [float(friend[0] + s * across[0]) for s in steps], [float(friend[1] + s * across[1]) for s in steps]


def gradient_reach(weight: float, steps: float) -> dict[str, Any]:
    """How much of a nudge to the state is left n steps later: dh_(t+n)/dh_t.

    In the linear network that is w^n. With a tanh after each step, h' = tanh(w h + x), each step's slope is
    w (1 - h'²): it can only be smaller. The inputs of the tanh network are x_t = sin(1.7 t) / 2.
    """
    linear, curved, state, slope = [1.0], [1.0], 0.0, 1.0
    for step in range(1, REACHED + 1):
        state = math.tanh(weight * state + 0.5 * math.sin(1.7 * step))
        slope *= weight * (1 - state**2)
        linear.append(weight**step)
        curved.append(slope)
    here = min(REACHED, max(0, rounded(steps)))
    return {
        "weight": float(weight),
        "steps": here,
        "linear": linear,
        "curved": curved,
        "here_x": [here, here],
        "here_y": [linear[here], curved[here]],
        "left": linear[here],
        "left_curved": curved[here],
    }


def switch_board(
    tables: Sequence[Sequence[Sequence[float]]], unread: Sequence[float], dimension: float
) -> dict[str, Any]:
    """What each learned switch reads when h has ``dimension`` numbers: row k of the table is W_k M.

    ``tables[d - 1]`` and ``unread[d - 1]`` (the mean share of variance not read out) belong to dimension d.
    """
    d = min(len(tables), max(1, rounded(dimension)))
    table = [[float(cell) for cell in row] for row in tables[d - 1]]
    own = [row[k] for k, row in enumerate(table)]
    return {
        "table": table,
        "dimension": d,
        "length": len(table),
        "here_x": [d],
        "here_y": [float(unread[d - 1])],
        "unread": float(unread[d - 1]),
        "own": sum(own) / len(own),
    }


def log_n_bound(information: float, choices: float) -> dict[str, Any]:
    """What InfoNCE with a perfect critic tells of Gaussians that share ``information`` nats, by the number of choices.

    Context c and future x have five dimensions, each pair correlated by rho with I = -5/2 log(1 - rho²); the critic
    is log p(x|c)/p(x). The estimate is log N - L_N over 256 contexts, each with the same 1023 strangers, of which
    the first N - 1 are used. Contexts and errors are scaled to variance 1 and each error used with both signs, so
    that little noise is left.
    """
    rho2 = 1 - math.exp(-2 * information / DIMENSIONS)
    rho, rest = math.sqrt(rho2), 1 - rho2
    context, error, strangers = _normals()
    context = np.concatenate([context, context])
    future = rho * context + math.sqrt(rest) * np.concatenate([error, -error])
    own = rho / rest * (future * context).sum(1) - rho2 / (2 * rest) * (future**2).sum(1)
    other = rho / rest * context @ strangers.T - rho2 / (2 * rest) * (strangers**2).sum(1)
    wrong = np.exp(other - own[:, None]).cumsum(1)  # (2 CONTEXTS, MOST - 1)
    estimates = [math.log(n) - float(np.log1p(wrong[:, n - 2]).mean()) for n in CHOICES]
    caps = [math.log(n) for n in CHOICES]
    at = min(len(CHOICES) - 1, max(0, rounded(math.log2(choices)) - 1))
    return {
        "information": float(information),
        "truth": [float(information)] * len(CHOICES),
        "estimates": estimates,
        "caps": caps,
        "choices": CHOICES[at],
        "here_x": [CHOICES[at]],
        "here_y": [estimates[at]],
        "estimate": estimates[at],
        "cap": caps[at],
        "missing": float(information) - estimates[at],
    }


@cache
def _normals() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Contexts and errors, (CONTEXTS, 5) of variance exactly 1, and strangers (MOST - 1, 5): always the same."""
    count = CONTEXTS * DIMENSIONS
    drawn = _gaussian(2 * count + (MOST - 1) * DIMENSIONS)
    context, error = drawn[:count].reshape(-1, DIMENSIONS), drawn[count : 2 * count].reshape(-1, DIMENSIONS)
    scaled = [part / np.sqrt((part**2).mean(0)) for part in (context, error)]
    return scaled[0], scaled[1], drawn[2 * count :].reshape(-1, DIMENSIONS)


def _gaussian(count: int) -> np.ndarray:
    """Normal numbers that JavaScript draws too: mulberry32 as a function of the place, then Box and Muller."""
    place = np.arange(1, 2 * count + 1, dtype=np.uint64) * 0x6D2B79F5
    word = (place & 0xFFFFFFFF).astype(np.uint32)
    word = (word ^ (word >> np.uint32(15))) * (word | np.uint32(1))
    word ^= word + (word ^ (word >> np.uint32(7))) * (word | np.uint32(61))
    uniform = ((word ^ (word >> np.uint32(14))).astype(np.float64) + 0.5) / 2**32
    return np.sqrt(-2 * np.log(uniform[0::2])) * np.cos(2 * math.pi * uniform[1::2])


KERNELS: dict[str, Callable[..., dict[str, Any]]] = {
    "metric_forces": metric_forces,
    "gradient_reach": gradient_reach,
    "switch_board": switch_board,
    "log_n_bound": log_n_bound,
}

_X, _Y = [0.4, 1.9, -0.9, 0.6, -1.1], [0.6, 1.2, 0.4, -1.1, -1.7]

SAMPLES: dict[str, list[dict[str, Any]]] = {
    "metric_forces": [{"x": _X, "y": _Y, "loss": loss, "margin": margin} for loss in LOSSES for margin in (0.2, 2.5)]
    + [
        {"x": [0.0, 0.0, 0.0], "y": [0.0, 0.0, 0.0], "loss": "contrastive", "margin": 1},
        {"x": [0.0, 1.0, 2.0], "y": [0.0, 0.0, 0.5], "loss": "n_pair", "margin": 1},
    ],
    "gradient_reach": [{"weight": w, "steps": n} for w, n in ((0.2, 50), (0.9, 20), (1.0, 7.4), (2.0, 4))],
    "switch_board": [
        {"tables": [[[0.5, 0.5], [0.5, 0.5]], [[1, 0], [0, 1]]], "unread": [0.5, 0.0], "dimension": d}
        for d in (1, 1.6, 9)
    ],
    "log_n_bound": [{"information": i, "choices": n} for i, n in ((0.1, 2), (0.72, 64), (4.15, 4), (16.0, 1024))],
}
