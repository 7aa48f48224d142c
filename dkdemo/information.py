"""How much a view can tell, exactly, where that is known: the ceiling over what InfoNCE estimates. Knows no torch."""

from __future__ import annotations

import math


def counting_information(steps: int, *, slip: float, classes: int = 10) -> float:
    """What a digit string's present tells about its digit k steps on, in nats: exactly.

    After k steps nothing has slipped with probability (1 - slip)^k; otherwise the digit is any. So one digit has
    the probability a = (1 - slip)^k + (1 - (1 - slip)^k)/K, the others b each, and

    I(d_t; d_(t+k)) = log K + a log a + (K - 1) b log b

    No view of the string, however clever, can tell more of the k-th next picture: pictures are drawn given digits.

    Raises:
        ValueError: steps below 1, slip outside [0, 1], or fewer than two classes.
    """
    if steps < 1 or not 0 <= slip <= 1 or classes < 2:
        raise ValueError(f"need steps >= 1, slip in [0, 1] and classes >= 2, got {steps}, {slip} and {classes}")
    kept = (1 - slip) ** steps
    other = (1 - kept) / classes
    right = kept + other
    told = right * math.log(right) + ((classes - 1) * other * math.log(other) if other else 0.0)
    return math.log(classes) + told
