"""The 5 that looks like 9, found in real data: test images by how loudly the teacher names a second class."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from dkdemo.experiments.answer import picture
from dkdemo.experiments.recipe import Recipe, provenance
from dkdemo.experiments.unseen import light_teacher
from dkdemo.jobs.events import Done, Event

MOST = 100


@dataclass(frozen=True)
class Gallery(Recipe):
    """Test images, the most ambiguous first: sorted by the probability of the teacher's second class.

    ``label`` keeps the images of one true class, ``other`` sorts by the probability of that class instead: (5, 9) finds
    the 5 that looks most like a 9. -1 means any. The result carries the logits, so that the page can heat them, and
    in ``looks_like`` the most probable class that is not the label (the teacher itself may be taken in), or the
    ``other`` asked for, and in ``share`` its probability.
    """

    name: ClassVar[str] = "gallery"
    lane: ClassVar[Literal["long", "short"]] = "short"

    data: str = "digits"
    label: int = -1
    other: int = -1
    count: int = 12

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MOST:
            raise ValueError(f"count must be in [1, {MOST}], got {self.count}")
        if min(self.label, self.other) < -1 or (self.label == self.other != -1):
            raise ValueError(
                f"label and other must be different classes, or -1 for any; got {self.label}, {self.other}"
            )
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 1.0

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo import datasets
        from dkdemo.device import pick
        from dkdemo.evaluation import accuracy
        from dkdemo.teachers import trained_with_progress
        from dkdemo.training import logits_of

        began = time.perf_counter()
        train, test = datasets.load(self.data, str(pick()))
        if max(self.label, self.other) >= len(train.classes):
            raise ValueError(f"classes are 0 to {len(train.classes) - 1}, got {self.label} and {self.other}")
        recipe = light_teacher(self.data, 0)  # one that still has doubts
        teacher = yield from trained_with_progress(recipe, again=False)
        logits = logits_of(teacher, test).double()
        p = logits.softmax(-1)
        wrong = p.scatter(-1, test.labels[:, None], 0.0)  # the label's own probability does not count
        doubt = p.topk(2).values[:, 1] if self.other < 0 else p[:, self.other]
        among = torch.ones_like(test.labels, dtype=torch.bool) if self.label < 0 else test.labels == self.label
        order = doubt.masked_fill(~among, -1.0).argsort(descending=True, stable=True)
        index = order[: min(self.count, int(among.sum()))]
        share, looks_like = wrong[index].max(-1)
        if self.other >= 0:
            share, looks_like = p[index, self.other], torch.full_like(looks_like, self.other)
        yield Done(
            {
                "images": np.stack([picture(image) for image in test.images[index].cpu().numpy()]),
                "index": index.cpu().numpy(),
                "labels": test.labels[index].tolist(),
                "looks_like": looks_like.tolist(),
                "share": share.cpu().numpy(),
                "logits": logits[index].cpu().numpy(),
                "probabilities": p[index].cpu().numpy(),
                "classes": list(train.classes),
                "teacher": accuracy(logits, test.labels).item(),
                "n": {"train": len(train), "test": len(test), "among": int(among.sum())},
                **provenance([recipe.seed], began),
            }
        )
