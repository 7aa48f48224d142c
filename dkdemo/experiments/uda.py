"""UDA live: the augmented picture is pulled to the clean one's sharpened answer, and learned labels rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from dkdemo import schedules
from dkdemo.experiments.recipe import DIGITS, Recipe, check_data
from dkdemo.jobs.events import Event

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from dkdemo.experiments.few_labels import Facts, Lesson, Task

SECONDS = {"mnist": 14.0, "digits": 9.0}
SCHEDULES = ("none", *schedules.SCHEDULES)


@dataclass(frozen=True)
class UDA(Recipe):
    """The same labels, pictures and controls as FixMatch, learned by UDA: T = .4, believed above .8, weight 1.

    ``schedule`` anneals the labelled signal (TSA): "linear", "exp", "log" as in the paper, or "none".
    """

    name: ClassVar[str] = "uda"

    data: str = "digits"
    schedule: str = "none"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.schedule not in SCHEDULES:
            raise ValueError(f"schedule is one of {', '.join(SCHEDULES)}; got {self.schedule!r:.40}")
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

        from dkdemo.experiments.few_labels import pseudo_label_facts
        from dkdemo.semi_supervised import UDA_CONFIDENCE, annealed_loss, uda_loss

        def lesson(net: Any, step: int) -> tuple[Tensor, Facts]:
            unlabelled, truth = task.unlabelled(generator)
            with torch.no_grad():
                clean_logits = task.logits(net, unlabelled)
            views = torch.cat([task.weak(task.labelled, generator), task.strong(unlabelled, generator)])
            labelled_logits, noisy_logits = task.logits(net, views).split([len(task.labels), len(unlabelled)])
            ceiling = 1.0
            if self.schedule != "none":
                ceiling = schedules.tsa_threshold(step / task.hyper.steps, task.classes, self.schedule)
            loss = annealed_loss(labelled_logits, task.labels, threshold=ceiling) + uda_loss(clean_logits, noisy_logits)
            sure, best = clean_logits.softmax(-1).max(-1)
            return loss, pseudo_label_facts(best, sure > UDA_CONFIDENCE, truth)

        return lesson
