"""A network with far more weights than its task needs, several seeds at once: what chapter 4 then makes smaller."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from dkdemo import datasets, teachers
from dkdemo.device import pick
from dkdemo.evaluation import accuracy
from dkdemo.jobs.events import Progress
from dkdemo.models import StackedMLP
from dkdemo.training import annealed_adam, logits_of, measuring_steps


@dataclass(frozen=True)
class Wide:
    """Perceptrons D-``hidden``-``hidden``-K, trained as one and kept as teachers are (`dkdemo.teachers.trained`).

    Copy i starts from the weights of seed ``copies * seed + i``; all copies see the same batches.
    """

    data: str = "digits"
    hidden: int = 300
    copies: int = 3
    steps: int = 300
    batch_size: int = 128
    learning_rate: float = 4e-3
    seed: int = 0

    def seeds(self) -> list[int]:
        """The seed of each copy."""
        return [self.copies * self.seed + copy for copy in range(self.copies)]

    def build(self) -> StackedMLP:
        """The network before its first step, on its device."""
        train, _ = datasets.load(self.data, str(pick()))
        sizes = (train.images[0].numel(), self.hidden, self.hidden, len(train.classes))
        return StackedMLP(sizes, self.seeds()).to(train.images.device)

    def teach(self, net: nn.Module) -> Iterator[Progress]:
        """Train all copies in place by cross entropy, telling their mean test accuracy about eight times."""
        train, test = datasets.load(self.data, str(pick()))
        generator = torch.Generator().manual_seed(self.seed)
        adam, schedule = annealed_adam(net, self.learning_rate, self.steps)
        watched, due = test.sample_indices(teachers.WATCHED, generator), measuring_steps(self.steps, 8)
        for step, (x, y) in zip(range(1, self.steps + 1), train.batches(self.batch_size, generator), strict=False):
            logits = net(x.flatten(1))  # (copies, N, K)
            loss = F.cross_entropy(logits.flatten(0, 1), y.repeat(self.copies)) * self.copies
            adam.zero_grad()
            loss.backward()
            adam.step()
            schedule.step()
            if step in due:
                right = accuracy(logits_of(net, test, watched), test.labels[watched])  # (copies,)
                yield Progress(step, self.steps, {"dense": right.mean().item()})
