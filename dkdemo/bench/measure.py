"""Two ways of doing the same work, timed turn by turn in one process, so that both meet the same machine."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import torch

Work = Callable[[], object]


@dataclass(frozen=True)
class Contest:
    """One row of the table: seconds of ours and of a peer's, turn by turn, and what the work was worth.

    ``worth`` says in words what both sides produced (accuracy, equality); when ``sound`` is False speed was bought
    with it, and the whole bench fails. ``goal`` is the ratio wanted; a row below it stays in the table.
    """

    name: str
    what: str
    peer: str
    ours: tuple[float, ...]
    theirs: tuple[float, ...]
    goal: float
    worth: str = ""
    sound: bool = True
    ratios: tuple[float, ...] = field(init=False)

    def __post_init__(self) -> None:
        if not self.ours or len(self.ours) != len(self.theirs):
            raise ValueError(f"need as many turns of ours as of theirs, got {len(self.ours)} and {len(self.theirs)}")
        object.__setattr__(self, "ratios", tuple(b / a for a, b in zip(self.ours, self.theirs, strict=True)))

    @property
    def ratio(self) -> float:
        """How many times as long the peer takes: the median over the turns."""
        return statistics.median(self.ratios)

    @property
    def reached(self) -> bool:
        return self.ratio >= self.goal


@dataclass(frozen=True)
class Lap:
    """One row without a peer: seconds (or another quantity) against a bound of ours.

    ``enough`` is False where the work was to be worth more than it was: then the bound is not reached either.
    """

    name: str
    what: str
    values: tuple[float, ...]
    unit: str
    bound: float = math.inf
    worth: str = ""
    sound: bool = True
    enough: bool = True

    @property
    def value(self) -> float:
        return statistics.median(self.values)

    @property
    def reached(self) -> bool:
        return self.value <= self.bound and self.enough


@dataclass(frozen=True)
class Absent:
    """A row that could not be measured here, and why: it stays in the table and claims nothing."""

    name: str
    what: str
    why: str
    sound: bool = True


@dataclass(frozen=True)
class Curve:
    """How one cost grows with one size, all else held: for each size what every turn took."""

    name: str
    what: str
    sizes: tuple[int, ...]
    values: tuple[tuple[float, ...], ...]
    unit: str
    sound: bool = True

    def __post_init__(self) -> None:
        if len(self.sizes) < 2 or list(self.sizes) != sorted(set(self.sizes)):
            raise ValueError(f"need rising sizes, two or more; got {self.sizes}")
        if len(self.values) != len(self.sizes) or not all(self.values):
            raise ValueError(f"need turns for each of {len(self.sizes)} sizes, got {list(map(len, self.values))}")

    @property
    def medians(self) -> tuple[float, ...]:
        """The cost of each size: the median over its turns."""
        return tuple(map(statistics.median, self.values))

    @property
    def doubling(self) -> float:
        """What twice the size costs, in the mean from the first size to the last: 2 is in proportion."""
        power = math.log(self.medians[-1] / self.medians[0]) / math.log(self.sizes[-1] / self.sizes[0])
        return 2**power


Row = Contest | Lap | Curve | Absent


def seconds(work: Work, device: torch.device) -> float:
    """How long ``work`` takes, the device's queue included."""
    wait_for(device)
    began = time.perf_counter()
    work()
    wait_for(device)
    return time.perf_counter() - began


def turns(ours: Work, theirs: Work, device: torch.device, count: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """``count`` turns of each, alternating, after one of each that does not count."""
    seconds(ours, device), seconds(theirs, device)
    pairs = [(seconds(ours, device), seconds(theirs, device)) for _ in range(count)]
    return tuple(a for a, _ in pairs), tuple(b for _, b in pairs)


def wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
