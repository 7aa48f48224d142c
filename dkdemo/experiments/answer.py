"""What do they say to this one? A trained teacher and its student answer one image, drawn or from the test set."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from dkdemo.experiments.recipe import Recipe, provenance
from dkdemo.jobs.events import Done, Event

if TYPE_CHECKING:
    from dkdemo.datasets import Dataset
    from dkdemo.students import Student
    from dkdemo.teachers import Committee, ConvNet

SIDE = 28  # of a drawn image, as of MNIST's
INK = 64  # darker pixels of a drawn image are paper


@dataclass(frozen=True)
class Answer(Recipe):
    """Logits of the teacher and of the student for one image; probabilities at any T are one softmax away.

    Both were trained once and are kept. ``drawn`` is a drawing as `as_text` writes it, white on black, centred and
    scaled as MNIST's digits are; when empty, the image is number ``index`` of the test set. A test image is judged by
    the lightly trained teacher of `dkdemo.experiments.gallery`, so that one image has one verdict in all chapters; a
    drawing by one that has seen digits warped or moved, the student's own. ``hidden`` is a class whose
    images the student was never shown; -1 shows it all.
    """

    name: ClassVar[str] = "answer"
    lane: ClassVar[Literal["long", "short"]] = "short"

    data: str = "digits"
    drawn: str = ""
    index: int = 0
    hidden: int = -1

    def __post_init__(self) -> None:
        if self.drawn:
            as_image(self.drawn)
        if self.index < 0:
            raise ValueError(f"index must be >= 0, got {self.index}")
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 1.0

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo import datasets
        from dkdemo.device import pick
        from dkdemo.experiments.unseen import light_teacher
        from dkdemo.teachers import accuracy_on_test, trained_with_progress

        began = time.perf_counter()
        train, test = datasets.load(self.data, str(pick()))
        image, label = self._image(test)
        if self.hidden >= len(train.classes):
            raise ValueError(f"hidden must be -1 or a class from 0 to {len(train.classes) - 1}, got {self.hidden}")
        recipe = answering(self.data, self.hidden)
        first = recipe.teacher if self.drawn else light_teacher(self.data, 0)
        teacher = yield from trained_with_progress(first, again=False)
        student = yield from trained_with_progress(recipe, again=False)
        x = train.normalise(torch.tensor(image, device=test.images.device)[None])
        with torch.no_grad():
            teacher_logits, student_logits = (net(x)[0].double().cpu().numpy() for net in (teacher, student))
        yield Done(
            {
                "image": picture(image),
                "label": label,
                "classes": list(train.classes),
                "teacher_logits": teacher_logits,
                "student_logits": student_logits,
                "teacher_accuracy": accuracy_on_test(teacher, test),
                "student_accuracy": accuracy_on_test(student, test),
                "hidden": self.hidden,
                "n": {"train": len(train), "test": len(test)},
                **provenance([recipe.seed], began),
            }
        )

    def _image(self, test: Dataset) -> tuple[np.ndarray, int]:
        """The image as the networks' data set has them, (C, H, W) uint8, and its label, -1 for a drawn one."""
        if not self.drawn:
            if self.index >= len(test):
                raise ValueError(f"index must be below the {len(test)} test images of {self.data}, got {self.index}")
            return test.images[self.index].cpu().numpy(), int(test.labels[self.index])
        drawn, shape = as_image(self.drawn), tuple(test.images.shape[1:])
        if shape == (1, SIDE, SIDE):
            return drawn[None], -1
        if shape == (1, 8, 8):
            return shrink(drawn)[None], -1
        raise ValueError(
            f"a drawing can be shown to nets that know small grey images, not those of {self.data}: {shape}"
        )


def answering(data: str, hidden: int = -1) -> Student:
    """The student, with its teacher, who answer for a data set; both learn from images warped (digits) or moved."""
    from dkdemo.students import Student
    from dkdemo.teachers import Committee, ConvNet

    teacher: Committee | ConvNet
    if data == "digits":
        teacher = Committee(data, noise=0.3, warp=1.0, steps=400)
        return Student(teacher, hidden=64, warp=1.0, unseen_class=hidden)
    teacher = ConvNet(data, shift=2, steps=234)
    return Student(teacher, shift=2, unseen_class=hidden)


def as_text(image: np.ndarray) -> str:
    """A drawn image, (28, 28) uint8, as the plain text a recipe may hold."""
    if image.shape != (SIDE, SIDE) or image.dtype != np.uint8:
        raise ValueError(f"a drawn image is uint8 of shape {(SIDE, SIDE)}, got {image.dtype} {image.shape}")
    return base64.b64encode(np.ascontiguousarray(image).tobytes()).decode("ascii")


def as_image(text: str) -> np.ndarray:
    """The inverse of `as_text`."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != SIDE * SIDE:
        raise ValueError(f"drawn must hold {SIDE * SIDE} bytes in base64, got {text[:40]!r}")
    return np.frombuffer(raw, np.uint8).reshape(SIDE, SIDE)


def shrink(image: np.ndarray) -> np.ndarray:
    """A drawn digit, (28, 28), as scikit-learn's digits were made, (8, 8) uint8.

    Those were bitmaps of 32 x 32 that the digit fills from top to bottom; each of the 8 x 8 pixels counts the ink in
    its block of 4 x 4. So: cut the ink out, enlarge it to 32 pixels of height, black or white, and count.

    Source: Alpaydin & Kaynak 1998, Optical Recognition of Handwritten Digits, UCI repository.
    """
    rows, columns = (np.flatnonzero((image >= INK).any(axis)) for axis in (1, 0))
    if not len(rows):
        return np.zeros((8, 8), np.uint8)
    ink = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(float)
    side = max(ink.shape)
    square = np.zeros((side, side))
    top, left = (side - ink.shape[0]) // 2, (side - ink.shape[1]) // 2
    square[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    place = (np.arange(32) + 0.5) * side / 32 - 0.5  # bilinear: where each of 32 pixels lies among ``side``
    below = np.clip(np.floor(place).astype(int), 0, side - 1)
    above, share = np.minimum(below + 1, side - 1), np.clip(place - below, 0, 1)
    tall = square[below] * (1 - share)[:, None] + square[above] * share[:, None]
    large = tall[:, below] * (1 - share) + tall[:, above] * share
    count = (large >= 128).reshape(8, 4, 8, 4).sum((1, 3))  # 0 to 16
    return np.round(count * 255 / 16).astype(np.uint8)


def picture(image: np.ndarray) -> np.ndarray:
    """(C, H, W) as charts draw it: (H, W) when grey, (H, W, 3) in colour."""
    return image[0] if len(image) == 1 else np.ascontiguousarray(image.transpose(1, 2, 0))
