"""Slides 24 to 28: the formula, its example, the 5 that looks like 9, and who must not be smoothed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dkdemo.labels import optimal_gap, smooth_labels
from dkdemo.probability import softmax
from dkdemo.reproduce.finding import Finding, compare, quoted, row, slip


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
    yield from _formula()
    yield from _five_or_nine()
    muller = "Mueller et al. 2019, Figure 1 (CIFAR, ImageNet); here scatter within / between falls on digits and MNIST"
    yield quoted(27, "smoothing gives a less spread penultimate layer", "less spread", muller)
    teacher = (
        "what hurts is a smoothed teacher (MNIST: students .91 % errors against .74 %, though its own are fewer); "
        "here the hidden digit, taught by one, goes unheard"
    )
    yield quoted(28, "label smoothing in distillation work", "hurts", f"Mueller et al. 2019, section 4: {teacher}")


def _formula() -> Iterator[Finding]:
    """Slide 24: the smoothed label is a mixture with the uniform one, and the optimal gap follows from it."""
    classes, alpha = 10, 0.1
    label = np.eye(classes)[3]
    mixed = (1 - alpha) * label + alpha / classes
    yield compare(
        24, "y (1 - alpha) + alpha / K, K = 10, alpha = .1", mixed.tolist(), smooth_labels(3, classes, alpha), 4
    )
    best = softmax(optimal_gap(classes, alpha) * label)
    what = "softmax of logits whose gap is ln((1 - alpha + alpha / K) / (alpha / K))"
    yield compare(24, what, mixed.tolist(), best, 4)


def _five_or_nine() -> Iterator[Finding]:
    """Slide 26: smoothing offers the same to every wrong class, so it cannot mean the 9."""
    five = smooth_labels(5, 10, 0.1)
    yield slip(
        26,
        "label smoothing for a 5 that looks like a 9",
        "helps",
        f"gives 9 exactly what it gives 0: {five[9]:.2f} and {five[0]:.2f}",
        bool(five[9] == five[0]),
        "to say 9 rather than 0 takes a target for this very picture: a teacher's, or people's",
    )
