"""Batch normalisation tells tales: what a group's statistics give away, and how shuffling hides it."""

from __future__ import annotations

import torch
from torch import Generator, Tensor


def group_statistics(activations: Tensor, groups: int) -> Tensor:
    """What batch normalisation computes on each device: mean and deviation of every channel in each group.

    Args:
        activations: (N, D), in the order in which the examples are dealt out; N is a multiple of ``groups``.
        groups: G, the devices that normalise apart.

    Returns: (G, 2 D), the means, then the standard deviations (biased, as batch normalisation divides by them).

    Raises:
        ValueError: groups that do not divide the batch, or leave fewer than two examples each.

    Source: Ioffe & Szegedy 2015, arXiv:1502.03167, Algorithm 1.
    """
    if groups < 1 or len(activations) % groups or len(activations) < 2 * groups:
        raise ValueError(f"{groups} groups must share the batch evenly, two each or more; got {len(activations)}")
    dealt = activations.view(groups, -1, activations.shape[-1])  # (G, N / G, D)
    return torch.cat([dealt.mean(1), dealt.std(1, correction=0)], dim=1)


def nearest_group(queries: Tensor, keys: Tensor) -> Tensor:
    """For each group of queries, the group of keys whose statistics look most alike: (G, S), (G', S) -> (G,).

    Distances are Euclidean, each statistic divided by its deviation over all groups. No picture and no feature
    of a picture is looked at: whoever finds the positive's group in this way has cheated.
    """
    both = torch.cat([queries, keys])
    scale = both.std(0, correction=0).clamp_min(torch.finfo(both.dtype).tiny)
    return torch.cdist(queries / scale, keys / scale).argmin(1)


def shuffled(n: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """An order in which to deal n keys out, and the order that puts them back: ``x[deal][back]`` is ``x``.

    Source: He, Fan, Wu, Xie & Girshick 2020, arXiv:1911.05722, section 3.3 (Shuffling BN).
    """
    deal = torch.randperm(n, generator=generator, device=generator.device)
    return deal, deal.argsort()
