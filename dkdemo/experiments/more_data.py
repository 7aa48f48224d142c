"""A network of fixed width on ever more pictures: with no ridge, more data can hurt."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from dkdemo.experiments.double_descent import HELD_OUT, RIDGES, TESTED
from dkdemo.experiments.recipe import DIGITS, Recipe, check_data, provenance, seeds_of
from dkdemo.jobs.events import Done, Event

WIDTH = 200
RUNS = 5
SIZES = (25, 35, 50, 70, 100, 130, 160, 180, 200, 230, 270, 330, 400, 500, 600, 800)


@dataclass(frozen=True)
class MoreData(Recipe):
    """200 random features and a least-squares output on n pictures, 25 to 800; five seeds, ridges as in the demo.

    The samples of a run are nested: each contains the smaller ones. The tuned ridge of a size is chosen on held-out
    training images, by the mean over the runs.
    """

    name: ClassVar[str] = "more_data"
    lane: ClassVar[Literal["long", "short"]] = "short"

    data: str = "digits"
    seed: int = 0

    def __post_init__(self) -> None:
        check_data(self.data, DIGITS)
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 1.5

    def run(self) -> Iterator[Event]:
        import torch
        import torch.nn.functional as F

        from dkdemo import datasets
        from dkdemo.device import pick
        from dkdemo.regression import draw_directions, random_features, ridge_weights

        began, device = time.perf_counter(), pick()
        train, test = datasets.load(self.data, str(device))
        seeds = seeds_of(self.seed, RUNS)
        errors = torch.empty(2, len(RIDGES), len(SIZES), RUNS, dtype=torch.float64, device=device)
        tested = min(TESTED, len(test))
        for run, seed in enumerate(seeds):
            generator = torch.Generator().manual_seed(seed)
            order = torch.randperm(len(train), generator=generator).to(device)
            shown = torch.randperm(len(test), generator=generator)[:tested].to(device)
            pool, held, new = train[order[: SIZES[-1]]], train[order[-HELD_OUT:]], test[shown]
            directions = draw_directions(train.images[0].numel(), WIDTH, generator).to(device)
            known, *asked = (
                random_features(part.normalised().flatten(1), directions) / WIDTH**0.5 for part in (pool, held, new)
            )
            targets = F.one_hot(pool.labels, len(train.classes)).double()
            for column, size in enumerate(SIZES):
                few = targets[:size]
                weights = ridge_weights(known[:size], few - few.mean(0), RIDGES)
                for row, (part, features) in enumerate(zip((held, new), asked, strict=True)):
                    answer = (features @ weights + few.mean(0)).argmax(-1)
                    errors[row, :, column, run] = (answer != part.labels).double().mean(-1)
        errors = errors.cpu()
        best = errors[0].mean(-1).argmin(0)
        yield Done(
            {
                "sizes": list(SIZES),
                "width": WIDTH,
                "plain": errors[1, 0].numpy(),  # (sizes, runs)
                "tuned": errors[1][best, torch.arange(len(SIZES))].numpy(),
                "n": {"train": SIZES[-1], "held_out": HELD_OUT, "test": tested},
                **provenance(seeds, began),
            }
        )
