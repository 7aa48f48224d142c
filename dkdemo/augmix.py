"""AugMix: three short chains of harmless operations, mixed with the picture itself, and three answers that must agree.

Nine operations are allowed, and none that resembles what the network will be tested on: no contrast, brightness,
colour or sharpness, no noise, no blur, no hole. "Do whatever you like" it is not.

Images are (N, C, H, W) floats in [0, 1]; drawing (`draw_chains`) is apart from applying.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from dkdemo import augment
from dkdemo.device import send
from dkdemo.draws import uniform
from dkdemo.probability import js

WIDTH, DEPTH = 3, 3  # chains side by side, and the most operations in one
FULL = 10  # the level at which an operation would have its full strength


def autocontrast(images: Tensor) -> Tensor:
    """Stretch every channel of every picture over the whole of [0, 1]; a flat channel stays."""
    low, high = images.amin((2, 3), keepdim=True), images.amax((2, 3), keepdim=True)
    span = high - low
    return torch.where(span > 0, (images - low) / torch.where(span > 0, span, 1), images)


def equalize(images: Tensor) -> Tensor:
    """Make the 256 levels of every channel about equally frequent, by the integer rule of PIL.ImageOps.equalize."""
    n, channels, height, width = images.shape
    level = _levels(images).flatten(2).long()  # (N, C, H W)
    counts = torch.zeros(n, channels, 256, dtype=torch.long, device=images.device)
    counts.scatter_add_(2, level, torch.ones_like(level))
    top = level.amax(2, keepdim=True)
    step = (height * width - counts.gather(2, top)) // 255  # (N, C, 1)
    below = counts.cumsum(2) - counts
    table = ((step // 2 + below) // step.clamp_min(1)).clamp_max(255)
    even = table.gather(2, level).view_as(images) / 255
    return torch.where(step.unsqueeze(3) > 0, even.to(images.dtype), images)  # too few pixels to spread: unchanged


def posterize(images: Tensor, bits: Tensor) -> Tensor:
    """Keep only the first ``bits`` (N,) of the eight bits of every level."""
    keep = (2.0 ** (8 - bits)).to(images.dtype).view(-1, 1, 1, 1)
    return (_levels(images) / keep).floor() * keep / 255


def solarize(images: Tensor, threshold: Tensor) -> Tensor:
    """Turn every level from ``threshold`` (N,) in 0..256 on into its negative."""
    return torch.where(_levels(images) >= threshold.view(-1, 1, 1, 1), 1 - images, images)


def _levels(images: Tensor) -> Tensor:
    return (images * 255).round()


def _geometry(images: Tensor, **setting: Tensor) -> Tensor:
    none = images.new_zeros(len(images))
    still = {"angle": none, "scale": none + 1, "shear": none, "right": none, "down": none}
    return augment.affine(images, **{**still, **setting})


def _lean(level: Tensor) -> Tensor:
    """A slope of .3 at full strength, in degrees."""
    return torch.rad2deg(torch.atan(0.3 * level / FULL))


# name -> images, level (N,) in (0, 10], sign (N,) of -1 or 1; integers are cut as in the released code
OPERATIONS: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "autocontrast": lambda x, level, sign: autocontrast(x),
    "equalize": lambda x, level, sign: equalize(x),
    "posterize": lambda x, level, sign: posterize(x, 4 - (4 * level / FULL).floor()),
    "rotate": lambda x, level, sign: _geometry(x, angle=sign * (30 * level / FULL).floor()),
    "solarize": lambda x, level, sign: solarize(x, 256 - (256 * level / FULL).floor()),
    "shear_x": lambda x, level, sign: _geometry(x, shear=sign * _lean(level)),
    "shear_y": lambda x, level, sign: _geometry(x.mT, shear=sign * _lean(level)).mT,
    "translate_x": lambda x, level, sign: _geometry(x, right=sign * (x.shape[-1] / 3 * level / FULL).floor()),
    "translate_y": lambda x, level, sign: _geometry(x, down=sign * (x.shape[-1] / 3 * level / FULL).floor()),
}


class Chains(NamedTuple):
    """What chance decided for N pictures: W chains of at most D operations each, and how they are mixed."""

    weights: Tensor  # (N, W), each row sums to 1: Dirichlet(1, ..., 1)
    kept: Tensor  # (N,) m in [0, 1], the share of the picture itself: Beta(1, 1)
    depth: Tensor  # (N, W) 1..D operations of the chain are really done
    operation: Tensor  # (N, W, D) indices into OPERATIONS
    level: Tensor  # (N, W, D) in [.1, severity]
    sign: Tensor  # (N, W, D) of -1 or 1

    def names(self, picture: int) -> list[list[str]]:
        """The operations of each chain of one picture, in order."""
        every = list(OPERATIONS)
        rows = zip(self.operation[picture].tolist(), self.depth[picture].tolist(), strict=True)
        return [[every[index] for index in row[:depth]] for row, depth in rows]


def draw_chains(n: int, generator: Generator, *, severity: float = 3.0) -> Chains:
    """n draws of three chains, best on the processor, for `run_chains` must look at them.

    With alpha = 1, as in the paper, Dirichlet is normalised exponentials and Beta uniform.

    Source: Hendrycks et al. 2020 (AugMix), arXiv:1912.02781, Algorithm 1; levels as in the released code.
    """
    if not 0.1 <= severity <= FULL:
        raise ValueError(f"severity must be in [.1, {FULL}], got {severity}")
    waits = -torch.log1p(-uniform(n * WIDTH, 0, 1, generator)).view(n, WIDTH)
    cells = n * WIDTH * DEPTH
    return Chains(
        weights=waits / waits.sum(1, keepdim=True),
        kept=uniform(n, 0, 1, generator),
        depth=uniform(n * WIDTH, 1, DEPTH + 1, generator).floor().view(n, WIDTH).long(),
        operation=uniform(cells, 0, len(OPERATIONS), generator).floor().view(n, WIDTH, DEPTH).long(),
        level=uniform(cells, 0.1, severity, generator).view(n, WIDTH, DEPTH),
        sign=torch.where(uniform(cells, 0, 1, generator) < 0.5, -1.0, 1.0).view(n, WIDTH, DEPTH),
    )


def run_chains(images: Tensor, drawn: Chains) -> Tensor:
    """The end of every chain: (N, W, C, H, W')."""
    n = len(images)
    if len(drawn.kept) != n:
        raise ValueError(f"need one draw per picture, got {len(drawn.kept)} for {n} pictures")
    ends = images.repeat_interleave(WIDTH, dim=0)  # (N W, C, H, W')
    depth = drawn.depth.flatten()
    operation = drawn.operation.flatten(0, 1)
    level, sign = send(torch.stack([drawn.level, drawn.sign]).flatten(1, 2), images.device).to(images.dtype)
    for place in range(DEPTH):
        for index, apply in enumerate(OPERATIONS.values()):
            which = ((operation[:, place] == index) & (place < depth)).nonzero().flatten()
            if len(which):  # known without waiting for a GPU: chains are drawn on the processor
                there = send(which, images.device)
                done = apply(ends[there], level[there, place], sign[there, place])
                ends = ends.index_copy(0, there, done)
    return ends.view(n, WIDTH, *images.shape[1:])


def augmix(images: Tensor, drawn: Chains) -> Tensor:
    """The mixture: m x + (1 - m) sum_i w_i chain_i(x), (N, C, H, W) in [0, 1].

    The released code gives the picture itself 1 - m; with m uniform that is the same law.

    For reading and comparing; no live run trains with it.

    Source: Hendrycks et al. 2020, arXiv:1912.02781, Algorithm 1.
    """
    chained = (drawn.weights.to(images).view(-1, WIDTH, 1, 1, 1) * run_chains(images, drawn)).sum(1)
    kept = drawn.kept.to(images).view(-1, 1, 1, 1)
    return kept * images + (1 - kept) * chained


def augmix_loss(clean: Tensor, first: Tensor, second: Tensor, labels: Tensor, *, weight: float = 12.0) -> Tensor:
    """Be right about the picture, and of one mind about its two mixtures.

    L = CE(p_orig, y) + weight JS(p_orig; p_augmix1; p_augmix2)

    The slide has the three terms of the JS right and leaves out the rest: without the cross-entropy, answering the same
    thing to everything would be perfect. Gradients flow through all three answers.

    For reading and comparing; no live run trains with it.

    Args:
        clean, first, second: logits (N, K) of the picture and of its two mixtures.
        labels: (N,); only the clean answer meets them.
        weight: lambda >= 0, 12 in the paper.

    Returns: nats, the batch mean, shape ().

    Source: Hendrycks et al. 2020, arXiv:1912.02781, section 3, equations 1 and 2.
    """
    if not weight >= 0:
        raise ValueError(f"weight must be >= 0, got {weight}")
    if not clean.shape == first.shape == second.shape:
        raise ValueError(f"need three answers of one shape, got {[tuple(one.shape) for one in (clean, first, second)]}")
    apart = js(*(one.softmax(-1) for one in (clean, first, second))).mean()
    return F.cross_entropy(clean, labels) + weight * apart
