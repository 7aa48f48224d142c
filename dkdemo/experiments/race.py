"""The race: small students with a handful of labels, alone or with a teacher who says more than the label."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from dkdemo.experiments.recipe import Recipe, provenance, seeds_of
from dkdemo.jobs.events import Done, Event, Progress

if TYPE_CHECKING:
    from torch import Tensor

    from dkdemo.datasets import Dataset
    from dkdemo.models import StackedMLP
    from dkdemo.teachers import Committee, ConvNet

TEMPERATURES = (1.0, 2.0, 4.0, 8.0, 20.0)
CONFIGS = ("hard", *(f"soft_{temperature:g}" for temperature in TEMPERATURES))
RUNS = 5  # students of each kind, each with its own labelled images and first weights
SOFT_WEIGHT = 0.9  # of the soft term; the label keeps the rest
MOST_NUMBERS = 2**27  # pixels of all looks of a race, 4 bytes each
WATCHED = 300  # test images behind each point of the curves; the result is measured on all of them


@dataclass(frozen=True)
class Hyperparameters:
    """What suits a data set; the defaults suit real images, at 28 or 32 pixels a side."""

    per_class: int = 10
    hidden: int = 100  # the student's only hidden layer
    shift: int = 2  # pixels; teacher and students, hard ones too, see each image moved by up to so much
    steps: int = 160
    batch_size: int = 50
    learning_rate: float = 2e-2
    temperature: float = 4.0  # the one that the page's claim is about
    seconds: float = 6.0


SETTINGS = {
    # 8 x 8 pixels do not bear moving: a shift by one makes other digits of them
    "digits": Hyperparameters(
        per_class=3, hidden=32, shift=0, steps=400, batch_size=30, learning_rate=1e-2, temperature=8.0, seconds=3.0
    ),
}


def hyperparameters(data: str) -> Hyperparameters:
    """Those for a data set; one that nobody tuned gets that of MNIST."""
    return SETTINGS.get(data, Hyperparameters())


@dataclass(frozen=True)
class Race(Recipe):
    """Hard labels against soft targets at five temperatures, five students each: thirty students in one model.

    A teacher is trained first, on all the training data. Then every student gets ``per_class`` labelled images a
    class. The hard students learn the labels, the soft ones also the teacher's answers to the very same images,
    so a soft student differs from the hard one of its seed in nothing but its targets: the gains are paired.
    """

    name: ClassVar[str] = "race"

    data: str = "digits"
    per_class: int = 0  # labelled images a class; 0 takes the data set's usual number
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.per_class <= 1000:
            raise ValueError(f"per_class must be in [0, 1000], 0 for the usual number; got {self.per_class}")
        super().__post_init__()

    def expected_seconds(self) -> float:
        return hyperparameters(self.data).seconds

    def steps_ahead(self) -> int:
        """How long the learning curves will be, known before the run: the teacher's steps and then the students'."""
        return (300 if self.data == "digits" else 100) + hyperparameters(self.data).steps

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo import datasets
        from dkdemo.device import pick
        from dkdemo.training import logits_of

        began, hyper, device = time.perf_counter(), hyperparameters(self.data), pick()
        per_class = self.per_class or hyper.per_class
        train, test = datasets.load(self.data, str(device))
        seeds = seeds_of(self.seed, RUNS)
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        few = [
            train.balanced_subset(per_class, generator) for generator in generators
        ]  # for each run n labelled images
        recipe = teacher_for(self.data, hyper.shift, self.seed)
        teacher, steps = recipe.build(), recipe.steps + hyper.steps
        for event in recipe.teach(teacher):
            yield Progress(event.step, steps, event.metrics)

        shift = affordable_shift(hyper.shift, sum(own.images.numel() for own in few))
        views = torch.stack([_all_shifts(own, shift) for own in few])  # (S, n, k², C, H, W)
        rows = torch.arange(views.shape[:3].numel()).view(views.shape[:3])  # where each look of an example is kept
        with torch.no_grad():
            wanted = torch.cat([teacher.eval()(part) for part in views.flatten(0, 2).split(2000)])
        labels = torch.stack([own.labels for own in few])[..., None].expand(rows.shape).flatten()
        flat = views.flatten(0, 2).flatten(1)

        students = students_for(train, hyper.hidden, seeds)
        lesson = train_students(students, lambda index: flat[index], wanted, labels, rows, hyper, generators)
        for event in watch(lesson, students, test, hyper.steps, seeds[0]):
            yield Progress(recipe.steps + event.step, steps, event.metrics)
        yield Done(
            {
                **table(logits_of(students, test), test.labels),
                **teacher_facts(teacher, test, recipe),
                "claim": f"soft_{hyper.temperature:g}",
                "shift": shift,
                "n": {
                    "per_class": per_class,
                    "labelled": len(few[0]),
                    "teacher": len(train.labels),
                    "test": len(test.labels),
                    "curves": min(WATCHED, len(test.labels)),
                },
                **provenance(seeds, began, half=True),
            }
        )


def affordable_shift(most: int, numbers: int) -> int:
    """The largest shift up to ``most`` at which all looks of images of so many numbers still fit into memory.

    Of an own data set's photographs, ten a class: with 35 classes and more students see them moved by one pixel only,
    with a hundred unmoved. The result tells it as ``shift``.
    """
    return next((shift for shift in range(most, 0, -1) if numbers * (2 * shift + 1) ** 2 <= MOST_NUMBERS), 0)


def teacher_for(data: str, shift: int, seed: int, *, steps: int | None = None) -> Committee | ConvNet:
    """A teacher for the data set's kind of images: a committee for tiny ones, a small convolutional net for others.

    Without ``steps`` it is trained for as many as suit its kind.
    """
    from dkdemo.teachers import Committee, ConvNet

    usual = Committee(data, seed=seed) if data == "digits" else ConvNet(data, shift=shift, seed=seed)
    return replace(usual, steps=steps) if steps else usual


def students_for(train: Dataset, hidden: int, seeds: Sequence[int], configs: int = len(CONFIGS)) -> StackedMLP:
    """One model full of students, copy ``config * len(seeds) + run``; each config starts from the same weights."""
    from dkdemo.models import StackedMLP

    sizes = (train.images[0].numel(), hidden, len(train.classes))
    return StackedMLP(sizes, list(seeds) * configs).to(train.images.device)


def train_students(
    students: StackedMLP,
    images_of: Callable[[Tensor], Tensor],
    wanted: Tensor,
    labels: Tensor,
    rows: Tensor,
    hyper: Hyperparameters,
    generators: Sequence[Any],
) -> Iterator[int]:
    """Train all students in place, hard ones and one soft set for each temperature; yields each step's number.

    They multiply in bfloat16 where the device is made for it (`dkdemo.device.half_precision`).

    Args:
        images_of: the images of given rows, (S, N) -> (S, N, D), standardised.
        wanted: the teacher's logits, (rows, K); labels: (rows,).
        rows: (S, n, k), for each run and each of its examples the rows that show it (moved in k ways).
        generators: one generator a run; all configs of a run see the same batches.
    """
    import torch

    from dkdemo.device import half_precision
    from dkdemo.distillation import hard_loss, kd_loss
    from dkdemo.training import annealed_adam, draw_rows

    runs, examples, ways = rows.shape
    device = wanted.device
    rows = rows.to(device)
    every = torch.arange(runs, device=device)[:, None]
    heat = torch.tensor(TEMPERATURES, device=device).repeat_interleave(runs)
    size, soft = min(hyper.batch_size, examples), len(TEMPERATURES)
    adam, schedule = annealed_adam(students, hyper.learning_rate, hyper.steps)
    for step in range(1, hyper.steps + 1):
        example = draw_rows(examples, size, generators, device)
        way = draw_rows(ways, size, generators, device, repeats=True)
        index = rows[every, example, way]  # (S, N)
        y, v = labels[index], wanted[index]
        with half_precision(device):
            z = students(images_of(index).repeat(1 + soft, 1, 1)).float()  # (configs S, N, K)
        alone = hard_loss(z[:runs], y)
        taught = kd_loss(z[runs:], v.repeat(soft, 1, 1), y.repeat(soft, 1), temperature=heat, soft_weight=SOFT_WEIGHT)
        adam.zero_grad()
        (alone.sum() + taught.sum()).backward()
        adam.step()
        schedule.step()
        yield step


def watch(lesson: Iterator[int], students: StackedMLP, test: Dataset, steps: int, seed: int) -> Iterator[Progress]:
    """The learning curves: for each config the mean test accuracy, and its lowest and highest run."""
    import torch

    from dkdemo.evaluation import accuracy
    from dkdemo.training import logits_of, measuring_steps

    some = test.sample_indices(WATCHED, torch.Generator().manual_seed(seed))
    due = measuring_steps(steps, 16)
    for step in lesson:
        if step in due:
            right = accuracy(logits_of(students, test, some), test.labels[some]).view(len(CONFIGS), -1)
            metrics = {"student_step": float(step)}
            found = torch.stack([right.mean(1), right.amin(1), right.amax(1)], dim=1).tolist()
            for config, (mean, low, high) in zip(CONFIGS, found, strict=True):
                metrics |= {config: mean, f"{config}_low": low, f"{config}_high": high}
            yield Progress(step, steps, metrics)


def table(logits: Tensor, labels: Tensor) -> dict[str, Any]:
    """Accuracies (configs, runs) on the test images, their spread, and each soft run's gain over its hard twin."""
    from dkdemo.evaluation import accuracy, spread

    right = accuracy(logits, labels).view(len(CONFIGS), -1).cpu()
    gains = right[1:] - right[0]
    spreads = [spread(runs) for runs in right]
    return {
        "configs": list(CONFIGS),
        "temperatures": list(TEMPERATURES),
        "accuracy": right.numpy(),
        "mean": [found.mean for found in spreads],
        "std": [found.std for found in spreads],
        "gain": gains.numpy(),
        "gain_mean": gains.mean(1).tolist(),
        "gain_worst": gains.amin(1).tolist(),
    }


def teacher_facts(teacher: Any, test: Dataset, recipe: Any) -> dict[str, Any]:
    """How right the teacher is on the test images, and after how many steps."""
    from dkdemo.evaluation import accuracy
    from dkdemo.training import logits_of

    return {"teacher": accuracy(logits_of(teacher, test), test.labels).item(), "teacher_steps": recipe.steps}


def _all_shifts(data: Dataset, most: int) -> Tensor:
    """Every image moved in every way: (n, (2 most + 1)², C, H, W), so that the teacher need answer each only once."""
    import torch

    from dkdemo.teachers import shift_normalised

    x = data.normalised()
    span = range(-most, most + 1)
    ways = [(right, down) for down in span for right in span]
    full = [shift_normalised(x, data, *(torch.full((len(x),), by) for by in way)) for way in ways]
    return torch.stack(full, dim=1)
