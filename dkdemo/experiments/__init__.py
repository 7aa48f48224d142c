"""Every live experiment by name. Reading this catalogue never imports torch."""

from __future__ import annotations

from dkdemo.datastore import present
from dkdemo.experiments.agreement import Agreement
from dkdemo.experiments.answer import Answer
from dkdemo.experiments.averaged import Averaged
from dkdemo.experiments.bits import Bits
from dkdemo.experiments.chains import Chains
from dkdemo.experiments.collapse import Collapse
from dkdemo.experiments.double_descent import DoubleDescent
from dkdemo.experiments.epochs import Epochs
from dkdemo.experiments.everything import Everything
from dkdemo.experiments.figure5 import Figure5
from dkdemo.experiments.fixmatch import FixMatch
from dkdemo.experiments.gallery import Gallery
from dkdemo.experiments.int8 import Int8
from dkdemo.experiments.large_batches import LargeBatches
from dkdemo.experiments.manifold import Manifold
from dkdemo.experiments.matrix import Matrix
from dkdemo.experiments.mean_teacher import MeanTeacher
from dkdemo.experiments.midpoint import Midpoint
from dkdemo.experiments.mixmatch import MixMatch
from dkdemo.experiments.momentum import Momentum
from dkdemo.experiments.more_data import MoreData
from dkdemo.experiments.noise import Noise
from dkdemo.experiments.one_image import OneImage
from dkdemo.experiments.overconfident import Overconfident
from dkdemo.experiments.overwide import Overwide
from dkdemo.experiments.photos import Photos
from dkdemo.experiments.plane import Plane
from dkdemo.experiments.polynomials import Polynomials
from dkdemo.experiments.predictive import Predictive
from dkdemo.experiments.pruning import Pruning
from dkdemo.experiments.race import Race
from dkdemo.experiments.recipe import Recipe
from dkdemo.experiments.rnn import TimesTwo
from dkdemo.experiments.samples import Samples
from dkdemo.experiments.shuffling import Shuffling
from dkdemo.experiments.slips import Slips
from dkdemo.experiments.smooth_teacher import SmoothTeacher
from dkdemo.experiments.smoothing import Smoothing
from dkdemo.experiments.speed import Speed
from dkdemo.experiments.sphere import Sphere
from dkdemo.experiments.switches import Switches
from dkdemo.experiments.teacher_free import TeacherFree
from dkdemo.experiments.uda import UDA
from dkdemo.experiments.unseen import Unseen
from dkdemo.experiments.views import Views
from dkdemo.experiments.what_buys import WhatBuys


def catalogue() -> dict[str, type[Recipe]]:
    """All recipes, keyed by the word that runs them: ``python -m dkdemo run WORD``."""
    recipes: list[type[Recipe]] = [  # in the talk's order
        Samples,
        Polynomials,
        DoubleDescent,
        Epochs,
        Pruning,
        Bits,
        Int8,
        Speed,
        Plane,
        Race,
        Everything,
        Unseen,
        Overconfident,
        Answer,
        Gallery,
        Photos,
        Smoothing,
        SmoothTeacher,
        TeacherFree,
        Manifold,
        Midpoint,
        Noise,
        OneImage,
        FixMatch,
        MixMatch,
        UDA,
        Chains,
        Overwide,
        WhatBuys,
        MoreData,
        TimesTwo,
        Switches,
        Predictive,
        Views,
        Sphere,
        LargeBatches,
        Figure5,
        Matrix,
        Averaged,
        MeanTeacher,
        Momentum,
        Agreement,
        Shuffling,
        Collapse,
        Slips,
    ]
    return {recipe.name: recipe for recipe in recipes}


def find(name: str) -> type[Recipe]:
    """The recipe of that name; raises ValueError naming the ones there are."""
    recipes = catalogue()
    if name not in recipes:
        raise ValueError(f"an experiment is one of {', '.join(sorted(recipes))}; got {name!r:.80}")
    return recipes[name]


def rehearsals() -> list[Recipe]:
    """Short answers that take seconds the first time: asked before the room asks, they come at once."""
    here = [data for data in ("digits", "mnist") if data in present()]
    asked: list[Recipe] = [ask(data=data) for data in here for ask in (Answer, Gallery, OneImage)]
    # a drawing may be shown to a student that never saw one of the digits: each is another student
    students = [Answer(data=data, hidden=digit) for data in here for digit in range(10)]
    photos = "cifar10" if "cifar10" in present() else "shapes"
    return [*asked, Views(eye="trained"), Chains(data=photos), Slips(), *students]
