"""One unlabelled picture before a net that has seen forty labels: its weak looks, its strong looks, the answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from dkdemo.experiments.recipe import DIGITS, Recipe, check_data, provenance
from dkdemo.jobs.events import Done, Event

if TYPE_CHECKING:
    from torch import Tensor

    from dkdemo.models import Classifier

STRENGTHS = tuple(step / 10 for step in range(11))  # of the strong look
VIEWS = 8  # weak ones
CROWD = 1000  # unlabelled pictures behind the curves over the threshold
STEPS = 100  # of the net: long enough to be right mostly, too short to be sure of everything


@dataclass(frozen=True)
class OneImage(Recipe):
    """What a half-taught net says of one unlabelled picture, through weak looks and one strong one at all strengths.

    ``picture`` is its number among the training pictures without a label, ``seed`` draws the looks; the net is always
    the same. The curves over the threshold are of the first 1000 such pictures.
    """

    name: ClassVar[str] = "one_image"
    lane: ClassVar[Literal["long", "short"]] = "short"

    data: str = "digits"
    picture: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.picture < CROWD:
            raise ValueError(f"picture must be 0 to {CROWD - 1}, got {self.picture}")
        check_data(self.data, DIGITS)
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 1.0

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo.device import pick
        from dkdemo.experiments import few_labels
        from dkdemo.weak_strong import draw_strong, strong

        began, device = time.perf_counter(), pick()
        task = few_labels.load_task(self.data, 0, str(device))
        net, sure, right = _half_taught(self.data, str(device))
        generator = torch.Generator().manual_seed(self.seed)
        place = task.others[self.picture : self.picture + 1]
        clean = task.pictures(task.train, place)
        weak = task.weak(clean.repeat(VIEWS, 1, 1, 1), generator)
        drawn = draw_strong(1, generator)
        hard = torch.cat([strong(clean, drawn, strength=strength) for strength in STRENGTHS])
        chosen = int(torch.randint(len(task.labels), (), generator=generator))
        with torch.no_grad():
            logits = task.logits(net, torch.cat([clean, weak, hard])).double().cpu()
        yield Done(
            {
                "clean": _grey(clean)[0],
                "weak": _grey(weak),
                "strong": _grey(hard),
                "clean_logits": logits[0].numpy(),
                "weak_logits": logits[1 : 1 + VIEWS].numpy(),
                "strong_logits": logits[1 + VIEWS :].numpy(),
                "truth": int(task.train.labels[place]),
                "classes": list(task.train.classes),
                "sure": sure,
                "right": right,
                "labelled": _grey(task.labelled[chosen : chosen + 1])[0],
                "label": int(task.labels[chosen]),
                "n": {"labelled": len(task.labels), "among": CROWD},
                **provenance([self.seed], began),
            }
        )


def _grey(pictures: Tensor) -> np.ndarray:
    """(N, 1, S, S) in [0, 1] as uint8 (N, S, S)."""
    return pictures[:, 0].mul(255).round().byte().cpu().numpy()


@cache
def _half_taught(data: str, device: str) -> tuple[Classifier, list[float], list[int]]:
    """A net after so many steps on its few labels, and of a crowd of pictures: how sure it is, and whether rightly."""
    import torch

    from dkdemo.experiments import few_labels

    task = few_labels.load_task(data, 0, device)
    net, generator = task.new_net(0), torch.Generator().manual_seed(0)
    for _ in few_labels.train_classifier(
        net, few_labels.CONTROLS["labels"](task, generator), replace(task.hyper, steps=STEPS)
    ):
        pass
    net.eval()
    with torch.no_grad():
        crowd = task.others[:CROWD]
        views = task.weak(task.pictures(task.train, crowd), generator)
        sure, best = task.logits(net, views).double().softmax(-1).max(-1)
    right = (best == task.train.labels[crowd]).int()
    return net, sure.tolist(), right.tolist()
