"""The row `live`: whole runs, most of them as the pages offer them, from nothing to the last number.

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
from dkdemo.experiments.matrix import FIGURE5_NAMES, Matrix
from dkdemo.experiments.race import TEMPERATURES, Race
from dkdemo.experiments.recipe import Recipe
from dkdemo.jobs.events import Done, Event
from dkdemo.teachers import ConvNet
from dkdemo.training import logits_of

LONGER = replace(LARGE, steps=5 * LARGE.steps)


@dataclass(frozen=True)
class Goal:
    """``what`` runs; on a GPU within ``seconds`` and to ``wanted``; below ``floor``, anywhere, the row is unsound.

    ``read`` finds in a run's result what it came to, which ``worth`` says in words.
    """

    what: str
    recipe: Recipe | ConvNet
    read: Callable[[Mapping[str, Any]], float]
    worth: str
    seconds: float
    wanted: float
    floor: float
    only_gpu: bool = False


GOALS = {
    "race": Goal(
        "the students' race on MNIST: a teacher, then 30 students in one model",
        Race(data="mnist"),
        lambda found: found["gain_mean"][TEMPERATURES.index(4.0)],
        "T = 4 gains {:.1%}",
        seconds=2.0,
        wanted=0.05,
        floor=0.05,
    ),
    "digits": Goal(
        "a teacher on MNIST, 585 steps of 512",
        ConvNet("mnist", channels=(16, 32), steps=585, batch_size=512, learning_rate=1e-2),
        lambda found: found["teacher"],
        "{:.2%} of the test images",
        seconds=1.0,
        wanted=0.99,
        floor=0.985,
    ),
    "matrix": Goal(
        "the 7 x 7 augmentations on the shapes, 49 trainings",
        Matrix(),
        lambda found: found["table"][FIGURE5_NAMES.index("crop"), FIGURE5_NAMES.index("color")],
        "crop and colour: probe {:.1%}",
        seconds=30.0,
        wanted=0.6,
        floor=0.6,
    ),
    "neighbours": Goal(
        f"SimCLR on CIFAR-10, {LARGE.steps} steps of 512",
        LARGE,
        lambda found: found["trained"]["knn"],
        "neighbours {:.1%}",
        seconds=60.0,
        wanted=0.80,
        floor=0.60,
        only_gpu=True,
    ),
    "probe": Goal(
        f"SimCLR on CIFAR-10, {LONGER.steps} steps of 512",
        LONGER,
        lambda found: found["trained"]["probe"],
        "linear probe {:.1%}",
        seconds=300.0,
        wanted=0.88,
        floor=0.60,
        only_gpu=True,
    ),
}


def live(terms: Terms) -> Iterator[Lap | Absent]:
    """Race, teacher and matrix anywhere; the larger SimCLR on a GPU only."""
    device = torch.device(terms.device)
    on_a_gpu = device.type == "cuda"
    with patch.dict(os.environ, DKDEMO_DEVICE=terms.device):
        for name, goal in GOALS.items():
            if goal.only_gpu and not on_a_gpu:
                yield Absent("live", told(name), "offered on a GPU only")
            else:
                found, spent = whole(goal.recipe, device)
                yield lap(name, goal.read(found), spent, on_a_gpu=on_a_gpu)


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


def whole(recipe: Recipe | ConvNet, device: torch.device) -> tuple[Mapping[str, Any], float]:
    """A run's result, and its seconds from its first line to its last number; of a teacher, those of its lesson."""
    if isinstance(recipe, ConvNet):
        net = recipe.build()
        spent = seconds(lambda: list(recipe.teach(net)), device)
        _, test = datasets.load(recipe.data, str(device))
        return {"teacher": (logits_of(net, test).argmax(1) == test.labels).double().mean().item()}, spent
    events: list[Event] = []
    spent = seconds(lambda: events.extend(recipe.run()), device)
    assert isinstance(events[-1], Done)
    return events[-1].result, spent
