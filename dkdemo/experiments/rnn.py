""" "time * 2, input * 3": a recurrent network with two weights finds them from examples."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dkdemo.experiments.recipe import Recipe, provenance, seeds_of
from dkdemo.jobs.events import Done, Event, Progress

RECURRENT, ENTERING = 2.0, 3.0  # the slide's two numbers
REPEATS, BATCH, STEPS, RATE = 8, 64, 300, 0.1


@dataclass(frozen=True)
class TimesTwo(Recipe):
    """Eight linear networks h_t = w h_(t-1) + u x_t watch one with w = 2 and u = 3 and imitate it.

    Both weights start anywhere in (0, 1), and see sequences of normal numbers. The target is every state, not just
    the last. As w = 2 doubles at every step, late states are huge: ``balanced`` divides each step's squared error
    by that step's variance, so that all steps count alike; without it the last ones drown the others.
    """

    name: ClassVar[str] = "rnn"

    length: int = 4
    balanced: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        if not 2 <= self.length <= 16:
            raise ValueError(f"sequences have 2 to 16 steps, got {self.length}")
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 0.5 + 0.08 * self.length

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo.sequences import linear_rnn
        from dkdemo.training import measuring_steps

        began = time.perf_counter()  # on the processor: sixteen numbers gain nothing on a GPU
        seeds = seeds_of(self.seed, REPEATS)
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        start = torch.stack([torch.rand(2, generator=generator, dtype=torch.float64) for generator in generators])
        w, u = (start[:, i].clone().requires_grad_() for i in (0, 1))
        wanted_w, wanted_u = (torch.full_like(start[:, 0], value) for value in (RECURRENT, ENTERING))
        adam = torch.optim.Adam([w, u], lr=RATE)
        schedule = torch.optim.lr_scheduler.OneCycleLR(adam, RATE, total_steps=STEPS)
        due = measuring_steps(STEPS, 75)
        for step in range(1, STEPS + 1):
            x = torch.stack(
                [torch.randn(BATCH, self.length, generator=generator, dtype=torch.float64) for generator in generators]
            )
            wanted = linear_rnn(x, recurrent=wanted_w, entering=wanted_u)
            error = (linear_rnn(x, recurrent=w, entering=u) - wanted).square().mean(1)  # (S, L)
            size = wanted.square().mean(1)
            loss = (error / size).mean(1) if self.balanced else error.mean(1) / size.mean(1)
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            schedule.step()
            if step in due:
                yield Progress(step, STEPS, {"loss": loss.mean().item()} | _each("w", w) | _each("u", u))
        yield Done(
            {
                "w": w.tolist(),
                "u": u.tolist(),
                "off": max((w - RECURRENT).abs().max().item(), (u - ENTERING).abs().max().item()),
                "loss": loss.tolist(),
                "length": self.length,
                "balanced": self.balanced,
                **provenance(seeds, began, device="cpu"),
                "n": {"train": STEPS * BATCH},
            }
        )


def _each(name: str, values: object) -> dict[str, float]:
    return {f"{name}_{index}": value for index, value in enumerate(values.tolist())}  # type: ignore[attr-defined]
