"""The whole 7 x 7 table of SimCLR's Figure 5, filled cell by cell on the shapes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dkdemo.experiments import simclr_material
from dkdemo.experiments.recipe import Recipe, provenance
from dkdemo.jobs.events import Done, Event, Progress, Snapshot

FIGURE5_NAMES = ("crop", "cutout", "color", "sobel", "noise", "blur", "rotate")  # the paper's order


@dataclass(frozen=True)
class Matrix(Recipe):
    """Every ordered pair of augmentations, a short training each; the diagonal has one augmentation alone.

    As in the paper only one branch is distorted; the other sees the picture as it is. Each cell is the shape
    probe of its own fresh encoder, all from the same seed.
    """

    name: ClassVar[str] = "matrix"

    looks: tuple[str, ...] = FIGURE5_NAMES
    temperature: float = 0.2
    steps: int = 60
    batch_size: int = 96
    learning_rate: float = 5e-3
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.looks or any(look not in FIGURE5_NAMES or self.looks.count(look) > 1 for look in self.looks):
            raise ValueError(f"looks are some of {', '.join(FIGURE5_NAMES)}, each once; got {self.looks!r:.80}")
        if not 0.01 <= self.temperature <= 100 or not 0 < self.learning_rate <= 1:
            raise ValueError(
                "need temperature in [.01, 100] and learning_rate in (0, 1], "
                f"got {self.temperature} and {self.learning_rate}"
            )
        if not 2 <= self.steps <= 2000 or not 2 <= self.batch_size <= 4096:
            raise ValueError(f"need 2-2000 steps and a batch of 2-4096, got {self.steps} and {self.batch_size}")
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 2 + len(self.looks) ** 2 * (0.3 + self.steps * self.batch_size * 2.6e-4)

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo.device import pick
        from dkdemo.pretraining import pretrain

        began, device = time.perf_counter(), pick()
        material = simclr_material.load_material("shapes", str(device))
        size = len(self.looks)
        table = np.full((size, size), np.nan)
        total = size * size * self.steps
        for cell in range(size * size):
            row, column = divmod(cell, size)
            pair = self.looks[row : row + 1] if row == column else (self.looks[row], self.looks[column])
            model = simclr_material.new_model(material, self.seed)
            training = pretrain(
                model,
                material.images,
                first=pair,
                second=(),
                temperature=self.temperature,
                steps=self.steps,
                batch_size=self.batch_size,
                learning_rate=self.learning_rate,
                generator=torch.Generator(device).manual_seed(self.seed),
            )
            for seen in training:
                if seen.step % 5 == 1:
                    yield Progress(cell * self.steps + seen.step, total, {"loss": seen.loss.item()})
            table[row, column] = simclr_material.probes(model.encoder, material)["probe"]
            yield Snapshot("table", {"probe": table.copy(), "row": row, "column": column})
        untrained = simclr_material.probes(simclr_material.new_model(material, self.seed).encoder, material)["probe"]
        yield Done(
            {
                "table": table,
                "looks": list(self.looks),
                "random": untrained,
                "n": {"train": len(material.images), "test": len(material.test_images)},
                **provenance([self.seed], began, half=True),
            }
        )
