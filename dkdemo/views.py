"""Random augmentations by name: the seven augmentations of SimCLR's Figure 5, and what two views are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Generator, Tensor

from dkdemo import augment
from dkdemo.draws import draw_colour, draw_crop, uniform

Augmentation = Callable[[Tensor, Generator], Tensor]


def crop(images: Tensor, generator: Generator) -> Tensor:
    """Half to all of the area, enlarged again, half of the images mirrored."""
    return _cropped(images, generator, 0.5)


def zoom(images: Tensor, generator: Generator) -> Tensor:
    """A fifth to all of the area, enlarged again, half of the images mirrored."""
    return _cropped(images, generator, 0.2)


def _cropped(images: Tensor, generator: Generator, least: float) -> Tensor:
    n, side = len(images), images.shape[-1]
    boxes = draw_crop(n, side, generator, area=(least, 1.0))
    return augment.resized_crop(images, boxes, mirror=uniform(n, 0, 1, generator) < 0.5)


def tint(images: Tensor, generator: Generator) -> Tensor:
    """Half of the colour distortion (the paper's s = .5 for CIFAR-10, with hues turned further); one in five grey."""
    return augment.jitter(images, draw_colour(len(images), generator, strength=0.5))


def cutout(images: Tensor, generator: Generator) -> Tensor:
    """A grey square of .4 of the side, its centre anywhere: it may stick out."""
    n, side = len(images), images.shape[-1]
    edge = round(0.4 * side)
    corner = uniform(2 * n, 0, side, generator).floor().view(n, 2) - edge // 2
    return augment.cutout(images, torch.cat([corner, torch.full_like(corner, edge)], dim=1))


def colour(images: Tensor, generator: Generator) -> Tensor:
    """The full colour distortion, one in five grey."""
    return augment.jitter(images, draw_colour(len(images), generator))


def sobel(images: Tensor, generator: Generator) -> Tensor:
    """Outlines only; nothing to draw."""
    return augment.sobel(images)


def noise(images: Tensor, generator: Generator) -> Tensor:
    """Gaussian grain of standard deviation .1."""
    grain = torch.randn(images.shape, generator=generator, device=generator.device)
    return augment.noise(images, 0.1 * grain)


def blur(images: Tensor, generator: Generator) -> Tensor:
    """A Gaussian of .1 to 2 pixels."""
    return augment.gaussian_blur(images, uniform(len(images), 0.1, 2.0, generator))


def rotate(images: Tensor, generator: Generator) -> Tensor:
    """0, 90, 180 or 270 degrees."""
    return augment.quarter_turns(images, uniform(len(images), 0, 4, generator).floor())


def wiggle(images: Tensor, generator: Generator) -> Tensor:
    """A small turn, zoom, lean and shift: the crop of a digit, which must not lose a stroke."""
    n, side = len(images), images.shape[-1]
    return augment.affine(
        images,
        angle=uniform(n, -20, 20, generator),
        scale=uniform(n, 0.8, 1.2, generator),
        shear=uniform(n, -15, 15, generator),
        right=uniform(n, -0.12 * side, 0.12 * side, generator),
        down=uniform(n, -0.12 * side, 0.12 * side, generator),
    )


# The order of the paper's Figure 5, rows and columns alike.
FIGURE5: dict[str, Augmentation] = {
    "crop": crop,
    "cutout": cutout,
    "color": colour,
    "sobel": sobel,
    "noise": noise,
    "blur": blur,
    "rotate": rotate,
}
AUGMENTATIONS: dict[str, Augmentation] = {**FIGURE5, "wiggle": wiggle, "zoom": zoom, "tint": tint}


def random_view(images: Tensor, augmentations: Sequence[str], generator: Generator) -> Tensor:
    """Apply the named augmentations one after another, newly drawn for every image; (N, C, H, W) in [0, 1]."""
    for name in augmentations:
        if name not in AUGMENTATIONS:
            raise ValueError(f"an augmentation is one of {', '.join(AUGMENTATIONS)}; got {name!r:.40}")
        images = AUGMENTATIONS[name](images, generator)
    return images
