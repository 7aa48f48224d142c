"""Row 10: whole runs, most of them as the pages offer them, from nothing to the last number.

There is no peer here. On a GPU each has its goal in seconds and in what it must come to; anywhere a run that came
quickly to a poor end fails the bench.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import torch

from dkdemo import datasets
from dkdemo.bench import Terms
from dkdemo.bench.measure import Absent, Lap, seconds
from dkdemo.experiments.figure5 import LARGE
from dkdemo.experiments.matrix import LOOKS, Matrix
from dkdemo.experiments.race import TEMPERATURES, Race
from dkdemo.experiments.recipe import Recipe
from dkdemo.jobs.events import Done, Event
from dkdemo.teachers import ConvNet
from dkdemo.training import answers

LONGER = replace(LARGE, steps=5 * LARGE.steps)
DIGITS = ConvNet("mnist", channels=(16, 32), steps=585, batch_size=512, learning_rate=1e-2)


@dataclass(frozen=True)
class Goal:
    """``what`` runs; on a GPU within ``seconds`` and to ``wanted``; below ``floor``, anywhere, the row is unsound."""

    what: str
    seconds: float
    worth: str
    wanted: float
    floor: float


GOALS = {
    "race": Goal(
        "the students' race on MNIST: a teacher, then 30 students in one model", 2.0, "T = 4 gains {:.1%}", 0.05, 0.05
    ),
    "digits": Goal("a teacher on MNIST, 585 steps of 512", 1.0, "{:.2%} of the test images", 0.99, 0.985),
    "matrix": Goal(
        "the 7 x 7 augmentations on the shapes, 49 trainings", 30.0, "crop and colour: probe {:.1%}", 0.6, 0.6
    ),
    "neighbours": Goal(f"SimCLR on CIFAR-10, {LARGE.steps} steps of 512", 60.0, "neighbours {:.1%}", 0.80, 0.60),
    "probe": Goal(f"SimCLR on CIFAR-10, {LONGER.steps} steps of 512", 300.0, "linear probe {:.1%}", 0.88, 0.60),
}


def live(terms: Terms) -> Iterator[Lap | Absent]:
    """Race, teacher and matrix anywhere; the larger SimCLR on a GPU only."""
    device = torch.device(terms.device)
    with patch.dict(os.environ, DKDEMO_DEVICE=terms.device):
        for name, work in WORKS.items():
            if name in ("neighbours", "probe") and device.type != "cuda":
                yield Absent("live", told(name), "offered on a GPU only")
            else:
                worth, spent = work(device)
                yield lap(name, worth, spent, on_a_gpu=device.type == "cuda")


def lap(name: str, worth: float, spent: float, *, on_a_gpu: bool) -> Lap:
    """The row of a run that took so long and came to so much."""
    goal = GOALS[name]
    return Lap(
        "live",
        told(name) if on_a_gpu else goal.what,
        (spent,),
        "s",
        bound=goal.seconds if on_a_gpu else math.inf,
        worth=goal.worth.format(worth),
        sound=worth >= goal.floor,
        enough=worth >= goal.wanted,
    )


def told(name: str) -> str:
    """What runs, and what is wanted of a GPU."""
    goal = GOALS[name]
    return f"{goal.what}; wanted of a GPU: {goal.wanted:.0%} within {goal.seconds:g} s"


def _race(device: torch.device) -> tuple[float, float]:
    found, spent = _whole(Race(data="mnist"), device)
    return found["gain_mean"][TEMPERATURES.index(4.0)], spent


def _digits(device: torch.device) -> tuple[float, float]:
    _, test = datasets.load("mnist", str(device))
    net = DIGITS.build()
    spent = seconds(lambda: list(DIGITS.teach(net)), device)
    return (answers(net, test).argmax(1) == test.labels).double().mean().item(), spent


def _matrix(device: torch.device) -> tuple[float, float]:
    found, spent = _whole(Matrix(), device)
    return found["table"][LOOKS.index("crop"), LOOKS.index("color")], spent


def _neighbours(device: torch.device) -> tuple[float, float]:
    found, spent = _whole(LARGE, device)
    return found["trained"]["knn"], spent


def _probe(device: torch.device) -> tuple[float, float]:
    found, spent = _whole(LONGER, device)
    return found["trained"]["probe"], spent


WORKS: Mapping[str, Callable[[torch.device], tuple[float, float]]] = {
    "race": _race,
    "digits": _digits,
    "matrix": _matrix,
    "neighbours": _neighbours,
    "probe": _probe,
}


def _whole(recipe: Recipe, device: torch.device) -> tuple[Mapping[str, Any], float]:
    """A run's result and seconds, from its first line to its last number."""
    last: dict[str, Event] = {}

    def run() -> None:
        for event in recipe.run():
            last["event"] = event

    spent, done = seconds(run, device), last["event"]
    assert isinstance(done, Done)
    return done.result, spent
