"""Two images, two labels, one mixture: mixup, cutout, CutMix and manifold mixup.

Drawing (what is random: a share, a box, an order) is kept apart from applying (pure functions), so that a
slider can choose what a training loop draws. The pure functions use the array API: the same code mixes the
numpy images of a page and the tensors of a training run.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from array_api_compat import array_namespace, is_torch_array

if TYPE_CHECKING:
    import torch

Array = Any  # a numpy array or a tensor; what goes in comes out
Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels; right and bottom are the first pixel outside


def draw_lambda(alpha: float, generator: np.random.Generator | torch.Generator) -> float:
    """How much of the first image to keep: λ ~ Beta(α, α), α > 0.

    α = 1 is uniform, small α keeps one of the two images almost whole, large α blends half and half.

    Source: Zhang et al. 2018, arXiv:1710.09412, section 2.
    """
    _check_alpha(alpha)
    return float(_numpy(generator).beta(alpha, alpha))


def draw_box(height: int, width: int, lam: float, generator: np.random.Generator | torch.Generator) -> Box:
    """A box of about (1 - λ) of the image around a uniformly drawn centre, clipped at the border.

    r_w = W √(1 - λ), r_h = H √(1 - λ) are its *size*; the slide's r_x, r_y are its position. A centre near
    the border loses a part of the box, so that the share really kept must be counted afterwards: `kept_share`.

    Source: Yun et al. 2019, arXiv:1905.04899, section 3.1 and the authors' code.
    """
    _check_share(lam)
    generator = _numpy(generator)
    box_width, box_height = int(width * math.sqrt(1 - lam)), int(height * math.sqrt(1 - lam))
    left = int(generator.integers(width)) - box_width // 2
    top = int(generator.integers(height)) - box_height // 2
    return clip_box((left, top, left + box_width, top + box_height), height, width)


def draw_order(count: int, generator: np.random.Generator | torch.Generator) -> np.ndarray:
    """Whom each of ``count`` images is mixed with: a random permutation, (N,) indices."""
    return _numpy(generator).permutation(count)


def mixup(images: Array, targets: Array, lam: float, order: Sequence[int] | np.ndarray) -> tuple[Array, Array]:
    """Blend every image with its partner, and the labels in the same proportion.

    x̃ = λ x_i + (1 - λ) x_j        ỹ = λ y_i + (1 - λ) y_j

    Args:
        images: (N, ...) pixels, or any hidden activations (that is manifold mixup).
        targets: (N, K) probabilities, one-hot or soft.
        lam: λ in [0, 1], one number for the whole batch.
        order: (N,) the partner of each example.

    Returns: the mixed images and targets, new arrays of the same shapes.

    Source: Zhang et al. 2018, arXiv:1710.09412.
    """
    _check_share(lam)
    order = _check_batch(images, targets, order)
    return _blend(lam, images, order), _blend(lam, targets, order)


def manifold_mixup(
    encode: Callable[[Array], Array],
    finish: Callable[[Array], Array],
    images: Array,
    targets: Array,
    lam: float,
    order: Sequence[int] | np.ndarray,
) -> tuple[Array, Array]:
    """Mixup in a hidden layer: f_k(λ g_k(x_i) + (1 - λ) g_k(x_j)), with the labels mixed alike.

    ``encode`` is g_k, the net up to layer k; ``finish`` is f_k, the rest of it. Gradients pass through both.

    Returns: the logits of the mixtures and the mixed targets.

    Source: Verma et al. 2019, arXiv:1806.05236, section 2.
    """
    hidden, mixed = mixup(encode(images), targets, lam, order)
    return finish(hidden), mixed


def cutout(images: Array, box: Box, fill: float = 0.0) -> Array:
    """Blank one box of every image and leave the labels alone: x̃ = M ⊙ x.

    Args:
        images: (..., H, W).
        box: left, top, right, bottom in pixels; clipped at the border.
        fill: the value inside the box; 0 is the mean of normalised images.

    Source: DeVries & Taylor 2017, arXiv:1708.04552.
    """
    left, top, right, bottom = clip_box(box, *images.shape[-2:])
    holed = array_namespace(images).asarray(images, copy=True)
    holed[..., top:bottom, left:right] = fill
    return holed


def cutmix(images: Array, targets: Array, box: Box, order: Sequence[int] | np.ndarray) -> tuple[Array, Array]:
    """Paste the partner's box into every image; the labels follow the pixels.

    x̃ = M ⊙ x_A + (1 - M) ⊙ x_B        ỹ = λ y_A + (1 - λ) y_B

    λ is the share of pixels *really* kept, counted after the box was clipped at the border. (The slide prints
    pixel counts, HW - r_x r_y and r_x r_y: they become shares when divided by HW.)

    Args:
        images: (N, ..., H, W).
        targets: (N, K) probabilities.
        box: left, top, right, bottom in pixels, as `draw_box` or a finger on the screen drew it.
        order: (N,) the partner of each example.

    Source: Yun et al. 2019, arXiv:1905.04899, equations 1 and 2, and the authors' code.
    """
    order = _check_batch(images, targets, order)
    lam = kept_share(box, *images.shape[-2:])
    left, top, right, bottom = clip_box(box, *images.shape[-2:])
    xp = array_namespace(images)
    mixed = xp.asarray(images, copy=True)
    mixed[..., top:bottom, left:right] = xp.take(images[..., top:bottom, left:right], order, axis=0)  # the box alone
    return mixed, _blend(lam, targets, order)


def clip_box(box: Sequence[int], height: int, width: int) -> Box:
    """The part of the box that lies on the image. ValueError when none does, or when it is no box of integers."""
    try:
        left, top, right, bottom = (operator.index(side) for side in box)
    except (TypeError, ValueError) as error:
        raise ValueError(f"a box needs four integers (left, top, right, bottom), got {box!r:.80}") from error
    if left > right or top > bottom:
        raise ValueError(f"a box needs left <= right and top <= bottom, got {(left, top, right, bottom)}")
    clipped = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    # An empty box inside the image is a legal draw (λ near 1); a box beside the image is a mistake.
    missed = clipped[0] > clipped[2] or clipped[1] > clipped[3]
    lost = (left < right and clipped[0] == clipped[2]) or (top < bottom and clipped[1] == clipped[3])
    if missed or lost:
        raise ValueError(
            f"the box must overlap the image of {width} x {height} pixels, got {(left, top, right, bottom)}"
        )
    return clipped


def kept_share(box: Sequence[int], height: int, width: int) -> float:
    """λ of CutMix: the share of pixels outside the box, after clipping: 1 - r_w r_h / (W H)."""
    left, top, right, bottom = clip_box(box, height, width)
    return 1 - (right - left) * (bottom - top) / (width * height)


def beta_density(lam: np.ndarray, alpha: float) -> np.ndarray:
    """The density of Beta(α, α) at 0 < λ < 1: (λ (1 - λ))^(α - 1) Γ(2α) / Γ(α)²."""
    _check_alpha(alpha)
    lam = np.asarray(lam, dtype=np.float64)
    return np.exp((alpha - 1) * np.log(lam * (1 - lam)) + math.lgamma(2 * alpha) - 2 * math.lgamma(alpha))


def beta_quantile(uniforms: Sequence[float], alpha: float, points: int = 1201) -> np.ndarray:
    """Turn uniform draws into Beta(α, α) draws by inverting the distribution function on a grid.

    In s = ln(λ / (1 - λ)) the density λ^α (1 - λ)^α / B is smooth and bounded even for α < 1, where the
    density in λ is infinite at both ends; summing it there is good to .001. Used where a slider moves α under a
    fixed handful of draws; a training loop calls `draw_lambda`.
    """
    _check_alpha(alpha)
    reach = 12 / math.sqrt(alpha) + 25 / alpha
    s = -reach + 2 * reach * np.arange(points) / (points - 1)
    size = np.abs(s)
    weight = np.exp(-alpha * (size + 2 * np.log1p(np.exp(-size))))  # λ^α (1 - λ)^α without overflow
    below = np.concatenate(([0.0], np.cumsum((weight[1:] + weight[:-1]) / 2)))
    return 1 / (1 + np.exp(-np.interp(np.asarray(uniforms, dtype=np.float64) * below[-1], below, s)))


def _blend(lam: float, each: Array, order: Array) -> Array:
    """λ of each row and 1 - λ of its partner's, as a new array."""
    partner = array_namespace(each).take(each, order, axis=0)
    if is_torch_array(each) and each.is_floating_point():
        return partner.lerp_(each, lam)  # the same sum, in one pass over the batch instead of three
    return lam * each + (1 - lam) * partner


def _numpy(generator: np.random.Generator | torch.Generator) -> np.random.Generator:
    """A few numbers a batch are drawn with numpy, which pages have too; a torch generator seeds it."""
    if isinstance(generator, np.random.Generator):
        return generator
    import torch

    if not isinstance(generator, torch.Generator):
        raise ValueError(f"generator must be numpy's or torch's, got {type(generator).__name__}")
    seed = torch.randint(2**62, (1,), generator=generator, device=generator.device)
    return np.random.default_rng(int(seed))


def _check_alpha(alpha: float) -> None:
    if not (math.isfinite(alpha) and alpha > 0):
        raise ValueError(f"alpha must be a finite number > 0, got {alpha}")


def _check_share(lam: float) -> None:
    if not 0 <= lam <= 1:
        raise ValueError(f"lambda must be in [0, 1], got {lam}")


def _check_batch(images: Array, targets: Array, order: Sequence[int] | np.ndarray) -> Array:
    """The order as an index array, after checking that images, targets and order belong together."""
    partners = np.asarray(order)
    if targets.ndim != 2:
        raise ValueError(f"targets must be (N, K) probabilities, got shape {tuple(targets.shape)}")
    if not images.shape[0] == targets.shape[0] == partners.shape[0]:
        raise ValueError(
            f"images, targets and order must have equal length, "
            f"got {images.shape[0]}, {targets.shape[0]} and {partners.shape[0]}"
        )
    index = array_namespace(images).asarray(partners)
    return index.to(images.device, non_blocking=True) if is_torch_array(images) else index
