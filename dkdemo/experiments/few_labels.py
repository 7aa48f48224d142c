"""What the experiments without labels share: a handful of labelled pictures, a crowd without, and how a net is taught.

The pictures are floats in [0, 1]; the tiny digits are enlarged to 16 pixels, so that a convolution and a small turn
make sense on them. Every method of one seed starts from the same weights and has the same labelled pictures.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from dkdemo import datasets
from dkdemo.datasets import Dataset
from dkdemo.device import send
from dkdemo.evaluation import accuracy, spread
from dkdemo.experiments.recipe import provenance, seeds_of
from dkdemo.jobs.events import Done, Event, Progress
from dkdemo.models import Classifier, small_cnn
from dkdemo.training import annealed_adam, asked, marks
from dkdemo.weak_strong import draw_strong, strong, weak

POINTS = {"labels": 8, "strong": 8, "own": 24}  # of a curve: the controls are over in a second
SILENT, WATCHED = 4, 1000  # marks of a lesson without a curve; the test images behind each point of one


@dataclass(frozen=True)
class Setting:
    """What suits a data set; the defaults are those of MNIST."""

    per_class: int = 4
    side: int = 28  # pixels a picture is enlarged to
    most: int = 2  # pixels of the weak look
    strength: float = 0.8  # of the strong look
    channels: tuple[int, int] = (16, 32)
    steps: int = 300
    batch: int = 256  # unlabelled pictures a step
    learning_rate: float = 1e-2
    labelled_seed: int | None = None  # which pictures have labels; None: other ones for each seed
    runs: int = 1  # seeds of one run


SETTINGS = {
    "mnist": Setting(),
    # the labelled pictures are fixed: of so few it matters more whose hand wrote them than how one learns from them
    "digits": Setting(
        side=16,
        most=1,
        strength=0.6,
        channels=(8, 16),
        batch=128,
        learning_rate=5e-3,
        labelled_seed=0,
        runs=3,
    ),
}


@dataclass(frozen=True)
class Room:
    """One lesson's material: ``labelled`` (n, C, S, S) with ``labels``, the training pictures, and a test set.

    ``others``: where in the training pictures those lie that have no label.
    """

    how: Setting
    train: Dataset
    test: Dataset
    labelled: Tensor
    labels: Tensor
    others: Tensor

    @property
    def classes(self) -> int:
        return len(self.train.classes)

    def pictures(self, data: Dataset, index: Tensor | slice) -> Tensor:
        """Pictures of a data set as floats in [0, 1], enlarged to the lesson's side."""
        return enlarged(data.images[index], self.how.side)

    def unlabelled(self, dice: Generator) -> tuple[Tensor, Tensor]:
        """A batch of all training pictures, and their labels: these are for counting errors, never for learning.

        As in the papers the few labelled ones are among them too, as pictures without a label.
        """
        index = send(torch.randint(len(self.train), (self.how.batch,), generator=dice), self.labels.device)
        return self.pictures(self.train, index), self.train.labels[index]

    def see(self, net: Classifier, pictures: Tensor) -> Tensor:
        """The net's logits for pictures in [0, 1]."""
        return net((pictures - self.train.mean) / self.train.std)

    def weak(self, pictures: Tensor, dice: Generator) -> Tensor:
        return weak(pictures, dice, most=self.how.most)

    def strong(self, pictures: Tensor, dice: Generator) -> Tensor:
        return strong(pictures, draw_strong(len(pictures), dice), strength=self.how.strength)

    def new_net(self, seed: int) -> Classifier:
        shape = self.labelled.shape
        net = small_cnn(*self.how.channels, shape[1], self.how.side, self.classes, seed=seed)
        return net.to(self.labels.device)

    def answers(self, net: Classifier, data: Dataset, index: Tensor, chunk: int = 2000) -> Tensor:
        """Logits of many pictures in evaluation mode; the net's mode is put back."""
        with asked(net):
            return torch.cat([self.see(net, self.pictures(data, part)) for part in index.split(chunk)])


def enlarged(images: Tensor, side: int) -> Tensor:
    """uint8 pictures as floats in [0, 1], ``side`` pixels a side."""
    found = images.float() / 255
    return found if found.shape[-1] == side else F.interpolate(found, size=(side, side), mode="bilinear")


@lru_cache(maxsize=8)
def room(data: str, seed: int, device: str) -> Room:
    """The material of one seed; of a data set with fixed labelled pictures every seed gets the same ones."""
    how = SETTINGS[data]
    train, test = datasets.load(data, device)
    dice = torch.Generator().manual_seed(seed if how.labelled_seed is None else how.labelled_seed)
    index = train.picked(how.per_class, dice)
    others = torch.ones(len(train), dtype=torch.bool, device=index.device)
    others[index] = False
    return Room(how, train, test, enlarged(train.images[index], how.side), train.labels[index], others.nonzero()[:, 0])


Facts = dict[str, Tensor]  # what a step knows of itself, each of shape (): numbers once somebody reads them
# A lesson is one step's loss, with what may be told of that step.
Lesson = Callable[[Classifier, int], tuple[Tensor, Facts]]


def supervised(hall: Room, dice: Generator, look: str) -> Lesson:
    """The labels and nothing else, through weak or strong looks."""
    views = {"weak": hall.weak, "strong": hall.strong}[look]

    def lesson(net: Classifier, step: int) -> tuple[Tensor, Facts]:
        return F.cross_entropy(hall.see(net, views(hall.labelled, dice)), hall.labels), {}

    return lesson


def trusted(guesses: Tensor, mask: Tensor, truth: Tensor) -> Facts:
    """Of a batch's guesses (N,): the share that the mask keeps, and the share of these that is wrong (0 of none)."""
    kept = mask.double().sum()
    return {"kept": kept / len(truth), "wrong": ((guesses != truth) & mask).double().sum() / kept.clamp_min(1)}


def teach(net: Classifier, lesson: Lesson, how: Setting) -> Iterator[tuple[int, Facts]]:
    """Train ``net`` in place; yields each step's number and facts."""
    adam, schedule = annealed_adam(net, how.learning_rate, how.steps)
    for step in range(1, how.steps + 1):
        loss, facts = lesson(net, step)
        adam.zero_grad()
        loss.backward()
        adam.step()
        schedule.step()
        yield step, facts


Method = Callable[[Room, Generator], Lesson]
CONTROLS: dict[str, Method] = {
    "labels": lambda hall, dice: supervised(hall, dice, "weak"),
    "strong": lambda hall, dice: supervised(hall, dice, "strong"),
}


def study(data: str, seed: int, method: Method, device: str) -> Iterator[Event]:
    """The two controls and the method itself, one after the other, for every seed of the setting; ends with Done.

    The curves show the first seed; the result has all of them. ``own`` is the method.
    """
    began, how = time.perf_counter(), SETTINGS[data]
    seeds = seeds_of(seed, how.runs)
    rooms = [room(data, one, device) for one in seeds]
    test = rooms[0].test  # the same for all
    everyone = torch.arange(len(test), device=test.labels.device)
    dice = torch.Generator().manual_seed(seeds[0])
    some = everyone[torch.randperm(len(test), generator=dice)[:WATCHED].to(everyone.device)]
    methods = {**CONTROLS, "own": method}
    right: dict[str, list[float]] = {name: [] for name in methods}
    total, done = how.steps * len(methods) * len(seeds), 0
    for one, hall in zip(seeds, rooms, strict=True):
        for name, make in methods.items():
            net, lesson = hall.new_net(one), make(hall, torch.Generator().manual_seed(one))
            for event in _told(hall, net, lesson, name, some if one == seeds[0] else None):
                yield Progress(done + event.step, total, event.metrics)
            done += how.steps
            right[name].append(accuracy(hall.answers(net, test, everyone), test.labels).item())
    yield Done(_table(right, rooms[0], seeds, began))


def _told(hall: Room, net: Classifier, lesson: Lesson, name: str, some: Tensor | None) -> Iterator[Progress]:
    """Train ``net`` in place, telling its accuracy on ``some`` test images and its facts; of None, that it goes on."""
    steps = hall.how.steps
    due = marks(steps, SILENT if some is None else POINTS[name])
    for step, facts in teach(net, lesson, hall.how):
        if step not in due:
            continue
        metrics: dict[str, float] = {}
        if some is not None:
            share = accuracy(hall.answers(net, hall.test, some), hall.test.labels[some]).item()
            metrics = {"lesson_step": float(step), "lesson_steps": float(steps), name: share}
            metrics |= {fact: value.item() for fact, value in facts.items()}  # read here only: a GPU is waited for
        yield Progress(step, steps, metrics)


def _table(right: Mapping[str, list[float]], hall: Room, seeds: Sequence[int], began: float) -> dict[str, Any]:
    """What came of it: every accuracy and its mean; the method's gain over the better control of each seed.

    ``gain_mean`` is that gain's mean over the seeds, ``gain_worst`` the gain in the unluckiest one.
    """
    every = {name: torch.tensor(values, dtype=torch.float64) for name, values in right.items()}
    better = torch.maximum(every["labels"], every["strong"])
    return {
        "accuracy": {name: values.tolist() for name, values in every.items()},
        "mean": {name: spread(values).mean for name, values in every.items()},
        "gain_mean": (every["own"] - better).mean().item(),
        "gain_worst": (every["own"] - better).min().item(),
        "labelled": len(hall.labels),
        "n": {
            "labelled": len(hall.labels),
            "train": len(hall.train),
            "test": len(hall.test),
            "curves": min(WATCHED, len(hall.test)),
        },
        **provenance(seeds, began),
    }
