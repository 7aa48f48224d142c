"""The digit it never saw: a student learns a class from the small probabilities of other classes' answers."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from dkdemo.experiments.race import students_for, teacher_facts
from dkdemo.experiments.recipe import Recipe, provenance, seeds_of
from dkdemo.jobs.events import Done, Event, Progress

if TYPE_CHECKING:
    from torch import Tensor

    from dkdemo.datasets import Dataset
    from dkdemo.models import StackedMLP
    from dkdemo.teachers import Committee, ConvNet

CONFIGS = ("soft", "hard", "shuffled")
RUNS = 3
WATCHED = 300  # test images of the hidden classes, and as many of all, behind each point of the curves
BIASES = tuple(round(-2 + 0.1 * step, 1) for step in range(281))  # -2 to 26: the slider's stops


@dataclass(frozen=True)
class Hyperparameters:
    """What suits a data set; the defaults suit real images of 28 or 32 pixels a side."""

    hidden: int = 100  # the student's only hidden layer
    steps: int = 400
    batch_size: int = 128
    learning_rate: float = 1e-2
    seconds: float = 8.0


SETTINGS = {"digits": Hyperparameters(hidden=64, steps=500, seconds=3.0)}


def hyperparameters(data: str) -> Hyperparameters:
    return SETTINGS.get(data, Hyperparameters())


def check(hidden: tuple[int, ...], temperature: float) -> None:
    """Raise ValueError unless ``hidden`` are different classes and ``temperature`` can be computed with."""
    from dkdemo.probability import check_temperature

    check_temperature(temperature)
    if not hidden or len(set(hidden)) != len(hidden) or any(type(kind) is not int or kind < 0 for kind in hidden):
        raise ValueError(f"hidden must name different classes, by numbers from 0, got {hidden!r:.80}")


@dataclass(frozen=True)
class Unseen(Recipe):
    """Hide classes from the student, keep them in the teacher's answers, and ask the student for them.

    The teacher knows all classes. The students get the training images of the others only, and learn

    - soft: the teacher's whole answer at T, no label;
    - hard: the label, and so never a word of the hidden class;
    - shuffled: the teacher's answer with the wrong classes' logits handed round at random, each image anew: as
      soft, but it no longer says *which* other class an image resembles. If this one failed too, softness would do.

    A hidden class comes out too rare in the student, which never had reason to expect it: a bias on the hidden classes
    mends the prior. It is chosen so that the student answers with a hidden class as often as the teacher does on
    held-out training images (`dkdemo.evaluation.choose_bias`): no label and no test image is used for it. The controls
    get theirs by the same rule; they then call many an image a 3, and the accuracy on all digits tells what that
    is worth. Hinton chose his bias on the test set.

    ``hidden=(0, 1, 2, 3, 4, 5, 6, 9)`` is the other experiment of the paper: a student that sees only 7s and 8s.
    """

    name: ClassVar[str] = "unseen"

    data: str = "digits"
    hidden: tuple[int, ...] = (3,)
    temperature: float = 4.0
    seed: int = 0

    def __post_init__(self) -> None:
        check(self.hidden, self.temperature)
        super().__post_init__()

    def expected_seconds(self) -> float:
        return hyperparameters(self.data).seconds

    def steps_ahead(self) -> int:
        """How long the learning curves will be, known before the run: the students' steps."""
        return hyperparameters(self.data).steps

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo import datasets
        from dkdemo.device import pick
        from dkdemo.distillation import shuffle_dark
        from dkdemo.teachers import trained_with_progress
        from dkdemo.training import logits_of

        began, hyper = time.perf_counter(), hyperparameters(self.data)
        train, test = datasets.load(self.data, str(pick()))
        parts = divide(train, self.hidden, self.seed)
        recipe = light_teacher(self.data, self.seed)
        steps = recipe.steps + hyper.steps
        teacher = yield from trained_with_progress(recipe, of=steps)

        seeds = seeds_of(self.seed, RUNS)
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        wanted, held = logits_of(teacher, train, parts.transfer), logits_of(teacher, train, parts.held)
        labels = train.labels[parts.transfer]
        scrambled = [
            shuffle_dark(wanted.cpu(), labels.cpu(), generator=generator).to(wanted.device) for generator in generators
        ]
        students = students_for(train, hyper.hidden, seeds, len(CONFIGS))
        targets = [wanted] * RUNS + [None] * RUNS + scrambled  # None: the label alone
        lesson = train_students(students, train[parts.transfer], targets, self.temperature, hyper, generators)
        for event in watch(lesson, students, test, parts.mask, CONFIGS, hyper.steps, seeds[0]):
            yield Progress(recipe.steps + event.step, steps, event.metrics)
        yield Done(
            {
                **judge(students, train, test, parts, [held] * len(CONFIGS), CONFIGS),
                **teacher_facts(teacher, test, recipe),
                **whispers(wanted, labels, parts.mask, self.temperature),
                "classes": list(train.classes),
                "hidden": list(self.hidden),
                "n": {
                    "transfer": len(labels),
                    "held_out": len(held),
                    "test": len(test),
                    "curves": min(WATCHED, len(test)),
                },
                **provenance(seeds, began),
            }
        )


def light_teacher(data: str, seed: int) -> Committee | ConvNet:
    """A lightly trained teacher: it errs a little more and whispers a lot more."""
    from dkdemo.teachers import Committee, ConvNet

    return Committee(data, steps=150, seed=seed) if data == "digits" else ConvNet(data, steps=100, seed=seed)


@dataclass(frozen=True)
class Parts:
    """Who sees what: indices into the training set, and which classes are hidden, (K,) bool."""

    transfer: Tensor  # the students' images: none of a hidden class
    held: Tensor  # images of all classes, kept from the students to choose the bias
    mask: Tensor


def divide(train: Dataset, hidden: Sequence[int], seed: int) -> Parts:
    """Hold a fifth of the training images out, at most 5,000; of the others the students get those not hidden."""
    import torch

    classes = len(train.classes)
    if max(hidden) >= classes or len(hidden) > classes - 2:
        raise ValueError(f"hide some of the classes 0 to {classes - 1} and leave two or more, got {tuple(hidden)}")
    mask = torch.zeros(classes, dtype=torch.bool, device=train.labels.device)
    mask[list(hidden)] = True
    order = torch.randperm(len(train), generator=torch.Generator().manual_seed(seed)).to(mask.device)
    held, others = order.split([min(5000, len(train) // 5), len(train) - min(5000, len(train) // 5)])
    return Parts(others[~mask[train.labels[others]]], held, mask)


def train_students(
    students: StackedMLP,
    transfer: Dataset,
    targets: Sequence[Tensor | None],
    temperature: float,
    hyper: Hyperparameters,
    generators: Any,
) -> Iterator[int]:
    """Train all copies in place, copy i on the soft ``targets[i]``, (n, K) logits, or on the labels; yields each step.

    The copies of one run (every ``len(generators)``-th) see the same batches.
    """
    import torch

    from dkdemo.distillation import hard_loss, soft_loss
    from dkdemo.training import annealed_adam, draw_rows

    runs, copies = len(generators), len(targets)
    adam, schedule = annealed_adam(students, hyper.learning_rate, hyper.steps)
    for step in range(1, hyper.steps + 1):
        index = draw_rows(len(transfer), hyper.batch_size, generators, transfer.labels.device, repeats=True)
        x = transfer.normalised(index.flatten()).flatten(1).unflatten(0, index.shape)
        z = students(x.repeat(copies // runs, 1, 1))  # (copies, N, K)
        losses = [
            hard_loss(own, transfer.labels[rows])
            if target is None
            else soft_loss(own, target[rows], temperature=temperature)
            for own, target, rows in zip(z, targets, index.repeat(copies // runs, 1), strict=True)
        ]
        adam.zero_grad()
        torch.stack(losses).sum().backward()
        adam.step()
        schedule.step()
        yield step


def watch(
    lesson: Iterator[int],
    students: StackedMLP,
    test: Dataset,
    mask: Tensor,
    configs: Sequence[str],
    steps: int,
    seed: int,
) -> Iterator[Progress]:
    """The curves before any bias: each config's accuracy on the hidden classes, and as ``_all`` on all of them."""
    import torch

    from dkdemo.evaluation import accuracy
    from dkdemo.training import logits_of, measuring_steps

    order = torch.randperm(len(test), generator=torch.Generator().manual_seed(seed)).to(mask.device)
    rare, some, due = order[mask[test.labels[order]]][:WATCHED], order[:WATCHED], measuring_steps(steps, 20)
    for step in lesson:
        if step not in due:
            continue
        metrics = {"student_step": float(step), "student_steps": float(steps)}
        only = accuracy(logits_of(students, test, rare), test.labels[rare]).view(len(configs), -1)
        both = accuracy(logits_of(students, test, some), test.labels[some]).view(len(configs), -1)
        found = torch.stack([only.mean(1), only.amin(1), only.amax(1), both.mean(1)], dim=1).tolist()
        for config, (mean, low, high, every) in zip(configs, found, strict=True):
            metrics |= {config: mean, f"{config}_low": low, f"{config}_high": high, f"{config}_all": every}
        yield Progress(step, steps, metrics)


def judge(
    students: StackedMLP, train: Dataset, test: Dataset, parts: Parts, held: Sequence[Tensor], configs: Sequence[str]
) -> dict[str, Any]:
    """Accuracy on the test set before and after the chosen bias, and along all biases for the page's slider.

    ``held`` are the teacher's logits on the held-out images, one tensor a config. In the result, arrays are
    (configs, runs), and the curves (configs, biases), means over runs; ``share`` is the teachers' part for the hidden.
    """
    import torch

    from dkdemo.evaluation import bias_curve, choose_bias
    from dkdemo.training import logits_of

    shape = (len(configs), -1)
    mine, logits = (
        logits_of(students, train, parts.held).unflatten(0, shape),
        logits_of(students, test).unflatten(0, shape),
    )
    share = [parts.mask[own.argmax(-1)].double().mean().item() for own in held]
    bias = torch.stack([choose_bias(own, parts.mask, part) for own, part in zip(mine, share, strict=True)])
    only, both = bias_curve(logits, test.labels, parts.mask, torch.tensor(BIASES))  # (configs, runs, biases)
    moved = logits + bias[..., None, None] * parts.mask
    after = bias_curve(moved, test.labels, parts.mask, torch.zeros(1))
    zero = BIASES.index(0.0)
    arrays = {
        "before": only[..., zero],
        "before_all": both[..., zero],
        "after": after[0][..., 0],
        "after_all": after[1][..., 0],
        "bias": bias.double(),
        "curve": only.mean(1),
        "curve_all": both.mean(1),
    }
    means = {
        f"{name}_mean": arrays[name].mean(1).tolist() for name in ("before", "before_all", "after", "after_all", "bias")
    }
    return {
        "configs": list(configs),
        "biases": torch.tensor(BIASES, dtype=torch.float64).numpy(),
        "share": share,
        **{name: values.cpu().numpy() for name, values in arrays.items()},
        **means,
    }


def whispers(wanted: Tensor, labels: Tensor, mask: Tensor, temperature: float) -> Mapping[str, Any]:
    """What the students could overhear: the probability the teacher at T gives the hidden classes, by the true class.

    ``whisper`` is the mean over all transfer images, ``whispers`` (K,) that over each class (NaN for the hidden).
    """
    import torch

    p = (wanted / temperature).softmax(-1)[:, mask].sum(-1).double()
    by_class = [p[labels == kind].mean().item() for kind in range(len(mask))]
    return {"whisper": p.mean().item(), "whispers": torch.tensor(by_class, dtype=torch.float64).numpy()}
