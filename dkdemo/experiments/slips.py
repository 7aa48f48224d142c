"""The slides' slips, computed where torch is: in the worker, for the last chapter's list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import ClassVar, Literal

from dkdemo.experiments.recipe import Recipe
from dkdemo.jobs.events import Done, Event
from dkdemo.reproduce.finding import Finding


@dataclass(frozen=True)
class Slips(Recipe):
    """Every finding of `dkdemo.reproduce` that is a slip; rehearsed, because some are found by a short training."""

    name: ClassVar[str] = "slips"
    lane: ClassVar[Literal["long", "short"]] = "short"

    def expected_seconds(self) -> float:
        return 10.0

    def run(self) -> Iterator[Event]:
        yield Done({"slips": [asdict(one) for one in _found() if one.verdict == "slip"]})


@cache
def _found() -> tuple[Finding, ...]:
    """Once in a process: a warm worker is asked by every viewer."""
    from dkdemo.reproduce import findings

    return tuple(findings())
