"""How sure is a net halfway between two classes? Plain training against mixup, CutMix and manifold mixup."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from dkdemo.experiments.recipe import Recipe, provenance
from dkdemo.jobs.events import Done, Event, Progress, Snapshot

if TYPE_CHECKING:
    from torch import Generator, Tensor, nn

    from dkdemo.datasets import Dataset

METHODS = ("plain", "mixup", "cutmix", "manifold")
POINTS = 21  # along the line from one image to the other
# images a class (0: all), channels of the convolutions, seconds
DIGITS, LARGE = (0, (8, 16), 4.0), (100, (16, 32), 17.0)
STEPS, BATCH, RATE = 400, 100, 5e-3


@dataclass(frozen=True)
class Midpoint(Recipe):
    """Four nets from the same first weights on the same batches, mixed in four ways (plain: not at all).

    Then walk in a straight line from a test image of one class to one of another and ask each net how sure it is.
    Mixing teaches it that half a 3 and half an 8 deserve half the confidence each.
    """

    name: ClassVar[str] = "midpoint"

    data: str = "digits"
    alpha: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0.01 <= self.alpha <= 100:
            raise ValueError(f"alpha of Beta(alpha, alpha) must be in [.01, 100], got {self.alpha}")
        super().__post_init__()

    def expected_seconds(self) -> float:
        return (DIGITS if self.data == "digits" else LARGE)[2]

    def run(self) -> Iterator[Event]:
        import torch
        import torch.nn.functional as F

        from dkdemo import datasets
        from dkdemo.device import pick
        from dkdemo.evaluation import accuracy
        from dkdemo.experiments.side_by_side import Learner, net_for, one_hot
        from dkdemo.mixing import cutmix, draw_box, draw_lambda, draw_order, manifold_mixup, mixup
        from dkdemo.training import logits_of, measuring_steps

        began, device = time.perf_counter(), pick()
        train, test = datasets.load(self.data, str(device))
        each, channels, _ = DIGITS if self.data == "digits" else LARGE
        generator, rng = torch.Generator().manual_seed(self.seed), np.random.default_rng(self.seed)
        if each:
            train = train.balanced_subset(
                min(each, int(train.labels.bincount().min())), generator
            )  # an own set may be small
        learners = {name: Learner(net_for(train, self.seed, channels).to(device), RATE, STEPS) for name in METHODS}
        nets = {name: learner.net for name, learner in learners.items()}
        encode, finish = _cut(nets["manifold"])
        first, second = _pairs(test, 600, torch.Generator().manual_seed(self.seed + 1))
        due = measuring_steps(STEPS, 20)

        for step, (x, y) in zip(range(1, STEPS + 1), train.batches(BATCH, generator), strict=False):
            targets = one_hot(y, len(train.classes))
            lam, order = draw_lambda(self.alpha, rng), draw_order(len(x), rng)
            box = draw_box(x.shape[-2], x.shape[-1], lam, rng)
            batches = {
                "plain": (x, targets),
                "mixup": mixup(x, targets, lam, order),
                "cutmix": cutmix(x, targets, box, order),
            }
            for name, (images, labels) in batches.items():
                learners[name].step(F.cross_entropy(nets[name](images), labels))
            logits, labels = manifold_mixup(encode, finish, x, targets, lam, order)
            learners["manifold"].step(F.cross_entropy(logits, labels))
            if step in due:
                lines = {name: _confidence(net, first[:60], second[:60], 11) for name, net in nets.items()}
                yield Progress(step, STEPS, {name: float(line[5]) for name, line in lines.items()})
                halves = [float(line[5]) for line in lines.values()]
                bars = {"half": halves, "half_text": [f"{half:.0%}" for half in halves]}
                yield Snapshot("line", {"share": np.linspace(0, 1, 11), **lines, **bars})

        lines = {name: _confidence(net, first, second, POINTS) for name, net in nets.items()}
        yield Done(
            {
                "line": {"share": np.linspace(0, 1, POINTS), **lines},
                "midpoint": {name: float(line[POINTS // 2]) for name, line in lines.items()},
                "accuracy": {name: accuracy(logits_of(net, test), test.labels).item() for name, net in nets.items()},
                "alpha": self.alpha,
                "n": {"train": len(train.labels), "test": len(test.labels), "pairs": len(first)},
                **provenance([self.seed], began),
            }
        )


def _cut(net: nn.Module) -> tuple[nn.Module, nn.Module]:
    """The net up to its first hidden layer, and the rest of it."""
    import torch

    from dkdemo.models import Classifier

    assert isinstance(net, Classifier)
    layers, head = list(net.features.children()), net.head
    after = next(place for place, layer in enumerate(layers) if isinstance(layer, torch.nn.ReLU)) + 1
    return torch.nn.Sequential(*layers[:after]), torch.nn.Sequential(*layers[after:], head)


def _pairs(test: Dataset, count: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """Images (P, C, H, W) of test pairs from different classes."""
    import torch

    one, two = (torch.randint(len(test), (count,), generator=generator).to(test.labels.device) for _ in range(2))
    different = test.labels[one] != test.labels[two]
    return test.normalised(one[different]), test.normalised(two[different])


def _confidence(net: nn.Module, first: Tensor, second: Tensor, points: int) -> np.ndarray:
    """The mean largest probability at ``points`` shares of the second image, 0 to 1."""
    import torch

    from dkdemo.training import evaluating

    with evaluating(net):
        sure = [
            net((1 - share) * first + share * second).softmax(-1).amax(-1).mean()
            for share in torch.linspace(0, 1, points).tolist()
        ]
    return torch.stack(sure).cpu().numpy()
