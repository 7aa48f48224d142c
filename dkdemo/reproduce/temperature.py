"""Slides 21 and 22: the softmax with a temperature, at a, a * .3 and a * .5."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dkdemo.probability import softmax
from dkdemo.reproduce.finding import Finding, compare, row, slip


def findings() -> Iterator[Finding]:
    yield from _dominance()
    a = [1.4, 2.8, 0.9]
    q = softmax(a, 4.0)
    summed = bool(np.isclose(q.sum(), 1))
    yield slip(21, "what q is", "new logits", "probabilities, summing to 1", summed, "the z are the logits")
    yield compare(22, "softmax(a)", [0.17662444, 0.71624742, 0.10712814], softmax(a), 8)
    yield compare(22, "softmax(a * .3): T = 3.33", [0.2956245, 0.44992913, 0.25444637], softmax(a, 1 / 0.3), 8)
    yield compare(22, "softmax(a * .5): T = 2", [0.26367459, 0.53097543, 0.20534998], softmax(a, 1 / 0.5), 8)
    cold, warm = softmax(a, 1.0), softmax(a, 1 / 0.3)
    mass, ratio = [1 - q.max() for q in (cold, warm)], [q[0] / q[2] for q in (cold, warm)]
    yield slip(
        21,
        "what temperature does to dark knowledge",
        "enlarges the signal",
        f"its share grows, {row(mass, 3)}; the contrast within it shrinks, {row(ratio, 3)}",
        mass[0] < mass[1] and ratio[0] > ratio[1] > 1,
        "T = 1 against T = 3.33: heat makes the wrong classes audible and more alike; it adds no information",
    )


def _dominance() -> Iterator[Finding]:
    """Slide 17: one logit ahead of the rest takes nearly everything, and heat takes it back."""
    leads, shares = (2.0, 4.0, 8.0), []
    for lead in leads:
        shares.append(float(softmax([lead, 0.0, 0.0]).max()))
    closed = [1 / (1 + 2 * np.exp(-lead)) for lead in leads]
    yield compare(17, "share of a logit that leads two others by 2, 4, 8 (closed form)", closed, shares, 12)
    soft = float(softmax([8.0, 0.0, 0.0], 8.0).max())
    yield compare(17, "softened by T = 8, a lead of 8 is a lead of 1", [1 / (1 + 2 * np.exp(-1.0))], [soft], 12)
