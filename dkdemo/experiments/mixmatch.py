"""MixMatch live: guess, sharpen, and mix everything with everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from dkdemo.experiments.recipe import DIGITS, Recipe, check_data
from dkdemo.jobs.events import Event

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from dkdemo.experiments.few_labels import Facts, Lesson, Task

SECONDS = {"mnist": 18.0, "digits": 9.0}
VIEWS, ALPHA = 2, 0.75  # K and Beta(alpha, alpha), the paper's


@dataclass(frozen=True)
class MixMatch(Recipe):
    """The same labels, pictures and controls as FixMatch, learned from the mixtures of MixMatch.

    Every unlabelled picture is looked at K = 2 times, weakly; its sharpened mean answer is the target of both looks.
    Then all of it, labelled and not, is mixed in one random order, each picture staying the larger part of its own
    mixture. ``weight`` is lambda_U, climbing from 0 as in the paper.
    """

    name: ClassVar[str] = "mixmatch"

    data: str = "digits"
    temperature: float = 0.5
    weight: float = 75.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0.05 <= self.temperature <= 5:
            raise ValueError(f"temperature must be in [.05, 5], got {self.temperature}")
        if not 0 <= self.weight <= 1000:
            raise ValueError(f"weight must be in [0, 1000], got {self.weight}")
        check_data(self.data, DIGITS)
        super().__post_init__()

    def expected_seconds(self) -> float:
        return SECONDS.get(self.data, SECONDS["mnist"])

    def run(self) -> Iterator[Event]:
        from dkdemo.device import pick
        from dkdemo.experiments import few_labels

        yield from few_labels.study(self.data, self.seed, self._method, str(pick()))

    def _method(self, task: Task, generator: Generator) -> Lesson:
        import torch
        import torch.nn.functional as F

        from dkdemo.mixing import draw_lambda, draw_order, mixup
        from dkdemo.semi_supervised import guess_labels, leading_share, mixmatch_loss

        labels = F.one_hot(task.labels, task.classes).float()

        def lesson(net: Any, step: int) -> tuple[Tensor, Facts]:
            unlabelled, truth = task.unlabelled(generator)
            views = [task.weak(unlabelled, generator) for _ in range(VIEWS)]
            with torch.no_grad():
                logits = task.logits(net, torch.cat(views)).view(VIEWS, len(truth), -1)
            guess = guess_labels(logits, temperature=self.temperature)
            pictures = torch.cat([task.weak(task.labelled, generator), *views])
            targets = torch.cat([labels, *[guess] * VIEWS])
            order = draw_order(len(pictures), generator)
            lam = leading_share(draw_lambda(ALPHA, generator))
            mixed, mixed_targets = mixup(pictures, targets, lam, order)
            labelled_logits, unlabelled_logits = task.logits(net, mixed).tensor_split([len(labels)])
            labelled_targets, unlabelled_targets = mixed_targets.tensor_split([len(labels)])
            climbing = self.weight * step / task.hyper.steps
            loss = mixmatch_loss(
                labelled_logits, labelled_targets, unlabelled_logits, unlabelled_targets, unlabelled_weight=climbing
            )
            sure, best = guess.max(-1)
            return loss, {"sure": sure.mean(), "wrong": (best != truth).double().mean()}

        return lesson
