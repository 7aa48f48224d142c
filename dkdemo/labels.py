"""Labels as distributions: the one-hot truth, and the truth with a little doubt stirred in.

Array API like `dkdemo.probability`: lists, numpy arrays and torch tensors of class indices go in. On a GPU labels are
not looked at: one beyond the last class becomes a row of zeros.
"""

from __future__ import annotations

import math

import array_api_compat
import numpy as np

from dkdemo.probability import Array, ArrayLike, as_array, on_cpu


def one_hot(labels: ArrayLike, num_classes: int) -> Array:
    """All the belief on one class: indices (...) -> (..., K), ones and zeros in the family's usual float."""
    if isinstance(num_classes, bool) or not isinstance(num_classes, int) or num_classes < 1:
        raise ValueError(f"num_classes must be a whole number of at least 1, got {num_classes!r:.80}")
    if not array_api_compat.is_array_api_obj(labels):
        try:
            labels = np.asarray(labels)
        except ValueError:
            raise ValueError(f"labels must be class indices in equally long rows, got {labels!r:.80}") from None
    xp = array_api_compat.array_namespace(labels)
    if 0 in labels.shape or not xp.isdtype(labels.dtype, "integral"):
        raise ValueError(f"labels must be class indices, got shape {tuple(labels.shape)} of type {labels.dtype}")
    if on_cpu(labels) and bool(xp.any((labels < 0) | (labels >= num_classes))):
        raise ValueError(
            f"labels must be from 0 to {num_classes - 1}, got {int(xp.min(labels))}..{int(xp.max(labels))}"
        )
    classes = xp.arange(num_classes, dtype=labels.dtype, device=array_api_compat.device(labels))
    return xp.astype(labels[..., None] == classes, xp.asarray(0.5).dtype)


def smooth(targets: ArrayLike, alpha: float) -> Array:
    """Pull any target distribution towards the uniform one: y (1 - alpha) + alpha / K, (..., K) -> (..., K).

    alpha is in [0, 1]: 0 keeps the target, 1 knows nothing. Every wrong class gets the same alpha / K, so
    smoothing can say "I may be wrong" but never "it may be a 9 rather than a 0".

    >>> smooth([0, 1, 0, 0], 0.2).round(2).tolist()
    [0.05, 0.85, 0.05, 0.05]

    The slide prints this vector and calls it alpha = .8; by its own formula .8 would give [.2, .4, .2, .2].

    Source: Müller, Kornblith & Hinton 2019, arXiv:1906.02629, section 1.1; Szegedy et al. 2016, arXiv:1512.00567.
    """
    try:
        sensible = not isinstance(alpha, str) and 0 <= alpha <= 1
    except (TypeError, ValueError, RuntimeError):
        sensible = False
    if not sensible:
        raise ValueError(f"alpha must be a number from 0 to 1, got {alpha!r:.80}")
    targets, _ = as_array(targets, "targets")
    return targets * (1 - alpha) + alpha / targets.shape[-1]


def smooth_labels(labels: ArrayLike, num_classes: int, alpha: float) -> Array:
    """`one_hot` and then `smooth`: class indices (...) -> (..., K); the right class gets 1 - alpha + alpha / K."""
    return smooth(one_hot(labels, num_classes), alpha)


def virtual_teacher(labels: ArrayLike, num_classes: int, *, right: float) -> Array:
    """A teacher made by hand, right every time: ``right`` on the label's class, the rest shared out evenly.

    p_d(k) = a if k = c, else (1 - a) / (K - 1)

    Args:
        labels: class indices (...). num_classes: K >= 2.
        right: a in (1 / K, 1), so that the teacher prefers the label; the paper always takes a >= .9.

    Returns: probabilities (..., K), before any temperature. The paper's equation 9 softens them as any teacher's
    answer: softmax(ln p_d / T), which is `dkdemo.probability.sharpen` (p_d, T). What comes out is a smoothed label
    again, of some alpha. The code released with the paper does something else: softmax(p_d / T), and that is
    nearly uniform.

    >>> virtual_teacher(1, 4, right=0.97).round(2).tolist()
    [0.01, 0.97, 0.01, 0.01]

    Source: Yuan et al. 2020, arXiv:1909.11723, equation 8.
    """
    hot = one_hot(labels, num_classes)
    try:
        sensible = not isinstance(right, str) and 1 / num_classes < right < 1
    except (TypeError, ValueError, RuntimeError):
        sensible = False
    if not sensible:
        raise ValueError(f"right must lie between 1 / K and 1, got {right!r:.80} for {num_classes} classes")
    other = (1 - right) / (num_classes - 1) if num_classes > 1 else 0.0
    return hot * (right - other) + other


def equivalent_alpha(num_classes: int, right: float) -> float:
    """Which smoothing gives the label's class this share: alpha = (1 - right) K / (K - 1), for K >= 2.

    >>> round(equivalent_alpha(4, 0.85), 12)
    0.2
    """
    if num_classes < 2 or not 1 / num_classes <= right <= 1:
        raise ValueError(f"need K >= 2 and a share from 1 / K to 1, got K = {num_classes}, share = {right}")
    return (1 - right) * num_classes / (num_classes - 1)


def optimal_gap(num_classes: int, alpha: float) -> float:
    """How far the right logit stands above the wrong ones when the loss on smoothed labels is smallest.

    gap = ln((1 - alpha + alpha / K) / (alpha / K)), in nats, 0 < alpha <= 1

    Hard labels (alpha = 0) push it to infinity: that is the over-confidence smoothing takes away.

    >>> round(optimal_gap(10, 0.1), 2)
    4.51
    """
    right, wrong = smooth([1.0, *[0.0] * (num_classes - 1)], alpha)[:2] if num_classes > 1 else (1.0, 0.0)
    if not wrong > 0:
        raise ValueError(f"the gap is finite for K >= 2 and alpha > 0, got K = {num_classes}, alpha = {alpha}")
    return math.log(right / wrong)
