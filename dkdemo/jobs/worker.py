"""The worker process: it alone loads torch, stays warm between runs, and speaks JSON lines with the server.

``python -m dkdemo.jobs.worker LANE``

In:  {"run": 7, "name": "race", "values": {...}}   {"stop": 7}
Out: {"ready": {...}}   {"run": 7, "event": {...}}   {"run": 7, "end": "done" | "stopped" | "failed", ...}

When the other end closes (the server ended, or was killed) the worker ends at once.
"""

from __future__ import annotations

import _thread
import contextlib
import importlib
import json
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from types import FrameType
from typing import Any, BinaryIO

from dkdemo.experiments.recipe import Recipe, from_values
from dkdemo.jobs.events import to_json
from dkdemo.jobs.faults import out_of_memory

# Leaving one of these halfway would leave torch's switches, or a line to the server, in the wrong state.
DELICATE = {"__enter__", "__exit__", "__del__", "say"}
NAG = 0.01  # seconds between two attempts to interrupt a run


class Stopped(BaseException):
    """Raised inside a run that nobody wishes for any more; not an Exception, so that no recipe catches it."""


class Worker:
    """Runs one recipe after the other in the main thread while others listen, and interrupt a run nobody wants."""

    def __init__(self, lane: str, out: BinaryIO) -> None:
        self.lane, self._out = lane, out
        self._todo: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._nags: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._running: int | None = None
        self._unwanted: set[int] = set()
        self._told = False  # has this run told anything yet?
        self.chores: list[Callable[[], object]] = []  # done while there is nothing to do
        self._begun = 0  # chores; they run under negative numbers, each its own, so that a late nag hits no other

    def say(self, message: Mapping[str, Any]) -> None:
        """One line to the server. NaN has no place in JSON, so events pack it as null; elsewhere it is an error."""
        self._out.write(json.dumps(message, allow_nan=False, separators=(",", ":")).encode() + b"\n")
        self._out.flush()

    def listen(self) -> None:
        """The second thread: take orders; without a server there is nothing left to do."""
        for line in sys.stdin.buffer:
            order = json.loads(line)
            if "stop" in order:
                self._unwanted.add(order["stop"])
                self._nags.put(order["stop"])
            else:
                self._todo.put(order)
                chore = self._running
                if chore is not None and chore < 0:  # people come before chores
                    self._unwanted.add(chore)
                    self._nags.put(chore)
        os._exit(0)

    def nag(self) -> None:
        """The third thread: interrupt the unwanted run until it is over.

        Once may not do: an exception raised at a delicate moment must wait, and one raised inside a
        destructor is swallowed by the interpreter.
        """
        while True:
            run = self._nags.get()
            while self._running == run:
                _thread.interrupt_main()  # works on Windows too, where a process cannot signal itself
                time.sleep(NAG)

    def interrupted(self, _signal: int, frame: FrameType | None) -> None:
        """Called in the main thread between two bytecodes, so nothing can change under its feet.

        Ctrl-C in the server's terminal comes here too and means nothing: the server tells us when to end.
        """
        if self._running in self._unwanted and not delicate(frame):
            raise Stopped

    def work(self) -> None:
        """Do what is ordered, for ever."""
        while True:
            while self.chores and self._todo.empty():
                self._do_chore()
            order = self._todo.get()
            try:
                self._running = order["run"]
                end = self._attempt(order)
            except Stopped:  # it came after the run's end, before the next line
                end = {"end": "stopped"}
            self._running = None
            _tidy()
            self.say({"run": order["run"], **end})

    def _do_chore(self) -> None:
        """One chore; interrupted when somebody asks for something, and then begun again after the others."""
        chore = self.chores.pop(0)
        self._begun += 1
        try:
            self._running = -self._begun
            if not self._todo.empty():  # it came in between, and found nothing to interrupt
                raise Stopped
            _try(chore)
            self._running = None
        except Stopped:
            self._running = None
            self.chores.append(chore)
            _tidy()

    def _attempt(self, order: Mapping[str, Any]) -> dict[str, str]:
        """Run it, and say in one word how it ended."""
        try:
            self._compute(order["run"], order)
        except Stopped:
            return {"end": "stopped"}
        except BaseException as error:
            traceback.print_exc()
            if isinstance(error, ValueError) and not self._told:  # recipes look at their values before they tell
                return {"end": "failed", "error": "job_refused", "sentence": str(error)[:500]}
            return {"end": "failed", "error": "job_memory" if out_of_memory(error) else "job_broken"}
        return {"end": "done"}

    def _compute(self, run: int, order: Mapping[str, Any]) -> None:
        if run in self._unwanted:
            raise Stopped
        self._told = False
        events = from_values(_find(order["name"]), order["values"]).run()
        with contextlib.closing(events):  # type: ignore[type-var]  # recipes are generators
            for event in events:
                self.say({"run": run, "event": to_json(event)})
                self._told = True
                if run in self._unwanted:
                    raise Stopped


def delicate(frame: FrameType | None) -> bool:
    """Is the interpreter inside an import or a context manager's own code?

    A half-imported module or a half-entered ``torch.no_grad`` would spoil the runs that follow.
    """
    while frame is not None:
        code = frame.f_code
        if code.co_name in DELICATE or code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _find(name: str) -> type[Recipe]:
    """The recipe of that name; tests bring their own in the module that DKDEMO_TEST_RECIPES names."""
    extra = os.environ.get("DKDEMO_TEST_RECIPES")
    if extra:
        own: dict[str, type[Recipe]] = importlib.import_module(extra).RECIPES
        if name in own:
            return own[name]
    from dkdemo.experiments import find

    return find(name)


def _try(chore: Callable[[], object]) -> None:
    """A chore that fails is told in the log only: the run that needs the same thing will say why it fails."""
    try:
        chore()
    except Exception:
        traceback.print_exc()


def _tidy() -> None:
    """Whatever a run left behind, the next one starts from the same switches."""
    torch = sys.modules.get("torch")
    if torch is None:
        return
    torch.set_grad_enabled(True)
    torch.set_default_dtype(torch.float32)
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    from dkdemo.device import give_back_memory

    give_back_memory()


def _be_modest() -> None:
    """Slides and sliders come first; and when memory runs out, this process goes and the server stays."""
    if hasattr(os, "nice"):
        os.nice(10)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("500")


def warm_up(lane: str, chores: list[Callable[[], object]]) -> dict[str, Any]:
    """Pay now for what the first run would wait for: torch and its optimisers' late imports.

    ``chores`` gets what may come later: the data sets of this machine, read into memory; and in the short lane,
    where people wait for an answer, each answer once, so that the networks it asks are trained and kept
    (``DKDEMO_REHEARSE=no`` leaves this out: they are then trained for whoever asks first).
    """
    if os.environ.get("DKDEMO_COLD_WORKER"):
        return {"device": "none"}  # tests of the machinery need no torch
    import torch

    from dkdemo import datasets, datastore, experiments
    from dkdemo.device import configure_torch, describe, pick, unusable_gpu_note

    configure_torch()
    device = pick()
    experiments.catalogue()
    net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Flatten(), torch.nn.Linear(72, 10)).to(device)
    adam = torch.optim.Adam(net.parameters())
    logits, labels = net(torch.zeros(2, 1, 8, 8, device=device)), torch.tensor([0, 1], device=device)
    torch.nn.functional.cross_entropy(logits, labels).backward()
    adam.step()
    chores += [partial(datasets.load, name, str(device)) for name in datastore.present()]
    if lane == "short" and os.environ.get("DKDEMO_REHEARSE") != "no":
        chores += [partial(_rehearse, answer) for answer in experiments.rehearsals()]
    where = describe(device) + unusable_gpu_note(device)
    return {"device": where, "torch": torch.__version__, "threads": torch.get_num_threads()}


def _rehearse(recipe: Recipe) -> None:
    for _ in recipe.run():
        pass


def main(lane: str) -> None:
    # The server reads file descriptor 1: keep a copy of it for us, and send all other prints, also those
    # of C libraries, to the error stream.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    worker = Worker(lane, out)
    signal.signal(signal.SIGINT, worker.interrupted)
    _be_modest()
    for task in (worker.listen, worker.nag):
        threading.Thread(target=task, daemon=True).start()
    worker.say({"ready": {"pid": os.getpid(), **warm_up(lane, worker.chores)}})
    worker.work()


if __name__ == "__main__":
    main(sys.argv[1])
