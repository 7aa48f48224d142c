"""A recipe is an experiment written down: its values are the settings, the cache key and the caption."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal

from dkdemo import datastore
from dkdemo.jobs.events import Event

ENGINE = Path(__file__).resolve().parents[1]


@cache
def code_version() -> str:
    """A digest of the engine's source: a result made by other code is never passed off as this one's."""
    digest = hashlib.sha256()
    for path in sorted([*ENGINE.glob("*.py"), *ENGINE.glob("experiments/*.py"), ENGINE / "jobs" / "events.py"]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@dataclass(frozen=True)
class Recipe:
    """The base of every experiment: a frozen dataclass of plain values with a ``run``.

    A subclass sets ``name`` (its word on the command line), ``lane`` ("long" for training, "short" for
    answers within a second or so), and, when it checks its values, ``__post_init__`` raising ValueError
    with what must hold and what came, and ending in this one's. The module imports torch only inside ``run``:
    the web server reads recipes and must never load torch.
    """

    name: ClassVar[str]
    lane: ClassVar[Literal["long", "short"]] = "long"

    def __post_init__(self) -> None:
        """Raise ValueError for a number that is not finite, or a seed that is none."""
        for name, value in self.values().items():
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError(f"{name} must be a finite number, got {value}")
            if name == "seed":
                check_seed(value)

    def expected_seconds(self) -> float:
        """Seconds in a warm worker on two CPU cores: what the button promises until this machine has told its own."""
        raise NotImplementedError

    def run(self) -> Iterator[Event]:
        """Compute, telling `Event`s about ten times a second. To stop, stop iterating."""
        raise NotImplementedError

    def values(self) -> dict[str, Any]:
        """The settings as plain JSON-able values."""
        return asdict(self)

    def key(self) -> str:
        """Equal recipes on equal code and equal data have equal keys, and so share one run."""
        data = datastore.edition(str(getattr(self, "data", "")))
        text = json.dumps([self.name, self.values(), code_version(), data], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:20]


DIGITS = ("mnist", "digits")  # the data that most small experiments know


def check_data(data: str, known: Iterable[str]) -> None:
    """Raise ValueError unless the recipe has a setting for this data set."""
    if data not in known:
        raise ValueError(f"data is one of {', '.join(known)}; got {data!r:.40}")


def check_seed(seed: int) -> None:
    """Raise ValueError unless the seeds of all runs, a few times ``seed`` and more, are still seeds."""
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must be 0 to 2**32 - 1, got {seed}")


def seeds_of(seed: int, runs: int) -> list[int]:
    """The seeds of all runs of a recipe; neighbouring ``seed`` have none in common."""
    return [runs * seed + run for run in range(runs)]


def provenance(seeds: Sequence[int], began: float, *, half: bool = False, device: str = "") -> dict[str, Any]:
    """Where a result comes from: the seeds, the device, the seconds since ``began``.

    The device is the engine's (`dkdemo.device.describe`), unless the recipe stays on another: ``device="cpu"``.
    """
    if not device:
        from dkdemo.device import describe, pick

        device = describe(pick(), half=half)
    return {"seeds": list(seeds), "device": device, "seconds": time.perf_counter() - began}


def from_values(kind: type[Recipe], values: Mapping[str, Any]) -> Recipe:
    """A recipe from outside (command line, URL, worker pipe), with its types checked.

    Raises:
        ValueError: an unknown setting or one of the wrong type, in one sentence.
    """
    known = {field.name: field for field in fields(kind)}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ValueError(f"{kind.name} has the settings {', '.join(known)}; got {', '.join(unknown)}")
    clean: dict[str, Any] = {}
    for key, value in values.items():
        wanted = type(known[key].default)
        if wanted is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if wanted is tuple and isinstance(value, list):
            value = tuple(value)
        if type(value) is not wanted:
            raise ValueError(f"{key} must be of type {wanted.__name__}, got {value!r:.80}")
        clean[key] = value
    return kind(**clean)
