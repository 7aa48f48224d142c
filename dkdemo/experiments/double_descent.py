"""Demo time: networks with a random hidden layer, from too narrow to far too wide, with and without ridge."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from dkdemo.experiments.recipe import Recipe, check_data, provenance, seeds_of
from dkdemo.jobs.events import Done, Event

if TYPE_CHECKING:
    from torch import Generator, Tensor

EXAMPLES = {"digits": 200, "mnist": 300}  # n for each data set
RUNS = 5
SHARES = (*(2 ** (-4 + 0.4 * k) for k in range(18)), 8.0, 0.9)  # widths N / n; the eleventh is 1
EXPONENTS = tuple(-5 + k / 2 for k in range(11))
RIDGES = (0.0, *(10**exponent for exponent in EXPONENTS))
RIDGE_NAMES = tuple(f"{ridge:.1g}".replace("e-0", "e-") for ridge in RIDGES)
HELD_OUT = 250  # training images that are not fitted, on which a ridge is chosen
TESTED = 600


@dataclass(frozen=True)
class DoubleDescent(Recipe):
    """Random ReLU features and a least-squares output, 20 widths, 5 seeds, 12 ridges: a picture in two seconds.

    Each run draws its own n training images and its own features. The tuned ridge of a width is the one with the
    lowest mean error on held-out training images; the test images take no part in the choice.
    """

    name: ClassVar[str] = "double_descent"
    lane: ClassVar[Literal["long", "short"]] = "short"

    data: str = "digits"
    seed: int = 0

    def __post_init__(self) -> None:
        check_data(self.data, EXAMPLES)
        super().__post_init__()

    @property
    def widths(self) -> list[int]:
        return sorted({round(share * EXAMPLES[self.data]) for share in SHARES})

    def expected_seconds(self) -> float:
        return {"digits": 1.0, "mnist": 2.0}[self.data]

    def run(self) -> Iterator[Event]:
        import torch
        import torch.nn.functional as F

        from dkdemo import datasets
        from dkdemo.device import pick
        from dkdemo.random_nets import outputs_by_width

        began, device = time.perf_counter(), pick()
        train, test = datasets.load(self.data, str(device))
        n, widths = EXAMPLES[self.data], self.widths
        seeds = seeds_of(self.seed, RUNS)
        errors = torch.empty(3, len(RIDGES), len(widths), RUNS, dtype=torch.float64, device=device)
        tested = min(TESTED, len(test))
        for run, seed in enumerate(seeds):
            generator = torch.Generator().manual_seed(seed)
            order = torch.randperm(len(train), generator=generator).to(device)
            shown = torch.randperm(len(test), generator=generator)[:tested].to(device)
            parts = (train[order[:n]], train[order[n : n + HELD_OUT]], test[shown])
            targets = F.one_hot(parts[0].labels, len(train.classes)).double()
            inputs = [part.normalised().flatten(1) for part in parts]
            if run == 0:
                spectrum = at_threshold(inputs[0], generator)
            sweep = outputs_by_width(inputs, targets - targets.mean(0), widths, RIDGES, generator)
            for column, outputs in enumerate(sweep):
                for row, (part, answer) in enumerate(zip(parts, outputs, strict=True)):
                    errors[row, :, column, run] = (answer.argmax(-1) != part.labels).double().mean(-1)
        errors = errors.cpu()
        best = errors[1].mean(-1).argmin(0)  # (W,)
        yield Done(
            {
                "widths": widths,
                "examples": n,
                "ridges": list(RIDGES),
                "train": errors[0].numpy(),  # (ridges, widths, runs)
                "test": errors[2].numpy(),
                "tuned": errors[2][best, torch.arange(len(widths))].numpy(),  # (widths, runs)
                "tuned_ridge": [RIDGES[row] for row in best.tolist()],
                "spectrum": spectrum.tolist(),  # of the first run's features at N = n, largest first
                "n": {"train": n, "held_out": HELD_OUT, "test": tested},
                **provenance(seeds, began),
            }
        )


def at_threshold(inputs: Tensor, generator: Generator) -> Tensor:
    """The eigenvalues of Φ Φᵀ / N for as many features as examples, largest first; ``generator`` stays as it is."""
    from torch.linalg import eigvalsh

    from dkdemo.regression import draw_directions, random_features

    n = len(inputs)
    twin = generator.clone_state()
    features = random_features(inputs, draw_directions(inputs.shape[1], n, twin).to(inputs.device))
    return eigvalsh(features @ features.T / n).clamp_min(0).flip(0).cpu()
