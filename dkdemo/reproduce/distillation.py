"""Slides 18 to 20, 23, 29 and 30: the basic form, Hinton's numbers, two answers with the same loss, minor outputs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dkdemo.probability import cross_entropy, entropy, kl, softmax
from dkdemo.reproduce.finding import Finding, compare, quoted, row, slip


def findings() -> Iterator[Finding]:
    yield from _basic_form()
    yield from _minor_outputs()
    truth, first, second = np.array([1.0, 0, 0]), np.array([0.7, 0.29, 0.01]), np.array([0.7, 0.15, 0.15])
    yield compare(
        23,
        "loss of the 2nd answer = loss of the 1st",
        [cross_entropy(truth, first)],
        [cross_entropy(truth, second)],
        12,
    )
    gradients = [row(answer - truth, 2) for answer in (first, second)]
    yield slip(
        23,
        "what SGD gets back",
        "the same",
        " against ".join(gradients),
        gradients[0] != gradients[1],
        "the loss is one number, its gradient p - y differs on every wrong class",
    )
    hinton = "Hinton et al. 2015, section 3; in seconds we show another race, and say so"
    yield quoted(20, "MNIST errors of teacher, plain student, distilled student", "67, 146, 74", hinton)


def _basic_form() -> Iterator[Finding]:
    """Slide 18: the student's cross entropy to the teacher is KL plus a number that no student can change."""
    teacher, student = softmax([6.0, 1.0, -3.0], 4.0), softmax([1.0, 0.5, 0.2], 4.0)
    ours = kl(teacher, student) + entropy(teacher)
    yield compare(
        18, "cross entropy(teacher, student) = KL + entropy(teacher)", [cross_entropy(teacher, student)], [ours], 12
    )
    yield quoted(
        19, "insects in the first sentence of the introduction", "larva and adult", "Hinton et al. 2015, section 1"
    )


def _minor_outputs() -> Iterator[Finding]:
    """Slides 29 and 30: the label punishes every other class alike; a teacher's minor outputs do not."""
    answer, label, teacher = np.array([0.5, 0.3, 0.2]), np.array([1.0, 0, 0]), np.array([0.6, 0.35, 0.05])
    hard, soft = answer - label, answer - teacher
    told = f"label: {row(hard, 2)}; teacher: {row(soft, 2)}"
    yield Finding(
        29,
        "5, 9 or 0: both 5 and 9 are punished when the label is 5",
        "a penalty on 9, however like a 9 it looks",
        told,
        "agrees" if hard[1] == answer[1] and soft[1] < 0 < soft[2] else "DISAGREES",
        "pushes on the logits of 5, 9 and 0: the label pushes 9 down by all it has, the teacher pulls it up",
    )
    alike = softmax(np.log(teacher), 1.0)
    yield compare(30, "minor outputs of the logits = dark knowledge: softmax(log p) is p", teacher.tolist(), alike, 6)
