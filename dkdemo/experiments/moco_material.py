"""What MoCo and the mean teacher share: noisy views of digits, and one visible loop for a stack of pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from dkdemo import datasets
from dkdemo.augment import shift
from dkdemo.datasets import Dataset
from dkdemo.device import send
from dkdemo.evaluation import knn_accuracy
from dkdemo.moco import KeyQueue, drift, moco_loss, momentum_update, random_keys
from dkdemo.models import StackedMLP

HIDDEN, OUTPUTS = 128, 32
NOISE = 0.3  # deviation of the grain, in units of the pixels' own
MOVED = 0.5  # the share of the digits that are moved, by up to one pixel each way
INERTIA = 0.9  # of SGD itself: nothing to do with the key encoder's momentum
WARM = 0.1  # of the steps, in which the learning rate rises; then it falls along half a cosine


class Step(NamedTuple):
    """After a step: the losses (S,), the points of this batch (S, N, D) as unit vectors, and the queue."""

    step: int
    loss: Tensor
    query: Tensor
    key: Tensor
    queue: KeyQueue
    views: Tensor  # (seeds, K, pixels): what each key in the queue was made of; zeros for the strangers of the start


def noisy_view(images: Tensor, generator: Generator) -> Tensor:
    """A noisy look at standardised digits (N, 1, H, W): half of them moved by up to a pixel, all of them grainy."""
    n = len(images)
    moved = torch.rand(n, generator=generator) < MOVED
    right, down = send(torch.randint(-1, 2, (2, n), generator=generator) * moved, images.device)
    black = images.amin()
    grain = send(torch.randn(images.shape, generator=generator), images.device)
    return shift(images - black, right, down) + black + NOISE * grain


def train_moco(
    queries: StackedMLP,
    keys: StackedMLP,
    train: Dataset,
    *,
    momentum: Tensor,
    strangers: Tensor,
    generators: Sequence[Generator],
    queue_size: int,
    temperature: float,
    steps: int,
    batch_size: int,
    learning_rate: float,
) -> Iterator[Step]:
    """MoCo on a stack of S pairs of encoders, trained in place. To stop, stop iterating.

    Args:
        momentum: m of each pair, (S,).
        strangers: (S,) bool; where it is false the queue is left out and only agreement is asked for, -q.k+ / T.
        generators: one a seed; pair s belongs to seed s % len(generators), and the pairs of a seed see the same looks.
    """
    copies, device = len(momentum), train.images.device
    kinds = copies // len(generators)
    start = torch.stack(
        [random_keys(queue_size, OUTPUTS, generator) for generator in generators]
    )  # the same for all pairs of a seed
    queue = KeyQueue(start.repeat(kinds, 1, 1).to(device))
    views = torch.zeros(len(generators), queue_size, train.images[0].numel(), device=device)
    sgd = torch.optim.SGD(queries.parameters(), lr=learning_rate, momentum=INERTIA)
    rate = torch.optim.lr_scheduler.OneCycleLR(
        sgd, learning_rate, total_steps=steps, pct_start=WARM, cycle_momentum=False
    )
    x = train.normalised()
    for step in range(1, steps + 1):
        pictures = [
            x[send(torch.randint(len(x), (batch_size,), generator=generator), device)] for generator in generators
        ]
        one, two = (
            torch.stack(
                [noisy_view(part, generator).flatten(1) for part, generator in zip(pictures, generators, strict=True)]
            )
            for _ in "qk"
        )  # (seeds, N, D)
        momentum_update(keys, queries, momentum)
        with torch.no_grad():
            key = F.normalize(keys(two.repeat(kinds, 1, 1)), dim=-1)
        query = F.normalize(queries(one.repeat(kinds, 1, 1)), dim=-1)
        agreement = -(query * key).sum(-1).mean(-1) / temperature
        loss = torch.where(strangers, moco_loss(query, key, queue.keys, temperature=temperature), agreement)
        sgd.zero_grad()
        loss.sum().backward()
        sgd.step()
        rate.step()
        places = (queue.oldest + torch.arange(batch_size, device=device)) % queue_size
        views[:, places] = two
        queue.push(key)
        yield Step(step, loss.detach(), query.detach(), key, queue, views)


@torch.no_grad()
def staleness(keys: StackedMLP, seen: Step) -> Tensor:
    """How far the whole queue has gone stale, (S,): see `dkdemo.moco.drift`. Only for a queue full of real keys."""
    kinds = len(seen.loss) // len(seen.views)
    return drift(seen.queue.keys, keys(seen.views.repeat(kinds, 1, 1)))


def neighbours(encoders: StackedMLP, train: Dataset, test: Dataset) -> Tensor:
    """How often the five nearest training digits, by the points z, name a test digit: (S,) in [0, 1]."""
    with torch.no_grad():
        known, asked = (encoders(part.normalised().flatten(1)) for part in (train, test))
    votes = [knn_accuracy(near, train.labels, far, test.labels) for near, far in zip(known, asked, strict=True)]
    return torch.tensor(votes, dtype=torch.float64)


def pair(seeds: Sequence[int], kinds: int) -> tuple[StackedMLP, StackedMLP, Dataset, Dataset]:
    """Query and key encoders with the same first weights, ``kinds`` pairs a seed, and the digits."""
    from dkdemo.device import pick

    train, test = datasets.load("digits", str(pick()))
    sizes = (train.images[0].numel(), HIDDEN, OUTPUTS)
    queries, keys = (StackedMLP(sizes, list(seeds) * kinds).to(train.images.device) for _ in "qk")
    keys.requires_grad_(False)
    return queries, keys, train, test
