"""Guess the positive without looking: what the statistics of batch normalisation give away, and how to hide it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from dkdemo.experiments.recipe import Recipe, provenance, seeds_of
from dkdemo.jobs.events import Done, Event, Progress

RUNS = 3  # untrained layers
BATCHES = 20  # of each run


@dataclass(frozen=True)
class Shuffling(Recipe):
    """Deal a batch of digits out to several devices; name each query group's keys by their statistics alone.

    Queries and keys are two noisy looks at the same digits, through one untrained layer of 64 channels. The
    guesser is handed nothing but the means and deviations that batch normalisation computes on each device.
    Dealt out in the same order, the keys of a group share its statistics; shuffled, they do not.
    """

    name: ClassVar[str] = "shuffling"
    lane: ClassVar[Literal["long", "short"]] = "short"

    groups: int = 8
    batch_size: int = 256
    seed: int = 0

    def __post_init__(self) -> None:
        if not 2 <= self.groups <= self.batch_size // 2 or self.batch_size % self.groups or self.batch_size > 1024:
            raise ValueError(
                "need at least 2 groups that share a batch of at most 1024 evenly, two digits each or more, "
                f"got {self.groups} and {self.batch_size}"
            )
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 1.0

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo import datasets
        from dkdemo.device import pick
        from dkdemo.experiments.moco_material import noisy_view
        from dkdemo.models import mlp
        from dkdemo.shuffling import group_statistics, nearest_group, shuffled

        began, device = time.perf_counter(), pick()
        train, _ = datasets.load("digits", str(device))
        x, wanted = train.normalised(), torch.arange(self.groups, device=device)
        seeds = seeds_of(self.seed, RUNS)
        found: dict[str, list[float]] = {"plain": [], "shuffled": []}
        named = {name: torch.zeros(self.groups, self.groups, dtype=torch.float64) for name in found}
        for run, seed in enumerate(seeds):
            generator = torch.Generator().manual_seed(seed)
            layer = mlp((x[0].numel(), 64), seed=seed).to(device)
            hits = {name: 0.0 for name in found}
            for _ in range(BATCHES):
                batch = x[torch.randperm(len(x), generator=generator)[: self.batch_size].to(device)]
                with torch.no_grad():
                    query, key = layer(noisy_view(batch, generator)), layer(noisy_view(batch, generator))
                deal, _ = shuffled(len(batch), generator)
                own, same, other = (group_statistics(part, self.groups) for part in (query, key, key[deal.to(device)]))
                for name, statistics in (("plain", same), ("shuffled", other)):
                    guess = nearest_group(own, statistics)
                    hits[name] += (guess == wanted).double().mean().item() / BATCHES
                    named[name][wanted.cpu(), guess.cpu()] += 1 / (RUNS * BATCHES)
            for name, share in hits.items():
                found[name].append(share)
            yield Progress(run + 1, RUNS, hits)
        yield Done(
            {
                **found,
                "chance": 1 / self.groups,
                "named": {name: shares.tolist() for name, shares in named.items()},  # (true device, named device)
                "n": {"per_group": self.batch_size // self.groups, "batches": RUNS * BATCHES},
                **provenance(seeds, began),
            }
        )
