"""Few labels, many pictures: does agreeing with the mean of oneself help?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dkdemo.experiments.recipe import Recipe, provenance, seeds_of
from dkdemo.jobs.events import Done, Event, Progress
from dkdemo.schedules import ramp_up, warmup_decay

RUNS = 5
KINDS = ("alone", "taught")  # weight 0, and the full weight


@dataclass(frozen=True)
class MeanTeacher(Recipe):
    """The mean teacher on the digits with a few labels a class; beside them all training pictures without labels.

    Ten students in one model, each with its average: five learn from the labels alone, five also agree with their
    average on unlabelled pictures. Both see the same labelled digits through the same noisy looks, and the average is
    taken of both: what is left between them is the consistency loss.
    """

    name: ClassVar[str] = "mean_teacher"

    per_class: int = 3
    weight: float = 1.0
    decay: float = 0.99
    ramp: float = 1.0  # of the steps, in which the weight rises
    steps: int = 200
    batch_size: int = 128  # unlabelled pictures a step; the labelled ones are all in every step
    hidden: int = 128
    learning_rate: float = 3e-3
    seed: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.per_class <= 50 or not 0 <= self.weight <= 1e4 or not 0 <= self.decay <= 1:
            raise ValueError(
                "need per_class in [1, 50], weight in [0, 10000] and decay in [0, 1], "
                f"got {self.per_class}, {self.weight} and {self.decay}"
            )
        if not 0 < self.ramp <= 1 or not 10 <= self.steps <= 20_000 or not 0 < self.learning_rate <= 1:
            raise ValueError(
                "need ramp in (0, 1], 10-20000 steps and learning_rate in (0, 1], "
                f"got {self.ramp}, {self.steps} and {self.learning_rate}"
            )
        if not 1 <= self.batch_size <= 1000 or not 1 <= self.hidden <= 1000:
            raise ValueError(f"need batch_size and hidden in [1, 1000], got {self.batch_size} and {self.hidden}")
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 1 + self.steps * self.batch_size * 1.6e-4

    def run(self) -> Iterator[Event]:
        import torch
        import torch.nn.functional as F

        from dkdemo import datasets
        from dkdemo.averaging import ema_update, frozen_copy
        from dkdemo.consistency import consistency_loss
        from dkdemo.device import pick, send
        from dkdemo.evaluation import accuracy
        from dkdemo.experiments.moco_material import noisy_view
        from dkdemo.models import StackedMLP
        from dkdemo.training import annealed_adam, logits_of, measuring_steps

        began, device = time.perf_counter(), pick()
        train, test = datasets.load("digits", str(device))
        seeds = seeds_of(self.seed, RUNS)
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        few = [train.balanced_subset(self.per_class, generator) for generator in generators]
        known, names = [part.normalised() for part in few], torch.stack([part.labels for part in few])
        x, kinds = train.normalised(), len(KINDS)
        sizes = (x[0].numel(), self.hidden, self.hidden, len(train.classes))
        student = StackedMLP(sizes, seeds * kinds).to(device)
        teacher = frozen_copy(student)
        weight = torch.tensor([0.0, self.weight], device=device).repeat_interleave(RUNS)  # of each copy
        adam, schedule = annealed_adam(student, self.learning_rate, self.steps)
        due = measuring_steps(self.steps, 30)
        for step in range(1, self.steps + 1):
            batch = [
                x[send(torch.randint(len(x), (self.batch_size,), generator=generator), device)]
                for generator in generators
            ]
            labelled = torch.stack(
                [noisy_view(part, generator).flatten(1) for part, generator in zip(known, generators, strict=True)]
            )
            one, two = (
                torch.stack(
                    [noisy_view(part, generator).flatten(1) for part, generator in zip(batch, generators, strict=True)]
                )
                for _ in "st"
            )
            logits = student(torch.cat([labelled, one], dim=1).repeat(kinds, 1, 1))
            with torch.no_grad():
                wanted = teacher(two.repeat(kinds, 1, 1))
            labelled_logits, unlabelled_logits = logits.split([labelled.shape[1], self.batch_size], dim=1)
            supervised = F.cross_entropy(
                labelled_logits.transpose(1, 2), names.repeat(kinds, 1), reduction="none"
            ).mean(1)
            apart = consistency_loss(unlabelled_logits, wanted)
            ramped = ramp_up(step, self.ramp * self.steps)
            adam.zero_grad()
            (supervised + ramped * weight * apart).sum().backward()
            adam.step()
            schedule.step()
            ema_update(teacher, student, decay=warmup_decay(self.decay, step))
            if step in due:
                right = {
                    role: accuracy(logits_of(net, test), test.labels).view(kinds, RUNS)
                    for role, net in (("student", student), ("teacher", teacher))
                }
                metrics = {
                    f"{role}_{kind}": rows[k].mean().item()
                    for role, rows in right.items()
                    for k, kind in enumerate(KINDS)
                }
                yield Progress(step, self.steps, {**metrics, "ramp": ramped, "apart": apart[RUNS:].mean().item()})
        yield Done(
            {
                "accuracy": {role: rows.tolist() for role, rows in right.items()},
                "kinds": list(KINDS),
                "n": {"labelled": names.shape[1], "train": len(x), "test": len(test.labels)},
                **provenance(seeds, began),
            }
        )
