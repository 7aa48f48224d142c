"""What a run will take on this machine: the recipe's own estimate, corrected by what its last runs here took.

The estimates were made on two processor cores; a laptop may be half as fast, and a GPU ten times as fast.
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dkdemo.experiments.recipe import Recipe

Kind = tuple[str, str]  # a recipe's name and its data: their estimates need not err alike
_ratios: defaultdict[Kind, deque[float]] = defaultdict(lambda: deque(maxlen=5))  # seconds taken by seconds estimated


def _kind(recipe: Recipe) -> Kind:
    return recipe.name, str(getattr(recipe, "data", ""))


def record(recipe: Recipe, seconds: float) -> None:
    """A run of this recipe took so long."""
    _ratios[_kind(recipe)].append(seconds / max(recipe.expected_seconds(), 1e-3))


def expected(recipe: Recipe) -> float:
    """Seconds until the result, as the slowest of the last five such runs took them.

    The slowest: one that found its teacher trained already was quicker than the next may be.
    """
    return float(recipe.expected_seconds()) * max(list(_ratios.get(_kind(recipe), ())), default=1.0)


def forget() -> None:
    """As if nothing had run yet."""
    _ratios.clear()
