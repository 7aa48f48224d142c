"""Small networks, each split where the lecture splits it: ``features`` (the penultimate layer) and ``head``.

``net.features(x)`` are the activations of the penultimate layer, the rows of ``net.head.weight`` the templates
they are compared with, and ``net(x) = net.head(net.features(x))`` the logits. Every network is drawn from its own
seed on the CPU, so that the same seed is the same network on every device and the global generator stays untouched.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import skip_init


class Classifier(nn.Module):
    """``features`` followed by one linear layer ``head``: logits (N, K) from inputs (N, ...)."""

    def __init__(self, features: nn.Module, width: int, classes: int):
        super().__init__()
        self.features = features
        self.head = skip_init(nn.Linear, width, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x))


def initialise(net: nn.Module, seed: int) -> nn.Module:
    """Draw all weights of ``net`` in place, layer by layer, as PyTorch does by default but from ``seed`` alone.

    Weights and biases are uniform within ±1/√(fan in); batch normalisation starts as the identity.
    """
    generator = torch.Generator().manual_seed(seed)
    for layer in net.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d):
            bound = 1 / math.sqrt(layer.weight[0].numel())
            for parameter in layer.parameters():
                nn.init.uniform_(parameter, -bound, bound, generator=generator)
        elif isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.reset_parameters()
    return net


def mlp(sizes: Sequence[int], *, seed: int = 0) -> Classifier:
    """A perceptron with ReLUs: ``mlp((784, 100, 10))`` takes images of 784 values, in any shape, to 10 logits."""
    _check_sizes(sizes)
    layers: list[nn.Module] = [nn.Flatten()]
    for fan_in, fan_out in pairwise(sizes[:-1]):
        layers += [skip_init(nn.Linear, fan_in, fan_out), nn.ReLU()]
    net = Classifier(nn.Sequential(*layers), sizes[-2], sizes[-1])
    initialise(net, seed)
    return net


def small_cnn(a: int, b: int, in_channels: int, side: int, classes: int, *, seed: int = 0) -> Classifier:
    """Two strided 5x5 convolutions of ``a`` and ``b`` channels and 64 penultimate features: cheap on a CPU.

    conv5x5/2 (a) - BN - ReLU - conv5x5/2 (b) - BN - ReLU - linear 64 - ReLU - linear ``classes``, for square
    images (N, in_channels, side, side). ``small_cnn(8, 16, 1, 28, 10)`` reads MNIST at 98 % after one epoch.
    """
    if side < 13:
        raise ValueError(f"two 5x5 strides of 2 need images of side >= 13, got {side}")
    small = ((side - 3) // 2 - 3) // 2  # 28 -> 12 -> 4
    features = nn.Sequential(
        skip_init(nn.Conv2d, in_channels, a, 5, stride=2, bias=False),
        nn.BatchNorm2d(a),
        nn.ReLU(),
        skip_init(nn.Conv2d, a, b, 5, stride=2, bias=False),
        nn.BatchNorm2d(b),
        nn.ReLU(),
        nn.Flatten(),  # (N, b * small * small)
        skip_init(nn.Linear, b * small * small, 64),
        nn.ReLU(),
    )
    net = Classifier(features, 64, classes)
    initialise(net, seed)
    return net


class StackedMLP(nn.Module):
    """Several perceptrons trained as one: copy i is exactly ``mlp(sizes, seed=seeds[i])``.

    The weights of each layer are stacked to (S, in, out), so that one ``baddbmm`` moves all S copies. Nothing is
    shared: the sum of the copies' losses has each copy's own gradient, and Adam works element by element, so a
    copy trains as it would alone. A sweep over temperatures and seeds then costs little more than one run.

    Args:
        sizes: widths from input to logits, such as (784, 100, 10).
        seeds: one seed a copy; equal seeds give equal networks (paired comparisons).
    """

    def __init__(self, sizes: Sequence[int], seeds: Sequence[int]):
        super().__init__()
        _check_sizes(sizes)
        if not seeds:
            raise ValueError("a stack needs at least one seed, got none")
        alone = [mlp(sizes, seed=seed) for seed in seeds]
        layers = [[layer for layer in net.modules() if isinstance(layer, nn.Linear)] for net in alone]
        self.weights = nn.ParameterList(
            torch.stack([layer.weight.data.T for layer in same]) for same in _across(layers)
        )
        self.biases = nn.ParameterList(
            torch.stack([layer.bias.data for layer in same])[:, None] for same in _across(layers)
        )

    def features(self, x: Tensor) -> Tensor:
        """Penultimate activations (S, N, D) of inputs (S, N, ...), or of (N, D) seen by all copies alike."""
        copies = len(self.weights[0])
        x = x.expand(copies, *x.shape) if x.ndim == 2 else x.flatten(2)
        for weight, bias in list(zip(self.weights, self.biases, strict=True))[:-1]:
            x = F.relu(torch.baddbmm(bias, x, weight))
        return x

    def forward(self, x: Tensor) -> Tensor:
        """Logits (S, N, K)."""
        return torch.baddbmm(self.biases[-1], self.features(x), self.weights[-1])


def _across(layers: Sequence[Sequence[nn.Linear]]) -> list[tuple[nn.Linear, ...]]:
    """The first layers of all networks, then the second ones, ..."""
    return list(zip(*layers, strict=True))


def _check_sizes(sizes: Sequence[int]) -> None:
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"sizes run from inputs to classes, at least two and all >= 1; got {tuple(sizes)}")


class MeanLogits(nn.Module):
    """An ensemble as one teacher: the mean of the stacked copies' logits, (N, K) from inputs (N, ...)."""

    def __init__(self, stack: StackedMLP):
        super().__init__()
        self.stack = stack

    def forward(self, x: Tensor) -> Tensor:
        return self.stack(x.flatten(1)).mean(dim=0)
