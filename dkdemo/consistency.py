"""Agree with yourself: the consistency loss of the mean teacher, and the ramp that brings it in."""

from __future__ import annotations

import math

from torch import Tensor


def consistency_loss(student_logits: Tensor, teacher_logits: Tensor) -> Tensor:
    """Two noisy looks of one picture should get one answer: mean squared difference of probabilities.

    J = mean over examples of || softmax(z) - softmax(z') ||^2

    No label is needed. Alone it is minimal for any constant answer; only labels give it something to be
    consistent about.

    Args:
        student_logits, teacher_logits: z and z', (..., N, K). No gradient reaches the teacher.

    Returns: shape (...), in [0, 2]. The released code divides by K as well (a mean over classes).

    Source: Tarvainen & Valpola 2017, arXiv:1703.01780, section 2, J(theta).
    """
    if student_logits.shape != teacher_logits.shape or student_logits.ndim < 2:
        given = f"{tuple(student_logits.shape)} and {tuple(teacher_logits.shape)}"
        raise ValueError(f"need logits of one shape (..., N, K), got {given}")
    gap = student_logits.softmax(-1) - teacher_logits.detach().softmax(-1)
    return gap.square().sum(-1).mean(-1)


def ramp_up(step: float, length: float) -> float:
    """How much of the consistency weight counts at a step: e^(-5 (1 - step / length)^2), and 1 from ``length`` on.

    A teacher who knows nothing yet should not be agreed with: at step 0 it is e^-5 = .0067.

    Source: Laine & Aila 2017, arXiv:1610.02242, section 2.1, as Tarvainen & Valpola 2017 use it.
    """
    if not step >= 0 or not length > 0:
        raise ValueError(f"need step >= 0 and length > 0, got {step} and {length}")
    return math.exp(-5 * (1 - min(step / length, 1)) ** 2)
