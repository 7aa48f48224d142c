"""Learning from a teacher: the hard loss, the soft loss, the two together, and a control that scrambles the darkness.

Every function also takes stacked students, (S, N, K): S losses come back, each the mean over its own batch of N,
so that one model full of students is trained by the same lines as a single one.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from dkdemo.labels import virtual_teacher
from dkdemo.probability import check_temperature, on_cpu


def hard_loss(student_logits: Tensor, labels: Tensor) -> Tensor:
    """Learn the label alone: - ln softmax(z)_y, the batch mean in nats, (..., N, K) and (N,) -> (...).

    Its gradient with respect to z is (softmax(z) - one_hot(y)) / N.
    """
    if student_logits.ndim < 2 or labels.shape[-1:] != student_logits.shape[-2:-1]:
        raise ValueError(f"need one label a row, got logits {_shape(student_logits)} and labels {_shape(labels)}")
    right = labels.expand(student_logits.shape[:-1]).unsqueeze(-1)  # (..., N, 1)
    return -_log_softmax(student_logits).gather(-1, right).squeeze(-1).mean(dim=-1)


def soft_loss(student_logits: Tensor, teacher_logits: Tensor, *, temperature: float | Tensor) -> Tensor:
    """Learn everything the teacher says: T² KL(teacher_T || student_T), the batch mean in nats.

    KL's gradient shrinks as 1/T²; the factor T² restores it. With it the gradient with respect to the
    student's logits is T (student_T - teacher_T) / N, and as T grows it tends to (z - v) / (N K) for
    logits with mean 0 over the K classes: matching logits.

    Args:
        student_logits: z, (..., N, K).
        teacher_logits: v, (N, K) or (..., N, K); no gradient reaches the teacher.
        temperature: T, from 1e-6 to 1e6 (`check_temperature`); for stacked students also a tensor of shape (...), one
            each, of any finite T > 0 (unchecked on a GPU).

    Returns: (...); for (N, K) a scalar. Both softmaxes use T; at test time T is 1.

    Source: Hinton, Vinyals & Dean 2015, arXiv:1503.02531, sections 2 and 2.1.
    """
    if student_logits.shape[-2:] != teacher_logits.shape[-2:]:
        raise ValueError(
            f"student and teacher must answer the same batch, got {_shape(student_logits)}, {_shape(teacher_logits)}"
        )
    if isinstance(temperature, Tensor):
        if on_cpu(temperature) and not bool(((temperature > 0) & temperature.isfinite()).all()):
            raise ValueError(f"every temperature must be > 0 and finite, got {temperature.min().item():g} at least")
        heat: float | Tensor = temperature[..., None, None]  # (..., 1, 1)
    else:
        heat = check_temperature(temperature)
    student = _log_softmax(student_logits / heat)
    teacher = _log_softmax(teacher_logits.detach() / heat)
    divergence = F.kl_div(student, teacher, reduction="none", log_target=True).sum(dim=-1).mean(dim=-1)  # (...)
    return temperature**2 * divergence


def kd_loss(
    student_logits: Tensor,
    teacher_logits: Tensor,
    labels: Tensor,
    *,
    temperature: float | Tensor,
    soft_weight: float,
) -> Tensor:
    """Learn the teacher's softened answer and the hard label together.

    loss = w T² KL(teacher_T || student_T) + (1 - w) CE(labels, student)

    Args:
        student_logits, teacher_logits: (N, K); no gradient reaches the teacher.
        labels: (N,) class indices.
        temperature: T > 0; 1 leaves both distributions as they are. Only the soft term is heated.
        soft_weight: w in [0, 1]; 0 is plain supervised training.

    Returns: the batch mean in nats, shape ().

    Source: Hinton, Vinyals & Dean 2015, arXiv:1503.02531, section 2.
    """
    if not 0 <= soft_weight <= 1:
        raise ValueError(f"soft_weight must be from 0 to 1, got {soft_weight}")
    soft = soft_loss(student_logits, teacher_logits, temperature=temperature)
    return soft_weight * soft + (1 - soft_weight) * hard_loss(student_logits, labels)


def virtual_teacher_loss(
    student_logits: Tensor, labels: Tensor, *, right: float, temperature: float | Tensor, soft_weight: float
) -> Tensor:
    """Learn from a teacher nobody trained: `kd_loss` with the virtual teacher's answer for the teacher's.

    loss = (1 - w) CE(labels, student) + w T² KL(p_d at T || student_T), p_d at T = softmax(ln p_d / T)

    The paper's equation has no T² (its weights differ from model to model instead); we keep it, so that w means
    the same at every temperature, as in `soft_loss`. With it the gradient of the soft term is T (student_T - p_d,T).
    The other teacher-free method, Tf-KD self, needs no function of its own: it is `kd_loss` with the logits of an
    earlier copy of the same network.

    Args:
        student_logits: (N, K), or stacked (..., N, K).
        labels: (N,), or (..., N) a row of labels each.
        right: a, how sure the virtual teacher is of the label, in (1 / K, 1).
        temperature: T > 0. soft_weight: w in [0, 1].

    Source: Yuan et al. 2020, arXiv:1909.11723, equations 8 and 9 (Tf-KD reg).
    """
    teacher = virtual_teacher(labels, student_logits.shape[-1], right=right).to(student_logits)
    return kd_loss(student_logits, teacher.log(), labels, temperature=temperature, soft_weight=soft_weight)


def shuffle_dark(teacher_logits: Tensor, labels: Tensor, *, generator: Generator | None = None) -> Tensor:
    """The control: hand the wrong classes' logits round at random, each example anew; the right one stays.

    The label's probability, the entropy and all the values stay exactly as they were at every temperature; only
    *which* wrong class is likely is lost. What a student then no longer learns was dark knowledge.

    Args:
        teacher_logits: (..., N, K).
        labels: (N,), the class of each row that keeps its logit.
        generator: on the logits' device; None uses torch's global one.

    Source: "dark knowledge with permuted predictions", Furlanello et al. 2018, arXiv:1805.04770
    (they keep the teacher's arg max, we the label).
    """
    kept = labels.expand(teacher_logits.shape[:-1]).unsqueeze(-1)
    chance = torch.rand(teacher_logits.shape, generator=generator, device=teacher_logits.device)
    order = chance.scatter(-1, kept, 2.0).argsort(dim=-1)  # wrong classes in a random order, the right one last
    rank = torch.arange(teacher_logits.shape[-1], device=teacher_logits.device).float().expand_as(teacher_logits)
    seats = rank.scatter(-1, kept, torch.inf).argsort(dim=-1)  # wrong classes from left to right, the right one last
    return torch.empty_like(teacher_logits).scatter(-1, seats, teacher_logits.gather(-1, order))


def _log_softmax(logits: Tensor) -> Tensor:
    """ln softmax over the last axis. A processor takes few classes several times as fast class by class."""
    return F.log_softmax(logits.mT, dim=-2).mT if logits.shape[-1] < 32 else F.log_softmax(logits, dim=-1)


def _shape(tensor: Tensor) -> tuple[int, ...]:
    return tuple(tensor.shape)
