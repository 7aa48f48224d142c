"""How fast does this machine multiply? One number, measured now, by which a network's appetite can be judged."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dkdemo.experiments.recipe import Recipe, provenance
from dkdemo.jobs.events import Done, Event

TURNS = 15
SIDES = {"cpu": 768, "cuda": 4096}  # so long that starting the product costs next to nothing beside it


@dataclass(frozen=True)
class Speed(Recipe):
    """The best of several products of two square float32 matrices, as 10^9 operations a second.

    A product of side n is 2 n^3 operations. One thread on a processor, as all of this lecture's trainings use; a
    network reaches less, for its layers are thinner and its weights must be read.
    """

    name: ClassVar[str] = "speed"
    lane: ClassVar = "short"

    side: int = 0  # of the matrices; 0 takes what suits the device

    def __post_init__(self) -> None:
        if self.side and not 64 <= self.side <= 8192:
            raise ValueError(f"the side of the matrices must be 64 to 8192, or 0 for what suits, got {self.side}")
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 1.0

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo.device import pick

        began, device = time.perf_counter(), pick()
        side = self.side or SIDES.get(device.type, SIDES["cpu"])
        generator = torch.Generator().manual_seed(0)
        first, second = torch.rand(2, side, side, generator=generator).to(device)
        spans = []
        for _ in range(TURNS):
            start = time.perf_counter()
            first @ second
            if device.type == "cuda":
                torch.cuda.synchronize()
            spans.append(time.perf_counter() - start)
        yield Done(
            {
                "gflops": 2 * side**3 / min(spans) / 1e9,
                "side": side,
                "threads": torch.get_num_threads(),
                "n": {"products": TURNS},
                **provenance([0], began),
            }
        )
