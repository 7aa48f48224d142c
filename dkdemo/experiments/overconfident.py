"""The teacher that is too sure: nearly always right, it has nothing left to whisper."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from dkdemo.experiments.race import students_for
from dkdemo.experiments.recipe import Recipe, provenance, seeds_of
from dkdemo.experiments.unseen import (
    RUNS,
    check,
    divide,
    hyperparameters,
    judge,
    light_teacher,
    train_students,
    watch,
    whispers,
)
from dkdemo.jobs.events import Done, Event, Progress

if TYPE_CHECKING:
    from dkdemo.teachers import Committee, ConvNet

CONFIGS = ("light", "sure")


@dataclass(frozen=True)
class Overconfident(Recipe):
    """The unseen digit twice: taught by a lightly trained teacher, and by one trained much longer and faster.

    The second is the better classifier and the worse teacher. Its wrong classes' probabilities are so small that at the
    same T hardly anything of the hidden class is left in its answers, and so in the student.
    """

    name: ClassVar[str] = "overconfident"

    data: str = "digits"
    hidden: tuple[int, ...] = (3,)
    temperature: float = 4.0
    seed: int = 0

    def __post_init__(self) -> None:
        check(self.hidden, self.temperature)
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 6.0 if self.data == "digits" else 15.0

    def steps_ahead(self) -> int:
        """How long the learning curves will be, known before the run: the students' steps."""
        return hyperparameters(self.data).steps

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo import datasets
        from dkdemo.device import pick
        from dkdemo.evaluation import accuracy
        from dkdemo.teachers import trained_with_progress
        from dkdemo.training import logits_of

        began, hyper = time.perf_counter(), hyperparameters(self.data)
        train, test = datasets.load(self.data, str(pick()))
        parts = divide(train, self.hidden, self.seed)
        recipes = (light_teacher(self.data, self.seed), sure_teacher(self.data, self.seed))
        steps = sum(recipe.steps for recipe in recipes) + hyper.steps
        teachers, passed = [], 0
        for recipe, config in zip(recipes, CONFIGS, strict=True):
            teachers.append(
                (yield from trained_with_progress(recipe, of=steps, before=passed, name=f"teacher_{config}"))
            )
            passed += recipe.steps

        seeds = seeds_of(self.seed, RUNS)
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        labels = train.labels[parts.transfer]
        wanted = [logits_of(teacher, train, parts.transfer) for teacher in teachers]
        students = students_for(train, hyper.hidden, seeds, len(CONFIGS))
        targets = [own for own in wanted for _ in seeds]
        lesson = train_students(students, train[parts.transfer], targets, self.temperature, hyper, generators)
        for event in watch(lesson, students, test, parts.mask, CONFIGS, hyper.steps, seeds[0]):
            yield Progress(passed + event.step, steps, event.metrics)

        said = [logits_of(teacher, test) for teacher in teachers]
        heard = [whispers(own, labels, parts.mask, self.temperature) for own in wanted]
        yield Done(
            {
                **judge(
                    students,
                    train,
                    test,
                    parts,
                    [logits_of(teacher, train, parts.held) for teacher in teachers],
                    CONFIGS,
                ),
                "teacher": [accuracy(z, test.labels).item() for z in said],
                "teacher_steps": [recipe.steps for recipe in recipes],
                "wrong_mass": [1 - z.softmax(-1).amax(-1).mean().item() for z in said],
                "wrong_mass_hot": [1 - (z / self.temperature).softmax(-1).amax(-1).mean().item() for z in said],
                "whisper": [own["whisper"] for own in heard],
                "classes": list(train.classes),
                "hidden": list(self.hidden),
                "n": {"transfer": len(labels), "held_out": len(parts.held), "test": len(test)},
                **provenance(seeds, began),
            }
        )


def sure_teacher(data: str, seed: int) -> Committee | ConvNet:
    """A teacher that was trained until it no longer doubts."""
    from dkdemo.teachers import Committee, ConvNet

    if data == "digits":
        return Committee(data, noise=0.0, steps=400, learning_rate=3e-2, seed=seed)
    return ConvNet(data, steps=468, learning_rate=1e-2, seed=seed)
