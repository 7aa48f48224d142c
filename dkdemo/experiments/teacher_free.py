"""Teachers made of nothing: plain labels, smoothed ones, a virtual teacher and one's own earlier copy, in one race."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from dkdemo.experiments.race import students_for
from dkdemo.experiments.recipe import Recipe, check_data, provenance, seeds_of
from dkdemo.jobs.events import Done, Event, Progress

if TYPE_CHECKING:
    from torch import Tensor

    from dkdemo.datasets import Dataset
    from dkdemo.models import StackedMLP

    Picked = tuple[Tensor, Tensor]  # an index into (S, n): which examples of each run

FIRST = ("plain", "smooth", "virtual")  # trained together; then the plain ones teach their own fresh copies
METHODS = (*FIRST, "own")
RUNS = 5  # networks of each kind
ALPHA = 0.1  # of the smoothed labels
RIGHT, HEAT = 0.99, 20.0  # the virtual teacher's a and T, the paper's
OWN_HEAT = 4.0
WEIGHT = 0.9  # of the soft term, for both teachers
WATCHED = 500


@dataclass(frozen=True)
class Hyperparameters:
    """What suits a data set."""

    per_class: int
    hidden: int
    steps: int
    batch_size: int
    learning_rate: float
    seconds: float


SETTINGS = {
    "digits": Hyperparameters(40, 64, 400, 50, 1e-2, 4.0),
    "mnist": Hyperparameters(50, 100, 200, 50, 1e-2, 10.0),
}


@dataclass(frozen=True)
class TeacherFree(Recipe):
    """Four ways to make a target from a label, five networks each, and nobody is larger or better than anybody.

    Networks of one seed start from the same weights and see the same labelled images in the same batches; only the
    targets differ, so the gains over plain labels are paired. The self-taught ones come second: their teacher is the
    finished plain network of the same seed.

    ``noise`` is the share of the labels that are replaced by wrong ones; the test labels stay clean.
    """

    name: ClassVar[str] = "teacher_free"

    data: str = "digits"
    noise: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.noise <= 0.9:
            raise ValueError(f"the share of wrong labels must be in [0, .9], got {self.noise}")
        check_data(self.data, SETTINGS)
        super().__post_init__()

    def expected_seconds(self) -> float:
        return SETTINGS[self.data].seconds

    def steps_ahead(self) -> int:
        """How long the learning curves will be, known before the run: the steps of one lesson."""
        return SETTINGS[self.data].steps

    def run(self) -> Iterator[Event]:
        import time

        import torch

        from dkdemo import datasets
        from dkdemo.device import pick
        from dkdemo.distillation import kd_loss
        from dkdemo.experiments.side_by_side import draw_wrong, spoilt
        from dkdemo.training import logits_of

        began, hyper = time.perf_counter(), SETTINGS[self.data]
        train, test = datasets.load(self.data, str(pick()))
        seeds = seeds_of(self.seed, RUNS)
        few = [train.balanced_subset(hyper.per_class, torch.Generator().manual_seed(seed)) for seed in seeds]
        examples, classes = len(few[0]), len(train.classes)
        wrong = round(self.noise * examples)
        by = [draw_wrong(wrong, examples, classes, torch.Generator().manual_seed(seed)) for seed in seeds]
        x = torch.stack([own.normalised().flatten(1) for own in few])  # (S, n, D)
        y = torch.stack([spoilt(own.labels, moves, classes) for own, moves in zip(few, by, strict=True)])

        together = students_for(train, hyper.hidden, seeds, len(FIRST))
        yield from train_methods(together, x, lambda z, at: by_rule(z, y[at]), FIRST, hyper, seeds, test)
        with torch.no_grad():
            wanted = together(x.repeat(len(FIRST), 1, 1))[:RUNS]  # the plain ones' answers, kept
        students = students_for(train, hyper.hidden, seeds, 1)

        def by_oneself(z: Tensor, at: Picked) -> Tensor:
            return kd_loss(z[0], wanted[at], y[at], temperature=OWN_HEAT, soft_weight=WEIGHT)

        yield from train_methods(students, x, by_oneself, METHODS[len(FIRST) :], hyper, seeds, test, before=hyper.steps)
        logits = torch.cat([logits_of(together, test), logits_of(students, test)])
        size = {"per_class": hyper.per_class, "labelled": y.shape[1], "wrong": wrong, "test": len(test)}
        size["curves"] = min(WATCHED, len(test))
        yield Done({**table(logits, test.labels), "noise": self.noise, "n": size, **provenance(seeds, began)})


def train_methods(
    students: StackedMLP,
    x: Tensor,
    loss_of: Callable[[Tensor, Picked], Tensor],
    names: Sequence[str],
    hyper: Hyperparameters,
    seeds: Sequence[int],
    test: Dataset,
    before: int = 0,
) -> Iterator[Progress]:
    """Train all kinds called ``names`` in place, telling their mean accuracies; the seeds alone draw the batches.

    ``loss_of`` takes the logits (kinds, S, N, K) and the index of the examples they answer, and gives a loss a copy.
    """
    import torch

    from dkdemo.evaluation import accuracy
    from dkdemo.training import annealed_adam, draw_rows, logits_of, measuring_steps

    runs, examples = x.shape[:2]
    every = torch.arange(runs, device=x.device)[:, None]
    some = test.sample_indices(WATCHED, torch.Generator().manual_seed(seeds[0]))
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    adam, schedule = annealed_adam(students, hyper.learning_rate, hyper.steps)
    due = measuring_steps(hyper.steps, 16)
    for step in range(1, hyper.steps + 1):
        index = draw_rows(examples, hyper.batch_size, generators, x.device)
        logits = students(x[every, index].repeat(len(names), 1, 1)).unflatten(0, (len(names), runs))
        adam.zero_grad()
        loss_of(logits, (every, index)).sum().backward()
        adam.step()
        schedule.step()
        if step in due:
            right = accuracy(logits_of(students, test, some), test.labels[some]).view(len(names), runs).mean(1)
            metrics = {"lesson": float(step), "lesson_steps": float(hyper.steps)}
            metrics |= dict(zip(names, right.tolist(), strict=True))
            yield Progress(before + step, 2 * hyper.steps, metrics)


def by_rule(logits: Tensor, labels: Tensor) -> Tensor:
    """Plain, smoothed and virtual losses of each copy: (3, S, N, K), (S, N) -> (3 S,)."""
    import torch

    from dkdemo.distillation import hard_loss, virtual_teacher_loss
    from dkdemo.labels import smooth_labels

    plain, smooth, virtual = logits
    smoothed = smooth_labels(labels, logits.shape[-1], ALPHA)
    doubting = -(smoothed * smooth.log_softmax(-1)).sum(-1).mean(-1)
    ruled = virtual_teacher_loss(virtual, labels, right=RIGHT, temperature=HEAT, soft_weight=WEIGHT)
    return torch.cat([hard_loss(plain, labels), doubting, ruled])


def table(logits: Tensor, labels: Tensor) -> dict[str, Any]:
    """Of (methods * runs, N, K): accuracy and gain over plain, loss in nats, and calibration error, (methods, runs)."""
    import torch
    import torch.nn.functional as F

    from dkdemo.evaluation import accuracy, ece, spread

    right = accuracy(logits, labels).view(len(METHODS), -1).cpu()
    losses = torch.stack([F.cross_entropy(z.double(), labels) for z in logits]).view_as(right)
    errors = torch.tensor([ece(z.softmax(-1), labels) for z in logits], dtype=torch.float64).view_as(right)
    gains = right - right[0]
    return {
        "methods": list(METHODS),
        "accuracy": right.numpy(),
        "mean": right.mean(1).tolist(),
        "std": [spread(runs).std for runs in right],
        "gain": gains.numpy(),
        "gain_mean": gains.mean(1).tolist(),
        "gain_worst": gains.amin(1).tolist(),
        "loss": losses.cpu().numpy(),
        "ece": errors.numpy(),
        "ece_mean": errors.mean(1).tolist(),
    }
