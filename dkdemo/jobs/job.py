"""A job: one recipe being computed for all who wish for it, and everything it has told so far."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dkdemo.jobs import pace
from dkdemo.jobs.events import Done, Event, Progress, Snapshot, from_json

if TYPE_CHECKING:  # recipes import the events beside us: importing them here would close a circle
    from dkdemo.experiments.recipe import Recipe
    from dkdemo.jobs.store import StoredRun

LOG = logging.getLogger(__name__)
State = Literal["queued", "running", "done", "stopped", "failed"]
MAX_PROGRESS = 2000  # points of a curve kept; beyond it every second one goes, a chart has fewer pixels than that


class Busy(Exception):  # noqa: N818  # an answer, not a fault
    """The wish was refused for now. ``key`` names the sentence in assets/lecture/<language>/common.md.

    ``run`` is the key of this browser's own run that is in the way, if that is the reason.
    """

    def __init__(self, key: str, run: str = "") -> None:
        super().__init__(key)
        self.key, self.run = key, run


class JobFailed(Exception):  # noqa: N818  # the name people know
    """A short answer that did not come: ``key`` names our sentence, ``sentence`` is the recipe's own, if any."""

    def __init__(self, key: str, sentence: str = "") -> None:
        super().__init__(sentence or key)
        self.key, self.sentence = key, sentence


@dataclass(frozen=True)
class Record:
    """One message of a job as the browsers get it, encoded once however many watch.

    ``seq`` grows over all jobs: who holds a history up to some number can tell what is new.
    ``keep`` marks what a slow browser must not miss.
    """

    seq: int
    text: str
    keep: bool
    event: Event | None = None
    packed: Mapping[str, Any] | None = None

    @staticmethod
    def of(topic: str, seq: int, message: Mapping[str, Any], *, keep: bool, event: Event | None = None) -> Record:
        text = json.dumps({"topic": topic, "message": {**message, "seq": seq}}, separators=(",", ":"))
        return Record(seq, text, keep, event, message if event else None)


class Job:
    """One recipe, its state, its events. The manager alone changes it, under its lock; anyone may read."""

    def __init__(self, recipe: Recipe, key: str = "") -> None:
        """``key`` is the recipe's, for whoever knows it already: to make one it looks at the disk."""
        self.recipe = recipe
        self.key = key or recipe.key()
        self.topic = f"job:{self.key}"
        self.state: State = "queued"
        self.position = 0  # in the queue: 1 is next; 0 when it is not queued
        self.error = ""  # a key of common.md
        self.sentence = ""  # what the recipe itself said, when it refused its values
        self.expected = pace.expected(recipe)
        self.started: float | None = None  # wall clock, seconds since 1970
        self.seconds: float | None = None  # from start to end, once it has ended
        self.finished_at: float | None = None
        self.replay = False  # computed earlier, and shown again
        self.wishes: set[str] = set()  # the browsers that want it
        self.run = 0  # the number under which the worker knows it
        self.stopping = False
        self.ended = threading.Event()
        self.records: list[Record] = []
        self._clock = 0.0

    @classmethod
    def saved(cls, recipe: Recipe, key: str, kept: StoredRun, seq: Iterator[int]) -> Job | None:
        """The finished run as it was stored; None where the store holds what these events do not know."""
        job = cls(recipe, key)
        try:
            for packed in kept.events:
                job.tell(packed, next(seq))
        except ValueError as error:
            LOG.warning("the saved run %s is not used: %s", recipe.name, error)
            return None
        job.end("done")
        job.seconds, job.finished_at, job.replay = kept.seconds, kept.finished_at, True
        return job

    @property
    def active(self) -> bool:
        return self.state in ("queued", "running")

    @property
    def events(self) -> list[Event]:
        """All it has told: the points of its curves, the last snapshot of each name, its result."""
        return [record.event for record in self.records if record.event is not None]

    @property
    def result(self) -> Mapping[str, Any] | None:
        """The result of the finished run, else None."""
        return next((event.result for event in reversed(self.events) if isinstance(event, Done)), None)

    @property
    def elapsed(self) -> float:
        """Seconds since the start; after the end, the whole run's."""
        if self.seconds is not None:
            return self.seconds
        return time.monotonic() - self._clock if self._clock else 0.0

    def start(self, run: int) -> None:
        """The worker begins with it now."""
        self.run, self.state, self.position = run, "running", 0
        self.started, self._clock = time.time(), time.monotonic()

    def end(self, state: State, error: str = "", sentence: str = "") -> None:
        """It is over, one way or the other."""
        self.seconds = self.elapsed
        self.finished_at = time.time()
        self.state, self.error, self.sentence, self.position = state, error, sentence, 0
        self.wishes = set()
        self.ended.set()

    def tell(self, packed: Mapping[str, Any], seq: int) -> Record:
        """Keep an event that the worker sent. Memory stays bounded however long the run is."""
        event = from_json(packed)
        record = Record.of(self.topic, seq, packed, keep=isinstance(event, Done), event=event)
        kept = self.records
        if isinstance(event, Snapshot):
            kept = [old for old in kept if not (isinstance(old.event, Snapshot) and old.event.name == event.name)]
        elif isinstance(event, Progress) and len(kept) >= MAX_PROGRESS:
            points = [old for old in kept if isinstance(old.event, Progress)]
            gone = {old.seq for old in points[1::2]}
            kept = [old for old in kept if old.seq not in gone]
        self.records = [*kept, record]  # a new list: a page may be reading the old one
        return record

    def state_message(self) -> dict[str, Any]:
        """What the status strip shows."""
        return {
            "kind": "state",
            "state": self.state,
            "run": self.run,
            "position": self.position,
            "expected": self.expected,
            "elapsed": round(self.elapsed, 3),
            "replay": self.replay,
            "error": self.error,
        }
