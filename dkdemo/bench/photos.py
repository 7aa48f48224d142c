"""The row `photos`: photographs within a budget. No peer, only a floor: a quick lesson that fell below it fails."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator

import torch

from dkdemo import datasets
from dkdemo.bench import Terms
from dkdemo.bench.measure import Lap, seconds
from dkdemo.evaluation import accuracy
from dkdemo.experiments.photos import LARGE, SCALE, Photos
from dkdemo.photos import PhotoNet, logits_of, some_of, whitening_filters
from dkdemo.speedrun import Spent, by_clock, by_steps, learn

BUDGET = 60.0  # seconds of one processor core: what else the machine does must not decide whether the row is sound
FLOOR = 0.75  # of the 10,000 test images
GPU_SECONDS, GPU_WANTED, GPU_FLOOR = 5.0, 0.94, 0.88  # of the larger recipe


def photos(terms: Terms) -> Iterator[Lap]:
    """The scene's teacher on CIFAR-10, seed 0: on a processor the usual recipe, on a GPU the larger one."""
    device = torch.device(terms.device)
    if device.type == "cuda":
        steps = round(LARGE.epochs * 50_000 / LARGE.batch_size)
        what = f"{LARGE.epochs:g} epochs, the larger recipe; wanted: {GPU_WANTED:.0%} within {GPU_SECONDS:g} s"
        yield lesson(LARGE, lambda: by_steps(steps), device, what, GPU_SECONDS, GPU_WANTED, GPU_FLOOR)
    else:
        yield lesson(Photos(), lambda: by_clock(BUDGET, time.process_time), device, f"{BUDGET:g} s of one core")


def lesson(
    recipe: Photos,
    budget: Callable[[], Spent],
    device: torch.device,
    told: str,
    bound: float = math.inf,
    wanted: float = 0.0,
    floor: float = FLOOR,
) -> Lap:
    """Train the recipe's teacher once, and ask it about all test images."""
    train, test = datasets.load(recipe.data, str(device))
    filters = whitening_filters(train.normalise(some_of(train.images)))
    net = PhotoNet(filters, recipe.widths, len(train.classes), [recipe.seed], recipe.stride, scale=SCALE).to(device)
    generator, steps = torch.Generator(device).manual_seed(recipe.seed), 0

    def teach() -> None:
        nonlocal steps
        for seen in learn(net, train, budget(), batch_size=recipe.batch_size, generator=generator):
            steps = seen.step

    spent = seconds(teach, device)
    right = accuracy(logits_of(net, test, thorough=True)[0], test.labels).item()
    return Lap(
        "photos",
        f"CIFAR-10, from nothing, {told}",
        (spent,),
        "s",
        bound=bound,
        worth=f"{right:.1%} of the test images, floor {floor:.0%}; {steps} steps of {recipe.batch_size}",
        sound=right >= floor,
        enough=right >= wanted,
    )
