"""Slide 25: 0 1 0 0 smoothed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dkdemo.labels import smooth_labels
from dkdemo.reproduce.finding import Finding, compare, row, slip


def findings() -> Iterator[Finding]:
    printed = [0.05, 0.85, 0.05, 0.05]
    yield compare(25, "original", [0, 1, 0, 0], smooth_labels(1, 4, 0.0), 0)
    at_8, at_2 = smooth_labels(1, 4, 0.8), smooth_labels(1, 4, 0.2)
    explained = bool(np.allclose(at_2, printed)) and not np.allclose(at_8, printed)
    yield slip(
        25,
        "smoothing with alpha = .8",
        row(printed, 2),
        row(at_8, 2),
        explained,
        "y (1 - alpha) + alpha / K gives the printed vector at alpha = .2; .8 is 1 - alpha",
    )
