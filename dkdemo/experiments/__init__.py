"""Every live experiment by name. Reading this catalogue never imports torch."""

from __future__ import annotations

from dkdemo.datastore import present
from dkdemo.experiments.answer import Answer
from dkdemo.experiments.collapse import Collapse
from dkdemo.experiments.everything import Everything
from dkdemo.experiments.figure5 import Figure5
from dkdemo.experiments.gallery import Gallery
from dkdemo.experiments.large_batches import LargeBatches
from dkdemo.experiments.manifold import Manifold
from dkdemo.experiments.matrix import Matrix
from dkdemo.experiments.midpoint import Midpoint
from dkdemo.experiments.noise import Noise
from dkdemo.experiments.overconfident import Overconfident
from dkdemo.experiments.race import Race
from dkdemo.experiments.recipe import Recipe
from dkdemo.experiments.samples import Samples
from dkdemo.experiments.slips import Slips
from dkdemo.experiments.smooth_teacher import SmoothTeacher
from dkdemo.experiments.smoothing import Smoothing
from dkdemo.experiments.sphere import Sphere
from dkdemo.experiments.unseen import Unseen
from dkdemo.experiments.views import Views


def catalogue() -> dict[str, type[Recipe]]:
    """All recipes, keyed by the word that runs them: ``python -m dkdemo run WORD``."""
    recipes: list[type[Recipe]] = [
        Samples,
        Race,
        Everything,
        Unseen,
        Overconfident,
        Answer,
        Gallery,
        Smoothing,
        SmoothTeacher,
        Manifold,
        Midpoint,
        Noise,
        Views,
        Sphere,
        LargeBatches,
        Figure5,
        Matrix,
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
    return [*(ask(data=data) for data in here for ask in (Answer, Gallery)), Views(eye="trained"), Slips()]
