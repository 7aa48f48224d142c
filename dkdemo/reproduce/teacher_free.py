"""Slides 31 and 32: priors and minor logits, and the table of self-taught networks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dkdemo.figures.teacher_free import PAPER
from dkdemo.labels import equivalent_alpha, smooth_labels, virtual_teacher
from dkdemo.probability import sharpen, softmax
from dkdemo.reproduce.finding import Finding, claimed, compare, quoted, row, slip

GAINS = (2.58, 1.89, 1.23, 1.45, 1.22, 1.05)  # as the slide prints them, in brackets


def findings() -> Iterator[Finding]:
    uniform = smooth_labels(1, 4, 1.0)
    stirred = 0.8 * smooth_labels(1, 4, 0.0) + 0.2 * uniform
    yield slip(
        31,
        "prior of label smoothing",
        "none at all",
        f"u(k) = 1/K, {row(uniform, 2)}",
        bool(np.allclose(uniform, 1 / 4) and np.allclose(smooth_labels(1, 4, 0.2), stirred)),
        "what alpha stirs in is the uniform distribution, the answer of a teacher of chance accuracy",
    )
    softened = sharpen(virtual_teacher(0, 10, right=0.99), 20.0)
    alpha = equivalent_alpha(10, float(softened[0]))
    yield slip(
        31,
        "smoothing and distillation combined",
        "no formula",
        "(1 - w) CE + w KL(virtual teacher at T || student at T), Yuan et al. 2020, Eq. 9",
        bool(np.allclose(softened, smooth_labels(0, 10, alpha))),
        f"its target is a smoothed label: K = 10, a = .99, T = 20 is alpha = {alpha:.3f}; the student is at T too. "
        "We keep distillation's factor T^2 before the KL, which Eq. 9 leaves out",
    )
    gains = [after - before for before, after in PAPER.values()]
    yield compare(32, "the table's gains from its two columns", GAINS, gains, 2)
    why = "Yuan et al. 2020, table 5 (a), CIFAR-100, mean of best test epochs; we race in seconds on digits, and say so"
    for name, (before, after) in PAPER.items():
        yield quoted(32, f"{name}: baseline, Tf-KD self, in %", f"{before:.2f}, {after:.2f}", why)
    minor = [float(1 - softmax([1.4, 2.8, 0.9], heat).max()) for heat in (1.0, 2.0, 4.0)]
    yield claimed(
        32,
        "another temperature, another strength of the minor logits",
        minor[0] < minor[1] < minor[2],
        f"their share at T = 1, 2, 4: {row(minor, 3)}",
    )
