"""How the lecture holds up under a room, beside plain Streamlit: the measurements behind the README's table."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from client import PATIENCE, PageError, Visitor, listen

from dkdemo.experiments import Figure5

SCENE = ("temperature", "scene=slider&present=revealed")
RACE = ("distillation", "scene=race&present=revealed")
RACE_CHART = "distillation.race.plot"
FIGURE5 = ("simclr", "scene=figure5&present=revealed")
FIGURE5_CHART = "simclr.figure5.plot"
LONG = 600.0  # seconds: a training inside a Streamlit script, while fifty browsers want that script's server
Change = Callable[[Visitor, float], Awaitable[float]]


@dataclass
class Times:
    """Latencies in seconds, and the ticks at which the answer to the change before had not come yet."""

    seconds: list[float] = field(default_factory=list)
    missed: int = 0

    def quantile(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else float("nan")

    def told(self) -> str:
        p50, p95 = (f"{1000 * self.quantile(share):,.0f}" for share in (0.5, 0.95))
        return f"p50 {p50} ms, p95 {p95} ms, {self.missed} of {len(self.seconds) + self.missed} ticks missed"


def our_change(visitor: Visitor, value: float) -> Awaitable[float]:
    return visitor.release("temperature.slider", temperature=value)


def plain_change(visitor: Visitor, value: float) -> Awaitable[float]:
    return visitor.slide("Temperature T", value)


async def room(address: str, page: tuple[str, str], change: Change, browsers: int, seconds: float) -> Times:
    """``browsers`` viewers who each make one change a second, spread evenly over the second."""
    visitors = [Visitor(address, *page) for _ in range(browsers)]
    times = Times()
    try:
        for start in range(0, browsers, 10):  # they come in tens, as through a door
            await asyncio.gather(*(visitor.open() for visitor in visitors[start : start + 10]))
        begin = time.perf_counter() + 0.5

        async def drive(index: int, visitor: Visitor) -> None:
            for tick in range(int(seconds)):
                due = begin + tick + index / browsers
                now = time.perf_counter()
                if now > due + 1:
                    times.missed += 1
                    continue
                await asyncio.sleep(max(due - now, 0))
                value = 0.5 + (7 * tick + index) % 50 / 10
                times.seconds.append(await change(visitor, value))

        await asyncio.gather(*(drive(index, visitor) for index, visitor in enumerate(visitors)))
    finally:
        await asyncio.gather(*(visitor.close() for visitor in visitors))
    return times


async def opening(address: str, page: tuple[str, str], browsers: int) -> str:
    """All at once: how long until the last has the page."""
    visitors = [Visitor(address, *page) for _ in range(browsers)]
    try:
        found = await asyncio.gather(*(visitor.open() for visitor in visitors), return_exceptions=True)
    finally:
        await asyncio.gather(*(visitor.close() for visitor in visitors))
    seconds = [one for one in found if isinstance(one, float)]
    lost = browsers - len(seconds)
    return f"last after {max(seconds, default=float('nan')):.1f} s" + (f", {lost} never" if lost else "")


@contextlib.asynccontextmanager
async def training(one: Callable[[int], Awaitable[None]]) -> AsyncIterator[None]:
    """Training after training, until the block ends."""

    async def for_ever() -> None:
        seed = 1000
        while True:
            await one(seed)
            seed += 1

    task = asyncio.create_task(for_ever())
    try:
        yield
    finally:
        finished = task.done()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        if finished:
            raise PageError("the training ended early")


def our_training(address: str) -> Callable[[int], Awaitable[None]]:
    async def one(seed: int) -> None:
        async with Visitor(address, RACE[0], f"{RACE[1]}&seed={seed}") as visitor:
            topic = visitor.topic(RACE_CHART)
            await visitor.press("Run")
            async for message in listen(address, topic):
                if message["kind"] == "state" and message["state"] in ("done", "failed", "stopped"):
                    return

    return one


def plain_training(address: str) -> Callable[[int], Awaitable[None]]:
    async def one(seed: int) -> None:
        async with Visitor(address) as visitor:
            await visitor.number("Seed", seed)
            await visitor.press("Train", LONG)

    return one


async def our_first_point(address: str, seed: int) -> float:
    """From the click to the first point of the curve, on a server with nothing else to do."""
    async with Visitor(address, RACE[0], f"{RACE[1]}&seed={seed}") as visitor:
        start, press, first = 0.0, None, 0.0
        async for message in listen(address, visitor.topic(RACE_CHART)):
            if message["kind"] == "connected":
                await asyncio.sleep(0.2)  # the subscription is at the server before the click
                start, press = time.perf_counter(), asyncio.create_task(visitor.press("Run"))
            elif message["kind"] == "progress" and not first:
                first = message["at"]
            elif message["kind"] == "state" and message["state"] in ("done", "failed", "stopped"):
                break
        if press is None or not first:
            raise PageError("the run told no point")
        await press
        return first - start


async def plain_first_point(address: str, seed: int) -> float:
    async with Visitor(address) as visitor:
        await visitor.number("Seed", seed)
        visitor.on_chart.clear()
        start = time.perf_counter()
        press = asyncio.create_task(visitor.press("Train", LONG))
        await asyncio.wait_for(visitor.on_chart.wait(), LONG)
        first = time.perf_counter() - start
        press.cancel()  # leaving the page ends the script
        return first


async def bus(address: str, clients: int, seed: int) -> str:
    """``clients`` watch one run: how far apart the first and the last of them get the same message."""
    arrivals: dict[int, list[float]] = {}
    async with Visitor(address, RACE[0], f"{RACE[1]}&seed={seed}") as visitor:
        topic, connected = visitor.topic(RACE_CHART), asyncio.Semaphore(0)

        async def watch() -> None:
            async for message in listen(address, topic):
                if message["kind"] == "connected":
                    connected.release()
                    continue
                arrivals.setdefault(message["seq"], []).append(message["at"])
                if message["kind"] == "state" and message["state"] in ("done", "failed", "stopped"):
                    return

        watchers = [asyncio.create_task(watch()) for _ in range(clients)]
        for _ in range(clients):
            await connected.acquire()
        await asyncio.sleep(1)
        await visitor.press("Run")
        await asyncio.wait_for(asyncio.gather(*watchers), 120)
    spread = Times([max(came) - min(came) for came in arrivals.values()])
    lost = sum(clients - len(came) for came in arrivals.values())
    p95 = f"{1000 * spread.quantile(0.95):.0f} ms"
    return f"{len(arrivals)} messages to each, {lost} lost; last client p95 {p95} after the first"


async def pace(address: str, browsers: int, seed: int) -> float:
    """Pictures a second that SimCLR learns from while ``browsers`` have its page open and follow its curves.

    The median between one point of the curves and the next; the rounds of questions in between do not count.
    """
    visitors = [Visitor(address, FIGURE5[0], f"{FIGURE5[1]}&seed={seed}") for _ in range(browsers)]
    watchers: list[asyncio.Task[list[tuple[int, float]]]] = []
    try:
        for start in range(0, browsers, 10):
            await asyncio.gather(*(visitor.open() for visitor in visitors[start : start + 10]))
        topic, connected = visitors[0].topic(FIGURE5_CHART), asyncio.Semaphore(0)

        async def watch() -> list[tuple[int, float]]:
            points = []
            async for message in listen(address, topic):
                if message["kind"] == "connected":
                    connected.release()
                elif message["kind"] == "progress":
                    points.append((message["step"], message["at"]))
                elif message["kind"] == "state" and message["state"] == "done":
                    return points
                elif message["kind"] == "state" and message["state"] in ("failed", "stopped"):
                    break
            raise PageError("the run did not come to its end")

        watchers += [asyncio.create_task(watch()) for _ in visitors]
        for _ in range(browsers):
            await asyncio.wait_for(connected.acquire(), PATIENCE)
        await visitors[0].press("Run")
        points, *_ = await asyncio.wait_for(asyncio.gather(*watchers), 120)
    finally:
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*(visitor.close() for visitor in visitors))
    gaps = [(after - step, at - before) for (step, before), (after, at) in itertools.pairwise(points) if after > step]
    return Figure5().batch_size * statistics.median(steps / seconds for steps, seconds in gaps)


def median(values: list[float]) -> str:
    return f"median {1000 * statistics.median(values):,.0f} ms, worst {1000 * max(values):,.0f} ms"


def by_program(program: Path, address: str, browsers: int, seconds: float) -> str:
    """The same room driven by another load client, on the native number input of the race."""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "result.json"
        command = [sys.executable, str(program), address, "--page", RACE[0], "--query", RACE[1], "--slider", "Seed"]
        command += ["--sessions", str(browsers), "--duration", str(seconds), "--ramp", "5", "--json", str(found)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 180)
        if done.returncode:
            raise RuntimeError(f"{program.name} says: {(done.stdout + done.stderr)[-800:]}")
        result = json.loads(found.read_text())
    latency = result["interaction_ms"]
    missed = f"{result['missed_ticks']} of {result['sent'] + result['missed_ticks']} ticks missed"
    return f"p50 {latency['p50']:.0f} ms, p95 {latency['p95']:.0f} ms, {missed}"
