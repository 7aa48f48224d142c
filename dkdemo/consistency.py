"""Agree with yourself: the consistency loss of the mean teacher (`dkdemo.schedules.ramp_up` brings it in)."""

from __future__ import annotations

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
