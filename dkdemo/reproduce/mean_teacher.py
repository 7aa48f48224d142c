"""Slides 44 to 46: no numbers, but claims: consistency, a decay that must start small, and two ideas."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dkdemo.kernels.mean_teacher import agree, follow_path, noisy_path
from dkdemo.reproduce.finding import Finding, compare, quoted, slip


def findings() -> Iterator[Finding]:
    constant = agree([0.0, 5.0, 0.0], [0.0, 5.0, 0.0], 1.0)
    yield slip(
        44,
        "telling the network that these are the same thing is enough",
        "same thing, same answer",
        f"loss {constant['loss']:.0f} for one constant answer to everything",
        constant["loss"] == 0 and max(map(abs, constant["push"])) == 0,
        "agreement needs something to forbid the constant: labels here, strangers in contrastive learning",
    )
    yield quoted(
        45,
        "mean teacher already proposes self-supervision (consistency regularisation)",
        "self-supervision",
        "it is semi-supervised, and the idea is older (Laine & Aila 2016); new is the averaged teacher",
    )
    path = noisy_path()
    fixed, warm = follow_path(path, 0.999, 0), follow_path(path, 0.999, 300)
    yield compare(
        45,
        "alpha must not be large at first: the start's share after 300 steps at .999, fixed and warmed up",
        [0.999**300, 1 / 301],
        [fixed["start"], warm["start"]],
        6,
    )
    values = agree([0.4, 2.0, -1.0, 0.1], [1.5, 1.2, -2.0, 0.0], 1.0)
    wrong = np.abs(np.delete(values["push"], int(np.argmax(values["p_teacher"]))))
    yield compare(
        46,
        "key concept 1: the loss changes the dark knowledge (wrong classes pushed, of 3)",
        [3],
        [(wrong > 0).sum()],
        0,
    )
    calm = follow_path(path, 0.97, 0)
    yield compare(
        46,
        "key concept 2: an ensemble's calm (1 if the mean of the weights is nearer its goal than the weights)",
        [1],
        [float(calm["off_teacher"] < calm["off_student"])],
        0,
    )
