"""Holding an over-wide network back: L2, L1, augmentation, many copies in one model."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from dkdemo.models import StackedMLP
from dkdemo.probability import on_cpu
from dkdemo.training import annealed_adam


def shrink(weights: Tensor, *, l1: Tensor | float, l2: Tensor | float) -> Tensor:
    """One step towards 0: L1 takes the same from every weight and leaves exact zeros, L2 takes the same share.

    prox(w) = argmin_v ½ (v - w)² + l1 |v| + ½ l2 v² = sign(w) max(|w| - l1, 0) / (1 + l2)

    Args:
        weights: (S, ...), or any shape with plain numbers for ``l1`` and ``l2``.
        l1, l2: >= 0 (unchecked on a GPU), step size times strength; (S,) for S copies.

    Source: Zou & Hastie 2005 (elastic net); as a step of its own beside Adam, like the decay of Loshchilov & Hutter
    2017, arXiv:1711.05101.
    """
    strengths = [torch.as_tensor(one, dtype=weights.dtype, device=weights.device) for one in (l1, l2)]
    if not all(bool((one >= 0).all()) for one in strengths if on_cpu(one)):
        raise ValueError(f"l1 and l2 must be >= 0, got {l1} and {l2}")
    first, second = (one.view(-1, *[1] * (weights.ndim - 1)) if one.ndim else one for one in strengths)
    return F.relu(weights.abs() - first).copysign(weights) / (1 + second)


def train_regularised(
    net: StackedMLP,
    draw: Callable[[], tuple[Tensor, Tensor]],
    *,
    l1: Tensor,
    l2: Tensor,
    learning_rate: float,
    steps: int,
) -> Iterator[int]:
    """Train all copies in place, each with its own L1 and L2; biases are left alone. Yields each step's number.

    Args:
        draw: a batch for each copy, images (S, N, D) and labels (S, N).
        l1, l2: (S,) strengths, multiplied with the current learning rate.
    """
    adam, schedule = annealed_adam(net, learning_rate, steps)
    for step in range(1, steps + 1):
        x, y = draw()
        logits = net(x)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="sum") / y.shape[1]
        adam.zero_grad()
        loss.backward()
        rate = schedule.get_last_lr()[0]
        adam.step()
        schedule.step()
        with torch.no_grad():
            for weights in net.weights:
                weights.copy_(shrink(weights, l1=rate * l1, l2=rate * l2))
        yield step


def weight_norms(net: StackedMLP) -> Tensor:
    """The length of all weights of each copy, biases left out: (S,), float64."""
    return torch.stack([weights.detach().double().square().sum((1, 2)) for weights in net.weights]).sum(0).sqrt()


def zero_shares(net: StackedMLP) -> Tensor:
    """The share of each copy's weights that are exactly 0: (S,), float64."""
    zeros = torch.stack([(weights == 0).double().sum((1, 2)) for weights in net.weights]).sum(0)
    return zeros / sum(weights[0].numel() for weights in net.weights)
