"""The manager: who wishes for which run, which one is computed now, and what it has told so far.

Streamlit's script threads submit, find, stop and ask; the lanes' threads report what the workers say; the
bus asks for histories. All of it meets under one lock, held only for bookkeeping.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dkdemo.experiments.recipe import Recipe
from dkdemo.jobs import pace
from dkdemo.jobs.events import Done
from dkdemo.jobs.faults import killed
from dkdemo.jobs.job import Busy, Job, JobFailed, Record
from dkdemo.jobs.lane import Lane
from dkdemo.jobs.store import Store
from dkdemo.jobs.waiting import Queue, Shelf

LOG = logging.getLogger(__name__)
LANES = ("long", "short")
MAX_QUEUE = 60  # long jobs waiting: at a few seconds each the last one waits some minutes
MAX_ASKED = 400  # short answers waiting: a full room may ask at once
KEPT_JOBS = 100  # finished long jobs kept in memory
KEPT_ANSWERS = 64
STUBBORN = 20.0  # seconds after Stop; a worker stuck inside one step for longer is replaced

Publish = Callable[[str, Record], None]


class Manager:
    """The jobs of one server, in two lanes: "long" for training, "short" for answers within a second or so."""

    def __init__(self, store: Store, publish: Publish = lambda topic, record: None) -> None:
        self._store = store
        self._publish = publish
        self._lock = threading.RLock()
        self._seq = itertools.count(1)
        self._runs = itertools.count(1)
        self._jobs, self._answers = Shelf(KEPT_JOBS), Shelf(KEPT_ANSWERS)
        self._queues = {name: Queue() for name in LANES}
        self._current: dict[str, Job | None] = dict.fromkeys(LANES)
        self._lanes = {name: Lane(name, self) for name in LANES}
        self._saver = ThreadPoolExecutor(1, thread_name_prefix="store")  # a slow disk must hold up nobody

    def open(self) -> None:
        """Start the workers, in the background."""
        for lane in self._lanes.values():
            lane.open()

    def close(self) -> None:
        """End the workers, let go whoever waits, and finish saving."""
        with self._lock:
            for job in [*self._jobs, *self._answers]:
                if job.active:
                    job.end("stopped")
        for lane in self._lanes.values():
            lane.close()
        self._saver.shutdown(wait=True)
        self._store.close()

    # What pages ask for

    def submit(self, recipe: Recipe, browser: str, *, anew: bool = False, lecturer: bool = False) -> Job:
        """This browser wishes for this run. Equal recipes share one job; a finished one answers at once.

        The lecturer's wish goes to the head of the queue: the room waits for the stage, never the other way round.

        Raises:
            Busy: this browser has another long run queued or running, or the queue is full.
        """
        key = recipe.key()
        stored = None if anew or self._known(key) else self._store.load(key)  # the disk is read outside the lock
        with self._lock:
            job = self._jobs.get(key)
            if job and job.active and not job.stopping:
                self._one_each(job, browser)
                job.wishes.add(browser)
                if lecturer:
                    self._prefer(job)
                return job
            if not anew and job and job.state == "done":
                job.replay = True  # from now on it is an earlier run shown again
                return job
            if stored and (earlier := Job.saved(recipe, key, stored, self._seq)):
                return self._jobs.put(earlier)
            job = Job(recipe, key)
            self._one_each(job, browser)
            if len(self._queues[recipe.lane]) >= MAX_QUEUE and not lecturer:
                raise Busy("run_queue_full")
            job.wishes.add(browser)
            self._jobs.put(job)
            self._enqueue(job)
            if lecturer:
                self._prefer(job)
            return job

    def find(self, recipe: Recipe) -> Job | None:
        """The last job of this recipe since the server started, whoever wished for it."""
        key = recipe.key()  # outside the lock: it may look at the disk
        with self._lock:
            return self._jobs.get(key)

    def stop(self, key: str, browser: str, *, lecturer: bool = False) -> None:
        """This browser no longer wishes for the run; when nobody does, it ends within one step.

        The lecturer ends it for all: the stage must be free when it is needed.
        """
        with self._lock:
            job = self._jobs.get(key)
            if job is None or (browser not in job.wishes and not lecturer):
                return
            job.wishes.discard(browser)
            if lecturer:
                job.wishes.clear()
            if not job.wishes:
                self._abandon(job)

    def ask(self, recipe: Recipe, timeout: float = 20.0) -> dict[str, Any]:
        """A short answer, waited for in the short lane. Equal questions share one answer; none is stored.

        Raises:
            JobFailed: it did not come within ``timeout`` seconds, or failed; with the key of the sentence.
        """
        key = recipe.key()
        with self._lock:
            job = self._answers.get(key)
            if job is None or job.stopping or job.state in ("failed", "stopped"):
                if len(self._queues["short"]) >= MAX_ASKED:
                    raise JobFailed("run_queue_full")
                job = Job(recipe, key)
                self._enqueue(job, "short")
            self._answers.put(job)
            asker = f"ask-{next(self._runs)}"
            if job.active:
                job.wishes.add(asker)
        if not job.ended.wait(timeout):
            with self._lock:
                job.wishes.discard(asker)
                if not job.wishes and job.active:
                    self._abandon(job)
            raise JobFailed("job_late")
        if job.state != "done" or job.result is None:
            raise JobFailed(job.error or "job_broken", job.sentence)
        return dict(job.result)

    def history(self, topic: str) -> list[Record]:
        """All that a browser needs to show a job it meets only now: its state and its events, in order.

        The result is not among them: pages get it from the script's next run, and it may be large.
        """
        with self._lock:
            job = self._jobs.get(topic.removeprefix("job:"))
            if job is None:
                return []
            state = Record.of(topic, next(self._seq), job.state_message(), keep=True)
            return [*(record for record in job.records if not isinstance(record.event, Done)), state]

    def device(self) -> str | None:
        """Where the workers compute, in their words (``cpu``, ``cuda:0 NAME``); None until one has told."""
        return next((lane.info["device"] for lane in self._lanes.values() if "device" in lane.info), None)

    def health(self) -> dict[str, Any]:
        """The workers and the jobs, for GET /health."""
        with self._lock:
            workers = {
                name: {"state": "busy" if self._current[name] and lane.state == "ready" else lane.state,
                       "deaths": lane.deaths, **lane.info}
                for name, lane in self._lanes.items()
            }  # fmt: skip
            return {
                "device": self.device(),
                "workers": workers,
                "jobs": {
                    "running": sum(job is not None for job in self._current.values()),
                    "queued": sum(len(queue) for queue in self._queues.values()),
                },
                "storage": self._store.state(),
            }

    # What the lanes report

    def ready(self, lane: Lane) -> None:
        with self._lock:
            self._next(lane.name)

    def heard(self, lane: Lane, message: Mapping[str, Any]) -> None:
        with self._lock:
            job = self._current[lane.name]
            if job is None or job.run != message["run"]:
                return
            if "event" in message:
                record = job.tell(message["event"], next(self._seq))
                if not isinstance(record.event, Done):
                    self._broadcast(job, record)
                return
            self._finish(lane.name, message["end"], message.get("error", ""), message.get("sentence", ""))

    def died(self, lane: Lane, code: int) -> None:
        with self._lock:
            job = self._current[lane.name]
            if job is not None:
                error = "job_killed" if killed(code) else "job_died"
                self._finish(lane.name, "stopped" if job.stopping else "failed", "" if job.stopping else error)
            if lane.hopeless:
                for waiting in self._queues[lane.name]:
                    self._queues[lane.name].leave(waiting)
                    waiting.end("failed", "job_no_worker")
                    self._announce(waiting)

    # Bookkeeping, always under the lock

    def _known(self, key: str) -> bool:
        with self._lock:
            job = self._jobs.get(key)
            return job is not None and (job.active or job.state == "done")

    def _one_each(self, wanted: Job, browser: str) -> None:
        """A browser may have one long job queued or running."""
        for job in self._jobs:
            if job.active and browser in job.wishes and job.key != wanted.key:
                raise Busy("run_busy", job.key)

    def _enqueue(self, job: Job, lane: str | None = None) -> None:
        lane = lane or job.recipe.lane
        self._queues[lane].join(job)
        if not self._next(lane):
            self._announce(job)

    def _prefer(self, job: Job) -> None:
        """To the head of its queue, if it waits in one."""
        for moved in self._queues[job.recipe.lane].prefer(job):
            self._announce(moved)

    def _next(self, lane: str) -> bool:
        """Hand the first job of the queue to the worker, if both are there."""
        queue = self._queues[lane]
        if not queue or self._current[lane] is not None or self._lanes[lane].state != "ready":
            return False
        job = self._current[lane] = next(iter(queue))
        moved = queue.leave(job)
        job.start(next(self._runs))
        self._lanes[lane].send({"run": job.run, "name": job.recipe.name, "values": job.recipe.values()})
        for one in (job, *moved):
            self._announce(one)
        return True

    def _finish(self, lane: str, state: Any, error: str = "", sentence: str = "") -> None:
        job = self._current[lane]
        self._current[lane] = None
        if job is None:
            return
        if job.stopping and state == "failed":
            state, error = "stopped", ""  # nobody waits for it, and interrupting it may have looked like a fault
        job.end(state, error, sentence)
        self._announce(job)
        if state == "done" and self._jobs.get(job.key) is job:
            packed = [record.packed for record in job.records]
            recipe = job.recipe
            pace.record(recipe, job.seconds or 0.0)
            self._saver.submit(self._store.save, job.key, recipe.name, recipe.values(), job.seconds or 0.0, packed)
        self._next(lane)

    def _abandon(self, job: Job) -> None:
        """Nobody wishes for it any more."""
        for lane, queue in self._queues.items():
            if job in queue:
                moved = queue.leave(job)
                job.end("stopped")
                for one in (job, *moved):
                    self._announce(one)
            elif self._current[lane] is job and not job.stopping:
                job.stopping = True
                self._lanes[lane].send({"stop": job.run})
                timer = threading.Timer(STUBBORN, self._replace_stubborn, (lane, job))
                timer.daemon = True
                timer.start()

    def _replace_stubborn(self, lane: str, job: Job) -> None:
        """A single step that takes this long would block the lane for all: only then the worker goes."""
        with self._lock:
            if self._current[lane] is job:
                LOG.warning("the %s worker did not stop within %s s", lane, STUBBORN)
                self._lanes[lane].kill()

    def _announce(self, job: Job) -> None:
        message = job.state_message()
        self._broadcast(job, Record.of(job.topic, next(self._seq), message, keep=not job.active))

    def _broadcast(self, job: Job, record: Record) -> None:
        """To the bus, unless a newer job of the same recipe now owns the topic."""
        if self._jobs.get(job.key) is job:
            self._publish(job.topic, record)
