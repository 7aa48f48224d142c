"""The slips of the slides, with what the engine computes instead: an answer of the worker, for it may need torch."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from dkdemo.experiments.recipe import Recipe
from dkdemo.jobs.events import Done, Event


@dataclass(frozen=True)
class Slips(Recipe):
    """Go through every number of the slides (`dkdemo.reproduce`), and keep those that slipped.

    The result has ``rows``, the fields of each `dkdemo.reproduce.finding.Finding`, and ``n``: how many were asked.
    """

    name = "slips"
    lane = "short"

    def expected_seconds(self) -> float:
        return 3.0

    def run(self) -> Iterator[Event]:
        from dkdemo import reproduce

        began = time.perf_counter()
        found = reproduce.findings()
        yield Done(
            {
                "rows": [asdict(one) for one in found if one.verdict == "slip"],
                "seeds": [],
                "n": len(found),
                "device": "cpu",
                "seconds": time.perf_counter() - began,
            }
        )
