"""The honest null: with all the labels there are, a teacher adds nothing that seconds of training could show."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from dkdemo.experiments.race import (
    WATCHED,
    Hyperparameters,
    students_for,
    table,
    teacher_facts,
    teacher_for,
    train_students,
    watch,
)
from dkdemo.experiments.recipe import Recipe, provenance, seeds_of
from dkdemo.jobs.events import Done, Event, Progress

if TYPE_CHECKING:
    from torch import Tensor

    from dkdemo.datasets import Dataset

RUNS = 3
LARGE = Hyperparameters(shift=0, steps=300, batch_size=128, learning_rate=5e-3, seconds=9.0)
EPOCH = 234  # steps of a teacher that is better than any of the students: an epoch of MNIST
SETTINGS = {"digits": replace(LARGE, hidden=32, steps=400, learning_rate=1e-2, temperature=8.0, seconds=4.0)}


@dataclass(frozen=True)
class Everything(Recipe):
    """The race again, but every student has all labelled images of the training set.

    What the teacher could whisper, the labels now say aloud: soft targets neither help nor matter much. The gains
    known from the literature at this end need long training and a student that overfits; they are tenths of a point.
    """

    name: ClassVar[str] = "everything"

    data: str = "digits"
    seed: int = 0

    def expected_seconds(self) -> float:
        return SETTINGS.get(self.data, LARGE).seconds

    def steps_ahead(self) -> int:
        """How long the learning curves will be, known before the run: the teacher's steps and then the students'."""
        return EPOCH + SETTINGS.get(self.data, LARGE).steps

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo import datasets
        from dkdemo.device import pick
        from dkdemo.teachers import trained_with_progress
        from dkdemo.training import logits_of

        began, hyper = time.perf_counter(), SETTINGS.get(self.data, LARGE)
        train, test = datasets.load(self.data, str(pick()))
        recipe = teacher_for(self.data, 0, self.seed, steps=EPOCH)
        steps = recipe.steps + hyper.steps
        teacher = yield from trained_with_progress(recipe, of=steps)

        seeds = seeds_of(self.seed, RUNS)
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        students = students_for(train, hyper.hidden, seeds)
        rows = torch.arange(len(train)).expand(RUNS, -1)[..., None]  # (S, n, 1): everyone may draw everything
        wanted = logits_of(teacher, train)
        lesson = train_students(
            students, lambda index: _look(train, index), wanted, train.labels, rows, hyper, generators
        )
        for event in watch(lesson, students, test, hyper.steps, seeds[0]):
            yield Progress(recipe.steps + event.step, steps, event.metrics)
        yield Done(
            {
                **table(logits_of(students, test), test.labels),
                **teacher_facts(teacher, test, recipe),
                "claim": f"soft_{hyper.temperature:g}",
                "n": {
                    "labelled": len(train),
                    "teacher": len(train),
                    "test": len(test),
                    "curves": min(WATCHED, len(test)),
                },
                **provenance(seeds, began, half=True),
            }
        )


def _look(train: Dataset, index: Tensor) -> Tensor:
    """(S, N) -> (S, N, D), standardised only now: the whole training set as floats would fill a laptop."""
    return train.normalised(index.flatten()).flatten(1).unflatten(0, index.shape)
