"""Slides 6 and 7: which way gradient descent goes, and whose formula stands under "cross entropy"."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from dkdemo.descent import LANDSCAPES, sgd
from dkdemo.probability import cross_entropy, entropy
from dkdemo.reproduce.finding import Finding, compare, slip


def findings() -> Iterator[Finding]:
    land = LANDSCAPES["network"]
    losses = land.loss(sgd(land.gradient, (-2.4, 0.9), learning_rate=0.5, steps=60))
    down = bool((np.diff(losses) < 0).all())
    yield slip(6, "name of the method", "gradient decent method", "gradient descent", down, "each step goes down")

    p, q = [0.5, 0.25, 0.125, 0.125], [0.25, 0.25, 0.25, 0.25]
    written = -sum(share * math.log2(share) for share in p)
    what = "H(X) = - sum p log2 p, in bits, of 1/2 1/4 1/8 1/8: the slide's formula by hand"
    yield compare(7, what, [written], [entropy(p) / math.log(2)], 12)
    own, crossed = float(entropy(p)) / math.log(2), float(cross_entropy(p, q)) / math.log(2)
    yield slip(
        7,
        'formula under the title "Cross entropy"',
        f"- sum p log2 p = {own:.2f} bits",
        f"- sum p log2 q = {crossed:.2f} bits",
        math.isclose(own, written) and crossed > own and math.isclose(float(cross_entropy(p, p)), float(entropy(p))),
        "that is Shannon's entropy; it is the least cross entropy, reached at q = p; 1 nat is 1.44 bits",
    )
