"""Does a smoothed teacher still whisper? The digit the student never saw, taught by two teachers (Müller et al.)."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from dkdemo.experiments.recipe import Recipe, provenance
from dkdemo.jobs.events import Done, Event, Progress

if TYPE_CHECKING:
    from torch import Tensor, nn

    from dkdemo.datasets import Dataset

TEMPERATURES = (8.0, 1.0)
STUDENTS = ("hard_8", "smooth_8", "hard_1", "smooth_1")  # taught by which teacher, at which temperature


@dataclass(frozen=True)
class Plan:
    """What fits a data set: (steps, batch, rate) of teacher and student, the student's widths, images held out."""

    teacher: tuple[int, int, float]
    student: tuple[int, int, float]
    channels: tuple[int, int]
    hidden_widths: tuple[int, ...]
    held_out: int
    seconds: float


DIGITS = Plan((600, 64, 5e-3), (500, 128, 1e-2), (8, 16), (64,), 200, 4.0)
LARGE = Plan((936, 128, 5e-3), (600, 256, 3e-3), (16, 32), (100,), 2000, 30.0)  # two epochs of MNIST for each teacher


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
        super().__post_init__()

    @property
    def plan(self) -> Plan:
        return DIGITS if self.data == "digits" else LARGE

    def expected_seconds(self) -> float:
        return self.plan.seconds

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo import datasets
        from dkdemo.device import pick
        from dkdemo.evaluation import accuracy, choose_bias
        from dkdemo.training import logits_of

        began, device = time.perf_counter(), pick()
        train, test = datasets.load(self.data, str(device))
        if self.hide >= len(train.classes):
            raise ValueError(f"{self.data} has the classes 0 to {len(train.classes) - 1}, got {self.hide}")
        teachers = yield from self._teachers(train, test)
        # What the teachers say is computed once, not at every step of the students.
        said = torch.stack([logits_of(teacher, train) for teacher in teachers])  # (2, N, K)
        order = torch.randperm(len(train.labels), generator=torch.Generator().manual_seed(self.seed)).to(device)
        held, rest = order[: self.plan.held_out], order[self.plan.held_out :]
        rest = rest[train.labels[rest] != self.hide]
        students = yield from self._students(train[rest], said[:, rest], test)

        unseen, hidden = test.labels == self.hide, torch.arange(len(test.classes), device=device) == self.hide
        share = (said[0, held].argmax(-1) == self.hide).double().mean().item()
        bias = choose_bias(logits_of(students, train, held), hidden, share)  # (4,)
        logits = logits_of(students, test)
        lifted = logits + bias[:, None, None] * hidden
        measured = {
            "before": accuracy(logits[:, unseen], test.labels[unseen]),
            "after": accuracy(lifted[:, unseen], test.labels[unseen]),
            "all_before": accuracy(logits, test.labels),
            "all_after": accuracy(lifted, test.labels),
            "bias": bias,
        }
        yield Done(
            {
                **{what: dict(zip(STUDENTS, row.tolist(), strict=True)) for what, row in measured.items()},
                "teachers": [accuracy(logits_of(teacher, test), test.labels).item() for teacher in teachers],
                "hide": test.classes[self.hide],
                "alpha": self.alpha,
                "n": {"train": len(train), "transfer": len(rest), "validation": len(held), "test": len(test)},
                **provenance([self.seed], began),
            }
        )

    def _teachers(self, train: Dataset, test: Dataset) -> Generator[Event, None, list[nn.Module]]:
        """Both teachers from the same first weights on the same batches of all classes."""
        import torch
        import torch.nn.functional as F

        from dkdemo.evaluation import accuracy
        from dkdemo.experiments.side_by_side import Learner, net_for
        from dkdemo.labels import smooth_labels
        from dkdemo.training import logits_of, measuring_steps

        steps, batch, rate = self.plan.teacher
        total, unseen = steps + self.plan.student[0], (test.labels == self.hide).nonzero().flatten()
        teachers = [
            Learner(net_for(train, self.seed, self.plan.channels).to(train.labels.device), rate, steps)
            for _ in range(2)
        ]
        batches, due = train.batches(batch, torch.Generator().manual_seed(self.seed)), measuring_steps(steps, 40)
        for step, (x, y) in zip(range(1, steps + 1), batches, strict=False):
            for teacher, alpha in zip(teachers, (0.0, self.alpha), strict=True):
                teacher.step(F.cross_entropy(teacher.net(x), smooth_labels(y, len(train.classes), alpha)))
            if step in due:
                said = [logits_of(teacher.net, test, unseen) for teacher in teachers]
                right = [accuracy(logits, test.labels[unseen]).item() for logits in said]
                yield Progress(step, total, {"hard_teacher": right[0], "smooth_teacher": right[1]})
        return [teacher.net for teacher in teachers]

    def _students(self, seen: Dataset, said: Tensor, test: Dataset) -> Generator[Event, None, nn.Module]:
        """Four students of the teachers' logits ``said`` (2, N, K), each teacher at T = 8 and at T = 1."""
        import torch

        from dkdemo import models
        from dkdemo.device import send
        from dkdemo.distillation import soft_loss
        from dkdemo.evaluation import accuracy
        from dkdemo.experiments.side_by_side import Learner
        from dkdemo.training import logits_of, measuring_steps

        steps, batch, rate = self.plan.student
        before, due = self.plan.teacher[0], measuring_steps(steps, 40)
        heat = torch.tensor(TEMPERATURES, device=test.labels.device).repeat_interleave(2)  # (4,)
        widths = (test.images[0].numel(), *self.plan.hidden_widths, said.shape[-1])
        students = models.StackedMLP(widths, [self.seed] * len(STUDENTS)).to(test.labels.device)
        learner, generator = Learner(students, rate, steps), torch.Generator().manual_seed(self.seed + 1)
        unseen = (test.labels == self.hide).nonzero().flatten()
        for step in range(1, steps + 1):
            index = send(torch.randint(len(seen), (batch,), generator=generator), test.labels.device)
            logits = students(seen.normalised(index).flatten(1))  # (4, B, K)
            learner.step(soft_loss(logits, said[:, index].repeat(2, 1, 1), temperature=heat).sum())
            if step in due:
                right = accuracy(logits_of(students, test, unseen), test.labels[unseen])
                yield Progress(before + step, before + steps, dict(zip(STUDENTS, right.tolist(), strict=True)))
        return students
