"""A few pictures of a data set, to look at or to mix: an answer, not a training."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dkdemo.experiments.recipe import Recipe, provenance
from dkdemo.jobs.events import Done, Event

MOST = 400  # pictures in one answer


@dataclass(frozen=True)
class Samples(Recipe):
    """Test pictures as uint8: ``per_class`` random ones of every class, or those at ``indices``.

    The result has ``images`` (N, H, W, C) as a browser draws them, C = 1 or 3, ``labels`` (N,), ``indices`` (N,)
    into the test set and ``classes``; without ``indices`` they are ordered by class.
    """

    name = "samples"
    lane = "short"

    data: str = "digits"
    per_class: int = 2
    seed: int = 0
    indices: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.per_class <= 40:
            raise ValueError(f"per_class must be 1 to 40, got {self.per_class}")
        if len(self.indices) > MOST or any(type(index) is not int or index < 0 for index in self.indices):
            raise ValueError(f"indices must be at most {MOST} whole numbers from 0 on, got {self.indices!r:.80}")
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 1.0

    def run(self) -> Iterator[Event]:
        from dkdemo import datasets

        start = time.perf_counter()
        _, test = datasets.load(self.data)
        labels = test.labels.numpy()
        picked = np.array(self.indices, dtype=np.int64) if self.indices else self._random(labels, len(test.classes))
        if picked.max() >= len(labels):
            raise ValueError(f"{self.data} has the test pictures 0 to {len(labels) - 1}, got {picked.max()}")
        images = test.images.numpy()[picked].transpose(0, 2, 3, 1)
        yield Done(
            {
                "images": np.ascontiguousarray(images),
                "labels": labels[picked],
                "indices": picked,
                "classes": list(test.classes),
                **provenance([self.seed], start, device="cpu"),
                "n": {"images": len(picked)},
            }
        )

    def _random(self, labels: np.ndarray, classes: int) -> np.ndarray:
        """Random test pictures of every class; a class with fewer gives all it has."""
        rng = np.random.default_rng(self.seed)
        each = max(1, min(self.per_class, MOST // classes))
        members = [rng.permutation(np.flatnonzero(labels == label))[:each] for label in range(min(classes, MOST))]
        return np.concatenate(members)
