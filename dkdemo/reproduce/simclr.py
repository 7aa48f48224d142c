"""Slide 54: Figure 5 of the SimCLR paper; its cells need ImageNet, its last column only a mean."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dkdemo.figures.simclr_tables import PAPER_PAIRS
from dkdemo.reproduce.finding import Finding, compare, quoted


def findings() -> Iterator[Finding]:
    printed = [39.2, 29.4, 25.7, 18.8, 15.5, 14.5, 13.8]
    means = np.array(PAPER_PAIRS).mean(axis=1)
    what = "Figure 5: the last column is the average over the row (of cells printed to .1)"
    yield compare(54, what, printed, means, 1, given=0.05)
    chen = "Chen et al. 2020, Figure 5, ImageNet; we fill such a table on shapes, and say so"
    yield quoted(54, "Figure 5: crop then colour, crop alone, top-1 in %", "56.3, 33.1", chen)
