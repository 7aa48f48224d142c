"""Softmax with a temperature, and the ways to compare two distributions: the talk in seven functions.

Written once against the array API: a plain list, a numpy array and a torch tensor all go in, and what comes
out is of the same family (a list becomes a float64 numpy array). Torch gradients flow through everything.
Logarithms are natural, so every entropy is in nats; divide by ln 2 for bits. Numbers are checked before they are
used, except on a GPU (`on_cpu`).
"""

from __future__ import annotations

import math
from typing import Any

import array_api_compat
import numpy as np

Array = Any  # numpy array, torch tensor, or any other follower of the array API
ArrayLike = Any  # an Array, or a (nested) list of numbers

COLDEST, HOTTEST = 1e-6, 1e6  # beyond these, softmax is arg max or uniform to the last digit we show


def softmax(logits: ArrayLike, temperature: float = 1.0) -> Array:
    """Turn scores into probabilities; a higher temperature lets the losers speak.

    q_i = exp(z_i / T) / sum_j exp(z_j / T)

    Args:
        logits: z, (..., K), any finite numbers.
        temperature: T, from 1e-6 to 1e6 (`check_temperature`). T = 1 is the usual softmax, T -> 0 the arg max,
            T -> infinity the uniform answer.

    Returns: q, (..., K), each row summing to 1. The q are probabilities, not "new logits".

    >>> softmax([1.4, 2.8, 0.9]).round(8).tolist()
    [0.17662444, 0.71624742, 0.10712814]

    Source: Hinton, Vinyals & Dean 2015, arXiv:1503.02531, section 2.
    """
    z, xp = _logits(logits)
    z = (z - xp.max(z, axis=-1, keepdims=True)) / check_temperature(temperature)  # exp never overflows
    weights = xp.exp(z)
    return weights / xp.sum(weights, axis=-1, keepdims=True)


def log_softmax(logits: ArrayLike, temperature: float = 1.0) -> Array:
    """ln softmax(z, T), accurate even where the probability itself rounds to 0. Shapes as `softmax`."""
    z, xp = _logits(logits)
    z = (z - xp.max(z, axis=-1, keepdims=True)) / check_temperature(temperature)
    return z - xp.log(xp.sum(xp.exp(z), axis=-1, keepdims=True))


def entropy(p: ArrayLike) -> Array:
    """How undecided an answer is: H(p) = - sum_i p_i ln p_i, in nats, (..., K) -> (...); 0 ln 0 = 0."""
    p, xp = _distribution(p, "p")
    return -xp.sum(p * _log(p, xp), axis=-1)


def cross_entropy(p: ArrayLike, q: ArrayLike) -> Array:
    """What it costs to believe q while p is true: H(p, q) = - sum_i p_i ln q_i, in nats, (..., K) -> (...).

    Equals H(p) + KL(p || q), so its least value over q is H(p), not 0. Infinite when q rules out what p allows.
    """
    (p, xp), (q, _) = _distribution(p, "p"), _distribution(q, "q")
    surprise = -_log(q, xp, impossible=-math.inf)
    counted = xp.where(p > 0, surprise, xp.zeros_like(surprise))  # 0 times infinity counts 0
    return xp.sum(p * counted, axis=-1)


def kl(p: ArrayLike, q: ArrayLike) -> Array:
    """The price of the wrong belief alone: KL(p || q) = sum_i p_i ln(p_i / q_i) >= 0, nats, (..., K) -> (...)."""
    return cross_entropy(p, q) - entropy(p)


def js(*distributions: ArrayLike) -> Array:
    """How far m answers are from their own mean M: JS = (1/m) sum_i KL(p_i || M), between 0 and ln m nats."""
    if len(distributions) < 2:
        raise ValueError(f"js compares two distributions or more, got {len(distributions)}")
    answers = [_distribution(p, f"distribution {i}")[0] for i, p in enumerate(distributions, start=1)]
    mean = sum(answers[1:], start=answers[0]) / len(answers)
    gaps = [kl(p, mean) for p in answers]
    return sum(gaps[1:], start=gaps[0]) / len(gaps)


def sharpen(p: ArrayLike, temperature: float) -> Array:
    """The temperature slider pushed on probabilities: p_i^(1/T) / sum_j p_j^(1/T), (..., K) -> (..., K).

    T < 1 sharpens, T = 1 changes nothing, T > 1 softens; sharpen(softmax(z), T) is softmax(z, T). T as in `softmax`.

    Source: Berthelot et al. 2019 (MixMatch), arXiv:1905.02249, equation 7.
    """
    p, xp = _distribution(p, "p")
    return softmax(_log(p, xp, impossible=-1e30), temperature)  # so low that it stays 0 at every temperature


def check_temperature(temperature: float) -> float:
    """The temperature, if softmax can be computed at it; raises ValueError otherwise."""
    try:
        sensible = not isinstance(temperature, str) and COLDEST <= temperature <= HOTTEST
    except (TypeError, ValueError, RuntimeError):
        sensible = False
    if not sensible:
        raise ValueError(f"temperature must be a number from {COLDEST:g} to {HOTTEST:g}, got {temperature!r:.80}")
    return temperature


def as_array(values: ArrayLike, what: str) -> tuple:
    """``values`` as floats of its own family, and that family's namespace; lists become float64 numpy."""
    if not array_api_compat.is_array_api_obj(values):
        try:
            values = np.asarray(values, dtype=np.float64)
        except (TypeError, ValueError):
            raise ValueError(f"{what} must be numbers in equally long rows, got {values!r:.80}") from None
    xp = array_api_compat.array_namespace(values)
    if not xp.isdtype(values.dtype, "numeric"):
        raise ValueError(f"{what} must be numbers, got values of type {values.dtype}")
    if not xp.isdtype(values.dtype, "real floating"):
        values = xp.astype(values, xp.asarray(0.5).dtype)  # the family's usual float
    if values.ndim == 0 or 0 in values.shape:
        raise ValueError(f"{what} must hold at least one class, got shape {tuple(values.shape)}")
    if on_cpu(values) and not bool(xp.all(xp.isfinite(values))):
        raise ValueError(f"{what} must be finite, got NaN or infinity among them")
    return values, xp


def on_cpu(values: Array) -> bool:
    """Whether a check may look at the numbers themselves: a GPU would make the program wait for them, at every step.

    So on a GPU wrong numbers pass (NaN, labels beyond the last class, rows that do not sum to 1); wrong shapes and
    types do not.
    """
    return getattr(array_api_compat.device(values), "type", "cpu") == "cpu"


def _logits(logits: ArrayLike) -> tuple:
    return as_array(logits, "logits")


def _distribution(p: ArrayLike, name: str) -> tuple:
    """``p`` as an array, if every row is a probability distribution."""
    p, xp = as_array(p, name)
    if not on_cpu(p):
        return p, xp
    astray = xp.abs(xp.sum(p, axis=-1) - 1) > 1e-4  # float32 rows of a thousand classes are off by 1e-6
    if bool(xp.any(astray)) or bool(xp.any(p < 0)):
        raise ValueError(f"{name} must be non-negative and sum to 1 along the last axis, got other rows among them")
    return p, xp


def _log(p, xp, impossible: float = 0.0):
    """ln p where p > 0, else ``impossible``; no warning and no NaN gradient at 0."""
    safe = xp.where(p > 0, p, xp.ones_like(p))
    return xp.where(p > 0, xp.log(safe), xp.full_like(p, impossible))
