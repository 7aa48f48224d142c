"""What the experiments that train nets side by side share: the net that suits a data set, its optimiser, a pace.

Imports torch: use it inside ``run`` only.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from dkdemo import datasets, models


class Pace:
    """Says when it is time to tell the room something: at the first step, at the last, and every ``seconds``."""

    def __init__(self, seconds: float, steps: int):
        self.seconds, self.steps, self.last = seconds, steps, 0.0

    def due(self, step: int) -> bool:
        now = time.perf_counter()
        if step > 1 and step < self.steps and now - self.last < self.seconds:
            return False
        self.last = now
        return True


class Learner:
    """A net with its own Adam on a one-cycle schedule: the rate climbs, then falls to nothing by the last step."""

    def __init__(self, net: nn.Module, rate: float, steps: int):
        self.net = net
        self.adam = torch.optim.Adam(net.parameters(), lr=rate, fused=True)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(self.adam, rate, total_steps=steps)

    def step(self, loss: Tensor) -> None:
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        self.schedule.step()


def net_for(data: datasets.Dataset, seed: int, channels: tuple[int, int] = (8, 16)) -> models.Classifier:
    """A perceptron for the 8x8 digits, a small convolutional net for anything larger."""
    depth, side = data.images.shape[1], data.images.shape[-1]
    if side <= 8:
        return models.mlp((depth * side * side, 256, 256, len(data.classes)), seed=seed)
    return models.small_cnn(*channels, depth, side, len(data.classes), seed=seed)


def one_hot(labels: Tensor, classes: int) -> Tensor:
    """Targets that can be mixed, (N, K) float32."""
    return nn.functional.one_hot(labels, classes).float()


@torch.no_grad()
def answer(net: nn.Module, data: datasets.Dataset, chunk: int = 2000) -> Tensor:
    """The logits (N, K) of a whole set, without training it or its batch statistics."""
    net.eval()
    index = torch.arange(len(data.labels), device=data.labels.device)
    logits = torch.cat([net(data.normalised(part)) for part in index.split(chunk)])
    net.train()
    return logits


def sample(count: int, size: int, generator: torch.Generator) -> Tensor:
    """``count`` of ``size`` indices without repetition, or all of them when there are fewer."""
    return torch.randperm(size, generator=generator)[:count]


def means(curves: Iterable[Tensor]) -> list[float]:
    """One number per tensor."""
    return [curve.mean().item() for curve in curves]
