"""On photographs: a teacher learns from 50,000 of them within a minute, small students from a thousand."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from dkdemo.experiments.recipe import Recipe, provenance, seeds_of
from dkdemo.jobs.events import Done, Event, Progress
from dkdemo.schedules import triangle

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from dkdemo.datasets import Dataset
    from dkdemo.photos import PhotoNet

KINDS = ("hard", "soft")
RUNS = 3  # students of each kind, each with its own labelled images and first weights
TEMPERATURE, SOFT_WEIGHT = 4.0, 0.9
SCALE = 1 / 9  # of the teacher's logits, as in the speed runs
BATCH, RATE = 128, 1e-2  # of the students
STUDENT_SECONDS = 30.0
WATCHED = 500  # test images behind each point of the curves; the result is measured on all of them
FIRST, POINT = 3, 20  # the step of the first point of a curve, and the steps from one to the next


@dataclass(frozen=True)
class Photos(Recipe):
    """A teacher trained for ``seconds``, or for ``epochs`` when these are not 0; then six students in one model.

    Three students hear only the labels of their ``per_class`` photographs a class; their three twins, with the same
    photographs, batches and first weights, also hear the teacher on the very same looks of them: the gains are paired.

    With a budget in seconds the number of steps, and so the last digits, depend on the machine; with one in epochs the
    same seed is the same run. ``batch_size`` is the teacher's.
    """

    name: ClassVar[str] = "photos"
    data: ClassVar[str] = "cifar10"

    seconds: float = 60.0
    epochs: float = 0.0
    widths: tuple[int, ...] = (32, 64, 64)
    stride: int = 2
    student: tuple[int, ...] = (16, 32, 32)
    batch_size: int = 256
    per_class: int = 100
    student_steps: int = 120
    seed: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.seconds <= 3600 or not 0 <= self.epochs <= 200:
            raise ValueError(f"need 1-3600 seconds and 0-200 epochs, got {self.seconds} and {self.epochs}")
        if not 2 <= self.batch_size <= 8192 or not 1 <= self.per_class <= 5000 or not 1 <= self.student_steps <= 10_000:
            raise ValueError(
                "need a batch of 2-8192, 1-5000 images a class and 1-10000 steps, "
                f"got {self.batch_size}, {self.per_class} and {self.student_steps}"
            )
        for widths in (self.widths, self.student):
            if len(widths) != 3 or not all(isinstance(width, int) and 1 <= width <= 1024 for width in widths):
                raise ValueError(f"widths are three whole numbers of 1-1024, got {widths}")
        if self.stride not in (1, 2):
            raise ValueError(f"stride must be 1 or 2, got {self.stride}")
        super().__post_init__()

    def expected_seconds(self) -> float:
        return LARGE_SECONDS if self.epochs else self.seconds + STUDENT_SECONDS

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo import datasets
        from dkdemo.device import pick
        from dkdemo.evaluation import accuracy
        from dkdemo.photos import PhotoNet, logits_of, some_of, whitening_filters

        began, busy, device = time.perf_counter(), time.process_time(), pick()
        train, test = datasets.load(self.data, str(device))
        watched = test[test.sample_indices(WATCHED, torch.Generator().manual_seed(self.seed))]
        filters = whitening_filters(train.normalise(some_of(train.images)))
        teacher = PhotoNet(filters, self.widths, len(train.classes), [self.seed], self.stride, scale=SCALE).to(device)
        taught: dict[str, Any] = {}
        yield from self._lessons(teacher, train, watched, taught)
        taught["teacher"] = accuracy(logits_of(teacher, test, thorough=True)[0], test.labels).item()

        seeds = seeds_of(self.seed, RUNS)
        few = [train.balanced_subset(self.per_class, torch.Generator().manual_seed(seed)) for seed in seeds]
        students = PhotoNet(filters, self.student, len(train.classes), seeds * len(KINDS), stride=2).to(device)
        generator = torch.Generator(device).manual_seed(self.seed)
        for step in train_students(students, teacher, few, steps=self.student_steps, generator=generator):
            if step == 1 or step % POINT == 0 or step == self.student_steps:
                right = accuracy(logits_of(students, watched), watched.labels).view(len(KINDS), RUNS).mean(1).tolist()
                metrics = {"student_spent": step / self.student_steps, **dict(zip(KINDS, right, strict=True))}
                yield Progress(taught["teacher_steps"] + step, taught["teacher_steps"] + self.student_steps, metrics)
        yield Done(
            {
                **verdict(accuracy(logits_of(students, test, thorough=True), test.labels)),
                **taught,
                "temperature": TEMPERATURE,
                "parameters": [_size(teacher), _size(students) // (len(KINDS) * RUNS)],
                "n": {"per_class": self.per_class, "labelled": len(few[0]), "teacher": len(train), "test": len(test)},
                "cpu_seconds": time.process_time() - busy,
                **provenance(seeds, began, half=True),
            }
        )

    def _lessons(self, teacher: PhotoNet, train: Dataset, watched: Dataset, taught: dict[str, Any]) -> Iterator[Event]:
        """The teacher's training; ``taught`` is told its steps, epochs and seconds."""
        import torch

        from dkdemo.evaluation import accuracy
        from dkdemo.photos import logits_of
        from dkdemo.speedrun import by_clock, by_steps, learn

        began, size = time.perf_counter(), min(self.batch_size, len(train))
        budget = by_steps(max(1, round(self.epochs * len(train) / size))) if self.epochs else by_clock(self.seconds)
        generator = torch.Generator(train.labels.device).manual_seed(self.seed)
        for seen in learn(teacher, train, budget, batch_size=size, generator=generator):
            taught["teacher_steps"] = seen.step
            if seen.step == FIRST or seen.step % POINT == 0:
                right = accuracy(logits_of(teacher, watched)[0], watched.labels).item()
                steps = round((seen.step - 1) / seen.share)  # as many as the share of the budget foretells
                yield Progress(seen.step, steps + self.student_steps, {"spent": seen.share, "teacher": right})
        right = accuracy(logits_of(teacher, watched)[0], watched.labels).item()
        yield Progress(seen.step, seen.step + self.student_steps, {"spent": 1.0, "teacher": right})
        taught |= {"epochs": seen.step * size / len(train), "teacher_seconds": time.perf_counter() - began}


# Offered where a GPU was found: widths and batch of the CIFAR-10 speed runs, and six epochs more than their ten. The
# seconds are estimated from the operations to do, not measured: no GPU was at hand. Its teacher, trained whole on one
# core of a processor, read 91.3 % of the test images after 47 minutes (seed 0, JPEG files).
LARGE = Photos(epochs=16.0, widths=(64, 256, 256), stride=1, student=(32, 64, 64), batch_size=1024, student_steps=400)
LARGE_SECONDS = 45.0


def train_students(
    students: PhotoNet, teacher: PhotoNet, few: Sequence[Dataset], *, steps: int, generator: Generator
) -> Iterator[int]:
    """Train the students in place, the hard ones of all runs and then the soft ones; yields each step's number.

    Hard and soft student of a run see the same looks of the same images, and the teacher is asked about these very
    looks: a teacher must be patient and consistent.

    Source: Hinton et al. 2015, arXiv:1503.02531; Beyer et al. 2022, arXiv:2106.05237.
    """
    import torch

    from dkdemo.distillation import hard_loss, kd_loss
    from dkdemo.optim import set_rate
    from dkdemo.photos import draw_looks

    learned = {"params": list(students.parameters()), "initial_lr": RATE}
    adam = torch.optim.AdamW([learned], lr=RATE, weight_decay=1e-2, fused=True)
    size, place = min(BATCH, len(few[0])), generator.device
    students.train(), teacher.eval()
    for step in range(steps):
        rows = [torch.randperm(len(own), generator=generator, device=place)[:size] for own in few]
        x = torch.stack([draw_looks(own, row, generator) for own, row in zip(few, rows, strict=True)])
        y = torch.stack([own.labels[row] for own, row in zip(few, rows, strict=True)])  # (R, N)
        with torch.no_grad():
            v = teacher(x.flatten(0, 1))[0].unflatten(0, y.shape)  # (R, N, K)
        hard, soft = students(torch.cat([x, x])).chunk(2)
        loss = hard_loss(hard, y) + kd_loss(soft, v, y, temperature=TEMPERATURE, soft_weight=SOFT_WEIGHT)
        adam.zero_grad()
        loss.sum().backward()
        set_rate(adam, triangle(step / steps, start=0.04, peak=0.2, end=0.0))
        adam.step()
        yield step + 1


def verdict(right: Tensor) -> dict[str, Any]:
    """Accuracies (kinds, runs) from (kinds x runs,), their spread, and each soft student's gain over its hard twin."""
    from dkdemo.evaluation import spread

    right = right.view(len(KINDS), -1).cpu()
    gain, spreads = right[1] - right[0], [spread(runs) for runs in right]
    return {
        "kinds": list(KINDS),
        "accuracy": right.numpy(),
        "mean": [found.mean for found in spreads],
        "std": [found.std for found in spreads],
        "gain": gain.numpy(),
        "gain_mean": gain.mean().item(),
        "gain_worst": gain.min().item(),
    }


def _size(net: PhotoNet) -> int:
    return sum(weights.numel() for weights in net.parameters() if weights.requires_grad)
