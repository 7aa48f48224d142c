"""What the experiments about cost share: the nets to make smaller, the exam laid ready, and who errs how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dkdemo import compression, datasets
from dkdemo.datasets import Dataset
from dkdemo.device import pick
from dkdemo.models import StackedMLP
from dkdemo.training import annealed_adam
from dkdemo.wide import Wide

WIDE = {"digits": Wide("digits", steps=120)}
TUNE_STEPS = {"digits": 100}  # of training on after pruning; other data take 50
TUNE_RATE = 2e-3


def wide(data: str, seed: int) -> Wide:
    """The recipe of the dense nets: what suits a data set, else what suits MNIST."""
    return replace(WIDE.get(data, Wide(data)), seed=seed)


def tune_steps(data: str) -> int:
    """For how many steps a pruned net is trained on."""
    return TUNE_STEPS.get(data, 50)


@dataclass(frozen=True)
class Layers:
    """The numbers of a stack of nets: weights (S, in, out) and biases (S, 1, out), a tensor for each layer."""

    weights: list[Tensor]
    biases: list[Tensor]

    @classmethod
    def of(cls, net: nn.Module) -> Layers:
        assert isinstance(net, StackedMLP)
        return cls([weight.detach() for weight in net.weights], [bias.detach() for bias in net.biases])

    def network(self, index: int) -> list[Tensor]:
        """The weights (in, out) of one net of the stack."""
        return [weight[index] for weight in self.weights]

    def network_indices(self) -> range:
        return range(len(self.weights[0]))

    def sizes(self) -> tuple[int, int]:
        """How many weights and how many biases one net has."""
        weights, biases = (sum(part[0].numel() for part in parts) for parts in (self.weights, self.biases))
        return weights, biases


def stacked(copies: Sequence[Sequence[Tensor]]) -> list[Tensor]:
    """Layers of single nets -> stacks (S, in, out)."""
    return [torch.stack(list(layer)) for layer in zip(*copies, strict=True)]


@dataclass(frozen=True)
class Exam:
    """Test images, normalised once: (N, D), and their labels."""

    x: Tensor
    labels: Tensor

    @classmethod
    def on(cls, test: Dataset, most: int, seed: int) -> Exam:
        """A random ``most`` of the test images (all, where there are fewer), drawn by ``seed``."""
        index = test.sample_indices(most, torch.Generator().manual_seed(seed))
        return cls(test.normalised(index).flatten(1), test.labels[index])

    @torch.no_grad()
    def errors(self, weights: Sequence[Tensor], biases: Sequence[Tensor]) -> Tensor:
        """The share of wrong answers of each net of a stack: (S,) float64."""
        wrong = [
            (forward(part, weights, biases).argmax(-1) != labels).sum(-1)
            for part, labels in zip(self.x.split(2000), self.labels.split(2000), strict=True)
        ]
        return torch.stack(wrong).sum(0).double() / len(self.labels)


def forward(x: Tensor, weights: Sequence[Tensor], biases: Sequence[Tensor]) -> Tensor:
    """Logits (S, N, K) of a stack of perceptrons on the same inputs (N, D): `StackedMLP` with other weights."""
    copies = len(weights[0])
    x = x.expand(copies, *x.shape)
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        x = F.relu(torch.baddbmm(bias, x, weight))
    return torch.baddbmm(biases[-1], x, weights[-1])


def magnitude_ranks(layers: Layers) -> list[list[Tensor]]:
    """For each net of the stack the order in which its weights go, smallest first, over all layers together."""
    return [compression.removal_ranks([part.abs() for part in layers.network(net)]) for net in layers.network_indices()]


def random_ranks(layers: Layers, seeds: Sequence[int]) -> list[list[Tensor]]:
    """The control: the same numbers of weights, drawn by lot from each net's own seed."""
    found = []
    for net, seed in zip(layers.network_indices(), seeds, strict=True):
        generator = torch.Generator().manual_seed(seed)
        draws = [torch.rand(part.shape, generator=generator).to(part.device) for part in layers.network(net)]
        found.append(compression.removal_ranks(draws))
    return found


def pruned(layers: Layers, ranks: Sequence[Sequence[Tensor]], share: float) -> tuple[list[Tensor], list[Tensor]]:
    """The stack without the first ``share`` of its weights, and the masks of what stays."""
    masks = [compression.keep_masks(list(order), share) for order in ranks]
    return stacked([compression.masked(layers.network(net), masks[net]) for net in layers.network_indices()]), stacked(
        masks
    )


def fine_tune(
    weights: list[Tensor], biases: list[Tensor], masks: list[Tensor], train: Dataset, *, steps: int, seed: int
) -> Layers:
    """Train a stack on, in new tensors, with what was pruned held at 0. All nets see the same batches of 128.

    Three nets at a time: a stack of six falls out of the processor's cache and takes five times as long.
    """
    sizes = (weights[0].shape[1], *(weight.shape[2] for weight in weights))
    net = StackedMLP(sizes, [0] * len(weights[0])).to(weights[0].device)
    with torch.no_grad():
        for mine, given in zip([*net.weights, *net.biases], [*weights, *biases], strict=True):
            mine.copy_(given)
    adam, schedule = annealed_adam(net, TUNE_RATE, steps)
    generator = torch.Generator().manual_seed(seed)
    keep = [mask.to(weights[0].dtype) for mask in masks]
    for _, (x, y) in zip(range(steps), train.batches(128, generator), strict=False):
        logits = net(x.flatten(1))
        loss = F.cross_entropy(logits.flatten(0, 1), y.repeat(len(logits))) * len(logits)
        adam.zero_grad()
        loss.backward()
        adam.step()
        schedule.step()
        with torch.no_grad():
            for weight, mask in zip(net.weights, keep, strict=True):
                weight.mul_(mask)
    return Layers.of(net)


def trained_on(layers: Layers, train: Dataset, *, steps: int, seed: int) -> Layers:
    """The nets that lost nothing, trained on as the pruned ones are: whoever is compared has learned as long."""
    everything = [torch.ones_like(part, dtype=torch.bool) for part in layers.weights]
    return fine_tune(layers.weights, layers.biases, everything, train, steps=steps, seed=seed)


def load(data: str, seed: int, *, most: int = 5000) -> tuple[Dataset, Exam]:
    """The training images and the exam of a data set, on the device; one exam of 10,000 images takes .4 s."""
    train, test = datasets.load(data, str(pick()))
    return train, Exam.on(test, most, seed)
