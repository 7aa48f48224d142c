"""Slides 20 and 23: Hinton's three numbers, and two answers with the same loss."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dkdemo.probability import cross_entropy
from dkdemo.reproduce.finding import Finding, compare, quoted, row, slip


def findings() -> Iterator[Finding]:
    truth, first, second = np.array([1.0, 0, 0]), np.array([0.7, 0.29, 0.01]), np.array([0.7, 0.15, 0.15])
    yield compare(
        23,
        "loss of the 2nd answer = loss of the 1st",
        [cross_entropy(truth, first)],
        [cross_entropy(truth, second)],
        12,
    )
    gradients = [row(answer - truth, 2) for answer in (first, second)]
    yield slip(
        23,
        "what SGD gets back",
        "the same",
        " against ".join(gradients),
        gradients[0] != gradients[1],
        "the loss is one number, its gradient p - y differs on every wrong class",
    )
    hinton = "Hinton et al. 2015, section 3; in seconds we show another race, and say so"
    yield quoted(20, "MNIST errors of teacher, plain student, distilled student", "67, 146, 74", hinton)
