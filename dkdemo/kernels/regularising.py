"""The Python twin of assets/live/kernels/freedom.js: what a ridge leaves of every direction."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from dkdemo.kernels.sums import nearest


def freedom(
    spectrum: Sequence[float],
    strengths: Sequence[float],
    ridges: Sequence[float],
    names: Sequence[str],
    means: Sequence[Sequence[float]],
    threshold: int,
    strength: float,
    aside: str = "",
) -> dict[str, Any]:
    """Shrinkage d²/(d² + λ) of each direction, their sum, and the errors measured at that ridge.

    ``spectrum`` are the eigenvalues d², largest first; ``means`` (ridges, widths) the measured errors; ``threshold``
    is the place among the widths where N = n. At λ = 0 a direction counts fully, unless it is 0 to rounding; what is
    to be said to that is ``aside``.
    """
    here = nearest(strengths, strength)
    ridge, least = ridges[here], _least(spectrum)
    shares = [value / (value + ridge) if value > least else 0.0 for value in spectrum]
    return {
        "ridge": names[here],
        "shares": shares,
        "freedom": sum(shares),
        "parameters": len(spectrum),
        "mean": list(means[here]),
        "peak": means[here][threshold],
        "mark": [means[here][threshold]],
        "aside": aside if ridge == 0 else "",
    }


def dead(spectrum: Sequence[float]) -> int:
    """How many directions are 0 to rounding: no ridge is needed to silence them."""
    return sum(value <= _least(spectrum) for value in spectrum)


def _least(spectrum: Sequence[float]) -> float:
    return len(spectrum) * sys.float_info.epsilon * spectrum[0]


KERNELS: dict[str, Callable[..., dict[str, Any]]] = {"freedom": freedom}

_MEASURED = {
    "spectrum": [12.5, 0.75, 1e-3, 1e-7, 0],
    "strengths": [-5.5, -5, -1],
    "ridges": [0.0, 1e-5, 0.1],
    "names": ["0", "1e-5", "0.1"],
    "means": [[0.4, 0.8, 0.1], [0.4, 0.6, 0.1], [0.3, 0.2, 0.15]],
    "threshold": 1,
}

SAMPLES: dict[str, list[dict[str, Any]]] = {
    "freedom": [{**_MEASURED, "strength": strength, "aside": " (one is 0)"} for strength in (-5.5, -4.9, -1)]
}
