"""Can matrices be learned as switches that each open one position of h? As many as h has numbers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from dkdemo.experiments.recipe import Recipe, provenance, seeds_of
from dkdemo.jobs.events import Done, Event

REPEATS, TRAIN, TEST = 5, 400, 400
ROOM = 4  # dimensions shown beyond the length


@dataclass(frozen=True)
class Switches(Recipe):
    """A random recurrent network reads x_1 ... x_L into one vector h; a matrix a position is learned to read it back.

    Done for every dimension of h from 1 to L + 4, five networks each. The inputs are independent normal numbers, so
    nothing can be guessed from the others: with d < L dimensions, a linear reader loses the share 1 - d/L on average,
    whichever network it was.
    """

    name: ClassVar[str] = "switches"
    lane: ClassVar[Literal["long", "short"]] = "short"

    length: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        if not 2 <= self.length <= 16:
            raise ValueError(f"sequences have 2 to 16 steps, got {self.length}")
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 1.0

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo.sequences import learn_switches, random_memory, unexplained

        began = time.perf_counter()
        seeds = seeds_of(self.seed, REPEATS)
        dimensions = list(range(1, self.length + ROOM + 1))
        tables, unread = [], np.zeros((len(dimensions), REPEATS))
        for place, dimension in enumerate(dimensions):
            for run, seed in enumerate(seeds):
                generator = torch.Generator().manual_seed(1000 * seed + dimension)
                memory = random_memory(self.length, dimension, generator)  # (d, L)
                seen, asked = (
                    torch.randn(count, self.length, generator=generator, dtype=torch.float64) for count in (TRAIN, TEST)
                )
                switches = learn_switches(seen @ memory.T, seen)  # (L, d)
                unread[place, run] = unexplained(asked @ memory.T @ switches.T, asked).mean().item()
                if run == 0:
                    tables.append((switches @ memory).numpy())
        yield Done(
            {
                "tables": np.stack(tables),
                "unread": unread,
                "dimensions": dimensions,
                "length": self.length,
                **provenance(seeds, began, device="cpu"),
                "n": {"train": TRAIN, "test": TEST},
            }
        )
