"""What the experiments that train nets side by side share: the net that suits a data set, its optimiser, wrong labels.

Imports torch: use it inside ``run`` only.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dkdemo import datasets, models
from dkdemo.training import annealed_adam


class Learner:
    """A net with its own annealed Adam, so that several can take their steps on one batch."""

    def __init__(self, net: nn.Module, rate: float, steps: int):
        self.net = net
        self.adam, self.schedule = annealed_adam(net, rate, steps)

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


def draw_wrong(count: int, size: int, classes: int, generator: torch.Generator) -> Tensor:
    """By how many classes each of ``size`` labels moves, (size,): 1 to K - 1 for a random ``count`` of them, else 0.

    So a label that moves is wrong for sure, and every wrong class is as likely as the others. See `spoilt`.
    """
    by, where = torch.zeros(size, dtype=torch.long), torch.randperm(size, generator=generator)[:count]
    by[where] = torch.randint(1, classes, where.shape, generator=generator)
    return by


def draw_wrong_at(where: Tensor, classes: int, generator: torch.Generator) -> Tensor:
    """The same when it is known which labels are wrong, ``where`` (N,) bool."""
    return where * torch.randint(1, classes, where.shape, generator=generator)


def spoilt(labels: Tensor, by: Tensor, classes: int) -> Tensor:
    """The labels, each moved ``by`` so many classes, around from the last to the first; 0 leaves one as it is."""
    return (labels + by.to(labels.device)) % classes
