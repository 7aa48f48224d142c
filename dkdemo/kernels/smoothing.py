"""The Python twin of assets/live/kernels/smoothing.js: what smoothing does to one label."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dkdemo.labels import optimal_gap, smooth_labels

GAP_ALPHAS = [index / 100 for index in range(1, 100)]  # where the curve of optimal gaps is drawn


def smoothing(alpha: float, classes: float, truth: int = 1) -> dict[str, Any]:
    """The smoothed label of class ``truth`` among ``classes``, and the logit gap that fits it best."""
    k = round(classes)
    target = smooth_labels(truth, k, alpha).tolist()
    return {
        "k": k,
        "alpha": alpha,
        "here": [alpha],
        "names": list(range(k)),
        "target": target,
        "target_text": [f"{share:.3g}" for share in target],
        "right": target[truth],
        "wrong_each": min(target),
        "wrong_total": 1 - target[truth],
        "gap": (gap := optimal_gap(k, alpha)),
        "gap_here": [gap],
        "gap_curve": [optimal_gap(k, other) for other in GAP_ALPHAS],
    }


KERNELS: dict[str, Callable[..., dict[str, Any]]] = {"smoothing": smoothing}

SAMPLES: dict[str, list[dict[str, Any]]] = {
    "smoothing": [
        {"alpha": 0.2, "classes": 4},
        {"alpha": 0.8, "classes": 4, "truth": 1},
        {"alpha": 0.1, "classes": 10, "truth": 1},
        {"alpha": 0.01, "classes": 2, "truth": 1},
        {"alpha": 0.95, "classes": 7.0, "truth": 1},
    ]
}
