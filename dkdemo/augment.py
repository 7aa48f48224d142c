"""Other looks of the same picture: the augmentations that tell a network what must not matter.

Every function takes a whole batch of images, (N, C, H, W) floats in [0, 1], and one setting per image, (N,);
none changes its argument, none draws a random number. Drawing is apart (`dkdemo.draws`), so that a slider can hold
the very numbers that chance would otherwise choose.

A crop and a blur are separable: rows first, then columns. Each is a product with small matrices, one per image,
so that a batch needs no loop over its pictures; only a crop's rows come cheaper by fetching.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

LUMA = (0.2989, 0.587, 0.114)  # how bright red, green and blue look; ITU-R BT.601


def _check(images: Tensor, *settings: Tensor) -> None:
    if images.ndim != 4 or not images.is_floating_point():
        raise ValueError(f"images must be floats of shape (N, C, H, W), got {images.dtype} {tuple(images.shape)}")
    for setting in settings:
        if len(setting) != len(images):
            raise ValueError(f"need one setting per image, got {len(setting)} for {len(images)} images")


def _each(setting: Tensor, images: Tensor) -> Tensor:
    """(N,) settings as (N, 1, 1, 1), ready to meet the images."""
    return setting.to(images.dtype).view(-1, 1, 1, 1)


def _separable(images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """rows (N, h, H) times each image times columns (N, w, W) transposed: (N, C, h, w)."""
    n, channels, height, _ = images.shape
    across = torch.bmm(images.flatten(1, 2), columns.transpose(1, 2))  # (N, C H, w): one product serves all channels
    return rows.unsqueeze(1) @ across.view(n, channels, height, -1)


# Where the picture is ---------------------------------------------------------------------------------------


def shift(images: Tensor, right: Tensor, down: Tensor) -> Tensor:
    """Move each image by whole pixels, (N,) integers; what comes in from outside is 0."""
    _check(images, right, down)
    height, width = images.shape[-2:]
    row = torch.arange(height, device=images.device) - down.view(-1, 1)  # (N, H): where each row comes from
    column = torch.arange(width, device=images.device) - right.view(-1, 1)
    inside = ((row >= 0) & (row < height)).unsqueeze(2) & ((column >= 0) & (column < width)).unsqueeze(1)
    first = torch.arange(len(images), device=images.device).view(-1, 1, 1)
    moved = images.permute(0, 2, 3, 1)[
        first, row.clamp(0, height - 1).unsqueeze(2), column.clamp(0, width - 1).unsqueeze(1)
    ]
    return (moved * inside.unsqueeze(3)).permute(0, 3, 1, 2)


def affine(images: Tensor, *, angle: Tensor, scale: Tensor, shear: Tensor, right: Tensor, down: Tensor) -> Tensor:
    """Turn clockwise, scale, shear along x (angles in degrees) and move (pixels) about the centre; outside is 0.

    Bilinear. We ask for each target pixel where it came from, hence the inverse matrix.
    """
    _check(images, angle, scale, shear, right, down)
    height, width = images.shape[-2:]
    turn, lean = torch.deg2rad(angle), torch.deg2rad(shear).tan()
    cos, sin = turn.cos() / scale, turn.sin() / scale
    xx, xy, yx, yy = cos - sin * lean, cos * lean + sin, -sin, cos  # the inverse, in pixels from the centre
    rows = [  # affine_grid's unit is half a picture
        *(xx, xy * height / width, -(xx * right + xy * down) * 2 / width),
        *(yx * width / height, yy, -(yx * right + yy * down) * 2 / height),
    ]
    matrix = torch.stack(rows, dim=1).view(-1, 2, 3).to(images.dtype)
    grid = F.affine_grid(matrix, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, align_corners=False)


def resized_crop(images: Tensor, boxes: Tensor, side: int | None = None, mirror: Tensor | None = None) -> Tensor:
    """Cut ``boxes`` (N, 4) = (top, left, height, width) in pixels out and enlarge each to ``side`` (bilinear).

    Boxes lie within the image, fractions of a pixel allowed; beyond the edge the edge pixel goes on. Where ``mirror``
    (N,) is true the result is flipped left to right: turning a row of numbers over costs less than turning the picture.
    Meant for enlarging: a crop larger than ``side`` is thinned without smoothing.
    """
    _check(images, boxes)
    side = side or images.shape[-1]
    top, left, height, width = boxes.to(images.dtype).unbind(1)
    across = _centres(left, width, images.shape[-1], side)
    if mirror is not None:
        across = torch.where(mirror.view(-1, 1), across.flip(1), across)
    tall = _rows_at(images, _centres(top, height, images.shape[-2], side)).flatten(1, 2)  # (N, C side, W)
    pixel = torch.arange(images.shape[-1], device=images.device, dtype=images.dtype).unsqueeze(1)
    near = (across.unsqueeze(1) - pixel).abs_().neg_().add_(1).clamp_min_(0)  # (N, W, side): how much of old is in new
    return torch.bmm(tall, near).view(*images.shape[:2], side, side)


def _centres(start: Tensor, length: Tensor, size: int, side: int) -> Tensor:
    """(N, side): where ``side`` new pixels lie among the ``size`` old ones, spread over ``length`` from ``start``.

    A centre outside the crop takes the place of the crop's edge pixel, one outside the image that of the image's.
    """
    centre = (torch.arange(side, device=start.device, dtype=start.dtype) + 0.5) * (length / side).unsqueeze(1) - 0.5
    centre = torch.minimum(centre.clamp_min(0), (length - 1).clamp_min(0).unsqueeze(1)) + start.unsqueeze(1)
    return centre.clamp(0, size - 1)


def _rows_at(images: Tensor, row: Tensor) -> Tensor:
    """(N, C, h, W): each image at the heights ``row`` (N, h), between two pixels a blend of their rows.

    Rows lie together in memory: on a processor fetching two and blending them takes half the time of a product.
    """
    n, channels, size, width = images.shape
    lines, upper = images.reshape(-1, width), row.floor()
    first = size * torch.arange(n * channels, device=row.device).view(n, channels, 1)  # each channel's top line
    above, below = (
        lines.index_select(0, (first + at.long().unsqueeze(1)).flatten()).view(n, channels, -1, width)
        for at in (upper, (upper + 1).clamp_max(size - 1))
    )
    return torch.lerp(above, below, (row - upper).view(n, 1, -1, 1))


def flip(images: Tensor, which: Tensor) -> Tensor:
    """Mirror the images where ``which`` (N,) is true, left to right."""
    _check(images, which)
    return torch.where(which.view(-1, 1, 1, 1), images.flip(3), images)


def quarter_turns(images: Tensor, turns: Tensor) -> Tensor:
    """Turn each square image by ``turns`` (N,) times 90 degrees, anticlockwise."""
    _check(images, turns)
    turned = images
    for quarter in (1, 2, 3):
        turned = torch.where((turns % 4 == quarter).view(-1, 1, 1, 1), torch.rot90(images, quarter, (2, 3)), turned)
    return turned


# What colour it has -----------------------------------------------------------------------------------------


def luminance(images: Tensor) -> Tensor:
    """(N, 1, H, W): how bright each pixel looks."""
    if images.shape[1] == 1:
        return images
    red, green, blue = images.split(1, dim=1)
    return (red * LUMA[0]).add_(green, alpha=LUMA[1]).add_(blue, alpha=LUMA[2])


def _between(share: Tensor, images: Tensor, plain: Tensor) -> Tensor:
    """share * images + (1 - share) * plain, per image."""
    return torch.lerp(plain, images, _each(share, images))


def brightness(images: Tensor, factor: Tensor) -> Tensor:
    """Multiply by ``factor`` >= 0 (1 leaves it) and clip to [0, 1]."""
    _check(images, factor)
    return (images * _each(factor, images)).clamp_(0, 1)


def contrast(images: Tensor, factor: Tensor) -> Tensor:
    """Stretch away from the image's mean luminance by ``factor`` >= 0 (1 leaves it, but for rounding), clipped."""
    _check(images, factor)
    middle = luminance(images.mean(dim=(2, 3), keepdim=True))
    return (images - middle).mul_(_each(factor, images)).add_(middle).clamp_(0, 1)


def saturation(images: Tensor, factor: Tensor) -> Tensor:
    """Stretch each pixel away from its own grey by ``factor`` >= 0 (0 is grey, 1 leaves it), clipped to [0, 1]."""
    _check(images, factor)
    if images.shape[1] == 1:
        return images
    return _between(factor, images, luminance(images)).clamp_(0, 1)


def hue(images: Tensor, turn: Tensor) -> Tensor:
    """Turn the colour circle by ``turn`` (N,) of a full circle, [-.5, .5]; brightest and darkest channel stay.

    With low the darkest channel, c the brightest minus it, and h in [-1/2, 1/2] where the pixel stands on the circle,
    h = s (1 + (green + blue - red - low) / c) / 6, s = 1 where green >= blue, else -1: red 0, green 1/3, blue -1/3,
    a channel after the turn is low + c clamp(6 |frac(h + turn + o) - 1/2| - 1, 0, 1), and o = 0, 2/3, 1/3 for red,
    green, blue.
    """
    _check(images, turn)
    if images.shape[1] == 1:
        return images
    red, green, blue = images.split(1, dim=1)
    low = torch.minimum(torch.minimum(red, green), blue)
    chroma = torch.maximum(torch.maximum(red, green), blue).sub_(low)
    # Greys have chroma 0: their hue is any number, for nothing of it is seen.
    circle = (green + blue).sub_(red).sub_(low).div_(chroma.clamp_min(torch.finfo(images.dtype).tiny))
    circle = circle.add_(1).div_(6).copysign_(green - blue)
    thirds = torch.arange(3, device=images.device, dtype=images.dtype).view(1, 3, 1, 1) / 3
    place = circle + (_each(turn, images) + (3 - thirds))  # (N, 3, H, W), positive for frac
    slope = place.frac_().sub_(0.5).abs_().clamp_(1 / 6, 1 / 3)
    return slope.mul_(6 * chroma).add_(low - chroma)


def grey(images: Tensor, which: Tensor) -> Tensor:
    """Take the colour away where ``which`` (N,) is true; the number of channels stays."""
    _check(images, which)
    return _between(~which, images, luminance(images))


# What detail it has -----------------------------------------------------------------------------------------


def blur_weights(sigma: Tensor, size: int, reach: int) -> Tensor:
    """(N, size, size): row j is the Gaussian round pixel j, cut off at ``reach`` pixels, mirrored at the edges."""
    offset = torch.arange(-reach, reach + 1, device=sigma.device, dtype=sigma.dtype)
    bell = torch.exp(-0.5 * (offset / sigma.unsqueeze(1)) ** 2)
    bell = bell / bell.sum(1, keepdim=True)  # (N, 2 reach + 1)
    place = torch.arange(size, device=sigma.device).view(-1, 1) + torch.arange(-reach, reach + 1, device=sigma.device)
    place = (size - 1) - ((size - 1) - place.abs()).abs()  # mirror left, then right
    weights = sigma.new_zeros(len(sigma), size, size)
    return weights.scatter_add_(2, place.expand(len(sigma), -1, -1), bell.unsqueeze(1).expand(-1, size, -1))


def gaussian_blur(images: Tensor, sigma: Tensor, reach: int = 3) -> Tensor:
    """Blur with a Gaussian of ``sigma`` (N,) pixels, kernel 2 ``reach`` + 1 wide, edges mirrored."""
    _check(images, sigma)
    if not 0 < reach < min(images.shape[-2:]):
        raise ValueError(f"reach must be between 1 and the image's side - 1, got {reach}")
    spread = sigma.to(images.dtype)
    rows = blur_weights(spread, images.shape[-2], reach)
    return _separable(images, rows, blur_weights(spread, images.shape[-1], reach))


def cutout(images: Tensor, boxes: Tensor, fill: float = 0.5) -> Tensor:
    """Paint ``boxes`` (N, 4) = (top, left, height, width) over; a box may stick out of the image.

    Source: DeVries & Taylor 2017, arXiv:1708.04552, section 3.
    """
    _check(images, boxes)
    row = torch.arange(images.shape[-2], device=images.device).view(1, -1, 1)
    column = torch.arange(images.shape[-1], device=images.device).view(1, 1, -1)
    top, left, height, width = (edge.view(-1, 1, 1) for edge in boxes.unbind(1))
    hidden = (row >= top) & (row < top + height) & (column >= left) & (column < left + width)
    return images.masked_fill(hidden.unsqueeze(1), fill)


def sobel(images: Tensor) -> Tensor:
    """Keep the outlines: the length of the brightness gradient, 0 on flat ground, clipped to [0, 1]."""
    _check(images)
    across = images.new_tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 4
    kernels = torch.stack([across, across.T]).unsqueeze(1)  # (2, 1, 3, 3)
    edges = F.conv2d(F.pad(luminance(images), (1, 1, 1, 1), mode="replicate"), kernels)
    return edges.square().sum(1, keepdim=True).sqrt().clamp(0, 1).expand_as(images).contiguous()


def noise(images: Tensor, grain: Tensor) -> Tensor:
    """Add ``grain`` (as large as the images) and clip to [0, 1]."""
    return (images + grain).clamp_(0, 1)


class Colour(NamedTuple):
    """One colour distortion per image, each (N,): factors, a turn of the hue circle, and who loses all colour."""

    brightness: Tensor
    contrast: Tensor
    saturation: Tensor
    hue: Tensor
    grey: Tensor


def jitter(images: Tensor, drawn: Colour) -> Tensor:
    """Apply a drawn colour distortion: brightness, contrast, saturation, hue, and grey last."""
    images = contrast(brightness(images, drawn.brightness), drawn.contrast)
    if images.shape[1] == 1:
        return images
    return grey(hue(saturation(images, drawn.saturation), drawn.hue), drawn.grey)
