"""A manager with real worker processes, and an ear on all that it tells the browsers."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dkdemo.jobs.job import Record
from dkdemo.jobs.scheduler import Manager
from dkdemo.jobs.store import Store

HERE = Path(__file__).parent
PATIENCE = 60.0  # for a machine that is busy with other tests


class Ear:
    """Hears what the bus would carry; tests wait for it instead of sleeping."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self._news = threading.Condition()

    def __call__(self, topic: str, record: Record) -> None:
        with self._news:
            self.messages.append((topic, json.loads(record.text)["message"]))
            self._news.notify_all()

    def of(self, job) -> list[dict[str, Any]]:
        return [message for topic, message in self.messages if topic == job.topic]

    def states(self, job) -> list[str]:
        return [message["state"] for message in self.of(job) if message["kind"] == "state"]

    def wait(self, true: Callable[[], bool]) -> None:
        with self._news:
            assert self._news.wait_for(true, PATIENCE), f"never came true; heard {self.messages[-5:]}"

    def first_point(self, job) -> None:
        """Wait until this run has told its first point."""
        self.wait(lambda: any(message["kind"] == "progress" for message in self.of(job)))


def until(true: Callable[[], Any], patience: float = PATIENCE) -> None:
    """Wait for something that tells nobody when it happens."""
    end, tick = time.monotonic() + patience, threading.Event()
    while not true():
        assert time.monotonic() < end, "it never came true"
        tick.wait(0.01)


@pytest.fixture(scope="session")
def recipes() -> ModuleType:
    """The module of recipes that our workers know."""
    spec = importlib.util.spec_from_file_location("machine_recipes", HERE / "machine_recipes.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["machine_recipes"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def cold_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that know the recipes of the tests, and do not load torch before they need it."""
    monkeypatch.setenv("DKDEMO_TEST_RECIPES", "machine_recipes")
    monkeypatch.setenv("DKDEMO_COLD_WORKER", "1")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH", "")])))


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def open_manager(cold_workers: None, ear: Ear, tmp_path: Path) -> Iterator[Callable[..., Manager]]:
    """Opens managers; all share one file of results unless told otherwise."""
    opened: list[Manager] = []

    def make(path: Path | None = tmp_path / "results.sqlite3") -> Manager:
        manager = Manager(Store(path), ear)
        manager.open()
        opened.append(manager)
        return manager

    yield make
    for manager in opened:
        manager.close()


@pytest.fixture
def manager(open_manager: Callable[..., Manager]) -> Manager:
    return open_manager()


@pytest.fixture
def wait_until() -> Callable[..., None]:
    return until


def pid_of(manager: Manager, lane: str) -> int:
    """The process id of a lane's worker, once it is ready."""
    until(lambda: manager.health()["workers"][lane]["state"] in ("ready", "busy"))
    return int(manager.health()["workers"][lane]["pid"])


@pytest.fixture
def pid() -> Callable[[Manager, str], int]:
    return pid_of
