"""A network that follows another at a distance: the mean teacher, MoCo's key encoder, BYOL's target."""

from __future__ import annotations

import copy

import torch
from torch import nn

from dkdemo.schedules import check_decay


def frozen_copy(model: nn.Module) -> nn.Module:
    """A copy of ``model`` that gradients never reach: the place where an average starts.

    Source: Tarvainen & Valpola 2017, arXiv:1703.01780, section 2; He et al. 2020, arXiv:1911.05722, section 3.2.
    """
    twin = copy.deepcopy(model)
    return twin.requires_grad_(False)


@torch.no_grad()
def ema_update(averaged: nn.Module, model: nn.Module, *, decay: float) -> None:
    """Move ``averaged`` a little towards ``model``, in place: theta' <- decay theta' + (1 - decay) theta.

    Batch statistics (buffers) are copied, not averaged: they are averages of their own already.

    Args:
        averaged, model: two networks of the same shape; ``averaged`` as made by `frozen_copy`.
        decay: in [0, 1]; 0 copies, 1 stands still. Half of the memory is gone after ln 2 / -ln(decay) steps:
            69 for .99, 693 for .999.

    Raises:
        ValueError: a decay outside [0, 1], or networks of different shapes.

    Source: Tarvainen & Valpola 2017, arXiv:1703.01780, Eq. 2; He et al. 2020, arXiv:1911.05722, Eq. 2 (there m).
    """
    check_decay(decay)
    slow: list[torch.Tensor] = list(averaged.parameters())
    fast: list[torch.Tensor] = list(model.parameters())
    if [one.shape for one in slow] != [one.shape for one in fast]:
        raise ValueError(f"need two networks of the same shape, got {len(slow)} and {len(fast)} parameters")
    if slow:
        torch._foreach_lerp_(slow, fast, 1 - decay)
    for kept, seen in zip(averaged.buffers(), model.buffers(), strict=True):
        kept.copy_(seen)


class Lookahead:
    """A net that learns in leaps and goes back, now and then, to the moving average of where it has been.

    At each look back  φ <- d φ + (1 - d) θ  and then  θ <- φ.  The average φ steadies large steps θ as a smaller step
    size would, without slowing them. Batch statistics, averages of θ's activations, are averaged along.

    Args:
        net: the weights θ; what is not trained is left alone.

    Source: Zhang et al. 2019, "Lookahead Optimizer", arXiv:1907.08610, algorithm 1, with 1 - d for its α, there .5.
    """

    def __init__(self, net: nn.Module) -> None:
        trained = [weights.data for weights in net.parameters() if weights.requires_grad]
        self._fast = trained + [seen for seen in net.buffers() if seen.is_floating_point()]
        self._slow = [one.clone() for one in self._fast]

    @torch.no_grad()
    def look_back(self, *, decay: float) -> None:
        """Move the average and go back to it; ``decay`` in [0, 1]: 0 stays where the net is, 1 takes the average."""
        check_decay(decay)
        if self._fast:
            torch._foreach_lerp_(self._slow, self._fast, 1 - decay)
            torch._foreach_copy_(self._fast, self._slow)
