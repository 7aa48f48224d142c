"""Watch a cloud of pictures spread over the circle or the sphere while a network learns to tell them apart."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dkdemo.experiments import simclr_material
from dkdemo.experiments.recipe import Recipe, provenance
from dkdemo.jobs.events import Done, Event, Progress, Snapshot

SHOWN = 300  # points on the screen


@dataclass(frozen=True)
class Sphere(Recipe):
    """SimCLR on the shapes with a projector of 2 or 3 outputs, so that the space of z can be drawn whole.

    The views are crops only: partners are easily brought together, so what is seen is the push between strangers.
    Harder views fill a circle or a sphere only in part, for lack of dimensions to sort them.

    "together" is the length of the mean of all unit vectors: 1 when all are one point, 0 when they balance.
    """

    name: ClassVar[str] = "sphere"

    dimensions: int = 3
    temperature: float = 0.5
    steps: int = 200
    batch_size: int = 96
    learning_rate: float = 5e-3
    seed: int = 0

    def __post_init__(self) -> None:
        if self.dimensions not in (2, 3):
            raise ValueError(f"dimensions is 2 (circle) or 3 (sphere), got {self.dimensions}")
        if not 0.01 <= self.temperature <= 100:
            raise ValueError(f"temperature must be between .01 and 100, got {self.temperature}")
        if not 2 <= self.steps <= 20_000 or not 2 <= self.batch_size <= 4096:
            raise ValueError(f"need 2-20000 steps and a batch of 2-4096, got {self.steps} and {self.batch_size}")
        if not 0 < self.learning_rate <= 1:
            raise ValueError(f"learning_rate must be in (0, 1], got {self.learning_rate}")
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 1 + self.steps * self.batch_size * 2.2e-4

    def run(self) -> Iterator[Event]:
        import torch
        import torch.nn.functional as F

        from dkdemo import contrastive
        from dkdemo.device import pick
        from dkdemo.pretraining import features, pretrain
        from dkdemo.views import random_view

        began, device = time.perf_counter(), pick()
        material = simclr_material.load_material("shapes", str(device))
        model = simclr_material.new_model(material, self.seed, outputs=self.dimensions)
        chance = torch.Generator(device).manual_seed(self.seed)
        augmentations = simclr_material.CHOICES["shapes"]["crop"]
        # One view each of unseen pictures, always the same: it is views that the loss spreads.
        shown = random_view(material.test_images[:SHOWN] / 255, augmentations, chance)

        def measure(step: int) -> tuple[Progress, Snapshot]:
            points = F.normalize(features(model, shown), dim=1)
            metrics = {
                "together": points.mean(0).norm().item(),
                "uniformity": contrastive.uniformity(points).item(),
            }
            arrays = {name: points[:, i].cpu().numpy() for i, name in enumerate("xyz"[: self.dimensions])}
            return Progress(step, self.steps, metrics), Snapshot("points", {**arrays, "step": step})

        start, first = measure(0)
        yield start
        yield first
        training = pretrain(
            model,
            material.images,
            first=augmentations,
            second=augmentations,
            temperature=self.temperature,
            steps=self.steps,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            generator=chance,
        )
        for seen in training:
            if seen.step % 4 == 0 or seen.step in (1, self.steps):
                progress, points = measure(seen.step)
                yield progress
                yield points
        yield Done(
            {
                "start": dict(start.metrics),
                "end": dict(progress.metrics),
                "first": dict(first.arrays),
                "last": dict(points.arrays),
                "dimensions": self.dimensions,
                "n": {"train": len(material.images), "test": len(shown)},
                **provenance([self.seed], began, half=True),
            }
        )
