"""When a run does not fit into memory: the same run with half the batch, one button away and named in the address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from dkdemo.experiments.recipe import Recipe
from dkdemo.figures.binding import fill
from dkdemo.jobs import pace
from dkdemo.web import address, language

ERRORS = ("job_memory", "job_killed")  # what a job's error says when memory ran out, or most likely did
MOST = 8  # halvings


def fitted(recipe: Recipe, key: str) -> Recipe:
    """The recipe, its batch halved as often as this viewer asked in the panel ``key``."""
    if not hasattr(recipe, "batch_size"):
        return recipe
    name = f"{key}_halved"
    place = f"{address.here()[0]}.{name}"
    address.restore(place, name, 0, _times)
    times = st.session_state[place]
    address.follow(name, times, 0)
    for _ in range(times):
        recipe = halved(recipe) or recipe
    return recipe


def halved(recipe: Recipe) -> Recipe | None:
    """The recipe with half the batch; None where it has no batch, or would not take so small a one."""
    size: Any = getattr(recipe, "batch_size", 0) // 2
    if size < 1:
        return None
    try:
        return replace(recipe, **{"batch_size": size})
    except ValueError:
        return None


def offer(recipe: Recipe, key: str, submit: Callable[[Recipe], None]) -> None:
    """The button under the sentence that memory ran out: halve the batch, and run that."""
    smaller: Any = halved(recipe)
    if smaller is None:
        return
    facts = {"batch": smaller.batch_size, "seconds": max(1, round(pace.expected(smaller)))}
    st.button(
        fill(language.common()["run_halved"], facts), key=f"{address.here()[0]}.{key}.halve",
        on_click=_halve, args=(key, smaller, submit), type="primary", icon=":material/compress:",
    )  # fmt: skip


def _halve(key: str, smaller: Recipe, submit: Callable[[Recipe], None]) -> None:
    place = f"{address.here()[0]}.{key}_halved"
    st.session_state[place] = min(MOST, st.session_state.get(place, 0) + 1)
    submit(smaller)


def _times(token: str) -> int:
    value = int(token)
    if not 0 <= value <= MOST:
        raise ValueError(f"a batch is halved 0 to {MOST} times, got {value}")
    return value
