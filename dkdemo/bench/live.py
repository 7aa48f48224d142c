"""Row 10: whole runs as the pages offer them, from nothing to the last number; on a GPU each with its goal in seconds.

There is no peer here. A run that came quickly to a poor end fails the bench.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import torch
import torch.nn.functional as F

from dkdemo import datasets
from dkdemo.bench import Terms
from dkdemo.bench.measure import Absent, Lap, seconds
from dkdemo.experiments.figure5 import LARGE
from dkdemo.experiments.matrix import LOOKS, Matrix
from dkdemo.experiments.race import TEMPERATURES, Race
from dkdemo.experiments.recipe import Recipe
from dkdemo.jobs.events import Done, Event
from dkdemo.models import small_cnn
from dkdemo.training import annealed_adam, answers

LONGER = replace(LARGE, steps=5 * LARGE.steps)
GAIN = 0.05  # of the race's soft students over their hard twins, on the mean; here 9.4 to 11.9 points
TEACHER = 0.985  # of the MNIST test images; here .991 and .992
BOTH = 0.70  # of the shapes' kinds, read from crop and colour together

# What, seconds wanted on a GPU, and for what.
GOALS = {
    "race": ("the students' race on MNIST: a teacher, then 30 students in one model", 2.0),
    "digits": ("a teacher on MNIST, 585 steps of 512", 1.0),
    "matrix": ("the 7 x 7 augmentations on the shapes, 49 trainings", 30.0),
    "neighbours": (f"SimCLR on CIFAR-10, {LARGE.steps} steps of 512, wanted 80 % by nearest neighbours", 60.0),
    "probe": (f"SimCLR on CIFAR-10, {LONGER.steps} steps of 512, wanted 88 % by a linear probe", 300.0),
}


def live(terms: Terms) -> Iterator[Lap | Absent]:
    """Race, teacher and matrix anywhere; the larger SimCLR on a GPU only."""
    device = torch.device(terms.device)
    found, spent = whole(Race(data="mnist"), device)
    gain = found["gain_mean"][TEMPERATURES.index(4.0)]
    yield _lap("race", spent, device, f"T = 4 gains {100 * gain:.1f} points over hard labels", gain >= GAIN)
    right, spent = digits(device)
    yield _lap("digits", spent, device, f"{right:.2%} of the test images, wanted 99 %", right >= TEACHER)
    found, spent = whole(Matrix(), device)
    both = found["table"][LOOKS.index("crop"), LOOKS.index("color")]
    yield _lap("matrix", spent, device, f"crop and colour: {both:.0%} of the shapes by a linear probe", both >= BOTH)
    for name, recipe, asked in (("neighbours", LARGE, "knn"), ("probe", LONGER, "probe")):
        if device.type == "cuda":
            found, spent = whole(recipe, device)
            right, least = found["trained"][asked], found["random"][asked]
            yield _lap(name, spent, device, f"{right:.1%}, untrained {least:.1%}", right > least)
        else:
            what, wanted = GOALS[name]
            yield Absent("live", f"{what}, within {wanted:g} s", "for a GPU only")


def whole(recipe: Recipe, device: torch.device) -> tuple[Mapping[str, Any], float]:
    """A run's result and seconds, from its first line to its last number, on that device."""
    last: dict[str, Event] = {}

    def run() -> None:
        for event in recipe.run():
            last["event"] = event

    with patch.dict(os.environ, DKDEMO_DEVICE=str(device)):
        spent = seconds(run, device)
    done = last["event"]
    assert isinstance(done, Done)
    return done.result, spent


def digits(device: torch.device) -> tuple[float, float]:
    """The share of MNIST's test images that a small net names after five epochs, and the seconds these took."""
    train, test = datasets.load("mnist", str(device))
    torch.manual_seed(0)
    net, steps = small_cnn(16, 32, 1, 28, 10).to(device), 585

    def teach() -> None:
        adam, schedule = annealed_adam(net, 1e-2, steps)
        for _, (x, y) in zip(range(steps), train.batches(512, torch.Generator().manual_seed(0)), strict=False):
            loss = F.cross_entropy(net(x), y)
            adam.zero_grad()
            loss.backward()
            adam.step()
            schedule.step()

    spent = seconds(teach, device)
    return (answers(net, test).argmax(1) == test.labels).double().mean().item(), spent


def _lap(name: str, spent: float, device: torch.device, worth: str, sound: bool) -> Lap:
    what, wanted = GOALS[name]
    return Lap("live", what, (spent,), "s", wanted if device.type == "cuda" else math.inf, worth, sound)
