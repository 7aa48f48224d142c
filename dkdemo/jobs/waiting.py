"""Who waits for a worker and in which order, and which jobs are remembered afterwards: bookkeeping without a lock."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from dkdemo.jobs.job import Job


class Queue:
    """The jobs that wait for one worker. Each knows its position; 1 is next.

    What changes the order returns the jobs that have moved by it, in order: their viewers want to hear of it.
    """

    def __init__(self) -> None:
        self._jobs: list[Job] = []

    def __len__(self) -> int:
        return len(self._jobs)

    def __contains__(self, job: Job) -> bool:
        return job in self._jobs

    def __iter__(self) -> Iterator[Job]:
        return iter(list(self._jobs))  # a copy: whoever goes through it may let jobs leave

    def join(self, job: Job) -> None:
        """At the end."""
        self._jobs.append(job)
        job.position = len(self._jobs)

    def prefer(self, job: Job) -> list[Job]:
        """To the head, if it waits here at all."""
        if job not in self._jobs:
            return []
        self._jobs.remove(job)
        self._jobs.insert(0, job)
        return self._renumber()

    def leave(self, job: Job) -> list[Job]:
        """Its turn has come, or it is no longer wanted."""
        self._jobs.remove(job)
        job.position = 0
        return self._renumber()

    def _renumber(self) -> list[Job]:
        moved = []
        for position, job in enumerate(self._jobs, start=1):
            if job.position != position:
                job.position = position
                moved.append(job)
        return moved


class Shelf:
    """The last job of each recipe: an LRU cache of ``room`` jobs that spares what still runs or waits.

    Only `put` counts as use: what was put there longest ago goes first.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._jobs: OrderedDict[str, Job] = OrderedDict()  # least recently put first

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs.values())

    def get(self, key: str) -> Job | None:
        """The last job of the recipe of that key; being looked up does not refresh its place in the order."""
        return self._jobs.get(key)

    def put(self, job: Job) -> Job:
        """In front, in the place of an older job of the same recipe."""
        self._jobs[job.key] = job
        self._jobs.move_to_end(job.key)
        ended = [key for key, old in self._jobs.items() if not old.active]
        for key in ended[: max(0, len(self._jobs) - self._room)]:
            del self._jobs[key]
        return job
