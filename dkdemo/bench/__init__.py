"""python -m dkdemo bench: the engine beside its peers, in one process, turn by turn, as a table.

Every row does the same work twice: same network, batch, images and loss, once with the engine and once with the
library or the script that people would otherwise use. Rows that we lose stay in the table. The peers are needed
here only: ``pip install -r requirements-bench.txt``.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# Name -> the module and function that yields its rows; modules are imported when a row is asked for.
ROWS = {
    "epoch": "dkdemo.bench.training:epoch",
    "to98": "dkdemo.bench.training:to_98",
    "sweep": "dkdemo.bench.sweep:sweep",
    "descent": "dkdemo.bench.closed_form:descent",
    "views": "dkdemo.bench.contrast:views",
    "nt_xent": "dkdemo.bench.contrast:loss",
    "mixing": "dkdemo.bench.mixing:mixing",
    "augmix": "dkdemo.bench.mixing:augmix_views",
    "fixmatch": "dkdemo.bench.mixing:fixmatch_step",
    "photos": "dkdemo.bench.photos:photos",
    "live": "dkdemo.bench.live:live",
    "growth": "dkdemo.bench.growth:growth",
    "events": "dkdemo.bench.machine:events",
    "memory": "dkdemo.bench.machine:memory",
}
# Worth one:
ON_A_GPU = ("epoch", "to98", "sweep", "views", "nt_xent", "mixing", "augmix", "fixmatch", "photos", "live")


@dataclass(frozen=True)
class Terms:
    """Where and how carefully to measure."""

    device: str = "cpu"
    turns: int = 5


def rows(name: str, terms: Terms) -> Iterator[object]:
    """The rows of one name; raises ValueError naming the ones there are."""
    if name not in ROWS:
        raise ValueError(f"a row is one of {', '.join(ROWS)}; got {name!r:.80}")
    module, _, function = ROWS[name].partition(":")
    found: Callable[[Terms], Iterator[object]] = getattr(importlib.import_module(module), function)
    yield from found(terms)
