"""Learning from pictures without labels: FixMatch, MixMatch and UDA, each as the few lines it is.

All three let the network answer an easy look of a picture, and ask for the same answer to a harder one. They differ
in what they make of the first answer (a hard label, a sharpened mean, a sharpened answer), and in what they do
when it is not sure. No gradient ever reaches the answer that is taken for the truth.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from dkdemo.probability import check_temperature, sharpen

UDA_TEMPERATURE, UDA_CONFIDENCE = 0.4, 0.8  # the paper's


# FixMatch ---------------------------------------------------------------------------------------------------


class Pseudo(NamedTuple):
    """What the network would write on each unlabelled picture, and whether it is sure enough to be believed."""

    labels: Tensor  # (N,) int64
    mask: Tensor  # (N,) bool


def pseudo_labels(weak_logits: Tensor, *, threshold: float) -> Pseudo:
    """The arg max of each answer q, believed where max q >= ``threshold`` (in [0, 1]); no gradient.

    Source: Sohn et al. 2020 (FixMatch), arXiv:2001.07685, section 2.2.
    """
    _check_share("threshold", threshold)
    q = _logits(weak_logits).detach().softmax(-1)
    sure, labels = q.max(-1)
    return Pseudo(labels, sure >= threshold)


def fixmatch_loss(weak_logits: Tensor, strong_logits: Tensor, *, threshold: float = 0.95) -> Tensor:
    """What the easy look makes the network sure of, the hard look must say too.

    l_u = 1/(mu B) sum_b 1[max q_b >= tau] H(arg max q_b, p(strong_b)),    q_b = p(weak_b)

    The mean runs over the *whole* unlabelled batch: a picture that nobody is sure of counts 0, so the loss is small
    while the network is unsure. (The slide's third step calls the strong look "more noise"; in the paper it is
    RandAugment or CTAugment, then a hole.)

    Args:
        weak_logits, strong_logits: (N, K), two looks of the same pictures; no gradient through the weak ones.
        threshold: tau in [0, 1]; the paper's is .95, and 0 believes everything.

    Returns: nats, shape ().

    Source: Sohn et al. 2020, arXiv:2001.07685, equation 4.
    """
    _check_pair(weak_logits, strong_logits)
    labels, mask = pseudo_labels(weak_logits, threshold=threshold)
    each = F.cross_entropy(strong_logits, labels, reduction="none")  # (N,)
    return (mask * each).mean()


# MixMatch ---------------------------------------------------------------------------------------------------


def guess_labels(logits: Tensor, *, temperature: float = 0.5) -> Tensor:
    """Ask about K looks of a picture, take the mean of the answers, and sharpen it.

    q_mean = 1/K sum_k p(y | look_k),    q_i = q_mean_i^(1/T) / sum_j q_mean_j^(1/T)

    The mean is usually what softens; T < 1 pushes it back towards a hard label: the temperature slider, backwards.

    Args:
        logits: (K, N, C), K looks of the same N pictures.
        temperature: T > 0; 1 leaves the mean, the paper's is .5.

    Returns: targets (N, C) without a gradient.

    Source: Berthelot et al. 2019 (MixMatch), arXiv:1905.02249, equations 6 and 7.
    """
    if logits.ndim != 3 or not len(logits):
        raise ValueError(f"logits must be (K looks, N pictures, C classes), got shape {tuple(logits.shape)}")
    check_temperature(temperature)
    return sharpen(logits.detach().softmax(-1).mean(0), temperature)


def leading_share(lam: float) -> float:
    """lambda' = max(lambda, 1 - lambda): a mixture stays closer to its first part, so that the batches keep apart.

    Source: Berthelot et al. 2019, arXiv:1905.02249, equation 9.
    """
    _check_share("lam", lam)
    return max(lam, 1 - lam)


def mixmatch_loss(
    labelled_logits: Tensor,
    labelled_targets: Tensor,
    unlabelled_logits: Tensor,
    unlabelled_targets: Tensor,
    *,
    unlabelled_weight: float,
) -> Tensor:
    """Cross-entropy on the mixed labelled pictures, squared distance on the mixed unlabelled ones.

    L = 1/|X'| sum H(p, f(x)) + lambda_U / (C |U'|) sum |q - f(u)|^2

    The squared distance is bounded: a guess that is badly wrong costs 2 / C at most, where cross-entropy has no end.

    Args:
        labelled_logits, labelled_targets: (N, C); targets are probabilities, mixed or one-hot.
        unlabelled_logits, unlabelled_targets: (M, C); no gradient through the targets.
        unlabelled_weight: lambda_U >= 0; the paper uses 75 for CIFAR-10, and lets it climb from 0.

    Returns: shape (). The first part is in nats, the second a number.

    Source: Berthelot et al. 2019, arXiv:1905.02249, equations 2 to 5.
    """
    _check_pair(labelled_logits, labelled_targets)
    _check_pair(unlabelled_logits, unlabelled_targets)
    if not unlabelled_weight >= 0:
        raise ValueError(f"unlabelled_weight must be >= 0, got {unlabelled_weight}")
    supervised = -(labelled_targets * labelled_logits.log_softmax(-1)).sum(-1).mean()
    gap = unlabelled_targets.detach() - unlabelled_logits.softmax(-1)
    return supervised + unlabelled_weight * gap.square().mean()  # the mean divides by M and by C


# UDA --------------------------------------------------------------------------------------------------------


def uda_loss(
    clean_logits: Tensor,
    noisy_logits: Tensor,
    *,
    temperature: float = UDA_TEMPERATURE,
    confidence: float = UDA_CONFIDENCE,
) -> Tensor:
    """The answer to the augmented picture is pulled to the answer to the clean one: pulled, not forced to be equal.

    l = 1/N sum_n 1[max p(x_n) > c] KL(sharpen(p(x_n), T) || p(noisy_n))

    The slide says "exactly the same answer". The loss is a divergence to a fixed, sharpened answer, and only where
    the network was sure; the mask looks at the answer before it is sharpened, as the released code does.

    Args:
        clean_logits, noisy_logits: (N, K); no gradient through the clean ones.
        temperature: T > 0, .4 in the paper; 1 does not sharpen.
        confidence: c in [0, 1], .8 in the paper; 0 believes everything.

    Returns: nats, averaged over all N, masked ones counting 0; shape ().

    Source: Xie et al. 2020 (UDA), arXiv:1904.12848, section 2 and the released image code.
    """
    _check_pair(clean_logits, noisy_logits)
    _check_share("confidence", confidence)
    clean = clean_logits.detach()
    wanted = (clean / check_temperature(temperature)).log_softmax(-1)
    each = F.kl_div(noisy_logits.log_softmax(-1), wanted, reduction="none", log_target=True).sum(-1)
    return ((clean.softmax(-1).amax(-1) > confidence) * each).mean()


def annealed_loss(logits: Tensor, labels: Tensor, *, threshold: float) -> Tensor:
    """Cross-entropy of the labelled pictures whose own class still has at most ``threshold``; the others rest.

    The mean is over those that count (over one if none does: 0), so few pictures are not learned the more slowly.

    Args:
        logits: (N, K); labels: (N,); threshold: eta of `tsa_threshold`, in [0, 1]; 1 is plain cross-entropy.

    Source: Xie et al. 2020, arXiv:1904.12848, section 2.3 and the released code.
    """
    _check_share("threshold", threshold)
    each = F.cross_entropy(_logits(logits), labels, reduction="none")
    counted = (-each.detach()).exp() <= threshold
    return (counted * each).sum() / counted.sum().clamp_min(1)


def _logits(logits: Tensor) -> Tensor:
    if logits.ndim != 2 or not torch.is_floating_point(logits):
        raise ValueError(f"logits must be floats of shape (N, K), got {logits.dtype} {tuple(logits.shape)}")
    return logits


def _check_pair(first: Tensor, second: Tensor) -> None:
    if _logits(first).shape != _logits(second).shape:
        raise ValueError(f"need two answers of one shape, got {tuple(first.shape)} and {tuple(second.shape)}")


def _check_share(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"{name} must be in [0, 1], got {value}")
