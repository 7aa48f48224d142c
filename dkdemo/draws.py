"""What chance decides about a view: where it is cut out, how its colours change. Applying it is `dkdemo.augment`'s."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor

from dkdemo.augment import Colour


def uniform(n: int, low: float, high: float, generator: Generator) -> Tensor:
    """n numbers between low and high, on the generator's device."""
    return torch.empty(n, device=generator.device).uniform_(low, high, generator=generator)


def draw_crop(
    n: int, side: int, generator: Generator, *, area: tuple[float, float] = (0.5, 1.0), ratio: float = 4 / 3
) -> Tensor:
    """n boxes (top, left, height, width) in whole pixels, within a square of ``side``.

    The share of the area is uniform in ``area``, the log of width : height uniform within ``ratio``; a box
    that would not fit is cut to the image (Inception and torchvision draw again: it touches only the largest).

    Source: Szegedy et al. 2014 (Inception), arXiv:1409.4842, section 6; Chen et al. 2020 (SimCLR), arXiv:2002.05709,
    appendix A.
    """
    if not 0 < area[0] <= area[1] <= 1 or ratio < 1:
        raise ValueError(f"need 0 < area <= 1 and ratio >= 1, got {area} and {ratio}")
    share = uniform(n, area[0], area[1], generator)
    shape = torch.exp(uniform(n, -math.log(ratio), math.log(ratio), generator))
    width = (side * (share * shape).sqrt()).round().clamp(1, side)
    height = (side * (share / shape).sqrt()).round().clamp(1, side)
    top = (uniform(n, 0, 1, generator) * (side - height + 1)).floor()
    left = (uniform(n, 0, 1, generator) * (side - width + 1)).floor()
    return torch.stack([top, left, height, width], dim=1)


def draw_colour(n: int, generator: Generator, *, strength: float = 1.0, grey_share: float = 0.2) -> Colour:
    """SimCLR's colour distortion at ``strength`` s: factors 1 ± .8 s, and here every hue at s = 1 (the paper: ± .2 s).

    Our shapes come in all hues, so a small turn would still tell which is which.

    Source: Chen et al. 2020, arXiv:2002.05709, appendix A.
    """
    if not 0 <= strength <= 1 or not 0 <= grey_share <= 1:
        raise ValueError(f"need strength and grey_share in [0, 1], got {strength} and {grey_share}")
    spread = 0.8 * strength
    bright, far, rich = (uniform(n, 1 - spread, 1 + spread, generator) for _ in range(3))
    turn = uniform(n, -0.5 * strength, 0.5 * strength, generator)
    return Colour(bright, far, rich, turn, uniform(n, 0, 1, generator) < grey_share)
