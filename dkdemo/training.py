"""What the training loops of the lecture share; the loops themselves stay visible where they are used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Generator, Tensor, nn

from dkdemo.datasets import Dataset
from dkdemo.device import send
from dkdemo.models import StackedMLP


def annealed_adam(
    net: nn.Module, learning_rate: float, steps: int
) -> tuple[torch.optim.Adam, torch.optim.lr_scheduler.OneCycleLR]:
    """Adam whose step size rises, then anneals to nearly 0 within ``steps``: few steps, all of them used.

    Source: Smith & Topin 2017 (one cycle), arXiv:1708.07120.
    """
    adam = torch.optim.Adam(net.parameters(), lr=learning_rate, fused=True)
    return adam, torch.optim.lr_scheduler.OneCycleLR(adam, learning_rate, total_steps=steps)


def measuring_steps(steps: int, points: int) -> frozenset[int]:
    """The steps after which to measure: the first, the last, and about ``points`` evenly between.

    Counted in steps and not in seconds, so that the same seed draws the same curve on a slow day.
    """
    if steps < 1 or points < 1:
        raise ValueError(f"steps and points must be >= 1, got {steps} and {points}")
    return frozenset({1, *(max(1, round(steps * point / points)) for point in range(1, points + 1))})


def draw_rows(
    examples: int, count: int, generators: Sequence[Generator], device: torch.device, *, repeats: bool = False
) -> Tensor:
    """A batch for each of several networks: (S, count) row numbers below ``examples``, each row by its generator.

    No example comes twice in a batch, unless it ``repeats``.
    """
    if repeats:
        drawn = [torch.randint(examples, (count,), generator=generator) for generator in generators]
    else:
        drawn = [torch.randperm(examples, generator=generator)[:count] for generator in generators]
    return send(torch.stack(drawn), device)


@contextmanager
def evaluating(net: nn.Module) -> Iterator[None]:
    """Inside, ``net`` is only asked: evaluation mode, no gradients; afterwards it is in the mode it came in."""
    training = net.training
    net.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        net.train(training)


def logits_of(net: nn.Module, data: Dataset, index: Tensor | None = None, *, chunk: int = 2000) -> Tensor:
    """The logits for many images, a chunk at a time: (N, K), or (S, N, K) from a stack, of all images or ``index``.

    The network answers in evaluation mode and is left in the mode it came in (`evaluating`).
    """
    if index is None:
        index = torch.arange(len(data.labels), device=data.labels.device)
    with evaluating(net):
        return torch.cat([net(inputs(net, data.normalised(part))) for part in index.split(chunk)], dim=-2)


def inputs(net: nn.Module, images: Tensor) -> Tensor:
    """Images (N, C, H, W) as ``net`` reads them: a stack sees rows (N, C H W), shared by all its copies."""
    return images.flatten(1) if isinstance(net, StackedMLP) else images
