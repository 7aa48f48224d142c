"""Two looks of one picture: a weak one that changes next to nothing, and a strong one that must hurt.

Drawing is apart from applying, so that a slider may turn the strength of one and the same draw.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Generator, Tensor

from dkdemo import augment
from dkdemo.device import send
from dkdemo.draws import uniform

HOLE = 0.4  # of the side, at full strength


class Strong(NamedTuple):
    """One strong look per picture, each (N,) in [-1, 1] and scaled when it is applied; the hole's centre in [0, 1]."""

    turn: Tensor
    size: Tensor
    lean: Tensor
    right: Tensor
    down: Tensor
    hole_right: Tensor
    hole_down: Tensor


def weak(images: Tensor, generator: Generator, *, most: int = 2) -> Tensor:
    """Move each picture by up to ``most`` whole pixels each way; (N, C, H, W) in [0, 1]. 0 leaves it.

    Source: Sohn et al. 2020 (FixMatch), arXiv:2001.07685, section 2.3, which also mirrors half of the photographs.
    """
    if most < 0:
        raise ValueError(f"most must be >= 0 pixels, got {most}")
    by = torch.randint(-most, most + 1, (2, len(images)), generator=generator, device=generator.device)
    return augment.shift(images, *send(by, images.device)) if most else images


def draw_strong(n: int, generator: Generator) -> Strong:
    """n strong looks, every number uniform."""
    drawn = [uniform(n, -1, 1, generator) for _ in range(5)]
    return Strong(*drawn, *(uniform(n, 0, 1, generator) for _ in range(2)))


def strong(images: Tensor, drawn: Strong, *, strength: float = 1.0) -> Tensor:
    """Turn, resize, lean and move each picture, and cut a hole; at ``strength`` 0 nothing, at 1 all of it.

    At 1: by up to 30 degrees, to .7-1.3 of the size, 30 degrees of lean, an eighth of the side, and a black hole of .4
    of the side that may stick out. The papers draw two of fourteen operations (RandAugment) and then cut the hole;
    a digit in grey has no use for the colours among them.

    Source: Sohn et al. 2020, arXiv:2001.07685, section 2.3; Cubuk et al. 2019 (RandAugment), arXiv:1909.13719.
    """
    if not 0 <= strength <= 1:
        raise ValueError(f"strength must be in [0, 1], got {strength}")
    drawn = Strong(*send(torch.stack(drawn), images.device))
    side = images.shape[-1]
    moved = augment.affine(
        images,
        angle=30 * strength * drawn.turn,
        scale=1 + 0.3 * strength * drawn.size,
        shear=30 * strength * drawn.lean,
        right=side / 8 * strength * drawn.right,
        down=side / 8 * strength * drawn.down,
    )
    edge = round(HOLE * strength * side)
    corner = torch.stack([drawn.hole_down, drawn.hole_right], dim=1).mul(side).floor() - edge // 2
    return augment.cutout(moved, torch.cat([corner, torch.full_like(corner, edge)], dim=1), fill=0.0)
