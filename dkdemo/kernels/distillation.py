"""Twins of assets/live/kernels/kd_batch.js and darkness.js: one batch distilled, one loss with two meanings."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dkdemo.kernels.sums import percent, rounded, signed
from dkdemo.labels import one_hot
from dkdemo.probability import cross_entropy, kl, softmax

CURVE_TEMPERATURES = [0.5 * 40 ** (index / 48) for index in range(49)]  # .5 to 20, evenly on a log axis

Rows = Sequence[Sequence[float]]


def kd_batch(
    student: Rows,
    teacher: Rows,
    labels: Sequence[int],
    temperature: float,
    soft_weight: float,
    squared: bool,
    shown: int = 0,
) -> dict[str, Any]:
    """One batch step by step: both answers at T, the two terms of the loss, and the push on each logit of one row.

    The push is minus the gradient of the batch mean, times N so that it is that row's own; ``squared`` False
    leaves out T² and shows why it is there. Same loss as `dkdemo.distillation.kd_loss`, written without torch.
    """
    z, v = np.array(student, dtype=np.float64), np.array(teacher, dtype=np.float64)  # (N, K)
    factor = temperature**2 if squared else 1.0
    taught, answered, plain = softmax(v, temperature), softmax(z, temperature), softmax(z)
    truth = one_hot(list(labels), z.shape[1])
    divergence = float(kl(taught, answered).mean())
    hard = float(cross_entropy(truth, plain).mean())
    soft_push = factor * (taught - answered) / temperature
    hard_push = truth - plain
    push = (soft_weight * soft_push + (1 - soft_weight) * hard_push)[shown]

    def soft_size(other: float) -> float:
        """The length of the soft term's gradient at another temperature, with T² in front."""
        return float(other * np.linalg.norm(softmax(z, other) - softmax(v, other)) / len(z))

    sizes = [soft_size(other) for other in CURVE_TEMPERATURES]
    size = soft_size(temperature)
    return {
        "temperature": float(temperature),
        "soft_weight": float(soft_weight),
        "factor": float(factor),
        "teacher": taught[shown].tolist(),
        "teacher_text": [percent(share) for share in taught[shown]],
        "student": answered[shown].tolist(),
        "student_text": [percent(share) for share in answered[shown]],
        "divergence": divergence,
        "soft": factor * divergence,
        "hard": hard,
        "soft_part": soft_weight * factor * divergence,
        "hard_part": (1 - soft_weight) * hard,
        "loss": soft_weight * factor * divergence + (1 - soft_weight) * hard,
        "push": push.tolist(),
        "push_text": [signed(force) for force in push],
        "curve_squared": sizes,
        "curve_plain": [size / other**2 for size, other in zip(sizes, CURVE_TEMPERATURES, strict=True)],
        "now_x": [float(temperature)],
        "now_y": [size if squared else size / temperature**2],
        "size": size if squared else size / temperature**2,
    }


def darkness(right: float, share: float, reference: Sequence[float]) -> dict[str, Any]:
    """Two answers that are equally right: the first wrong class gets ``share`` of what is left, the second the rest.

    ``reference`` is the other answer's division of the same remainder. Class 0 is the truth. The loss of both
    is - ln ``right``; the gradients p - y differ on every wrong class.
    """
    left = 1 - right
    mine = [right, left * share, left * (1 - share)]
    other = [right, *(left * part for part in reference)]
    truth = [1.0, 0.0, 0.0]
    pushes = [[p - y for p, y in zip(answer, truth, strict=True)] for answer in (other, mine)]
    return {
        "right": float(right),
        "share": float(share),
        "other": other,
        "other_text": [percent(p) for p in other],
        "mine": mine,
        "mine_text": [percent(p) for p in mine],
        "loss_other": float(cross_entropy(truth, other)),
        "loss_mine": float(cross_entropy(truth, mine)),
        "gradient_other": pushes[0],
        "gradient_mine": pushes[1],
        "gradient_other_text": [signed(value) for value in pushes[0]],
        "gradient_mine_text": [signed(value) for value in pushes[1]],
        "apart": math.dist(pushes[0], pushes[1]),
    }


def bias_slide(biases: Sequence[float], curve: Rows, curve_all: Rows, bias: float) -> dict[str, Any]:
    """Read measured curves at one bias: accuracy on the hidden class, and on all, of each student.

    ``biases`` are evenly spaced stops; ``curve`` and ``curve_all`` are (students, stops).
    """
    stop = rounded((bias - biases[0]) / (biases[1] - biases[0]))
    stop = min(max(stop, 0), len(biases) - 1)
    return {
        "bias": float(biases[stop]),
        "now_x": [float(biases[stop])] * len(curve),
        "hidden": [float(row[stop]) for row in curve],
        "all": [float(row[stop]) for row in curve_all],
    }


def two_answers(
    teacher: Sequence[float], student: Sequence[float], names: Sequence[str], temperature: float
) -> dict[str, Any]:
    """Teacher and student on one image at one temperature, and what each says loudest."""
    answers = {"teacher": softmax(list(teacher), temperature), "student": softmax(list(student), temperature)}
    values: dict[str, Any] = {"temperature": float(temperature)}
    for role, q in answers.items():
        values |= {
            role: q.tolist(),
            f"{role}_text": [percent(share) for share in q],
            f"{role}_says": names[int(q.argmax())],
            f"{role}_sure": float(q.max()),
        }
    return values


KERNELS: dict[str, Callable[..., dict[str, Any]]] = {
    "kd_batch": kd_batch,
    "darkness": darkness,
    "bias_slide": bias_slide,
    "two_answers": two_answers,
}

_BATCH = {
    "student": [[2.0, 0.5, -1.0, 0.25], [0.1, 0.2, 0.0, -0.4]],
    "teacher": [[6.0, 3.0, -2.0, 0.5], [3.0, 2.6, -1.0, -3.0]],
    "labels": [0, 1],
}
SAMPLES: dict[str, list[dict[str, Any]]] = {
    "kd_batch": [
        {**_BATCH, "temperature": 1, "soft_weight": 0.9, "squared": True, "shown": 0},
        {**_BATCH, "temperature": 4, "soft_weight": 0.9, "squared": True, "shown": 1},
        {**_BATCH, "temperature": 19.7, "soft_weight": 0, "squared": False, "shown": 1},
        {**_BATCH, "temperature": 0.25, "soft_weight": 1, "squared": False, "shown": 0},
    ],
    "darkness": [
        {"right": 0.7, "share": 0.5, "reference": [0.29 / 0.3, 0.01 / 0.3]},
        {"right": 0.7, "share": 1, "reference": [0.29 / 0.3, 0.01 / 0.3]},
        {"right": 0.05, "share": 0.123, "reference": [0.9, 0.1]},
    ],
    "bias_slide": [
        {
            "biases": [-1, 0, 1, 2],
            "curve": [[0, 0.25, 0.5, 1], [0, 0, 0, 0.125]],
            "curve_all": [[1, 1, 0.75, 0]] * 2,
            "bias": b,
        }
        for b in (-1, 0.49, 1.5, 7)
    ],
    "two_answers": [
        {"teacher": [3, 1, -2.5], "student": [0.5, 0.75, 0], "names": ["4", "9", "1"], "temperature": 1},
        {"teacher": [3, 1, -2.5], "student": [0.5, 0.75, 0], "names": ["貓", "狗", "車"], "temperature": 8.25},
    ],
}
