"""Label smoothing seen in the penultimate layer: the same net twice, with hard and with smoothed labels."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from dkdemo.experiments.recipe import Recipe, provenance
from dkdemo.jobs.events import Done, Event, Progress, Snapshot

if TYPE_CHECKING:
    from torch import Tensor

    from dkdemo.datasets import Dataset

NETS = ("hard", "smooth")
SHOWN = 100  # examples of each of the three classes in the picture, as in the paper
STEPS = {"digits": (600, 64, 2.5)}  # steps, batch size, seconds; else:
LARGE = (234, 256, 8.0)  # one epoch of MNIST


@dataclass(frozen=True)
class Smoothing(Recipe):
    """Two nets that differ only in their labels: alpha = 0, and the alpha chosen.

    Equal first weights, equal batches. Told ten times a second: the plane through the templates of three classes
    with the test images of these classes on it (Müller's projection), how tight the clusters are, and
    whether confidence can be believed.
    """

    name: ClassVar[str] = "smoothing"

    data: str = "digits"
    alpha: float = 0.1
    classes: tuple[int, ...] = (4, 7, 9)
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.alpha < 1:
            raise ValueError(f"alpha must be in [0, 1), got {self.alpha}")
        if len(set(self.classes)) != 3 or len(self.classes) != 3 or min(self.classes) < 0:
            raise ValueError(f"the plane needs three different classes, got {self.classes}")
        super().__post_init__()

    def expected_seconds(self) -> float:
        return STEPS.get(self.data, LARGE)[2]

    def run(self) -> Iterator[Event]:
        import torch
        import torch.nn.functional as F

        from dkdemo import datasets, evaluation
        from dkdemo.device import pick
        from dkdemo.experiments.side_by_side import Learner, net_for
        from dkdemo.labels import smooth_labels
        from dkdemo.training import logits_of, measuring_steps

        began, device = time.perf_counter(), pick()
        train, test = datasets.load(self.data, str(device))
        if max(self.classes) >= len(test.classes):
            raise ValueError(f"{self.data} has the classes 0 to {len(test.classes) - 1}, got {self.classes}")
        steps, batch, _ = STEPS.get(self.data, LARGE)
        generator = torch.Generator().manual_seed(self.seed)
        shown = torch.cat([_some(test.labels, kind, SHOWN, generator) for kind in self.classes])
        few = test.sample_indices(1000, generator)
        nets = [net_for(train, self.seed).to(device) for _ in NETS]
        learners = [Learner(net, 5e-3, steps) for net in nets]
        batches, due = train.batches(batch, torch.Generator().manual_seed(self.seed)), measuring_steps(steps, 40)

        for step, (x, y) in zip(range(1, steps + 1), batches, strict=False):
            for learner, alpha in zip(learners, (0.0, self.alpha), strict=True):
                targets = smooth_labels(y, len(train.classes), alpha)
                learner.step(F.cross_entropy(learner.net(x), targets))
            if step in due:
                planes, numbers = _planes(nets, test, shown, self.classes)
                bins, errors = _calibration([logits_of(net, test, few) for net in nets], test.labels[few])
                yield Progress(step, steps, numbers | errors)
                yield Snapshot("planes", planes)
                yield Snapshot("reliability", bins)

        planes, _ = _planes(nets, test, shown, self.classes)
        every = torch.isin(test.labels, torch.tensor(self.classes, device=device)).nonzero().flatten()
        _, numbers = _planes(nets, test, every, self.classes)
        logits = [logits_of(net, test) for net in nets]
        bins, errors = _calibration(logits, test.labels)
        right = {
            f"{name}_accuracy": evaluation.accuracy(z, test.labels).item() for name, z in zip(NETS, logits, strict=True)
        }
        yield Done(
            {
                **numbers,
                **errors,
                **right,
                "planes": planes,
                "reliability": bins,
                "classes": [test.classes[kind] for kind in self.classes],
                "alpha": self.alpha,
                "n": {"train": len(train.labels), "test": len(test.labels), "curves": len(few)},
                **provenance([self.seed], began),
            }
        )


def _some(labels: Tensor, kind: int, count: int, generator: Any) -> Tensor:
    """Up to ``count`` random examples of one class."""
    import torch

    own = torch.where(labels == kind)[0]
    return own[torch.randperm(len(own), generator=generator)[:count].to(own.device)]


def _planes(nets: list[Any], test: Dataset, shown: Tensor, classes: tuple[int, ...]) -> tuple[dict, dict]:
    """Müller's projection of the shown examples, for both nets, and the scatter within over between classes.

    The picture's unit is the mean distance of the three class means from their centre: nets of different
    scale can then stand side by side on axes that hold still. The ratio does not depend on the unit.
    """
    import torch

    from dkdemo.evaluation import scatter_ratio, template_projection
    from dkdemo.training import evaluating

    labels = test.labels[shown]
    arrays: dict[str, Any] = {}
    numbers: dict[str, float] = {}
    for name, net in zip(NETS, nets, strict=True):
        with evaluating(net):
            features = net.features(test.normalised(shown))
        plane = template_projection(features, net.head.weight[list(classes)])
        middles = torch.stack([plane.points[labels == kind].mean(0) for kind in classes])
        unit = (middles - middles.mean(0)).norm(dim=1).mean()
        place = ((plane.points - middles.mean(0)) / unit).float().cpu().numpy()
        for position, kind in enumerate(classes):
            own = (labels == kind).cpu().numpy()
            arrays[f"{name}_{position}_x"], arrays[f"{name}_{position}_y"] = place[own, 0], place[own, 1]
        numbers[f"{name}_ratio"] = scatter_ratio(plane.points, labels)
    return arrays, numbers


def _calibration(logits: list[Tensor], labels: Tensor) -> tuple[dict, dict]:
    """Reliability bins for both nets, and their expected calibration errors."""
    from dkdemo.evaluation import reliability

    arrays: dict[str, Any] = {}
    numbers: dict[str, float] = {}
    for name, z in zip(NETS, logits, strict=True):
        found = reliability(z.softmax(-1), labels)
        arrays[f"{name}_confidence"] = found.confidence.cpu().numpy()
        arrays[f"{name}_right"] = found.accuracy.cpu().numpy()
        arrays[f"{name}_size"] = (6 + 40 * (found.count / found.count.sum()).sqrt()).cpu().numpy()  # px on the chart
        numbers[f"{name}_ece"] = found.ece
    return arrays, numbers
