"""Ways to make a trained network cheaper: delete its smallest weights, or write every weight in fewer bits.

Closed-form and written once against the array API: numpy arrays and torch tensors both go in, and what comes out is
of the same family. Nothing is changed in place. Distillation, the third way, has a file of its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import array_api_compat

Array = Any  # numpy array, torch tensor, or any other follower of the array API

FLOAT_BITS = 32
CLIPS = tuple(step / 20 for step in range(1, 21))  # the shares of max |w| that `fitted_clip` tries


# Pruning ----------------------------------------------------------------------------------------------------


def removal_ranks(scores: Sequence[Array]) -> list[Array]:
    """In which order weights go: 0 for the lowest score of all arrays together, then 1, 2, ...

    Scores |w| give magnitude pruning (the small ones go first), random numbers give the control. The ranks are
    counted over all arrays ("global"); hand over a single array to prune a layer by itself. Ties go in the order of
    storage. One ranking serves every percentage: `keep_masks` reads along it.

    Args:
        scores: one array a layer, any shapes, finite.

    Returns: integers of the same shapes; each of 0 ... n - 1 once.

    Source: Han, Pool, Tran & Dally 2015, arXiv:1506.02626, section 3.1 (there a threshold a layer).
    """
    if not scores:
        raise ValueError("there must be at least one array of scores, got none")
    xp = array_api_compat.array_namespace(*scores)
    flat = xp.concat([xp.reshape(part, (-1,)) for part in scores])
    if not bool(xp.all(xp.isfinite(flat))):
        raise ValueError("scores must be finite, got infinities or NaN")
    ranks = xp.argsort(xp.argsort(flat, stable=True), stable=True)  # where each stands in the sorted order
    parts, start = [], 0
    for part in scores:
        size = math.prod(part.shape)
        parts.append(xp.reshape(ranks[start : start + size], part.shape))
        start += size
    return parts


def keep_masks(ranks: Sequence[Array], share: float) -> list[Array]:
    """Masks, True where a weight stays, after the first ``share`` of all ranks has gone.

    round(share n) of the n weights go, as in ``torch.nn.utils.prune``. ``share`` lies in [0, 1].
    """
    if not 0 <= share <= 1:
        raise ValueError(f"the share to prune must be in [0, 1], got {share}")
    gone = round(share * sum(math.prod(part.shape) for part in ranks))
    return [part >= gone for part in ranks]


def masked(weights: Sequence[Array], masks: Sequence[Array]) -> list[Array]:
    """The weights with 0 wherever the mask is False; the given arrays stay as they were."""
    for weight, mask in zip(weights, masks, strict=True):
        if weight.shape != mask.shape:
            raise ValueError(f"weights and masks must match, got {tuple(weight.shape)} and {tuple(mask.shape)}")
    return [weight * array_api_compat.array_namespace(weight).astype(mask, weight.dtype)
            for weight, mask in zip(weights, masks, strict=True)]  # fmt: skip


# Quantisation -----------------------------------------------------------------------------------------------


def top_level(bits: int) -> int:
    """The largest whole number on the symmetric scale: 2^(b-1) - 1, so 127 for 8 bits and 1 for 2 bits."""
    if not 2 <= bits <= 16:
        raise ValueError(f"a symmetric scale takes 2 to 16 bits, got {bits}")
    return 2 ** (bits - 1) - 1


def symmetric_scale(weight: Array, bits: int, *, clip: float = 1.0, axis: int | None = None) -> Array:
    """The step S between two neighbouring levels: S = clip max|w| / (2^(b-1) - 1); zero is always a level.

    Args:
        weight: any shape.
        bits: 2 to 16.
        clip: in (0, 1]; below 1 the largest weights are cut off, and the others get finer steps.
        axis: None takes one step for the whole array (shape ()), a number one step for each index of that axis
            ("per channel"; the other axes have length 1).

    Source: Jacob et al. 2018, arXiv:1712.05877, section 2 and appendix (symmetric: Z = 0).
    """
    if not 0 < clip <= 1:
        raise ValueError(f"clip must be in (0, 1], got {clip}")
    xp = array_api_compat.array_namespace(weight)
    others = None if axis is None else tuple(k for k in range(weight.ndim) if k != axis % weight.ndim)
    top = xp.max(xp.abs(weight), axis=others, keepdims=axis is not None)
    step = clip * top / top_level(bits)
    return xp.where(step > 0, step, xp.ones_like(step))  # an array of zeros: any step will do


def affine_scale(weight: Array, bits: int) -> tuple[Array, Array]:
    """Step and zero point for numbers that are not centred: S = (max - min) / (2^b - 1), Z = round(-min / S).

    The range is widened to hold 0, so that 0 is written without error. Levels are 0 ... 2^b - 1. Returns S and
    Z, both of shape (); Z holds a whole number. ``bits`` is 1 to 16.

    Source: Jacob et al. 2018, arXiv:1712.05877, equation 1.
    """
    if not 1 <= bits <= 16:
        raise ValueError(f"an affine scale takes 1 to 16 bits, got {bits}")
    xp = array_api_compat.array_namespace(weight)
    zero = xp.zeros_like(xp.max(weight))
    low, high = xp.minimum(xp.min(weight), zero), xp.maximum(xp.max(weight), zero)
    step = (high - low) / (2**bits - 1)
    step = xp.where(step > 0, step, xp.ones_like(step))
    return step, xp.clip(xp.round(-low / step), 0, 2**bits - 1)


def levels(weight: Array, scale: Array, zero_point: Array | int = 0, *, low: int, high: int) -> Array:
    """The whole numbers that are stored: q = clip(round(w / S) + Z, low, high), ties to even; dtype of ``weight``."""
    xp = array_api_compat.array_namespace(weight)
    return xp.clip(xp.round(weight / scale) + zero_point, low, high)


def restored(stored: Array, scale: Array, zero_point: Array | int = 0) -> Array:
    """The numbers that the network then computes with: r = S (q - Z). Jacob et al. 2018, equation 1."""
    return scale * (stored - zero_point)


def symmetric(weight: Array, bits: int, *, clip: float = 1.0, axis: int | None = None) -> Array:
    """The weights after a round trip through ``bits`` bits on a symmetric scale (see `symmetric_scale`).

    Within the clip no weight moves by more than S / 2. Two bits leave three values: -S, 0 and S.
    """
    top = top_level(bits)
    scale = symmetric_scale(weight, bits, clip=clip, axis=axis)
    return restored(levels(weight, scale, low=-top, high=top), scale)


def binary(weight: Array) -> Array:
    """One bit a weight: its sign, times the mean size of all: sign(w) mean|w|, with sign(0) = 1.

    Of all numbers a that could stand behind the sign, mean|w| makes the squared error least. A symmetric scale
    has no one-bit version: 2^(1-1) - 1 = 0.

    Source: Rastegari et al. 2016 (XNOR-Net), arXiv:1603.05279, equation 6.
    """
    xp = array_api_compat.array_namespace(weight)
    size = xp.mean(xp.abs(weight))
    return xp.where(weight >= 0, size, -size)


def fitted_clip(weight: Array, bits: int) -> float:
    """Where to cut off the largest weights so that the squared error of all is least, as a share of max|w|.

    Tried are the shares in `CLIPS`, .05 to 1. Few bits gain much: three levels that reach out to the one largest
    weight send nearly all others to 0.
    """
    xp = array_api_compat.array_namespace(weight)
    losses = xp.stack([xp.sum((symmetric(weight, bits, clip=clip) - weight) ** 2) for clip in CLIPS])
    return CLIPS[int(xp.argmin(losses))]


# Size -------------------------------------------------------------------------------------------------------


def stored_bytes(weights: int, *, bits: int = FLOAT_BITS, rest: int = 0, kept: int | None = None) -> int:
    """What a network weighs as a file, without headers: weights at ``bits`` each, ``rest`` (biases) as float32.

    A pruned network stores its ``kept`` weights, and one bit a weight to say which they are; a layer's scale (4
    bytes) is left out. All numbers are counts.
    """
    staying = weights if kept is None else kept
    if weights < 1 or rest < 0 or not 1 <= bits <= FLOAT_BITS or not 0 <= staying <= weights:
        raise ValueError(f"need weights >= kept >= 0, rest >= 0, 1-32 bits; got {weights}, {kept}, {rest}, {bits}")
    where = 0 if kept is None else weights
    return math.ceil(bits * staying / 8) + math.ceil(where / 8) + 4 * rest
