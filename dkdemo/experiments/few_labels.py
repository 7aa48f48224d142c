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
from dkdemo.training import annealed_adam, evaluating, measuring_steps
from dkdemo.weak_strong import draw_strong, strong, weak

POINTS = {"labels": 8, "strong": 8, "own": 24}  # of a curve: the controls are over in a second
SILENT, WATCHED = 4, 1000  # marks of a lesson without a curve; the test images behind each point of one


@dataclass(frozen=True)
class Hyperparameters:
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
    "mnist": Hyperparameters(),
    # the labelled pictures are fixed: of so few it matters more whose hand wrote them than how one learns from them
    "digits": Hyperparameters(
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
class Task:
    """One lesson's material: ``labelled`` (n, C, S, S) with ``labels``, the training pictures, and a test set.

    ``others``: where in the training pictures those lie that have no label.
    """

    hyper: Hyperparameters
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
        return enlarged(data.images[index], self.hyper.side)

    def unlabelled(self, generator: Generator) -> tuple[Tensor, Tensor]:
        """A batch of all training pictures, and their labels: these are for counting errors, never for learning.

        As in the papers the few labelled ones are among them too, as pictures without a label.
        """
        index = send(torch.randint(len(self.train), (self.hyper.batch,), generator=generator), self.labels.device)
        return self.pictures(self.train, index), self.train.labels[index]

    def logits(self, net: Classifier, pictures: Tensor) -> Tensor:
        """The net's logits for pictures in [0, 1]."""
        return net((pictures - self.train.mean) / self.train.std)

    def weak(self, pictures: Tensor, generator: Generator) -> Tensor:
        return weak(pictures, generator, most=self.hyper.most)

    def strong(self, pictures: Tensor, generator: Generator) -> Tensor:
        return strong(pictures, draw_strong(len(pictures), generator), strength=self.hyper.strength)

    def new_net(self, seed: int) -> Classifier:
        shape = self.labelled.shape
        net = small_cnn(*self.hyper.channels, shape[1], self.hyper.side, self.classes, seed=seed)
        return net.to(self.labels.device)

    def logits_of(self, net: Classifier, data: Dataset, index: Tensor, chunk: int = 2000) -> Tensor:
        """Logits of many pictures in evaluation mode; the net's mode is put back."""
        with evaluating(net):
            return torch.cat([self.logits(net, self.pictures(data, part)) for part in index.split(chunk)])


def enlarged(images: Tensor, side: int) -> Tensor:
    """uint8 pictures as floats in [0, 1], ``side`` pixels a side."""
    found = images.float() / 255
    return found if found.shape[-1] == side else F.interpolate(found, size=(side, side), mode="bilinear")


@lru_cache(maxsize=8)
def load_task(data: str, seed: int, device: str) -> Task:
    """The material of one seed; of a data set with fixed labelled pictures every seed gets the same ones."""
    hyper = SETTINGS[data]
    train, test = datasets.load(data, device)
    generator = torch.Generator().manual_seed(seed if hyper.labelled_seed is None else hyper.labelled_seed)
    index = train.balanced_indices(hyper.per_class, generator)
    others = torch.ones(len(train), dtype=torch.bool, device=index.device)
    others[index] = False
    return Task(
        hyper, train, test, enlarged(train.images[index], hyper.side), train.labels[index], others.nonzero()[:, 0]
    )


Facts = dict[str, Tensor]  # what a step knows of itself, each of shape (): numbers once somebody reads them
# A lesson is one step's loss, with what may be told of that step.
Lesson = Callable[[Classifier, int], tuple[Tensor, Facts]]


def supervised(task: Task, generator: Generator, augmentation: str) -> Lesson:
    """The labels and nothing else, through weak or strong augmentation."""
    views = {"weak": task.weak, "strong": task.strong}[augmentation]

    def lesson(net: Classifier, step: int) -> tuple[Tensor, Facts]:
        return F.cross_entropy(task.logits(net, views(task.labelled, generator)), task.labels), {}

    return lesson


def pseudo_label_facts(guesses: Tensor, mask: Tensor, truth: Tensor) -> Facts:
    """Of a batch's guesses (N,): the share that the mask keeps, and the share of these that is wrong (0 of none)."""
    kept = mask.double().sum()
    return {"kept": kept / len(truth), "wrong": ((guesses != truth) & mask).double().sum() / kept.clamp_min(1)}


def train_classifier(net: Classifier, lesson: Lesson, hyper: Hyperparameters) -> Iterator[tuple[int, Facts]]:
    """Train ``net`` in place; yields each step's number and facts."""
    adam, schedule = annealed_adam(net, hyper.learning_rate, hyper.steps)
    for step in range(1, hyper.steps + 1):
        loss, facts = lesson(net, step)
        adam.zero_grad()
        loss.backward()
        adam.step()
        schedule.step()
        yield step, facts


Method = Callable[[Task, Generator], Lesson]
CONTROLS: dict[str, Method] = {
    "labels": lambda task, generator: supervised(task, generator, "weak"),
    "strong": lambda task, generator: supervised(task, generator, "strong"),
}


def study(data: str, seed: int, method: Method, device: str) -> Iterator[Event]:
    """The two controls and the method itself, one after the other, for every seed of the setting; ends with Done.

    The curves show the first seed; the result has all of them. ``own`` is the method.
    """
    began, hyper = time.perf_counter(), SETTINGS[data]
    seeds = seeds_of(seed, hyper.runs)
    tasks = [load_task(data, one, device) for one in seeds]
    test = tasks[0].test  # the same for all
    everyone = torch.arange(len(test), device=test.labels.device)
    some = test.sample_indices(WATCHED, torch.Generator().manual_seed(seeds[0]))
    methods = {**CONTROLS, "own": method}
    right: dict[str, list[float]] = {name: [] for name in methods}
    total, done = hyper.steps * len(methods) * len(seeds), 0
    for one, task in zip(seeds, tasks, strict=True):
        for name, make in methods.items():
            net, lesson = task.new_net(one), make(task, torch.Generator().manual_seed(one))
            for event in _told(task, net, lesson, name, some if one == seeds[0] else None):
                yield Progress(done + event.step, total, event.metrics)
            done += hyper.steps
            right[name].append(accuracy(task.logits_of(net, test, everyone), test.labels).item())
    yield Done(_table(right, tasks[0], seeds, began))


def _told(task: Task, net: Classifier, lesson: Lesson, name: str, some: Tensor | None) -> Iterator[Progress]:
    """Train ``net`` in place, telling its accuracy on ``some`` test images and its facts; of None, that it goes on."""
    steps = task.hyper.steps
    due = measuring_steps(steps, SILENT if some is None else POINTS[name])
    for step, facts in train_classifier(net, lesson, task.hyper):
        if step not in due:
            continue
        metrics: dict[str, float] = {}
        if some is not None:
            share = accuracy(task.logits_of(net, task.test, some), task.test.labels[some]).item()
            metrics = {"lesson_step": float(step), "lesson_steps": float(steps), name: share}
            metrics |= {fact: value.item() for fact, value in facts.items()}  # read here only: a GPU is waited for
        yield Progress(step, steps, metrics)


def _table(right: Mapping[str, list[float]], task: Task, seeds: Sequence[int], began: float) -> dict[str, Any]:
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
        "labelled": len(task.labels),
        "n": {
            "labelled": len(task.labels),
            "train": len(task.train),
            "test": len(task.test),
            "curves": min(WATCHED, len(task.test)),
        },
        **provenance(seeds, began),
    }
