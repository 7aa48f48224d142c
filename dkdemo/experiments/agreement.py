"""Two encoders that agree: does that make them right? The queue of strangers, left in and left out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dkdemo.experiments.recipe import Recipe, provenance, seeds_of
from dkdemo.jobs.events import Done, Event, Progress

KINDS = ("alone", "queue")
RUNS = 3


@dataclass(frozen=True)
class Agreement(Recipe):
    """The same pairs of encoders twice: once asked only to agree, once also to tell 1024 strangers apart.

    "agreement" is the mean cosine of a query and its key. "spread" is `dkdemo.siamese.output_spread` of the queries:
    1 when the points fill the sphere evenly, 0 when all are one point.
    """

    name: ClassVar[str] = "agreement"

    momentum: float = 0.99
    queue_size: int = 1024
    temperature: float = 0.1
    steps: int = 200
    batch_size: int = 64
    learning_rate: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.momentum <= 1 or not 0.01 <= self.temperature <= 100 or not 0 < self.learning_rate <= 100:
            raise ValueError(
                "need momentum in [0, 1], temperature in [.01, 100] and learning_rate in (0, 100], "
                f"got {self.momentum}, {self.temperature} and {self.learning_rate}"
            )
        if not 2 <= self.batch_size <= self.queue_size <= 65536 or not 20 <= self.steps <= 20_000:
            raise ValueError(
                "need 2 <= batch_size <= queue_size <= 65536 and 20-20000 steps, "
                f"got {self.batch_size}, {self.queue_size} and {self.steps}"
            )
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 1 + self.steps * self.batch_size * self.queue_size * 1.6e-7

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo.device import pick
        from dkdemo.experiments import moco_material as material
        from dkdemo.siamese import output_spread
        from dkdemo.training import measuring_steps

        began, device = time.perf_counter(), pick()
        seeds = seeds_of(self.seed, RUNS)
        queries, keys, train, test = material.pair(seeds, len(KINDS))
        untrained = material.neighbours(queries, train, test)[:RUNS]
        learning = material.train_moco(
            queries,
            keys,
            train,
            momentum=torch.full((len(KINDS) * RUNS,), self.momentum, device=device),
            strangers=torch.tensor([kind == "queue" for kind in KINDS], device=device).repeat_interleave(RUNS),
            generators=[torch.Generator().manual_seed(seed) for seed in seeds],
            queue_size=self.queue_size,
            temperature=self.temperature,
            steps=self.steps,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
        )
        due = measuring_steps(self.steps, 40)
        for seen in learning:
            if seen.step in due:
                agree = (seen.query * seen.key).sum(-1).mean(-1).view(-1, RUNS)
                spread = torch.stack([output_spread(points) for points in seen.query]).view(-1, RUNS)
                found = {"agreement": agree, "spread": spread}
                metrics = {
                    f"{name}_{kind}": rows[k].mean().item()
                    for name, rows in found.items()
                    for k, kind in enumerate(KINDS)
                }
                yield Progress(seen.step, self.steps, metrics)
        knn = material.neighbours(queries, train, test).view(-1, RUNS)
        yield Done(
            {
                "kinds": list(KINDS),
                "agreement": agree.double().tolist(),
                "spread": spread.double().tolist(),
                "knn": knn.tolist(),
                "untrained": untrained.tolist(),
                "n": {"train": len(train.labels), "test": len(test.labels), "keys": self.queue_size},
                **provenance(seeds, began),
            }
        )
