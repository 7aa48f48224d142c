"""The double descent in time: a small net on labels of which a fifth are wrong, trained for far too long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dkdemo.experiments.recipe import Recipe, provenance, seeds_of
from dkdemo.jobs.events import Done, Event, Progress

RUNS = 5
LABELS = ("noisy", "clean")
EXAMPLES = 400
WIDTH = 16
RATE = 1e-2


@dataclass(frozen=True)
class Epochs(Recipe):
    """Ten tanh nets of width 16 in one model: five on labels with ``noise``, five twins on the true labels.

    Twins share images and first weights. All 400 examples in every step, mean squared error against one-hot
    targets, Adam. Every second test image serves to choose the best step, the others measure all that is told.
    ``learned`` counts the examples whose *given* label, wrong or not, the net has come to answer.
    """

    name: ClassVar[str] = "epochs"

    noise: float = 0.2
    steps: int = 2000
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.noise <= 0.8:
            raise ValueError(f"noise must be between 0 and .8, got {self.noise}")
        if not 1 <= self.steps <= 20_000:
            raise ValueError(f"steps must be 1 to 20000, got {self.steps}")
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 1 + self.steps * 2e-3

    def run(self) -> Iterator[Event]:
        import torch
        import torch.nn.functional as F

        from dkdemo import datasets
        from dkdemo.device import pick
        from dkdemo.experiments.side_by_side import draw_wrong_at, spoilt
        from dkdemo.models import StackedMLP

        began, device = time.perf_counter(), pick()
        train, test = datasets.load("digits", str(device))
        classes = len(train.classes)
        seeds = seeds_of(self.seed, RUNS)
        few, given = [], []
        for seed in seeds:
            generator = torch.Generator().manual_seed(seed)
            few.append(train[torch.randperm(len(train), generator=generator)[:EXAMPLES].to(device)])
            wrong = torch.randperm(EXAMPLES, generator=generator) < round(self.noise * EXAMPLES)
            given.append(spoilt(few[-1].labels, draw_wrong_at(wrong, classes, generator), classes))
        x = torch.stack([part.normalised().flatten(1) for part in few]).repeat(2, 1, 1)  # (2 RUNS, n, D)
        labels = torch.cat([torch.stack(given), torch.stack([part.labels for part in few])])
        targets = F.one_hot(labels, classes).float()
        net = StackedMLP((x.shape[-1], WIDTH, classes), seeds * 2).to(device)
        parts = [test[torch.arange(start, len(test), 2, device=device)] for start in (0, 1)]  # to choose; to measure
        asked = [part.normalised().flatten(1).expand(len(x), -1, -1) for part in parts]

        def answer(inputs: torch.Tensor) -> torch.Tensor:
            (first, last), (shift, lift) = net.weights, net.biases
            return torch.baddbmm(lift, torch.tanh(torch.baddbmm(shift, inputs, first)), last)

        def measure(step: int) -> tuple[Progress, list[torch.Tensor], torch.Tensor]:
            with torch.no_grad():
                learned = (answer(x).argmax(-1) == labels).double().mean(1).view(2, RUNS).cpu()
                both = [
                    (answer(unseen).argmax(-1) != part.labels).double().mean(1).view(2, RUNS).cpu()
                    for unseen, part in zip(asked, parts, strict=True)
                ]
            error = both[1]
            metrics = {"train_step": float(step)}
            for row, name in enumerate(LABELS):
                metrics |= {name: error[row].mean().item(), f"{name}_fit": 1 - learned[row].mean().item()}
                metrics |= {f"{name}_low": error[row].min().item(), f"{name}_high": error[row].max().item()}
            return Progress(step, self.steps, metrics), both, learned

        due = sorted({min(self.steps, max(1, round(10 ** (k / 20)))) for k in range(20 * 5)})
        adam = torch.optim.Adam(net.parameters(), lr=RATE, fused=True)
        seen: list[int] = []
        chosen: list[torch.Tensor] = []
        errors: list[torch.Tensor] = []
        for step in range(1, self.steps + 1):
            loss = F.mse_loss(answer(x), targets, reduction="none").mean((1, 2)).sum()
            adam.zero_grad()
            loss.backward()
            adam.step()
            if step in due:
                progress, both, learned = measure(step)
                seen.append(step)
                chosen.append(both[0])
                errors.append(both[1])
                yield progress
        curves = torch.stack(errors, dim=-1)  # (labels, RUNS, steps seen)
        best = int(torch.stack(chosen, dim=-1)[0].mean(0).argmin())
        yield Done(
            {
                "steps": seen,
                "error": curves.numpy(),
                "best_step": seen[best],
                "best": curves[0, :, best].numpy(),
                "last": curves[0, :, -1].numpy(),
                "clean_last": curves[1, :, -1].numpy(),
                "learned": learned.mean(1).tolist(),
                "noise": self.noise,
                "n": {
                    "train": EXAMPLES,
                    "wrong": round(self.noise * EXAMPLES),
                    "held_out": len(parts[0]),
                    "test": len(parts[1]),
                },
                **provenance(seeds, began),
            }
        )
