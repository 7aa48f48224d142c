"""The queue against a deque, the loss against torch's and lightly's, the follower against lightly's, in float64."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from lightly.loss import NTXentLoss
from lightly.models.utils import update_momentum
from torch import nn

from dkdemo.averaging import ema_update
from dkdemo.contrastive import info_nce
from dkdemo.moco import KeyQueue, drift, moco_loss, momentum_update, random_keys
from dkdemo.models import StackedMLP, mlp


def points(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def queue_of(size: int, width: int, *seeds: int) -> KeyQueue:
    """A queue, or a stack of one for each seed."""
    drawn = [random_keys(size, width, torch.Generator().manual_seed(seed)) for seed in seeds]
    return KeyQueue(torch.stack(drawn) if len(drawn) > 1 else drawn[0])


def unit(*shape: int, seed: int = 0) -> torch.Tensor:
    return F.normalize(points(*shape, seed=seed), dim=-1)


@pytest.mark.parametrize(("size", "batch"), [(12, 4), (10, 4), (5, 5), (7, 1)])
def test_the_queue_is_a_deque(size: int, batch: int) -> None:
    queue = queue_of(size, 3, 0)
    oracle = deque(np.asarray(queue.keys), maxlen=size)
    for step in range(9):
        new = points(batch, 3, seed=step).float()
        queue.push(new)
        oracle.extend(np.asarray(F.normalize(new, dim=-1)))
        np.testing.assert_array_equal(np.asarray(queue.keys.roll(-queue.oldest, dims=-2)), np.stack(oracle))


def test_a_queue_starts_full_of_unit_strangers_and_keeps_no_gradient() -> None:
    queue = queue_of(50, 8, 1, 2)
    torch.testing.assert_close(queue.keys.norm(dim=-1), torch.ones(2, 50))
    assert not torch.equal(queue.keys[0], queue.keys[1])
    queue.push(torch.randn(2, 4, 8, requires_grad=True))
    assert not queue.keys.requires_grad


def test_a_stack_of_queues_is_each_queue_alone() -> None:
    both, alone = queue_of(6, 3, 2, 3), queue_of(6, 3, 3)
    for step in range(4):
        new = points(2, 4, 3, seed=step).float()
        both.push(new)
        alone.push(new[1])
    assert torch.equal(both.keys[1], alone.keys)


@pytest.mark.parametrize("temperature", [0.07, 0.2, 1.0])
def test_the_loss_is_a_softmax_over_one_and_k(temperature: float) -> None:
    query, key, queue = points(5, 4), points(5, 4, seed=1), unit(9, 4, seed=2)
    ours = moco_loss(query, key, queue, temperature=temperature)
    q, k = F.normalize(query, dim=1), F.normalize(key, dim=1)
    logits = torch.cat([(q * k).sum(1, keepdim=True), q @ queue.T], dim=1) / temperature
    want = F.cross_entropy(logits, torch.zeros(5, dtype=torch.long))
    torch.testing.assert_close(ours, want, rtol=0, atol=1e-12)
    torch.testing.assert_close(ours, info_nce(query, key, queue, temperature=temperature), rtol=0, atol=1e-12)
    loops = 0.0
    for n in range(5):
        scores = [math.exp(float(q[n] @ other) / temperature) for other in (k[n], *queue)]
        loops -= math.log(scores[0] / sum(scores)) / 5
    assert float(ours) == pytest.approx(loops, abs=1e-12)


def test_as_lightly_with_its_memory_bank() -> None:
    """lightly's bank is compared with before the new keys enter it, as ours; its bank lies the other way round."""
    theirs = NTXentLoss(temperature=0.1, memory_bank_size=(8, 6))
    query, key = points(4, 6).float(), points(4, 6, seed=1).float()
    query.requires_grad_()
    theirs(query, key)  # fills the bank with random directions
    bank = theirs.memory_bank.bank.clone()
    want = theirs(query, key)
    ours = moco_loss(query, key, bank.T if bank.shape[0] == 6 else bank, temperature=0.1)
    torch.testing.assert_close(ours, want, rtol=1e-5, atol=1e-5)


def test_a_stack_has_each_models_loss_and_no_gradient_reaches_a_key() -> None:
    query, key, queue = points(3, 5, 4).requires_grad_(), points(3, 5, 4, seed=1).requires_grad_(), unit(3, 7, 4)
    losses = moco_loss(query, key, queue, temperature=0.3)
    assert losses.shape == (3,)
    for one in range(3):
        torch.testing.assert_close(losses[one], moco_loss(query[one], key[one], queue[one], temperature=0.3))
    losses.sum().backward()
    assert key.grad is None
    assert query.grad is not None
    assert query.grad.abs().sum() > 0


def test_one_point_for_all_is_a_guess_among_k_plus_1() -> None:
    same = torch.ones(4, 3, dtype=torch.float64)
    loss = moco_loss(same, same, F.normalize(torch.ones(1023, 3, dtype=torch.float64), dim=1), temperature=0.1)
    assert float(loss) == pytest.approx(math.log(1024), abs=1e-12)


def test_each_of_a_stack_follows_at_its_own_pace() -> None:
    momenta, seeds = torch.tensor([0.0, 0.3, 0.99, 1.0], dtype=torch.float64), [1, 2, 3, 4]
    keys, queries = StackedMLP((3, 4, 2), [9] * 4).double(), StackedMLP((3, 4, 2), seeds).double()
    momentum_update(keys, queries, momenta)
    x = points(5, 3)
    for copy, (m, seed) in enumerate(zip(momenta.tolist(), seeds, strict=True)):
        ours, lightlys, query = (mlp((3, 4, 2), seed=number).double() for number in (9, 9, seed))
        ema_update(ours, query, decay=m)
        update_momentum(query, lightlys, m)
        torch.testing.assert_close(keys(x)[copy], ours(x), rtol=0, atol=1e-12)
        torch.testing.assert_close(keys(x)[copy], lightlys(x), rtol=0, atol=1e-12)


def test_drift_is_0_for_the_fresh_and_1_for_strangers() -> None:
    now = unit(4000, 3)
    assert float(drift(now, now)) == pytest.approx(0, abs=1e-12)
    assert float(drift(now.roll(1, 0), now)) == pytest.approx(1, abs=0.05)
    near = F.normalize(torch.tensor([1.0, 0, 0], dtype=torch.float64) + 0.01 * now, dim=1)
    assert float(drift(near.roll(1, 0), near)) == pytest.approx(1, abs=0.05), "measured against the room there is"


def test_nonsense_is_refused() -> None:
    for empty in ((0, 4), (3,)):
        with pytest.raises(ValueError, match=r"a queue needs keys \(..., K, D\), got"):
            KeyQueue(torch.ones(empty))
    queue = queue_of(4, 3, 0)
    for wrong in ((5, 3), (0, 3), (2, 2), (1, 2, 3)):
        with pytest.raises(ValueError, match=r"a queue of \(4, 3\) takes 1 to 4 such keys"):
            queue.push(torch.ones(wrong))
    q = torch.ones(2, 3)
    with pytest.raises(ValueError, match="temperature must be > 0 and finite, got 0"):
        moco_loss(q, q, q, temperature=0)
    with pytest.raises(ValueError, match="need query and key"):
        moco_loss(q, q[:1], q, temperature=1)
    with pytest.raises(ValueError, match="same keys then and now"):
        drift(q, q[:1])
    with pytest.raises(ValueError, match=r"decay must be in \[0, 1\], got 2"):
        momentum_update(nn.Linear(2, 2), nn.Linear(2, 2), torch.tensor([2.0]))
