"""Wrong labels: what a net memorises, and what mixing keeps it from memorising."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from dkdemo.experiments.recipe import Recipe, provenance, seeds_of
from dkdemo.jobs.events import Done, Event, Progress

if TYPE_CHECKING:
    from torch import Tensor

METHODS = ("plain", "mixup", "cutout", "cutmix")
# images a class (0: all), hidden widths, seeds, seconds
DIGITS, LARGE = (0, (128, 128), 3, 6.0), (200, (256, 256), 2, 18.0)
STEPS, BATCH, RATE = 600, 128, 5e-3


@dataclass(frozen=True)
class Noise(Recipe):
    """A share of the training labels is replaced by wrong ones; plain training, mixup, cutout and CutMix learn them.

    All methods and seeds are one batched model. Copies of one seed start from the same weights and see the same
    images; only the mixing differs. The test labels stay clean.

    ``alpha`` is mixup's Beta(alpha, alpha); against wrong labels the paper uses 8 to 32. Boxes are drawn with
    Beta(1, 1), as in CutMix's paper.
    """

    name: ClassVar[str] = "noise"

    data: str = "digits"
    noise: float = 0.4
    alpha: float = 8.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.noise <= 0.9:
            raise ValueError(f"the share of wrong labels must be in [0, .9], got {self.noise}")
        if not 0.01 <= self.alpha <= 100:
            raise ValueError(f"alpha of Beta(alpha, alpha) must be in [.01, 100], got {self.alpha}")
        super().__post_init__()

    def expected_seconds(self) -> float:
        return (DIGITS if self.data == "digits" else LARGE)[3]

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo import datasets, models
        from dkdemo.device import pick, send
        from dkdemo.evaluation import accuracy, spread
        from dkdemo.experiments.side_by_side import Learner, draw_wrong, one_hot, spoilt
        from dkdemo.training import measuring_steps

        began, device = time.perf_counter(), pick()
        train, test = datasets.load(self.data, str(device))
        each, widths, repeats, _ = DIGITS if self.data == "digits" else LARGE
        generator, rng = torch.Generator().manual_seed(self.seed), np.random.default_rng(self.seed)
        if each:
            train = train.balanced_subset(
                min(each, int(train.labels.bincount().min())), generator
            )  # an own set may be small
        classes = len(train.classes)
        by = draw_wrong(round(self.noise * len(train)), len(train), classes, generator)
        images, labels = train.normalised(), spoilt(train.labels, by, classes)
        wrong = by.nonzero()[:, 0].to(device)

        seeds = seeds_of(self.seed, repeats)
        students = models.StackedMLP((images[0].numel(), *widths, classes), seeds * len(METHODS)).to(device)
        learner, due = Learner(students, RATE, STEPS), measuring_steps(STEPS, 50)
        asked, truth = test.normalised().flatten(1), test.labels
        few = test.sample_indices(1000, generator)

        for step in range(1, STEPS + 1):
            x, y = [], []
            indices = [send(torch.randint(len(labels), (BATCH,), generator=generator), device) for _ in seeds]
            for method in METHODS:
                for index in indices:
                    batch = images[index], one_hot(labels[index], classes)
                    inputs, targets = _mix(method, *batch, self.alpha, rng)
                    x.append(inputs.flatten(1))
                    y.append(targets)
            logits = students(torch.stack(x))  # (methods * seeds, B, K)
            learner.step(-(torch.stack(y) * logits.log_softmax(-1)).sum(-1).mean(-1).sum())
            if step in due:
                with torch.no_grad():
                    right = accuracy(students(asked[few]), truth[few]).view(len(METHODS), repeats)
                yield Progress(step, STEPS, dict(zip(METHODS, right.mean(1).tolist(), strict=True)))

        with torch.no_grad():
            right = accuracy(students(asked), truth).view(len(METHODS), repeats)
            believed = {}  # stays empty where no label is wrong: a share of nothing is no number
            if len(wrong):
                shares = accuracy(students(images[wrong].flatten(1)), labels[wrong]).view(len(METHODS), repeats)
                believed = dict(zip(METHODS, shares.mean(1).tolist(), strict=True))
        yield Done(
            {
                "accuracy": {name: vars(spread(row)) for name, row in zip(METHODS, right, strict=True)},
                "each": {name: row.tolist() for name, row in zip(METHODS, right, strict=True)},
                "memorised": believed,
                "noise": self.noise,
                "alpha": self.alpha,
                "n": {"train": len(labels), "wrong": len(wrong), "test": len(truth), "curves": len(few)},
                **provenance(seeds, began),
            }
        )


def _mix(method: str, images: Tensor, targets: Tensor, alpha: float, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """One batch as this method sees it, drawn with fresh numbers."""
    from dkdemo.mixing import cutmix, cutout, draw_box, draw_lambda, draw_order, mixup

    if method == "plain":
        return images, targets
    order = draw_order(len(images), rng)
    if method == "mixup":
        return mixup(images, targets, draw_lambda(alpha, rng), order)
    box = draw_box(images.shape[-2], images.shape[-1], draw_lambda(1.0, rng), rng)
    return (cutout(images, box), targets) if method == "cutout" else cutmix(images, targets, box, order)
