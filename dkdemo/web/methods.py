"""Every method of the talk as data: who writes the small probabilities, and at which temperature.

A row names its slide; where in the talk that is, the registry knows (`place`). Names are words: `method_<id>`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from dkdemo.web.registry import CHAPTERS, Chapter, Scene

# Who writes the probabilities of the wrong answers. "self" is the network, or an average of what it was;
# "views" are the other pictures of the batch; with "nobody" the targets stay hard: the wrong answers get nothing.
WRITERS = ("constant", "teacher", "self", "pixels", "views", "queue", "nobody")
# The chapters that teach no way to make a target: how networks are trained, and what it costs.
WITHOUT = ("opening", "training", "theory", "cost")


@dataclass(frozen=True)
class Method:
    """One tile of the wall.

    Attributes:
        paper: its arXiv number.
        temperature: the lowest and the highest that the slide, the paper or its released code uses; (0, 0) is the
            arg max, the limit of cooling; None where no softmax is given one.
        added: no slide names it, the lecture adds it beside this one.
    """

    id: str
    chapter: str
    slide: int
    writer: str
    paper: str
    temperature: tuple[float, float] | None = None
    added: bool = False

    @property
    def side(self) -> str:
        """Does it warm its answers up, cool them down, or leave them?"""
        if self.temperature is None:
            return "none"
        low, high = self.temperature
        return "warm" if math.sqrt(low * high) > 1 else "cold"


METHODS = (
    Method("softmax", "temperature", 22, "self", "1503.02531", (1, 1 / 0.3)),  # the slide's a, a * .5 and a * .3
    Method("distillation", "distillation", 20, "teacher", "1503.02531", (2, 20)),
    Method("smoothing", "label_smoothing", 24, "constant", "1512.00567"),
    Method("virtual", "teacher_free", 31, "constant", "1909.11723", (10, 40)),  # by its released code
    Method("own_teacher", "teacher_free", 31, "self", "1909.11723", (6, 20)),  # by its released code
    Method("mixup", "mixing", 33, "pixels", "1710.09412"),
    Method("manifold", "mixing", 34, "pixels", "1806.05236"),
    Method("cutmix", "mixing", 35, "pixels", "1905.04899"),
    Method("cutout", "mixing", 36, "nobody", "1708.04552"),
    Method("fixmatch", "unlabelled", 38, "nobody", "2001.07685", (0, 0)),  # its pseudo-label is the arg max
    Method("mixmatch", "unlabelled", 39, "self", "1905.02249", (0.5, 0.5)),
    Method("uda", "unlabelled", 40, "self", "1904.12848", (0.4, 0.4)),  # by its released code
    Method("augmix", "unlabelled", 41, "self", "1912.02781"),
    Method("decay", "regularising", 43, "nobody", "1611.03530"),
    Method("mean_teacher", "mean_teacher", 45, "self", "1703.01780"),
    Method("triplet", "others", 47, "views", "1503.03832"),
    Method("cpc", "others", 51, "views", "1807.03748"),
    Method("simclr", "simclr", 52, "views", "2002.05709", (0.1, 0.5)),  # ImageNet, CIFAR-10
    Method("moco", "moco", 55, "queue", "1911.05722", (0.07, 0.07)),
    Method("moco_v2", "moco", 57, "queue", "2003.04297", (0.2, 0.2)),
    Method("simsiam", "dual", 58, "self", "2011.10566", added=True),
    Method("byol", "dual", 58, "self", "2006.07733", added=True),
    Method("crd", "dual", 59, "teacher", "1910.10699", (0.07, 0.07), added=True),
)


def place(chapter: str, slide: int) -> tuple[Chapter, Scene] | None:
    """The first scene of that chapter about that slide; None while the talk has no such chapter."""
    for row in CHAPTERS:
        if row.id == chapter:
            return next(((row, scene) for scene in row.scenes if slide in scene.slides), None)
    return None


def scenes_about(slide: int) -> list[tuple[Chapter, Scene]]:
    """Every scene that is about that slide, in the talk's order."""
    return [(row, scene) for row in CHAPTERS for scene in row.scenes if slide in scene.slides]
