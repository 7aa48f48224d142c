"""What every recipe of the catalogue owes: it refuses nonsense when it is made, and its seeds are its own."""

from __future__ import annotations

import math
from dataclasses import fields

import pytest

from dkdemo.experiments import catalogue
from dkdemo.experiments.recipe import Recipe, from_values, seeds_of

ALL = [pytest.param(kind, id=name) for name, kind in catalogue().items()]


@pytest.mark.parametrize("kind", ALL)
def test_no_number_may_be_infinite_or_none(kind: type[Recipe]) -> None:
    for field in fields(kind):
        if isinstance(field.default, float):
            for value in (math.nan, math.inf, -math.inf):
                with pytest.raises(ValueError, match=r"\S+"):
                    from_values(kind, {field.name: value})


@pytest.mark.parametrize("kind", ALL)
def test_a_seed_is_checked_when_the_recipe_is_made(kind: type[Recipe]) -> None:
    if "seed" in {field.name for field in fields(kind)}:
        for seed in (-1, 2**32):
            with pytest.raises(ValueError, match=r"seed must be 0 to 2\*\*32 - 1"):
                kind(seed=seed)  # type: ignore[call-arg]


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("value", [0.0, -1.0])
def test_nobody_learns_at_no_rate(kind: type[Recipe], value: float) -> None:
    for field in fields(kind):
        if field.name in ("learning_rate", "temperature"):
            with pytest.raises(ValueError, match=field.name):
                from_values(kind, {field.name: value})


def test_neighbouring_seeds_share_no_run() -> None:
    assert seeds_of(2, 3) == [6, 7, 8]
    every = [seed for start in range(5) for seed in seeds_of(start, 4)]
    assert every == sorted(set(every))
