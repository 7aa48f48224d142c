"""What changes while a network trains: weights of losses, decays of averages, thresholds, learning rates. No torch."""

from __future__ import annotations

import math

SCHEDULES = ("linear", "exp", "log")


def triangle(share: float, *, start: float, peak: float, end: float) -> float:
    """The share of the peak learning rate at a share of the whole: straight up until ``peak``, then straight down.

    From ``start`` at 0 over 1 at ``peak`` to ``end`` at 1, where it stays.

    Source: Smith & Topin 2017, arXiv:1708.07120, section 2, as Jordan 2024, arXiv:2404.00498, runs it.
    """
    if not 0 < peak < 1 or not 0 <= start <= 1 or not 0 <= end <= 1:
        raise ValueError(f"need start and end in [0, 1] and peak between 0 and 1, got {start}, {end} and {peak}")
    if share < peak:
        return start + (1 - start) * share / peak
    return 1 - (1 - end) * (min(share, 1.0) - peak) / (1 - peak)


def warmup_cosine(step: int, steps: int, *, warmup: int = 0) -> float:
    """The share of the peak learning rate at ``step`` of ``steps``: a straight climb, then half a cosine down to 0.

    For reading and comparing; no live run trains with it.

    Source: Goyal et al. 2017, arXiv:1706.02677, section 2.2 (the climb); Loshchilov & Hutter 2017, arXiv:1608.03983,
    Eq. 5 (the cosine), here without restarts.
    """
    if not 0 <= step <= steps or not 0 <= warmup < steps:
        raise ValueError(f"need 0 <= step <= steps and warmup < steps, got {step}, {steps}, {warmup}")
    if step < warmup:
        return step / warmup
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup)))


def tsa_threshold(progress: float, classes: int, schedule: str = "linear") -> float:
    """How sure a *labelled* picture may be and still count: it is let go once the network has got it.

    eta = a (1 - 1/K) + 1/K,    a = t/T,  exp(5 (t/T - 1))  or  1 - exp(-5 t/T)

    ``progress`` is t/T in [0, 1], ``schedule`` one of "linear", "exp", "log". Linear runs from 1/K to exactly 1; of
    the other two, exp starts and log ends e^-5 = .7 % of the way from there.

    Source: Xie et al. 2020, arXiv:1904.12848, section 2.3 (training signal annealing).
    """
    if not 0 <= progress <= 1:
        raise ValueError(f"progress must be in [0, 1], got {progress}")
    if classes < 2:
        raise ValueError(f"classes must be >= 2, got {classes}")
    shapes = {"linear": progress, "exp": math.exp(5 * (progress - 1)), "log": 1 - math.exp(-5 * progress)}
    if schedule not in shapes:
        raise ValueError(f"schedule is one of {', '.join(SCHEDULES)}; got {schedule!r:.40}")
    return shapes[schedule] * (1 - 1 / classes) + 1 / classes


def warmup_decay(decay: float, step: int) -> float:
    """The decay of step 1, 2, ... of an average that must not remember its random start.

    min(1 - 1 / (step + 1), decay): the plain mean of all weights so far, until that is as long as the memory
    1 / (1 - decay) that was asked for.

    Source: Tarvainen & Valpola 2017, arXiv:1703.01780, released code; the paper itself uses .99, later .999.
    """
    check_decay(decay)
    if step < 1:
        raise ValueError(f"steps are counted from 1, got {step}")
    return min(1 - 1 / (step + 1), decay)


def check_decay(decay: float) -> None:
    """Raise ValueError unless an average can remember this share of itself."""
    if not 0 <= decay <= 1:
        raise ValueError(f"decay must be in [0, 1], got {decay}")


def ramp_up(step: float, length: float) -> float:
    """How much of the consistency weight counts at a step: e^(-5 (1 - step / length)^2), and 1 from ``length`` on.

    A teacher who knows nothing yet should not be agreed with: at step 0 it is e^-5 = .0067.

    Source: Laine & Aila 2017, arXiv:1610.02242, section 2.1, as Tarvainen & Valpola 2017 use it.
    """
    if not step >= 0 or not length > 0:
        raise ValueError(f"need step >= 0 and length > 0, got {step} and {length}")
    return math.exp(-5 * (1 - min(step / length, 1)) ** 2)
