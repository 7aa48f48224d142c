"""What weight decay buys and what data buys: an over-wide net on ever more pictures, held back in four ways."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from dkdemo.experiments.recipe import Recipe, check_data, provenance, seeds_of
from dkdemo.jobs.events import Done, Event, Progress

if TYPE_CHECKING:
    from torch import Tensor

    from dkdemo.datasets import Dataset

METHODS = ("plain", "decay", "augment", "both")
SIZES = {"digits": (50, 100, 200, 400, 800), "mnist": (50, 200, 800)}  # n, pictures to learn from
DECAYS = (0.3, 3.0, 15.0)  # tried; the one with the lowest held-out error counts
RUNS = 3
WIDTH = 256
HELD_OUT, TESTED = 250, 1000
DRAWN = 4096  # more than are ever learned from: what is drawn for so many labels makes one wrong at every size or none
STEPS = {"digits": 200, "mnist": 300}
BATCH, RATE = 50, 5e-3


@dataclass(frozen=True)
class WhatBuys(Recipe):
    """Nets with one wide layer for n = 50 pictures and more: plain, weight decay, augmentation, both; three seeds.

    Weight decay is tried at three strengths, and the one with the lowest mean error on held-out training images
    counts; a run's own lie apart from all that it learns from. Augmentation moves each picture by up to half a pixel
    (digits, 8 x 8) or one (MNIST, averaged to 14 x 14).
    With ``noise``, so large a share of the labels to learn from is wrong; the held-out and test labels are true.
    """

    name: ClassVar[str] = "what_buys"

    data: str = "digits"
    noise: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        check_data(self.data, SIZES)
        if not 0 <= self.noise <= 0.8:
            raise ValueError(f"noise must be between 0 and .8, got {self.noise}")
        super().__post_init__()

    def expected_seconds(self) -> float:
        return {"digits": 7.0, "mnist": 11.0}[self.data]

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo import datasets
        from dkdemo.device import pick
        from dkdemo.experiments.side_by_side import draw_wrong_at, spoilt

        began, device = time.perf_counter(), pick()
        train, test = datasets.load(self.data, str(device))
        seeds, classes = seeds_of(self.seed, RUNS), len(train.classes)
        orders = [torch.randperm(len(train), generator=torch.Generator().manual_seed(seed)) for seed in seeds]
        held = gathered([looks(train[order[-HELD_OUT:].to(device)], self.data) for order in orders])
        some = test.sample_indices(TESTED, torch.Generator().manual_seed(self.seed))
        unseen, sizes, errors, chosen = gathered([looks(test[some], self.data)] * RUNS), SIZES[self.data], [], []
        norms, steps = [], len(SIZES[self.data]) * STEPS[self.data]
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        by = torch.stack(
            [
                draw_wrong_at(torch.rand(DRAWN, generator=generator) < self.noise, classes, generator)
                for generator in generators
            ]
        )
        for round_, size in enumerate(sizes):
            x, y = gathered([looks(train[order[:size].to(device)], self.data) for order in orders])
            lesson = self._teach(x, spoilt(y, by[:, :size], classes), held, unseen, seeds, classes)
            for step, found in lesson:
                if found is None:
                    yield Progress(round_ * STEPS[self.data] + step, steps, {})
                else:
                    error, norm, decay = found
                    errors.append(error)
                    norms.append(norm)
                    chosen.append(decay)
                    metrics = dict(zip(METHODS, error.mean(1).tolist(), strict=True))
                    yield Progress((round_ + 1) * STEPS[self.data], steps, {**metrics, "size": float(size)})
        yield Done(
            {
                "sizes": list(sizes),
                "error": torch.stack(errors).numpy(),  # (sizes, methods, runs)
                "norm": torch.stack(norms).numpy(),
                "decay": chosen,
                "parameters": WIDTH * (unseen[0].shape[-1] + 1) + classes * (WIDTH + 1),
                "n": {"train": sizes[-1], "held_out": HELD_OUT, "test": len(some)},
                **provenance(seeds, began),
            }
        )

    def _teach(
        self,
        x: Tensor,
        y: Tensor,
        held: tuple[Tensor, Tensor],
        unseen: tuple[Tensor, Tensor],
        seeds: list[int],
        classes: int,
    ) -> Iterator[tuple[int, tuple[Tensor, Tensor, float] | None]]:
        """All nets on one number of pictures; at the end errors and norms (methods, runs), and the decay chosen.

        ``x`` and ``y``, and both of ``held`` and ``unseen``, are (runs, n, 9, D) and (runs, n): the net of a run has
        its own.
        """
        import torch

        from dkdemo.device import send
        from dkdemo.models import StackedMLP
        from dkdemo.regularisation import train_regularised, weight_norms

        runs, size, ways = x.shape[:3]
        decays = torch.tensor([0.0, 0.0, *DECAYS, *DECAYS], device=x.device)
        moving = [False, True] + [False] * len(DECAYS) + [True] * len(DECAYS)
        net = StackedMLP((x.shape[-1], WIDTH, classes), seeds * len(decays)).to(x.device)
        chance, every = torch.Generator().manual_seed(seeds[0] + size), torch.arange(runs, device=x.device)[:, None]
        few = min(BATCH, size)

        def draw() -> tuple[Tensor, Tensor]:
            index = send(torch.stack([torch.randperm(size, generator=chance)[:few] for _ in range(runs)]), x.device)
            way = send(torch.randint(ways, index.shape, generator=chance), x.device)
            still, moved = x[every, index, 0], x[every, index, way]
            return torch.cat([moved if one else still for one in moving]), y[every, index].repeat(len(decays), 1)

        strengths = decays.repeat_interleave(runs)
        none, steps = torch.zeros_like(strengths), STEPS[self.data]
        for step in train_regularised(net, draw, l1=none, l2=strengths, learning_rate=RATE, steps=steps):
            if step % 20 == 0 and step < steps:
                yield step, None
        with torch.no_grad():
            wrong = [
                (net(part[0][:, :, 0].repeat(len(decays), 1, 1)).argmax(-1).unflatten(0, (-1, runs)) != part[1])
                .double()
                .mean(-1)
                .cpu()
                for part in (held, unseen)
            ]
        best = wrong[0][2 : 2 + len(DECAYS)].mean(1).argmin().item()
        best_both = wrong[0][2 + len(DECAYS) :].mean(1).argmin().item()
        rows = [0, 2 + best, 1, 2 + len(DECAYS) + best_both]
        yield steps, (wrong[1][rows], weight_norms(net).view(-1, runs).cpu()[rows], DECAYS[best])


def gathered(parts: Sequence[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """The looks and the labels of each run as one tensor each."""
    import torch

    looks, labels = zip(*parts, strict=True)
    return torch.stack(looks), torch.stack(labels)


def looks(part: Dataset, data: str) -> tuple[Tensor, Tensor]:
    """Every picture moved in nine ways, itself first, as rows: (n, 9, D); and the labels (n,)."""
    import torch
    import torch.nn.functional as F

    from dkdemo.teachers import shift_normalised

    x = part.normalised()
    step, weight = (1, 0.5) if data == "digits" else (2, 1.0)
    views = []
    for right, down in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)):
        far = shift_normalised(x, part, *(torch.full((len(x),), step * by) for by in (right, down)))
        view = (1 - weight) * x + weight * far
        views.append(view if data == "digits" else F.avg_pool2d(view, 2))
    return torch.stack(views, dim=1).flatten(2), part.labels
