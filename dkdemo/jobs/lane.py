"""A lane: one worker process kept alive. It starts it, hears it, and starts another when it dies."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

ROOT = Path(__file__).resolve().parents[2]
LOG = logging.getLogger(__name__)
HOPELESS = 3  # workers in a row that died before they were ready: the jobs that wait are told


class Listener(Protocol):
    """What a lane reports to; called from the lane's own thread."""

    def ready(self, lane: Lane) -> None: ...

    def heard(self, lane: Lane, message: Mapping[str, Any]) -> None: ...

    def died(self, lane: Lane, code: int) -> None: ...


def environment() -> dict[str, str]:
    """The worker's environment: one quiet torch thread unless DKDEMO_THREADS says otherwise.

    Two threads gain little on a quiet machine and lose 2.7x as soon as anything else runs.
    """
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    threads = os.environ.get("DKDEMO_THREADS", "1")
    fixed = {"PYTHONPATH": path, "PYTHONUTF8": "1", "OMP_NUM_THREADS": threads, "OMP_WAIT_POLICY": "PASSIVE"}
    return {**os.environ, **fixed}


class Lane:
    """One worker process of this name, for as long as the server lives."""

    def __init__(self, name: str, listener: Listener) -> None:
        self.name = name
        self.state: Literal["starting", "ready", "restarting", "closed"] = "starting"
        self.info: dict[str, Any] = {}  # what the worker said of itself: device, torch, pid
        self.deaths = 0
        self.unready_deaths = 0  # in a row
        self._listener = listener
        self._process: subprocess.Popen[bytes] | None = None
        self._writing = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._keep_alive, name=f"lane-{name}", daemon=True)

    @property
    def hopeless(self) -> bool:
        return self.unready_deaths >= HOPELESS

    def open(self) -> None:
        self._thread.start()

    def send(self, order: Mapping[str, Any]) -> None:
        """An order for the worker; if it just died nobody is told here, for `Listener.died` will be."""
        process = self._process
        if process is None or process.stdin is None:
            return
        with self._writing, contextlib.suppress(OSError, ValueError):
            process.stdin.write(json.dumps(order).encode() + b"\n")
            process.stdin.flush()

    def kill(self) -> None:
        """End the worker by force; another one is started."""
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """The server ends: a worker that hears the pipe close ends itself; one that does not is killed."""
        self._closing.set()
        process = self._process
        if process is not None:
            if process.stdin is not None:
                with contextlib.suppress(OSError):
                    process.stdin.close()
            try:
                process.wait(timeout=2)
            except subprocess.TimeoutExpired:
                process.kill()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self.state = "closed"

    def _keep_alive(self) -> None:
        while not self._closing.is_set():
            started = time.monotonic()
            code = self._one_life()
            if self._closing.is_set():
                return
            self.deaths += 1
            self.unready_deaths = 0 if self.state == "ready" else self.unready_deaths + 1
            self.state = "restarting"
            LOG.warning("the %s worker died with code %s; starting another", self.name, code)
            self._listener.died(self, code)
            lived = time.monotonic() - started
            self._closing.wait(0.1 if lived > 60 else min(30.0, 0.2 * 2 ** min(self.unready_deaths, 8)))

    def _one_life(self) -> int:
        """Start a worker and hear it until it ends; its exit code."""
        new_group: dict[str, Any] = {"start_new_session": True}  # Ctrl-C in the terminal is for the server only
        if sys.platform == "win32":
            flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.BELOW_NORMAL_PRIORITY_CLASS
            new_group = {"creationflags": flags}
        command = [sys.executable, "-m", "dkdemo.jobs.worker", self.name]
        pipe = subprocess.PIPE
        try:
            process = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment(), **new_group)
        except OSError as error:
            LOG.error("cannot start the %s worker: %s", self.name, error)
            return -1
        self._process = process
        if self._closing.is_set():  # closed while it was being started
            process.kill()
        assert process.stdout is not None
        for line in process.stdout:
            try:
                self._hear(json.loads(line))
            except Exception:
                LOG.exception("cannot use what the %s worker said: %.200r", self.name, line)
        return process.wait()

    def _hear(self, message: Mapping[str, Any]) -> None:
        if "ready" in message:
            self.info = dict(message["ready"])
            self.state = "ready"
            self._listener.ready(self)
        else:
            self._listener.heard(self, message)
