"""The average of the weights against the weights themselves, while a network learns too fast."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dkdemo.experiments.recipe import Recipe, provenance, seeds_of
from dkdemo.jobs.events import Done, Event, Progress
from dkdemo.schedules import warmup_decay

RUNS = 5
# What is watched: the student as it is, and averages of its weights, each with (decay, warmed up?).
AVERAGES = {"warm_99": (0.99, True), "warm_999": (0.999, True), "fixed_99": (0.99, False), "fixed_999": (0.999, False)}
WATCHED = ("student", *AVERAGES)


@dataclass(frozen=True)
class Averaged(Recipe):
    """Five perceptrons on the digits, trained by plain SGD at a constant rate, and four averages of each.

    The averages only watch: they change nothing in the training. "warm" follows min(1 - 1 / (t + 1), decay), "fixed"
    the decay from the first step on, starting from the same random weights.
    """

    name: ClassVar[str] = "averaged"

    learning_rate: float = 0.5
    steps: int = 200
    batch_size: int = 16
    hidden: int = 64
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.learning_rate <= 10 or not 10 <= self.steps <= 20_000:
            raise ValueError(
                f"need learning_rate in (0, 10] and 10-20000 steps, got {self.learning_rate} and {self.steps}"
            )
        if not 1 <= self.batch_size <= 1000 or not 1 <= self.hidden <= 1000:
            raise ValueError(f"need batch_size and hidden in [1, 1000], got {self.batch_size} and {self.hidden}")
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 0.5 + self.steps * 4e-3

    def run(self) -> Iterator[Event]:
        import torch
        import torch.nn.functional as F

        from dkdemo import datasets
        from dkdemo.averaging import ema_update, frozen_copy
        from dkdemo.device import pick
        from dkdemo.evaluation import accuracy
        from dkdemo.models import StackedMLP
        from dkdemo.training import draw_rows, logits_of, measuring_steps

        began, device = time.perf_counter(), pick()
        train, test = datasets.load("digits", str(device))
        x, labels = train.normalised().flatten(1), train.labels
        seeds = seeds_of(self.seed, RUNS)
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        student = StackedMLP((x.shape[1], self.hidden, len(train.classes)), seeds).to(device)
        means = {name: frozen_copy(student) for name in AVERAGES}
        sgd = torch.optim.SGD(student.parameters(), lr=self.learning_rate)
        due = measuring_steps(self.steps, 40) | set(range(1, min(20, self.steps), 3))

        def asked() -> dict[str, torch.Tensor]:
            nets = {"student": student, **means}
            return {name: accuracy(logits_of(net, test), test.labels) for name, net in nets.items()}

        for step in range(1, self.steps + 1):
            picked = draw_rows(len(x), self.batch_size, generators, device, repeats=True)
            loss = F.cross_entropy(student(x[picked]).flatten(0, 1), labels[picked].flatten()) * RUNS
            sgd.zero_grad()
            loss.backward()
            sgd.step()
            for name, (decay, warm) in AVERAGES.items():
                ema_update(means[name], student, decay=warmup_decay(decay, step) if warm else decay)
            if step in due:
                right = asked()
                metrics = {name: runs.mean().item() for name, runs in right.items()}
                lows = {"student_low": right["student"].min().item(), "student_high": right["student"].max().item()}
                yield Progress(step, self.steps, {**metrics, **lows})
        yield Done(
            {
                "accuracy": {name: runs.tolist() for name, runs in right.items()},
                "learning_rate": self.learning_rate,
                "n": {"train": len(labels), "test": len(test.labels)},
                **provenance(seeds, began),
            }
        )
