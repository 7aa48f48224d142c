"""Seventeen thousand parameters for a handful of points: what L2, L1 and augmentation make of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np

from dkdemo.experiments.recipe import Recipe, provenance, seeds_of
from dkdemo.jobs.events import Done, Event, Progress, Snapshot

METHODS = ("plain", "l2", "l1", "augment")
RUNS = 5
SIZES = (2, 128, 128, 2)
NOISE = 0.25  # standard deviation around the two moons
FLIPPED = 0.15  # of the training labels; the test labels are true
L2, L1, JITTER = 10.0, 0.5, 0.4  # of strength 1
STEPS, RATE = 250, 1e-2
GRID, EDGE = 48, 2.2
TESTED = 1000


@dataclass(frozen=True)
class Overwide(Recipe):
    """Two noisy moons, four ways to hold a wide net back, five seeds each: twenty nets in one model.

    Runs differ in points and first weights; within a run the four nets share both. ``strength`` multiplies L2, L1
    and the width of the augmentation's noise.
    """

    name: ClassVar[str] = "overwide"

    points: int = 100
    strength: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 4 <= self.points <= 4000:
            raise ValueError(f"points must be 4 to 4000, got {self.points}")
        if not 0 <= self.strength <= 10:
            raise ValueError(f"strength must be between 0 and 10, got {self.strength}")
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 2 + self.points / 75

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo.device import pick, send
        from dkdemo.models import StackedMLP
        from dkdemo.regularisation import train_regularised, weight_norms, zero_shares
        from dkdemo.training import measuring_steps

        began, device = time.perf_counter(), pick()
        seeds = seeds_of(self.seed, RUNS)
        rngs = [np.random.default_rng(seed) for seed in seeds]
        sets = []
        for one in rngs:
            place, label = moons(self.points, one)
            flipped = one.permutation(self.points) < round(FLIPPED * self.points)
            sets.append((place, np.where(flipped, 1 - label, label)))
        fresh = moons(TESTED, np.random.default_rng((self.seed, RUNS)))
        x = torch.tensor(np.stack([one[0] for one in sets]), device=device).repeat(len(METHODS), 1, 1)
        y = torch.tensor(np.stack([one[1] for one in sets]), device=device).repeat(len(METHODS), 1)
        unseen, truth = (torch.tensor(part, device=device) for part in fresh)
        side = torch.linspace(-EDGE, EDGE, GRID, device=device)
        plane = torch.cartesian_prod(side, side).flip(1)
        net = StackedMLP(SIZES, seeds * len(METHODS)).to(device)

        def per_copy(**strengths: float) -> torch.Tensor:
            held = torch.tensor([strengths.get(method, 0.0) for method in METHODS], device=device)
            return (self.strength * held).repeat_interleave(RUNS)

        jitter, chance = per_copy(augment=JITTER)[:, None, None], torch.Generator().manual_seed(seeds[0])

        def draw() -> tuple[torch.Tensor, torch.Tensor]:
            return x + jitter * send(torch.randn(x.shape, generator=chance), device), y

        @torch.no_grad()
        def measure() -> dict[str, np.ndarray]:
            """The first run's nets on the plane: the probability of class 1."""
            copies = StackedMLP(SIZES, seeds[:1] * len(METHODS)).to(device)
            for ours, theirs in zip(copies.parameters(), net.parameters(), strict=True):
                ours.copy_(theirs[::RUNS])
            ones = copies(plane).softmax(-1)[..., 1].view(len(METHODS), GRID, GRID).cpu().numpy()
            return dict(zip(METHODS, ones, strict=True))

        def wrong(inputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
            with torch.no_grad():
                return (net(inputs).argmax(-1) != labels).double().mean(1).view(len(METHODS), RUNS).cpu()

        training = train_regularised(net, draw, l1=per_copy(l1=L1), l2=per_copy(l2=L2), learning_rate=RATE, steps=STEPS)
        due = measuring_steps(STEPS, 20)
        for step in training:
            if step in due:
                surfaces = measure()
                yield Progress(step, STEPS, {})
                yield Snapshot("surface", {**surfaces, "side": side.cpu().numpy()})
        yield Done(
            {
                "error": wrong(unseen, truth).numpy(),  # (methods, runs)
                "train_error": wrong(x, y).numpy(),
                "norm": weight_norms(net).view(len(METHODS), RUNS).cpu().numpy(),
                "zero": zero_shares(net).view(len(METHODS), RUNS).cpu().numpy(),
                "surface": {**surfaces, "side": side.cpu().numpy()},
                "x": sets[0][0],
                "y": sets[0][1],
                "parameters": sum(a * b + b for a, b in pairwise(SIZES)),
                "n": {"train": self.points, "wrong": round(FLIPPED * self.points), "test": TESTED},
                **provenance(seeds, began),
            }
        )


def moons(points: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two half circles hooked into each other, with noise: (points, 2) float32 around the origin, and 0 or 1 each."""
    label = np.arange(points) % 2
    angle = np.pi * rng.random(points)
    x = np.where(label == 0, np.cos(angle), 1 - np.cos(angle)) - 0.5
    y = np.where(label == 0, np.sin(angle), 0.5 - np.sin(angle)) - 0.25
    return (np.stack([x, y], axis=1) + NOISE * rng.standard_normal((points, 2))).astype(np.float32), label
