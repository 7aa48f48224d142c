"""How slowly must the key encoder follow? Five momenta, three seeds each, as one model."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from dkdemo.experiments.recipe import Recipe, provenance, seeds_of
from dkdemo.jobs.events import Done, Event, Progress

MOMENTA = (0.0, 0.9, 0.99, 0.999, 1.0)
RUNS = 3  # pairs of encoders for each momentum; the runs of one seed differ in nothing but m


@dataclass(frozen=True)
class Momentum(Recipe):
    """MoCo on the digits with a queue of 1024 keys, for m = 0, .9, .99, .999 and 1: fifteen pairs in one stack.

    The encoders are perceptrons without batch normalisation, so nothing leaks that would have to be shuffled. The
    learning rate is high on purpose: a query encoder in a hurry is what a slow key encoder is for.

    "stale" is `dkdemo.moco.drift` of the whole queue: how far its keys lie from what the key encoder would write of
    the same looks now, 1 - cosine, over how far two random keys lie apart; its mean over the second half of the steps.
    """

    name: ClassVar[str] = "momentum"

    queue_size: int = 1024
    temperature: float = 0.1
    steps: int = 400
    batch_size: int = 64
    learning_rate: float = 4.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0.01 <= self.temperature <= 100 or not 0 < self.learning_rate <= 100:
            raise ValueError(
                "need temperature in [.01, 100] and learning_rate in (0, 100], "
                f"got {self.temperature} and {self.learning_rate}"
            )
        if not 2 <= self.batch_size <= self.queue_size <= 65536 or not 20 <= self.steps <= 20_000:
            raise ValueError(
                "need 2 <= batch_size <= queue_size <= 65536 and 20-20000 steps, "
                f"got {self.batch_size}, {self.queue_size} and {self.steps}"
            )
        if self.steps * self.batch_size < self.queue_size:
            raise ValueError(
                "steps * batch_size must be >= queue_size, or strangers stay in the queue to the end, "
                f"got {self.steps} * {self.batch_size} and {self.queue_size}"
            )
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 1 + self.steps * self.batch_size * self.queue_size * 4e-7

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo.device import pick
        from dkdemo.experiments import moco_material as material
        from dkdemo.training import measuring_steps

        began, device = time.perf_counter(), pick()
        seeds = seeds_of(self.seed, RUNS)
        queries, keys, train, test = material.pair(seeds, len(MOMENTA))
        untrained = material.neighbours(queries, train, test)[:RUNS]
        learning = material.train_moco(
            queries,
            keys,
            train,
            momentum=torch.tensor(MOMENTA, device=device).repeat_interleave(RUNS),
            strangers=torch.ones(len(MOMENTA) * RUNS, dtype=torch.bool, device=device),
            generators=[torch.Generator().manual_seed(seed) for seed in seeds],
            queue_size=self.queue_size,
            temperature=self.temperature,
            steps=self.steps,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
        )
        due, stale = measuring_steps(self.steps, 40), []
        for seen in learning:
            if seen.step in due:
                means = seen.loss.view(-1, RUNS).mean(1).tolist()
                yield Progress(seen.step, self.steps, {f"loss_{k}": loss for k, loss in enumerate(means)})
                if seen.step >= self.steps / 2 and seen.step * self.batch_size >= self.queue_size:
                    stale.append(material.staleness(keys, seen))
        yield Done(
            {
                **table(seen.loss, material.neighbours(queries, train, test), torch.stack(stale).mean(0)),
                "untrained": untrained.tolist(),
                "chance": math.log(self.queue_size + 1),
                "n": {"train": len(train.labels), "test": len(test.labels), "keys": self.queue_size},
                **provenance(seeds, began),
            }
        )


def table(loss: Any, knn: Any, stale: Any) -> dict[str, Any]:
    """Each measure as rows (momenta, runs); the drift is the mean over the second half of the training."""
    return {
        "momenta": list(MOMENTA),
        **{
            name: values.detach().cpu().double().view(len(MOMENTA), RUNS).tolist()
            for name, values in (("loss", loss), ("knn", knn), ("stale", stale))
        },
    }
