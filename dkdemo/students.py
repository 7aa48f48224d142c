"""A student to keep: one small network, distilled from a kept teacher, ready to answer at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn

from dkdemo import datasets, teachers
from dkdemo.device import pick
from dkdemo.distillation import soft_loss
from dkdemo.jobs.events import Progress
from dkdemo.models import Classifier, mlp
from dkdemo.training import annealed_adam, measuring_steps


@dataclass(frozen=True)
class Student:
    """A perceptron with one hidden layer that learns its teacher's soft answers, and no label, on the training images.

    Kept as teachers are (`dkdemo.teachers.trained`), under a key that holds its teacher's recipe too. ``unseen_class``
    is one whose images it is never shown; -1 shows it all.
    """

    teacher: teachers.Committee | teachers.ConvNet
    hidden: int = 100
    unseen_class: int = -1
    temperature: float = 4.0
    shift: int = 0
    warp: float = 0.0
    steps: int = 500
    batch_size: int = 128
    learning_rate: float = 1e-2
    seed: int = 0

    @property
    def data(self) -> str:
        return self.teacher.data

    def build(self) -> Classifier:
        """The network before its first step, on its device."""
        train, _ = datasets.load(self.data, str(pick()))
        net = mlp((train.images[0].numel(), self.hidden, len(train.classes)), seed=self.seed)
        return net.to(train.images.device)

    def teach(self, net: nn.Module) -> Iterator[Progress]:
        """Train ``net`` in place on the teacher's soft answers, telling its test accuracy about twelve times."""
        train, test = datasets.load(self.data, str(pick()))
        shown = train if self.unseen_class < 0 else train.without(self.unseen_class)
        teacher = teachers.trained(self.teacher)
        generator = torch.Generator().manual_seed(self.seed)
        adam, schedule = annealed_adam(net, self.learning_rate, self.steps)
        watched, due = test.sample_indices(teachers.WATCHED, generator), measuring_steps(self.steps, 12)
        for step, (x, _) in zip(range(1, self.steps + 1), shown.batches(self.batch_size, generator), strict=False):
            if self.shift:
                x = teachers.shift_normalised(x, train, *teachers.draw_shifts(len(x), self.shift, generator))
            if self.warp:
                x = teachers.warped(x, train, self.warp, generator)
            with torch.no_grad():
                wanted = teacher(x)
            loss = soft_loss(net(x), wanted, temperature=self.temperature)
            adam.zero_grad()
            loss.backward()
            adam.step()
            schedule.step()
            if step in due:
                yield Progress(step, self.steps, {"student": teachers.score(net, test, watched)})
