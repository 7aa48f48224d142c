"""The Python twins of assets/live/kernels/follow_path.js and agree.js: a teacher who is the mean of the student."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dkdemo.kernels.sums import rounded
from dkdemo.probability import softmax
from dkdemo.schedules import ramp_up, warmup_decay

LATE = 100  # the last steps, over which the jitter is measured


def noisy_path(steps: int = 300, seed: int = 1) -> list[float]:
    """One weight of a student: from a random start, 6 away, to its goal at 0, shaken at every step."""
    rng = np.random.default_rng(seed)
    noise, path = 0.0, []
    for step in range(steps + 1):
        noise = 0.5 * noise + rng.normal()
        path.append(6 * math.exp(-step / 25) + (noise if step else 0.0))
    return np.round(path, 3).tolist()


def _rms(values: Sequence[float]) -> float:
    return math.sqrt(sum(value * value for value in values) / len(values))


def follow_path(
    path: Sequence[float], decay: float, warm_up: float, units: Sequence[str] = ("step", "steps")
) -> dict[str, Any]:
    """A noisy student, its moving average, and how much each step still counts in that average at the end.

    theta'_t = a_t theta'_(t-1) + (1 - a_t) theta_t, where a_t = decay, but min(1 - 1 / (t + 1), decay) in the
    first ``warm_up`` steps. ``path[0]`` is the random start, and theta'_0 = theta_0. The half-life is how many of
    the last steps count as much as all before them; without a warm-up that is log(1/2) / log(decay).
    ``units``: what one step is called, and several.
    """
    student = list(map(float, path))
    last, until = len(student) - 1, rounded(warm_up)
    decays = [warmup_decay(decay, t) if t <= until else decay for t in range(1, last + 1)]
    teacher, shares = [student[0]], [0.0] * (last + 1)
    for weight, kept in zip(student[1:], decays, strict=True):
        teacher.append(kept * teacher[-1] + (1 - kept) * weight)
    rest, half_life = 1.0, math.nan
    for step in range(last, 0, -1):
        kept = decays[step - 1]
        if rest > 0.5 >= rest * kept:
            half_life = last - step + math.log(2 * rest) / -math.log(kept)
        shares[step] = (1 - kept) * rest
        rest *= kept
    shares[0] = rest
    if rest > 0.5:  # the path is too short to see it
        half_life = last + math.log(2 * rest) / -math.log(decay)
    return {
        "step": list(range(last + 1)),
        "student": student,
        "teacher": teacher,
        "shares": shares[1:],
        "counted": list(range(1, last + 1)),
        "start": rest,
        "decay": float(decay),
        "warm_up": until,
        "half_life": half_life,
        "unit": units[int(rounded(half_life) != 1)],
        "off_student": _rms(student[-LATE:]),
        "off_teacher": _rms(teacher[-LATE:]),
        "early_teacher": teacher[min(60, last)],
    }


def agree(student: Sequence[float], teacher: Sequence[float], progress: float) -> dict[str, Any]:
    """Student and teacher on one picture without a label: probabilities, disagreement, and where it pushes.

    J = |p - p'|^2; - dJ/dz_k = - 2 p_k (d_k - sum_j p_j d_j) with d = p - p'; weight e^(-5 (1 - progress)^2)
    """
    p, other = softmax(list(map(float, student))).tolist(), softmax(list(map(float, teacher))).tolist()
    gap = [mine - yours for mine, yours in zip(p, other, strict=True)]
    mean = sum(share * apart for share, apart in zip(p, gap, strict=True))
    weight = ramp_up(progress, 1)
    loss = sum(apart * apart for apart in gap)
    return {
        "logits": list(map(float, student)),
        "p": p,
        "p_teacher": other,
        "push": [-2 * weight * share * (apart - mean) for share, apart in zip(p, gap, strict=True)],
        "loss": loss,
        "progress": float(progress),
        "weight": weight,
        "weighted": weight * loss,
    }


KERNELS: dict[str, Callable[..., dict[str, Any]]] = {"follow_path": follow_path, "agree": agree}

SAMPLES: dict[str, list[dict[str, Any]]] = {
    "follow_path": [
        {"path": noisy_path(steps), "decay": decay, "warm_up": warm_up}
        for steps, decay, warm_up in ((300, 0.99, 0), (300, 0.999, 300), (120, 0.5, 7.6), (40, 0.95, 10))
    ],
    "agree": [
        {"student": [0.4, 2.0, -1, 0.1], "teacher": [1.5, 1.2, -2, 0], "progress": progress}
        for progress in (0, 0.35, 1)
    ],
}
