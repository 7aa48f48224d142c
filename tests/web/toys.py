"""Recipes that train nothing, a manager that knows of none, and a stage to show them on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dkdemo import jobs
from dkdemo.experiments.recipe import Recipe
from dkdemo.jobs.events import Done, Event
from dkdemo.web import address
from dkdemo.web.registry import chapter
from dkdemo.web.scenes import Stage
from dkdemo.web.text import Words

DONE = Done({"seconds": 1.25, "device": "cpu", "n": {"train": 30, "test": 360}, "seeds": [0, 1], "best": 0.9})


@dataclass(frozen=True)
class Toy(Recipe):
    """Done at once."""

    seed: int = 0
    name: ClassVar[str] = "toy"

    def expected_seconds(self) -> float:
        return 2.0

    def run(self) -> Iterator[Event]:
        yield DONE


@dataclass(frozen=True)
class Batches(Toy):
    """It has a batch, of at least 24, and takes long."""

    batch_size: int = 96
    name: ClassVar[str] = "batches"

    def __post_init__(self) -> None:
        if self.batch_size < 24:
            raise ValueError(f"batch_size must be >= 24, got {self.batch_size}")

    def expected_seconds(self) -> float:
        return 100.0


class Nobody:
    """A job manager that knows no run and answers no question: pages must stand that."""

    def find(self, recipe):
        return None

    def device(self):
        return None

    def submit(self, recipe, browser, *, anew=False):
        raise jobs.Busy("run_busy")

    def ask(self, recipe, timeout=20.0):
        raise jobs.JobFailed("job_late")


def stage(language: str = "en") -> Stage:
    """The first scene of the distillation chapter, before a student."""
    row = chapter("distillation")
    address.arrive(row.id, row.scenes[0].id)
    return Stage(row, row.scenes[0], Words(language, row.id), Words(language, "common"), False, "someone")
