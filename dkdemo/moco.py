"""Momentum contrast: a long queue of old keys, written by an encoder that changes slowly.

The negatives of a batch are too few, and a batch of thousands is too dear. So keep the keys of past batches. They
were written by encoders that no longer exist; that is bearable as long as the encoder that writes keys hardly moves.
All functions bear a stack of models: leading dimensions ``...`` before (N, D).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from dkdemo.probability import on_cpu
from dkdemo.schedules import check_decay


class KeyQueue:
    """The last K keys, first in, first out: what a query is compared with, beside its own key.

    ``keys`` (..., K, D) are unit vectors, in no order that matters: `push` overwrites the oldest in place.

    Args:
        keys: those of the start, K at least as long as a batch; taken over, not copied. See `random_keys`.

    Source: He, Fan, Wu, Xie & Girshick 2020, arXiv:1911.05722, section 3.2 (there K = 65536).
    """

    def __init__(self, keys: Tensor):
        if keys.ndim < 2 or not keys.numel():
            raise ValueError(f"a queue needs keys (..., K, D), got {tuple(keys.shape)}")
        self.keys = keys
        self.oldest = 0  # the place written next

    def push(self, keys: Tensor) -> None:
        """Let the N new keys (..., N, D) take the places of the N oldest; no gradient is kept."""
        size, new = self.keys.shape[-2], keys.shape[-2]
        if keys.shape[:-2] != self.keys.shape[:-2] or keys.shape[-1] != self.keys.shape[-1] or not 1 <= new <= size:
            raise ValueError(
                f"a queue of {tuple(self.keys.shape)} takes 1 to {size} such keys, got {tuple(keys.shape)}"
            )
        places = (self.oldest + torch.arange(new, device=keys.device)) % size
        self.keys[..., places, :] = F.normalize(keys.detach(), dim=-1)
        self.oldest = (self.oldest + new) % size


def random_keys(size: int, width: int, generator: Generator) -> Tensor:
    """Random directions, (K, D) unit vectors: a queue starts full of them in the released code, strangers to all."""
    return F.normalize(torch.randn(size, width, generator=generator, device=generator.device), dim=-1)


def moco_loss(query: Tensor, key: Tensor, queue: Tensor, *, temperature: float) -> Tensor:
    """Pick your own key among K that past batches left in the queue: a (K + 1)-way softmax.

    l = - log ( exp(q.k+ / T) / (exp(q.k+ / T) + sum_{i=1..K} exp(q.k_i / T)) ),  all vectors unit length

    It is `dkdemo.contrastive.info_nce` with negatives, for a whole stack of models at once.

    Args:
        query, key: (..., N, D), row by row two views of one picture; no gradient reaches ``key``.
        queue: (..., K, D) unit vectors, as `KeyQueue` keeps them, or (K, D) for all alike.
        temperature: T > 0; .07 in the paper, .2 in its second version.

    Returns: the mean over the N queries in nats, shape (...). Chance is ln(K + 1).

    Source: He et al. 2020, arXiv:1911.05722, eq. 1.
    """
    if not 0 < temperature < float("inf"):
        raise ValueError(f"temperature must be > 0 and finite, got {temperature}")
    if query.shape != key.shape or query.ndim < 2 or queue.shape[-1] != query.shape[-1]:
        raise ValueError(f"need query and key (..., N, D) and queue (..., K, D), got {_shapes(query, key, queue)}")
    query, key = F.normalize(query, dim=-1), F.normalize(key.detach(), dim=-1)
    own = (query * key).sum(-1, keepdim=True)  # (..., N, 1)
    logits = torch.cat([own, query @ queue.transpose(-1, -2)], dim=-1) / temperature  # (..., N, 1 + K)
    return (logits.logsumexp(-1) - logits[..., 0]).mean(-1)


@torch.no_grad()
def momentum_update(keys: nn.Module, queries: nn.Module, momentum: Tensor) -> None:
    """Move each key encoder of a stack a little towards its query encoder, in place, each with a momentum of its own.

    theta_k <- m theta_k + (1 - m) theta_q

    For one pair of networks see `dkdemo.averaging.ema_update`.

    Args:
        keys, queries: stacks (`dkdemo.models.StackedMLP`) of the same shape; parameters (S, ...).
        momentum: m (S,), each in [0, 1] (unchecked on a GPU).

    Source: He et al. 2020, arXiv:1911.05722, eq. 2.
    """
    if on_cpu(momentum):
        for value in momentum.tolist():
            check_decay(value)
    for slow, fast in zip(keys.parameters(), queries.parameters(), strict=True):
        slow.lerp_(fast, 1 - momentum.to(slow).view(-1, *[1] * (slow.ndim - 1)))


def drift(then: Tensor, now: Tensor) -> Tensor:
    """How stale are old keys: how far each has moved since it was written, over how far strangers lie apart.

    mean (1 - cos(then, now)) / (1 - |mean of the keys now|^2): 0 is fresh; 1 means that an old key says no more
    about its picture than a stranger's. The denominator is 1 minus the mean cosine of two random keys: where all
    keys are nearly one point, a small move is a large lie.

    Args:
        then, now: (..., K, D), the same keys as they lie in the queue, and as they would be written now.

    Returns: shape (...).
    """
    if then.shape != now.shape:
        raise ValueError(f"need the same keys then and now, got {_shapes(then, now)}")
    unit = F.normalize(now, dim=-1)
    apart = 1 - unit.mean(-2).square().sum(-1)
    return (1 - F.cosine_similarity(then, now, dim=-1)).mean(-1) / apart.clamp_min(torch.finfo(now.dtype).eps)


def _shapes(*tensors: Tensor) -> str:
    return ", ".join(str(tuple(tensor.shape)) for tensor in tensors)
