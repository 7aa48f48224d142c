"""Learning rates that fit the batch, and LARS, which gives each layer its own (over time: `dkdemo.schedules`).

With one learning rate for all, the largest sensible step is set by the layer whose gradient is largest against
its weights. Batches of thousands want large steps; LARS measures every layer and lets none overshoot.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor
from torch.optim import Optimizer


def trust_ratio(weight_norm: float, gradient_norm: float, *, weight_decay: float = 0.0, trust: float = 0.001) -> float:
    """The learning rate of one layer: lambda = trust |w| / (|gradient| + decay |w|); 1 if either norm is 0.

    Without decay its step, lambda |gradient| = trust |w|, is the same share of the weights in every layer.

    Source: You, Gitman & Ginsburg 2017, arXiv:1708.03888, eq. 6.
    """
    if trust <= 0 or weight_decay < 0:
        raise ValueError(f"need trust > 0 and weight_decay >= 0, got {trust} and {weight_decay}")
    if weight_norm == 0 or gradient_norm == 0:
        return 1.0
    return trust * weight_norm / (gradient_norm + weight_decay * weight_norm)


class LARS(Optimizer):
    """Layer-wise adaptive rate scaling.

    v <- mu v + lr lambda (gradient + decay w),  w <- w - v,  lambda = `trust_ratio` of the layer

    Biases and normalisation weights (one dimension) take the plain step without decay, as SimCLR and BYOL do.
    It is the batch of thousands that calls for LARS, not a large data set.

    For reading and comparing; no live run trains with it.

    Source: You, Gitman & Ginsburg 2017, arXiv:1708.03888, Algorithm 1; which weights are left out: Grill et al.
    2020, arXiv:2006.07733, section 3.3.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float,
        *,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
        trust: float = 0.001,
    ) -> None:
        if lr < 0 or not 0 <= momentum < 1:
            raise ValueError(f"need lr >= 0 and 0 <= momentum < 1, got {lr} and {momentum}")
        trust_ratio(1, 1, weight_decay=weight_decay, trust=trust)
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "trust": trust})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Move every weight once. Reading the norms waits for the device: fine for nets of a dozen layers."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                update, rate = weight.grad, group["lr"]
                if weight.ndim > 1:
                    decay = group["weight_decay"]
                    sizes = weight.norm().item(), weight.grad.norm().item()
                    rate *= trust_ratio(*sizes, weight_decay=decay, trust=group["trust"])
                    update = update + decay * weight
                state = self.state[weight]
                velocity = state.setdefault("velocity", torch.zeros_like(weight))
                velocity.mul_(group["momentum"]).add_(update, alpha=rate)
                weight.sub_(velocity)


def scaled_rate(batch_size: int, *, rule: str = "linear") -> float:
    """SimCLR's peak learning rate for LARS: .3 B / 256 ("linear") or .075 sqrt(B) ("root").

    Source: Chen et al. 2020, arXiv:2002.05709, section 2.2 and appendix B.1.
    """
    if rule not in ("linear", "root") or not batch_size >= 1:
        raise ValueError(f"need a batch of at least 1 and the rule linear or root, got {batch_size} and {rule!r:.40}")
    return 0.3 * batch_size / 256 if rule == "linear" else 0.075 * math.sqrt(batch_size)


def set_rate(optimiser: Optimizer, share: float) -> None:
    """From now on each group of parameters takes steps of ``share`` times its own ``initial_lr``."""
    for group in optimiser.param_groups:
        group["lr"] = share * group["initial_lr"]
