"""What a run will take on this machine: the recipe's own estimate, corrected by what its last runs here took.

The estimates were made on two processor cores; a laptop may be half as fast, and a GPU ten times as fast.
"""

from __future__ import annotations

import statistics
from collections import defaultdict, deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dkdemo.experiments.recipe import Recipe

_ratios: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=5))  # seconds taken by seconds estimated


def learn(recipe: Recipe, seconds: float) -> None:
    """A run of this recipe took so long."""
    _ratios[recipe.name].append(seconds / max(recipe.expected_seconds(), 1e-3))


def expected(recipe: Recipe) -> float:
    """Seconds until the result, as far as this machine has told; the median of its last runs forgives a busy one."""
    known = list(_ratios.get(recipe.name, ()))
    return float(recipe.expected_seconds()) * (statistics.median(known) if known else 1.0)


def forget() -> None:
    """As if nothing had run yet."""
    _ratios.clear()
