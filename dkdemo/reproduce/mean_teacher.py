"""Slides 44 to 46: no numbers, but claims: consistency, a decay that must start small, and two ideas."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dkdemo.kernels.mean_teacher import agree, follow_path, noisy_path
from dkdemo.reproduce.finding import Finding, claimed, quoted, slip


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
    yield claimed(
        45,
        "alpha must not be large at first",
        bool(np.allclose([fixed["start"], warm["start"]], [0.999**300, 1 / 301], atol=1e-6)),
        f"after 300 steps at .999 the random start still weighs {fixed['start']:.0%}, warmed up {warm['start']:.1%}",
    )
    values = agree([0.4, 2.0, -1.0, 0.1], [1.5, 1.2, -2.0, 0.0], 1.0)
    wrong = np.abs(np.delete(values["push"], int(np.argmax(values["p_teacher"]))))
    pushed = int((wrong > 0).sum())
    yield claimed(
        46, "key concept 1: the loss changes the dark knowledge", pushed == 3, f"{pushed} of 3 wrong classes pushed"
    )
    calm = follow_path(path, 0.97, 0)
    yield claimed(
        46,
        "key concept 2: an ensemble's calm",
        bool(calm["off_teacher"] < calm["off_student"]),
        f"the mean is off its goal by {calm['off_teacher']:.2f}, the weights themselves by {calm['off_student']:.2f}",
    )
