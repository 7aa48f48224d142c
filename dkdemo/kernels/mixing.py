"""The Python twins of assets/live/kernels/mixup_blend.js and cutmix_box.js: two images and their labels mixed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dkdemo.kernels.sums import rounded, whole_percent
from dkdemo.mixing import beta_density, beta_quantile, clip_box, cutmix, cutout, kept_share, mixup

DENSITY_AT = [index / 100 for index in range(1, 100)]  # where the curve of Beta(alpha, alpha) is drawn
PARTNER = [1, 0]  # of two images, each is the other's partner
ONE_HOT = np.eye(2)

Picture = Sequence[Sequence[Sequence[float]]]  # (H, W, 3) in 0..255, as plotly draws it


def mixup_blend(
    first: Picture, second: Picture, lam: float, alpha: float, uniforms: Sequence[float] = ()
) -> dict[str, Any]:
    """The blend of two images with its label, and what Beta(alpha, alpha) would have drawn for lambda."""
    images, labels = mixup(np.array([first, second], dtype=np.float64), ONE_HOT, lam, PARTNER)
    shares = labels[0].tolist()
    return {
        "image": images[0].tolist(),
        "lam": lam,
        "alpha": alpha,
        "here": [lam],
        "shares": shares,
        "shares_text": [whole_percent(share) for share in shares],
        "share_first": shares[0],
        "share_second": shares[1],
        "density": beta_density(np.array(DENSITY_AT), alpha).tolist(),
        "draws": beta_quantile(uniforms, alpha).tolist(),
    }


def cutmix_box(
    first: Picture, second: Picture, x0: float, y0: float, x1: float, y1: float, paste: bool = True
) -> dict[str, Any]:
    """CutMix (``paste``) or cutout of a box dragged by hand; corners in pixels, in any order, also off the image.

    A box that misses the image altogether changes nothing: here a finger may wander where `cutmix` refuses.
    """
    (left, right), (top, bottom) = (sorted((rounded(a), rounded(b))) for a, b in ((x0, x1), (y0, y1)))
    images = np.array([first, second], dtype=np.float64)
    height, width = images.shape[1:3]
    try:
        clipped = clip_box((left, top, right, bottom), height, width)
    except ValueError:
        clipped = 0, 0, 0, 0
    channels_first = np.moveaxis(images, -1, 1)
    mixed, labels = cutmix(channels_first, ONE_HOT, clipped, PARTNER)
    if not paste:
        mixed, labels = cutout(channels_first, clipped), ONE_HOT
    kept = kept_share(clipped, height, width)
    shares = labels[0].tolist()
    return {
        "image": np.moveaxis(mixed[0], 0, -1).tolist(),
        "left": left,
        "top": top,
        "right": right,
        "bottom": bottom,
        "edge_x": [left, right, right, left, left],
        "edge_y": [top, top, bottom, bottom, top],
        "box_width": clipped[2] - clipped[0],
        "box_height": clipped[3] - clipped[1],
        "kept": kept,
        "covered": 1 - kept,
        "naive": 1 - (right - left) * (bottom - top) / (height * width),
        "shares": shares,
        "shares_text": [whole_percent(share) for share in shares],
        "share_first": shares[0],
        "share_second": shares[1],
    }


def _checks(side: int, shift: int) -> list[list[list[int]]]:
    return [[[(x * 40 + shift) % 256, (y * 30) % 256, (x * y) % 256] for x in range(side)] for y in range(side)]


KERNELS: dict[str, Callable[..., dict[str, Any]]] = {"mixup_blend": mixup_blend, "cutmix_box": cutmix_box}

_PAIR = {"first": _checks(5, 0), "second": _checks(5, 90)}
SAMPLES: dict[str, list[dict[str, Any]]] = {
    "mixup_blend": [
        {**_PAIR, "lam": lam, "alpha": alpha, "uniforms": [0.02, 0.3, 0.5, 0.77, 0.98]}
        for lam, alpha in ((0.3, 1.0), (0.0, 0.2), (1.0, 8.0), (0.61, 0.1), (0.5, 32.0))
    ],
    "cutmix_box": [
        {**_PAIR, "x0": 1.0, "y0": 1.2, "x1": 3.6, "y1": 4.4, "paste": True},
        {**_PAIR, "x0": 4.0, "y0": 3.0, "x1": -2.5, "y1": 9.0, "paste": True},
        {**_PAIR, "x0": 6.0, "y0": 0.0, "x1": 9.0, "y1": 2.0, "paste": True},
        {**_PAIR, "x0": 2.5, "y0": 2.0, "x1": 2.5, "y1": 4.0, "paste": True},
        {**_PAIR, "x0": 0.4, "y0": 0.0, "x1": 2.5, "y1": 5.5, "paste": False},
    ],
}
