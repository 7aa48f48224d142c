"""The double descent in time: a small net on labels of which a fifth are wrong, trained for far too long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from dkdemo.experiments.recipe import Recipe, provenance, seeds_of
from dkdemo.jobs.events import Done, Event, Progress

if TYPE_CHECKING:
    from torch import Tensor

    from dkdemo.datasets import Dataset
    from dkdemo.models import StackedMLP

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
        from dkdemo.models import StackedMLP

        began, device = time.perf_counter(), pick()
        train, test = datasets.load("digits", str(device))
        seeds, classes = seeds_of(self.seed, RUNS), len(train.classes)
        x, labels = self._examples(train, seeds)
        targets = F.one_hot(labels, classes).float()
        net = StackedMLP((x.shape[-1], WIDTH, classes), seeds * 2).to(device)
        parts = [test[torch.arange(start, len(test), 2, device=device)] for start in (0, 1)]  # to choose; to measure
        asked = [part.normalised().flatten(1).expand(len(x), -1, -1) for part in parts]

        def missed(inputs: Tensor, labels: Tensor) -> Tensor:
            """(noisy and clean labels, RUNS): the share of the inputs that get another label than that."""
            with torch.no_grad():
                return (_tanh_net(net, inputs).argmax(-1) != labels).double().mean(1).view(2, RUNS).cpu()

        due = sorted({min(self.steps, max(1, round(10 ** (k / 20)))) for k in range(20 * 5)})
        adam = torch.optim.Adam(net.parameters(), lr=RATE, fused=True)
        errors: list[list[Tensor]] = [[], []]  # on each part, at each step that was due
        for step in range(1, self.steps + 1):
            loss = F.mse_loss(_tanh_net(net, x), targets, reduction="none").mean((1, 2)).sum()
            adam.zero_grad()
            loss.backward()
            adam.step()
            if step in due:
                unlearned = missed(x, labels)
                for seen, inputs, part in zip(errors, asked, parts, strict=True):
                    seen.append(missed(inputs, part.labels))
                yield Progress(step, self.steps, _told(step, errors[1][-1], unlearned))
        chosen, curves = (torch.stack(seen, dim=-1) for seen in errors)  # (labels, RUNS, steps seen)
        best = int(chosen[0].mean(0).argmin())
        yield Done(
            {
                "steps": due,
                "error": curves.numpy(),
                "best_step": due[best],
                "best": curves[0, :, best].numpy(),
                "last": curves[0, :, -1].numpy(),
                "clean_last": curves[1, :, -1].numpy(),
                "learned": (1 - unlearned).mean(1).tolist(),
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

    def _examples(self, train: Dataset, seeds: list[int]) -> tuple[Tensor, Tensor]:
        """Inputs (2 RUNS, n, D) and given labels (2 RUNS, n): first the runs with noise, then their twins."""
        import torch

        from dkdemo.experiments.side_by_side import draw_wrong_at, spoilt

        few, given = [], []
        for seed in seeds:
            generator = torch.Generator().manual_seed(seed)
            few.append(train[torch.randperm(len(train), generator=generator)[:EXAMPLES].to(train.labels.device)])
            wrong = torch.randperm(EXAMPLES, generator=generator) < round(self.noise * EXAMPLES)
            classes = len(train.classes)
            given.append(spoilt(few[-1].labels, draw_wrong_at(wrong, classes, generator), classes))
        x = torch.stack([part.normalised().flatten(1) for part in few]).repeat(2, 1, 1)
        return x, torch.cat([torch.stack(given), torch.stack([part.labels for part in few])])


def _tanh_net(net: StackedMLP, inputs: Tensor) -> Tensor:
    """What the nets answer: weights and biases of a `StackedMLP`, and tanh between its two layers."""
    import torch

    (first, last), (shift, lift) = net.weights, net.biases
    return torch.baddbmm(lift, torch.tanh(torch.baddbmm(shift, inputs, first)), last)


def _told(step: int, error: Tensor, unlearned: Tensor) -> dict[str, float]:
    """What the room hears: the errors of either kind of labels with their spread, and how much is not yet learned."""
    metrics = {"train_step": float(step)}
    for row, name in enumerate(LABELS):
        metrics |= {name: error[row].mean().item(), f"{name}_fit": unlearned[row].mean().item()}
        metrics |= {f"{name}_low": error[row].min().item(), f"{name}_high": error[row].max().item()}
    return metrics
