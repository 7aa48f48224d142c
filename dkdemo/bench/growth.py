"""How cost grows: seconds of a step against images, width, students, views and batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator

from dkdemo import datasets
from dkdemo.bench import Terms
from dkdemo.bench.measure import Curve, seconds
from dkdemo.contrastive import nt_xent
from dkdemo.models import StackedMLP
from dkdemo.views import random_view

STEPS = 10


def growth(terms: Terms) -> Iterator[Curve]:
    """Each quantity over powers of two, everything else held; milliseconds a step."""
    device = torch.device(terms.device)
    train, _ = datasets.load("shapes", str(device))
    generator = Generator(device).manual_seed(0)

    def step(students: int = 5, width: int = 100, images: int = 50) -> Callable[[], None]:
        stack = StackedMLP((784, width, 10), list(range(students))).to(device)
        adam = torch.optim.Adam(stack.parameters(), fused=True)
        x = torch.randn(students, images, 784, generator=generator, device=device)

        def work() -> None:
            for _ in range(STEPS):
                adam.zero_grad()
                stack(x).square().mean().backward()
                adam.step()

        return work

    def look(batch: int) -> Callable[[], None]:
        pixels = train.images[:batch] / 255

        def work() -> None:
            for _ in range(STEPS):
                random_view(pixels, ("crop", "color"), generator)

        return work

    def pairs(batch: int) -> Callable[[], None]:
        first, second = (torch.randn(batch, 64, generator=generator, device=device).requires_grad_() for _ in range(2))

        def work() -> None:
            for _ in range(STEPS):
                nt_xent(first, second, temperature=0.5).backward()

        return work

    series: dict[str, tuple[Callable[[int], Callable[[], None]], tuple[int, ...]]] = {
        "students in one model": (lambda n: step(students=n), (1, 2, 4, 8, 16, 32)),
        "hidden units of 5 students": (lambda n: step(width=n), (25, 50, 100, 200, 400, 800)),
        "images a batch of 5 students": (lambda n: step(images=n), (16, 32, 64, 128, 256)),
        "views of crop and colour": (look, (32, 64, 128, 256, 512)),
        "pairs in NT-Xent": (pairs, (32, 64, 128, 256, 512)),
    }
    for what, (make, sizes) in series.items():
        values = []
        for size in sizes:
            work = make(size)
            seconds(work, device)
            values.append(tuple(1000 * seconds(work, device) / STEPS for _ in range(terms.turns)))
        yield Curve("growth", what, sizes, tuple(values), "ms a step")
