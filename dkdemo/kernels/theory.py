"""The Python twins of polynomial_size.js, ridge_path.js and correspondence.js: the theory chapter under the hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dkdemo.kernels.sums import nearest, rounded

EDGE = 1.5  # the oscillator is drawn out to so many amplitudes
DRAWN = 601  # places at which it is drawn
INSIDE = 2001  # places between the turning points at which it is integrated


def polynomial_size(
    sizes: Sequence[int],
    fits: Sequence[Sequence[Sequence[float]]],
    bias: Sequence[float],
    variance: Sequence[float],
    risk: Sequence[float],
    train: Sequence[float],
    size: float,
) -> dict[str, Any]:
    """Curves measured beforehand, looked up at one number of coefficients.

    ``fits`` (sizes, runs, grid); the others hold a number a size. ``size`` takes the nearest of ``sizes``.
    """
    here = nearest(sizes, size)
    curves = fits[here]
    return {
        "coefficients": int(sizes[here]),
        "degree": int(sizes[here]) - 1,
        "ghosts": [height for curve in curves for height in (*curve, None)],
        "average": [sum(heights) / len(curves) for heights in zip(*curves, strict=True)],
        "first": list(curves[0]),
        "bias_here": bias[here],
        "variance_here": variance[here],
        "risk_here": risk[here],
        "train_here": train[here],
        "mark_x": [sizes[here]],
        "mark_y": [risk[here]],
        "mark_bias": [bias[here]],
        "mark_variance": [variance[here]],
    }


def ridge_path(
    strengths: Sequence[float],
    names: Sequence[str],
    test: Sequence[Sequence[Sequence[float]]],
    train: Sequence[Sequence[Sequence[float]]],
    threshold: int,
    strength: float,
) -> dict[str, Any]:
    """Errors measured beforehand (ridges, widths, runs), looked up at one strength of the ridge.

    ``threshold`` is the place among the widths where N = n; ``names`` are the ridges as they are written.
    """
    here = nearest(strengths, strength)
    mean = [sum(runs) / len(runs) for runs in test[here]]
    low, high = [min(runs) for runs in test[here]], [max(runs) for runs in test[here]]
    return {
        "ridge": names[here],
        "mean": mean,
        "band": [*high, *low[::-1]],
        "learned": [sum(runs) / len(runs) for runs in train[here]],
        "valley": min(mean[:threshold]),
        "peak": mean[threshold],
        "last": mean[-1],
        "times": mean[threshold] / mean[-1],
        "mark": [mean[threshold]],
    }


def correspondence(level: float) -> dict[str, Any]:
    """Where a quantum oscillator of that level is found, beside the pendulum bob of the same energy.

    psi_(k+1) = sqrt(2/(k+1)) x psi_k - sqrt(k/(k+1)) psi_(k-1), with psi_0 = pi^(-1/4) exp(-x²/2); the turning
    points lie at x = ± sqrt(2 level + 1), which is drawn as ± 1. "outside" is the chance to be found beyond them.
    """
    n = rounded(level)
    reach = math.sqrt(2 * n + 1)
    drawn = reach * _oscillator(n, reach * np.linspace(-EDGE, EDGE, DRAWN)) ** 2
    within = reach * _oscillator(n, reach * np.linspace(-1, 1, INSIDE)) ** 2
    weights = np.full(INSIDE, 2.0)  # Simpson's rule
    weights[1::2], weights[[0, -1]] = 4, 1
    return {
        "level": n,
        "density": drawn.tolist(),
        "outside": float(1 - (weights * within).sum() * 2 / (INSIDE - 1) / 3),
    }


def _oscillator(n: int, x: np.ndarray) -> np.ndarray:
    before, now = np.zeros_like(x), math.pi**-0.25 * np.exp(-x * x / 2)
    for k in range(n):
        before, now = now, math.sqrt(2 / (k + 1)) * x * now - math.sqrt(k / (k + 1)) * before
    return now


KERNELS: dict[str, Callable[..., dict[str, Any]]] = {
    "polynomial_size": polynomial_size,
    "ridge_path": ridge_path,
    "correspondence": correspondence,
}

_SIZES = {
    "sizes": [1, 2, 20],
    "fits": [[[0.5, -1.25], [0.1, 0.2]], [[1, 2], [3, -4]], [[4, -4], [0, 0.75]]],
    "bias": [0.4, 0.02, 40000],
    "variance": [0.01, 0.05, 2e6],
    "risk": [0.41, 0.07, 2.04e6],
    "train": [0.3, 0.02, 1e-20],
}
_RIDGES = {
    "strengths": [-5.5, -5, -4.5],
    "names": ["0", "1e-5", "3e-5"],
    "test": [
        [[0.3, 0.5], [0.9, 0.7], [0.1, 0.05]],
        [[0.2, 0.4], [0.6, 0.5], [0.1, 0.1]],
        [[0.2, 0.3], [0.4, 0], [1, 0.25]],
    ],
    "train": [
        [[0.2, 0.1], [0, 0], [0, 0]],
        [[0.2, 0.15], [0.01, 0], [0, 0]],
        [[0.25, 0.2], [0.1, 0.3], [0, 0.5]],
    ],
    "threshold": 1,
}

SAMPLES: dict[str, list[dict[str, Any]]] = {
    "polynomial_size": [{**_SIZES, "size": size} for size in (1, 1.5, 14, 300)],
    "ridge_path": [{**_RIDGES, "strength": strength} for strength in (-5.5, -5.01, -4.5)],
    "correspondence": [{"level": level} for level in (0, 1, 7, 40)],
}
