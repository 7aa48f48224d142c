"""The rows `events` and `memory`: what an event costs, and what the server and its workers weigh as a lecture goes on.

The server is a real one on this machine, driven over Streamlit's protocol by tests/load, which a clone has.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from dkdemo.bench import Terms
from dkdemo.bench.measure import Lap
from dkdemo.jobs.events import Progress, Snapshot, to_json

ROOT = Path(__file__).resolve().parents[2]
ROOM = 100
HOURS = 10  # of a lecture: one run every two minutes, one change a minute by each of a room of thirty
RUNS, CHANGES = 30 * HOURS // 10, 3000  # compressed: every tenth run, every sixth change


def events(terms: Terms) -> Iterator[Lap]:
    """What telling costs: at ten events a second a training must not notice."""
    progress = Progress(10, 400, {name: 0.9 for name in ("teacher", "hard", "soft_1", "soft_4", "soft_8")})
    cloud = Snapshot("points", {axis: np.random.default_rng(0).normal(size=300) for axis in "xyz"})
    for what, event in (("of six numbers", progress), ("with 300 points in space", cloud)):
        values = []
        for _ in range(terms.turns):
            began = time.perf_counter()
            for _ in range(200):
                json.dumps(to_json(event))
            values.append(1000 * (time.perf_counter() - began) / 200)
        yield Lap("events", f"writing one event {what}", tuple(values), "ms", bound=1.0)


def memory(terms: Terms) -> Iterator[Lap]:
    """Megabytes of the server and of its workers: alone, with a room, and after a long day."""
    sys.path.insert(0, str(ROOT / "tests" / "load"))
    import bench  # from tests/load
    import serving
    from client import Visitor

    async def crowd(address: str) -> tuple[float, float]:
        visitors = [Visitor(address, *bench.SCENE) for _ in range(ROOM)]
        try:
            await visitors[0].open()
            one = _megabytes("server")
            for visitor in visitors[1:]:
                await visitor.open()
            return one, _megabytes("server")
        finally:
            await asyncio.gather(*(visitor.close() for visitor in visitors))

    async def day(address: str, runs: int, changes: int, first: int) -> None:
        async with Visitor(address, *bench.SCENE) as visitor:
            for change in range(changes):
                await bench.our_change(visitor, 0.5 + change % 50 / 10)
        one = bench.our_training(address)
        for seed in range(first, first + runs):
            await one(seed)

    with serving.lecture() as address:
        one, full = asyncio.run(crowd(address))
        yield Lap("memory", "server with 1 browser", (one,), "MB")
        yield Lap("memory", f"server with {ROOM} browsers", (full,), "MB")
        asyncio.run(day(address, RUNS // 3, CHANGES // 3, 0))  # what is loaded once is loaded now
        before = {who: _megabytes(who) for who in ("server", "worker")}
        asyncio.run(day(address, RUNS, CHANGES, 500))
        for who, old in before.items():
            grown = _megabytes(who) - old
            what = f"growth of the {who} over {RUNS} more runs and {CHANGES} more changes"
            yield Lap("memory", what, (grown,), "MB", bound=0.1 * old + 20, worth=f"from {old:.0f} MB", sound=True)
        queued = json.load(urllib.request.urlopen(f"{address}/health", timeout=10))["jobs"]["queued"]
        yield Lap("memory", "jobs left waiting at the end", (queued,), "", bound=0)


def _megabytes(who: str) -> float:
    """Resident memory of our server, or of its heavier worker, by /proc (Linux only)."""
    mark = {"server": "streamlit", "worker": "dkdemo.jobs.worker"}[who]
    sizes = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode(errors="replace")
            status = (process / "status").read_text()
        except OSError:
            continue  # it ended meanwhile
        if mark in command and f"{ROOT}" in (command + _folder(process)):
            sizes += [int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")]
    return max(sizes, default=float("nan"))


def _folder(process: Path) -> str:
    try:
        return str((process / "cwd").resolve())
    except OSError:
        return ""
