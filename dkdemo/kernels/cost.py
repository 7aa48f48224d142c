"""The Python twins of budget.js, prune_slide.js and bits_slide.js: measured curves read at one place, and appetite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dkdemo.kernels.sums import nearest
from dkdemo.networks import NETWORKS, seconds

Rows = Sequence[Sequence[float]]


def budget_inputs(gflops: float) -> dict[str, Any]:
    """What the kernel must know of the networks, the least hungry first, on a machine of ``gflops``."""
    hungry = sorted(NETWORKS, key=lambda one: one.gmacs)
    return {"names": [one.name for one in hungry], "gmacs": [one.gmacs for one in hungry], "gflops": gflops}


def budget(names: Sequence[str], gmacs: Sequence[float], gflops: float, rate: float) -> dict[str, Any]:
    """Which share of a machine of ``gflops`` each network eats at ``rate`` pictures a second; 1 is all of it."""
    need = [rate * seconds(one, gflops) for one in gmacs]
    fitting = [share <= 1 for share in need]
    return {
        "rate": float(rate),
        "gflops": float(gflops),
        "fit": [share if fits else None for share, fits in zip(need, fitting, strict=True)],
        "over": [None if fits else share for share, fits in zip(need, fitting, strict=True)],
        "fitting": sum(fitting),
        "total": len(need),
        "hungriest": names[need.index(max(need))],
        "machines": max(need),
    }


def prune_slide(
    stops: Sequence[float],
    magnitude: Sequence[float],
    random: Sequence[float],
    thresholds: Sequence[float],
    edges: Sequence[float],
    counts: Sequence[float],
    percent: float,
) -> dict[str, Any]:
    """Measured curves read at one percentage, and the histogram of weight sizes cut in what stays and what goes."""
    place = nearest(stops, percent)
    threshold = thresholds[place]
    gone = []
    for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True):
        gone.append(count * min(max((threshold - low) / (high - low), 0), 1))
    return {
        "percent": float(stops[place]),
        "left": float(100 - stops[place]),
        "now_x": [float(stops[place])] * 2,
        "now": [float(magnitude[place]), float(random[place])],
        "magnitude": float(magnitude[place]),
        "random": float(random[place]),
        "before": float(magnitude[0]),
        "threshold": float(threshold),
        "gone": gone,
        "stay": [count - part for count, part in zip(counts, gone, strict=True)],
    }


def bits_slide(
    widths: Sequence[int],
    curves: Rows,
    steps: Rows,
    sizes: Sequence[int],
    dense: float,
    dense_bytes: int,
    reach: float,
    rule: int,
    bits: float,
) -> dict[str, Any]:
    """Measured errors read at one number of bits, and the rungs on which the weights of the drawn layer stand.

    ``curves`` and ``steps`` are (rules, widths): errors, and the distance of two rungs. ``rule`` names the one shown.
    One bit has two rungs, half a step left and right of 0; b bits have 2^b - 1, with one at 0.
    """
    place = nearest(widths, bits)
    width, step = widths[place], steps[rule][place]
    most = 2 ** (width - 1) - 1
    rungs = [-step / 2, step / 2] if width == 1 else [count * step for count in range(-most, most + 1)]
    drawn = [rung for rung in rungs if abs(rung) <= reach * 1.0001]
    return {
        "bits": int(width),
        "rungs": len(rungs),
        "rung_x": [part for rung in drawn for part in (rung, rung, None)],
        "rung_y": [part for _ in drawn for part in (0.0, 1.0, None)],
        "now_x": [int(width)] * len(curves),
        "now": [float(curve[place]) for curve in curves],
        "error": float(curves[rule][place]),
        "dense": float(dense),
        "share": sizes[place] / dense_bytes,
        "kilobytes": sizes[place] / 1000,
    }


KERNELS: dict[str, Callable[..., dict[str, Any]]] = {
    "budget": budget,
    "prune_slide": prune_slide,
    "bits_slide": bits_slide,
}

_NETS = {"names": ["a", "b", "c"], "gmacs": [0.5, 4.089, 1016.7], "gflops": 48.5}
_CUT = {
    "stops": [0, 50, 80, 99],
    "magnitude": [0.02, 0.021, 0.04, 0.9],
    "random": [0.02, 0.1, 0.5, 0.9],
    "thresholds": [0, 0.037, 0.07, 0.15],
    "edges": [0, 0.05, 0.1, 0.15],
    "counts": [0.6, 0.3, 0.1],
}
_RUNGS = {
    "widths": [8, 4, 2, 1],
    "curves": [[0.02, 0.02, 0.2, 0.05], [0.02, 0.021, 0.03, 0.05]],
    "steps": [[0.001, 0.02, 0.14, 0.08], [0.001, 0.01, 0.05, 0.08]],
    "sizes": [114640, 58540, 30490, 16465],
    "dense": 0.02,
    "dense_bytes": 451240,
    "reach": 0.14,
}
SAMPLES: dict[str, list[dict[str, Any]]] = {
    "budget": [{**_NETS, "rate": rate} for rate in (0.1, 1, 30, 1000)],
    "prune_slide": [{**_CUT, "percent": percent} for percent in (0, 24.9, 65, 79.6, 99)],
    "bits_slide": [{**_RUNGS, "rule": rule, "bits": bits} for rule, bits in ((0, 8), (1, 2), (0, 2.4), (1, 1), (0, 4))],
}
