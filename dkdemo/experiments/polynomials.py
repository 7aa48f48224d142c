"""Thirty samples of twenty points, fitted by polynomials of every degree, far beyond twenty."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from dkdemo.experiments.recipe import Recipe, provenance
from dkdemo.jobs.events import Done, Event

POINTS = 20
RUNS = 30  # samples, each with points and noise of its own
NOISE = 0.2  # standard deviation of the noise on y
DEGREES = (*range(31), 35, 40, 50, 70, 100, 150, 200, 300, 500, 1000)
GRID = 61  # places at which a curve is drawn
FINE = 401  # places at which its error is measured
REACH = 4.0  # curves are sent for drawing up to here; the errors know no such limit


@dataclass(frozen=True)
class Polynomials(Recipe):
    """Least squares by Legendre polynomials, the smallest solution where there are many: bias, variance and beyond.

    Each sample has one x in each twentieth of [-1, 1] and y = sin 4x + noise. The error of a curve is its mean
    squared distance from the true function. Over the runs, mean error = bias² + variance, exactly.
    """

    name: ClassVar[str] = "polynomials"
    lane: ClassVar[Literal["long", "short"]] = "short"

    seed: int = 0

    def expected_seconds(self) -> float:
        return 1.0

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo.regression import DOUBLE, legendre_features, minimum_norm

        began = time.perf_counter()
        generator = torch.Generator().manual_seed(self.seed)
        place = torch.rand(RUNS, POINTS, dtype=DOUBLE, generator=generator)
        x = -1 + 2 * (torch.arange(POINTS) + place) / POINTS
        y = torch.sin(4 * x) + NOISE * torch.randn(RUNS, POINTS, dtype=DOUBLE, generator=generator)
        fine = torch.linspace(-1, 1, FINE, dtype=DOUBLE)
        truth, shown = torch.sin(4 * fine), torch.linspace(0, FINE - 1, GRID).round().long()
        at_x, at_fine = legendre_features(x, DEGREES[-1]), legendre_features(fine, DEGREES[-1])
        fits, measured = [], []
        for degree in DEGREES:
            weights = minimum_norm(at_x[..., : degree + 1], y[..., None])  # (RUNS, degree + 1, 1)
            curves = (at_fine[:, : degree + 1] @ weights)[..., 0]  # (RUNS, FINE)
            error = ((curves - truth) ** 2).mean(1)
            inside = ((at_x[..., : degree + 1] @ weights)[..., 0] - y).square().mean(1)
            bias = ((curves.mean(0) - truth) ** 2).mean()
            spread = curves.var(0, correction=0).mean()
            measured.append(torch.stack([bias, spread, error.mean(), error.median(), error.min(), error.max()]))
            measured[-1] = torch.cat([measured[-1], inside.median()[None]])
            fits.append(curves[:, shown].clamp(-REACH, REACH))
        names = ("bias", "variance", "mean", "median", "low", "high", "train")
        yield Done(
            {
                "degrees": list(DEGREES),
                "grid": fine[shown].numpy(),
                "truth": truth[shown].numpy(),
                "fits": torch.stack(fits).numpy(),  # (degrees, RUNS, GRID)
                "x": x.numpy(),
                "y": y.numpy(),
                **dict(zip(names, torch.stack(measured, dim=1).numpy(), strict=True)),
                "n": {"samples": RUNS, "train": POINTS, "test": FINE},
                **provenance([self.seed], began, device="cpu"),
            }
        )
