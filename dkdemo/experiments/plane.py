"""One plane for all ways to save: how large a net is, and how often it errs; pruned, rounded, both, and distilled."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from dkdemo.experiments.recipe import Recipe, provenance
from dkdemo.jobs.events import Done, Event, Progress, Snapshot
from dkdemo.probability import check_temperature

if TYPE_CHECKING:
    from torch import Tensor

    from dkdemo.datasets import Dataset
    from dkdemo.experiments.cost_material import Exam, Layers

PRUNED = (50, 80, 90, 95)  # per cent of the weights that go; what is left is trained on
ROUNDED = (8, 4, 2, 1)  # bits, scales fitted
BOTH = ((80, 4), (90, 4))  # pruned, trained on, and then rounded
HIDDEN = (10, 30, 100)  # of the students' only hidden layer


@dataclass(frozen=True)
class Plane(Recipe):
    """Three wide nets made smaller in every way of slide 15; each point is the mean of the three and their extremes.

    What is left after pruning is trained on for a moment; so are, for a fair comparison, the dense nets: "dense" has
    two points, ``setting`` steps of that beyond the first training.

    Sizes count weights and biases as they must be stored (`dkdemo.compression.stored_bytes`); a pruned net also
    stores which weights are left. The students D-``hidden``-K learn from the wide net's soft answers at T = 4 on all
    training images, and beside each a twin, from the same first weights on the same batches, from the labels alone.
    """

    name: ClassVar[str] = "plane"

    data: str = "digits"
    temperature: float = 4.0
    student_steps: int = 300
    seed: int = 0

    def __post_init__(self) -> None:
        check_temperature(self.temperature)
        if not 10 <= self.student_steps <= 20_000:
            raise ValueError(f"student_steps must be 10 to 20000, got {self.student_steps}")
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 5.0 if self.data == "digits" else 18.0

    def run(self) -> Iterator[Event]:
        from dkdemo.experiments import cost_material as material
        from dkdemo.teachers import trained_with_progress

        began, recipe = time.perf_counter(), material.wide(self.data, self.seed)
        works = 1 + len(PRUNED) + len(ROUNDED) + len(BOTH) + 2 * len(HIDDEN)
        steps = recipe.steps + works
        train, exam = material.load(self.data, self.seed)
        net = yield from trained_with_progress(recipe, of=steps)
        layers = material.Layers.of(net)
        points: list[dict[str, Any]] = [point("dense", 0, layers.sizes(), exam.errors(layers.weights, layers.biases))]
        for found in (*self._smaller(layers, train, exam), *self._students(net, train, exam, recipe.seeds())):
            points.append(found)
            yield Progress(recipe.steps + len(points) - 1, steps, {"errors": found["mean"]})
            yield Snapshot("plane", gathered(points))
        yield Done(
            {
                "points": points,
                "n": {"train": len(train), "test": len(exam.labels)},
                **provenance(recipe.seeds(), began),
            }
        )

    def _smaller(self, layers: Layers, train: Dataset, exam: Exam) -> Iterator[dict[str, Any]]:
        """The wide nets trained on as they are, with fewer bits, with fewer weights, and with fewer of both."""
        from dkdemo.experiments import cost_material as material
        from dkdemo.experiments.bits import rounded

        weights, rest = layers.sizes()
        more = material.tune_steps(self.data)
        longer = material.trained_on(layers, train, steps=more, seed=self.seed)
        yield point("dense", more, (weights, rest), exam.errors(longer.weights, longer.biases))
        for bits in ROUNDED:
            less = [[rounded(part, bits, "fitted") for part in layers.network(net)] for net in layers.network_indices()]
            errors = exam.errors(material.stacked(less), layers.biases)
            yield point("rounded", bits, (weights, rest), errors, bits=bits)
        ranks = material.magnitude_ranks(layers)
        for percent in PRUNED:
            cut, masks = material.pruned(layers, ranks, percent / 100)
            tuned = material.fine_tune(cut, layers.biases, masks, train, steps=more, seed=self.seed)
            left = sum(int(mask[0].sum()) for mask in masks)
            yield point("pruned", percent, (weights, rest), exam.errors(tuned.weights, tuned.biases), kept=left)
            for _, bits in [pair for pair in BOTH if pair[0] == percent]:
                less = [
                    [rounded(part, bits, "fitted") for part in tuned.network(net)] for net in tuned.network_indices()
                ]
                held = [part * mask for part, mask in zip(material.stacked(less), masks, strict=True)]
                errors = exam.errors(held, tuned.biases)
                yield point("both", percent, (weights, rest), errors, bits=bits, kept=left)

    def _students(self, net: Any, train: Dataset, exam: Exam, seeds: list[int]) -> Iterator[dict[str, Any]]:
        """Small nets taught by the wide ones, and their twins who only get the labels."""
        import torch

        from dkdemo.distillation import hard_loss, soft_loss
        from dkdemo.experiments.cost_material import Layers
        from dkdemo.models import StackedMLP
        from dkdemo.training import annealed_adam

        inputs, classes = train.images[0].numel(), len(train.classes)
        schools = []
        for hidden in HIDDEN:
            students = StackedMLP((inputs, hidden, classes), [*seeds, *seeds]).to(exam.x.device)
            schools.append((students, *annealed_adam(students, 1e-2, self.student_steps)))
        generator = torch.Generator().manual_seed(self.seed)
        for _, (x, y) in zip(range(self.student_steps), train.batches(128, generator), strict=False):
            with torch.no_grad():
                wanted = net(x.flatten(1))  # (nets, N, K): each student has a teacher of its own
            for students, adam, schedule in schools:
                soft, hard = students(x.flatten(1)).chunk(2)
                losses = [
                    soft_loss(own, told, temperature=self.temperature) for own, told in zip(soft, wanted, strict=True)
                ]
                adam.zero_grad()
                torch.stack([*losses, *(hard_loss(own, y) for own in hard)]).sum().backward()
                adam.step()
                schedule.step()
        for hidden, (students, *_) in zip(HIDDEN, schools, strict=True):
            layers = Layers.of(students)
            both = exam.errors(layers.weights, layers.biases).chunk(2)
            for family, errors in zip(("distilled", "alone"), both, strict=True):
                yield point(family, hidden, layers.sizes(), errors)


def point(
    family: str, setting: int, sizes: tuple[int, int], errors: Tensor, *, bits: int = 32, kept: int | None = None
) -> dict[str, Any]:
    """One spot of the plane: whose, at what setting, bytes, and the errors of the three nets with their mean."""
    from dkdemo.compression import stored_bytes

    weights, rest = sizes
    return {
        "family": family,
        "setting": setting,
        "bits": bits,
        "bytes": stored_bytes(weights, bits=bits, rest=rest, kept=kept),
        "errors": errors.tolist(),
        "mean": errors.mean().item(),
    }


def gathered(points: list[dict[str, Any]]) -> dict[str, list[float]]:
    """The plane so far as arrays for the picture that grows: for each family its kilobytes and its mean errors."""
    found: dict[str, list[float]] = {}
    for family in ("dense", "rounded", "pruned", "both", "distilled", "alone"):
        mine = [one for one in points if one["family"] == family]
        found[f"{family}_x"] = [one["bytes"] / 1000 for one in mine]
        found[f"{family}_y"] = [one["mean"] for one in mine]
    return found
