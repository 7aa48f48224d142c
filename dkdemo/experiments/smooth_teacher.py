"""Does a smoothed teacher still whisper? The digit the student never saw, taught by two teachers (Müller et al.)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dkdemo.experiments.recipe import Recipe
from dkdemo.jobs.events import Done, Event, Progress

TEMPERATURES = (8.0, 1.0)
STUDENTS = ("hard_8", "smooth_8", "hard_1", "smooth_1")  # taught by which teacher, at which temperature


@dataclass(frozen=True)
class Plan:
    """What fits a data set: (steps, batch, rate) of teacher and student, the student's widths, images held out."""

    teacher: tuple[int, int, float]
    student: tuple[int, int, float]
    hidden_widths: tuple[int, ...]
    held_out: int
    seconds: float


DIGITS = Plan((600, 64, 5e-3), (500, 128, 1e-2), (64,), 200, 4.0)
LARGE = Plan((936, 128, 5e-3), (600, 256, 3e-3), (100,), 2000, 22.0)  # two epochs of MNIST for each teacher


@dataclass(frozen=True)
class SmoothTeacher(Recipe):
    """Two teachers learn everything, one from hard and one from smoothed labels; students never see one digit.

    Four students in one batched model: each teacher at T = 8 and at T = 1, soft targets only. What a student knows
    of the digit ``hide`` it can only have read in its teacher's small probabilities. Then a bias for the hidden
    digit is chosen on held-out images, from the first teacher's answers, never from labels or the test set.
    """

    name: ClassVar[str] = "smooth_teacher"

    data: str = "digits"
    hide: int = 3
    alpha: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise ValueError(f"a smoothed teacher needs alpha in (0, 1), got {self.alpha}")
        if self.hide < 0:
            raise ValueError(f"the hidden class must be >= 0, got {self.hide}")

    @property
    def plan(self) -> Plan:
        return DIGITS if self.data == "digits" else LARGE

    def expected_seconds(self) -> float:
        return self.plan.seconds

    def run(self) -> Iterator[Event]:
        import torch
        import torch.nn.functional as F

        from dkdemo import datasets, models
        from dkdemo.device import describe, pick
        from dkdemo.distillation import soft_loss
        from dkdemo.evaluation import accuracy, choose_bias
        from dkdemo.experiments.side_by_side import Learner, Pace, answer, net_for
        from dkdemo.labels import smooth_labels

        began, device, plan = time.perf_counter(), pick(), self.plan
        train, test = datasets.load(self.data, str(device))
        classes = len(train.classes)
        if self.hide >= classes:
            raise ValueError(f"{self.data} has the classes 0 to {classes - 1}, got {self.hide}")

        (long, batch, rate), (short, student_batch, student_rate) = plan.teacher, plan.student
        steps = long + short
        teachers = [Learner(net_for(train, self.seed).to(device), rate, long) for _ in range(2)]
        pace = Pace(0.1, steps)
        batches = train.batches(batch, torch.Generator().manual_seed(self.seed))
        for step, (x, y) in zip(range(1, long + 1), batches, strict=False):
            losses = []
            for teacher, alpha in zip(teachers, (0.0, self.alpha), strict=True):
                losses.append(F.cross_entropy(teacher.net(x), smooth_labels(y, classes, alpha)))
                teacher.step(losses[-1])
            if pace.due(step):
                yield Progress(step, steps, {"hard_loss": losses[0].item(), "smooth_loss": losses[1].item()})

        # What the teachers say is computed once, not once a student's step.
        said = torch.stack([answer(teacher.net, train) for teacher in teachers])  # (2, N, K)
        order = torch.randperm(len(train.labels), generator=torch.Generator().manual_seed(self.seed)).to(device)
        held, rest = order[: plan.held_out], order[plan.held_out :]
        rest = rest[train.labels[rest] != self.hide]
        heat = torch.tensor(TEMPERATURES, device=device).repeat_interleave(2)  # (4,)
        pixels = train.images[0].numel()
        students = models.StackedMLP((pixels, *plan.hidden_widths, classes), [self.seed] * len(STUDENTS)).to(device)
        learner = Learner(students, student_rate, short)
        dice = torch.Generator().manual_seed(self.seed + 1)
        unseen = test.labels == self.hide
        for step in range(1, short + 1):
            index = rest[torch.randint(len(rest), (student_batch,), generator=dice).to(device)]
            logits = students(train.normalised(index).flatten(1))  # (4, B, K)
            learner.step(soft_loss(logits, said[:, index].repeat(2, 1, 1), temperature=heat).sum())
            if pace.due(long + step):
                right = accuracy(_logits(students, test, unseen), test.labels[unseen])
                yield Progress(long + step, steps, dict(zip(STUDENTS, right.tolist(), strict=True)))

        everything = torch.ones_like(unseen)
        logits = _logits(students, test, everything)
        hidden = torch.arange(classes, device=device) == self.hide
        share = (said[0, held].argmax(-1) == self.hide).double().mean().item()
        with torch.no_grad():
            bias = choose_bias(students(train.normalised(held).flatten(1)), hidden, share)
        lifted = logits + bias[:, None, None] * hidden
        measured = {
            "before": accuracy(logits[:, unseen], test.labels[unseen]),
            "after": accuracy(lifted[:, unseen], test.labels[unseen]),
            "all_before": accuracy(logits, test.labels),
            "all_after": accuracy(lifted, test.labels),
        }
        yield Done(
            {
                **{
                    f"{student}_{when}": right[place].item()
                    for when, right in measured.items()
                    for place, student in enumerate(STUDENTS)
                },
                **{f"{student}_bias": bias[place].item() for place, student in enumerate(STUDENTS)},
                **{
                    f"{name}_teacher": accuracy(answer(teacher.net, test), test.labels).item()
                    for name, teacher in zip(("hard", "smooth"), teachers, strict=True)
                },
                "hide": test.classes[self.hide],
                "alpha": self.alpha,
                "n": {
                    "train": len(train.labels),
                    "transfer": len(rest),
                    "held_out": len(held),
                    "test": len(test.labels),
                },
                "seeds": [self.seed],
                "device": describe(device),
                "seconds": time.perf_counter() - began,
            }
        )


def _logits(students, data, which):  # type: ignore[no-untyped-def]
    """(4, M, K) of the images that ``which`` marks."""
    import torch

    with torch.no_grad():
        return students(data.normalised(torch.where(which)[0]).flatten(1))
