"""Slides 21 and 22: the softmax with a temperature, at a, a * .3 and a * .5."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dkdemo.probability import softmax
from dkdemo.reproduce.finding import Finding, compare, slip


def findings() -> Iterator[Finding]:
    a = [1.4, 2.8, 0.9]
    q = softmax(a, 4.0)
    summed = bool(np.isclose(q.sum(), 1))
    yield slip(21, "what q is", "new logits", "probabilities, summing to 1", summed, "the z are the logits")
    yield compare(22, "softmax(a)", [0.17662444, 0.71624742, 0.10712814], softmax(a), 8)
    yield compare(22, "softmax(a * .3): T = 3.33", [0.2956245, 0.44992913, 0.25444637], softmax(a, 1 / 0.3), 8)
    yield compare(22, "softmax(a * .5): T = 2", [0.26367459, 0.53097543, 0.20534998], softmax(a, 1 / 0.5), 8)
