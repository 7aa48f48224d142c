"""Two mirrored networks with nobody to push apart: which part of SimSiam keeps it from saying one thing of all?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from dkdemo.experiments import simclr_material
from dkdemo.experiments.recipe import Recipe, provenance, seeds_of
from dkdemo.jobs.events import Done, Event, Progress

if TYPE_CHECKING:
    from torch import Tensor

TARGETS = ("still", "moving", "follower")
RUNS = 3  # seeds of each setting; the settings of one seed start alike and see the same views


@dataclass(frozen=True)
class Collapse(Recipe):
    """Train a pair of branches on the shapes, and beside it the pair that is known to live, on the same views.

    Three seeds of each.

    ``target``: what a branch has to predict. "still": the other branch with its gradient stopped (SimSiam);
    "moving": the same without the stop; "follower": a slow average of the network (as in BYOL), which no gradient
    reaches either. All three, the follower too, train with SimSiam's loss of cosines; BYOL's own is 4 plus four times
    that, and Adam hardly minds the factor. ``predictor``: whether a head of its own does the predicting.

    The projector ends without batch normalisation. The paper has one there; it forces every channel to keep
    its spread within a batch, and so hides a collapse that has happened all the same.
    """

    name: ClassVar[str] = "collapse"

    target: str = "still"
    predictor: bool = True
    decay: float = 0.97
    steps: int = 48
    batch_size: int = 96
    learning_rate: float = 3e-3
    seed: int = 0

    def __post_init__(self) -> None:
        if self.target not in TARGETS:
            raise ValueError(f"target is one of {', '.join(TARGETS)}; got {self.target!r:.40}")
        if not 0 <= self.decay <= 1:
            raise ValueError(f"decay must be in [0, 1], got {self.decay}")
        if not 2 <= self.steps <= 20_000 or not 2 <= self.batch_size <= 4096:
            raise ValueError(f"need 2-20000 steps and a batch of 2-4096, got {self.steps} and {self.batch_size}")
        if not 0 < self.learning_rate <= 1:
            raise ValueError(f"learning_rate must be in (0, 1], got {self.learning_rate}")
        super().__post_init__()

    @property
    def healthy(self) -> bool:
        """Is this SimSiam itself, so that there is nothing to compare it with?"""
        return self.target == "still" and self.predictor

    def expected_seconds(self) -> float:
        pairs = RUNS * (1 if self.healthy else 1.9)
        return 1 + self.steps * self.batch_size * 1.9e-4 * pairs

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo.device import pick
        from dkdemo.experiments.collapse_pair import Pair
        from dkdemo.pretraining import standardised
        from dkdemo.views import random_view

        began, device = time.perf_counter(), pick()
        material = simclr_material.load_material("shapes", str(device))
        augmentations = simclr_material.CHOICES["shapes"]["both"]
        settings = {"": self} if self.healthy else {"": self, "healthy_": replace(self, target="still", predictor=True)}
        seeds = seeds_of(self.seed, RUNS)
        generators = [torch.Generator(device).manual_seed(seed) for seed in seeds]
        pairs = {name: [Pair(recipe, material, seed) for seed in seeds] for name, recipe in settings.items()}
        seen: dict[str, list[float]] = {}
        for step in range(1, self.steps + 1):
            shown = step % 3 == 0 or step <= 3 or step == self.steps
            found: dict[str, list[Tensor]] = {}
            for run, chance in enumerate(generators):
                picked = torch.randint(len(material.images), (self.batch_size,), generator=chance, device=device)
                batch = material.images[picked] / 255
                views = [standardised(random_view(batch, augmentations, chance)) for _ in range(2)]
                for name, own in pairs.items():
                    for what, value in own[run].step(*views, measured=shown).items():
                        found.setdefault(f"{name}{what}", []).append(value)
            if shown:
                seen = {name: torch.stack(values).tolist() for name, values in found.items()}
                yield Progress(step, self.steps, _told(seen))
        for name, own in pairs.items():
            seen[f"{name}probe"] = [pair.probe(material) for pair in own]
        yield Done(
            {
                "end": _told(seen),
                "runs": seen,
                "target": self.target,
                "predictor": self.predictor,
                "healthy": self.healthy,
                "n": {"train": len(material.images), "test": len(material.test_images)},
                **provenance(seeds, began),
            }
        )


def _told(seen: dict[str, list[float]]) -> dict[str, float]:
    """Of each measure the mean over the seeds, the lowest and the highest."""
    told = {name: sum(runs) / len(runs) for name, runs in seen.items()}
    told |= {f"{name}_low": min(runs) for name, runs in seen.items()}
    return told | {f"{name}_high": max(runs) for name, runs in seen.items()}
