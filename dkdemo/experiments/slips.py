"""The slips of the slides, with what the engine computes instead: an answer of the worker, for it may need torch."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING

from dkdemo.experiments.recipe import Recipe, provenance
from dkdemo.jobs.events import Done, Event

if TYPE_CHECKING:
    from dkdemo.reproduce.finding import Finding


@dataclass(frozen=True)
class Slips(Recipe):
    """Go through every number of the slides (`dkdemo.reproduce`), and keep those that slipped.

    The result has ``rows``, the fields of each `dkdemo.reproduce.finding.Finding`, and ``n``: how many were asked.
    """

    name = "slips"
    lane = "short"

    def expected_seconds(self) -> float:
        return 6.0

    def run(self) -> Iterator[Event]:
        began = time.perf_counter()
        found = _findings()
        yield Done(
            {
                "rows": [asdict(one) for one in found if one.verdict == "slip"],
                **provenance([], began, device="cpu"),
                "n": len(found),
            }
        )


@cache
def _findings() -> tuple[Finding, ...]:
    """Gone through once in a worker, at its rehearsal: some chapters train a small net for theirs."""
    from dkdemo import reproduce

    return tuple(reproduce.findings())
