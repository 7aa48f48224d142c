"""python -m dkdemo.bench.web: the lecture under a room of browsers, beside plain Streamlit, as a table.

Both servers run on this machine, one after the other, and so do the browsers; only this machine is visited.
The measurements themselves are in tests/load, which a clone of the repository has.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import sys
from collections.abc import Awaitable, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from dkdemo.bench.readme import write
from dkdemo.web.registry import walk

ROOT = Path(__file__).resolve().parents[2]
MARK = ("<!-- bench-web -->", "<!-- /bench-web -->")
# `bench`, `painted`, `serving` and `client`, imported within the functions below, lie in tests/load.
LIMIT = 300.0  # seconds for one row
Row = tuple[str, str, str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m dkdemo.bench.web", description=__doc__)
    parser.add_argument("--browsers", type=int, default=50, help="that change something every second (default 50)")
    parser.add_argument("--crowd", type=int, default=300, help="that come at once, or watch one run (default 300)")
    parser.add_argument("--seconds", type=float, default=15, help="of each measurement (default 15)")
    parser.add_argument("--client", type=Path, help="another load client to drive the native controls with as well")
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    options = parser.parse_args(arguments)
    if not 1 <= options.browsers <= 500 or not 1 <= options.crowd <= 900 or not 2 <= options.seconds <= 120:
        parser.error("need 1 to 500 browsers, a crowd of 1 to 900 and 2 to 120 seconds")
    if not (ROOT / "tests" / "load" / "bench.py").is_file():
        print("dkdemo: the measurements are in tests/load of the repository; run this in a clone", file=sys.stderr)
        return 2
    sys.path.insert(0, str(ROOT / "tests" / "load"))
    rows = _measure(options)
    text = table(rows)
    print(f"\n{text}")
    if options.write:
        write(ROOT / "README.md", text, MARK)
    return 0


class Ways(NamedTuple):
    """How one server is asked: to change something, for a run's first point, and to keep a training up."""

    change: Any
    first_point: Any
    training: Any


class Column:
    """What one server was found to do, row by row; told as it is found."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: dict[str, str] = {}

    def note(self, row: str, found: str) -> None:
        self.found[row] = found
        print(f"{self.name:8}{row:12}{found}", file=sys.stderr, flush=True)

    async def attempt(self, row: str, measure: Awaitable[str]) -> None:
        """What a server cannot do is a finding too, and no reason to lose the other rows."""
        from client import PageError

        try:
            found = await asyncio.wait_for(measure, LIMIT)
        except TimeoutError:
            found = f"not within {LIMIT:.0f} s"
        except PageError as error:
            found = f"failed: {error}"
        self.note(row, found)


def _measure(options: argparse.Namespace) -> list[Row]:
    import bench
    import serving

    ours, theirs = Column("dkdemo"), Column("plain")
    _painted(ours, theirs)
    with serving.lecture() as address:
        asyncio.run(_lecture(ours, address, options))
        if options.client:
            ours.note("client", bench.by_program(options.client, address, options.browsers, options.seconds))
    with serving.plain("temperature.py") as address:
        asyncio.run(_plain(theirs, address, options))
    return [
        (words, ours.found[row], theirs.found.get(row, "-"), target)
        for row, (words, target) in _rows(options.browsers, options.crowd).items()
        if row in ours.found
    ]


def _painted(ours: Column, theirs: Column) -> None:
    """What only a browser that paints can tell; nothing where there is none."""
    import bench
    import painted
    import serving

    with serving.lecture() as address, serving.plain("empty.py") as empty:
        pages = painted.first_page([address, empty], 7)
        if pages:
            ours.note("page", bench.median(pages[0]))
            theirs.note("page", f"{bench.median(pages[1])} (an empty page)")
    with serving.lecture() as address:
        found = painted.frames(address, [(chapter.id, scene.id) for chapter, scene in walk()])
        if found:
            ours.note("frames", dragged(found))


async def _lecture(column: Column, address: str, options: argparse.Namespace) -> None:
    import bench

    ways = Ways(bench.our_change, bench.our_first_point, bench.our_training)
    await _both(column, address, bench.SCENE, ways, options)
    await column.attempt("bus", bench.bus(address, options.crowd, 500))
    await column.attempt("pace", _paces(address, options.browsers))


async def _plain(column: Column, address: str, options: argparse.Namespace) -> None:
    import bench

    ways = Ways(bench.plain_change, bench.plain_first_point, bench.plain_training)
    await _both(column, address, ("", ""), ways, options)


async def _both(column: Column, address: str, page: tuple[str, str], ways: Ways, options: argparse.Namespace) -> None:
    """The rows that both servers can be asked for."""
    import bench

    async def room() -> str:
        return (await bench.room(address, page, ways.change, options.browsers, options.seconds)).told()

    async def room_beside_training() -> str:
        async with bench.training(ways.training(address)):
            await asyncio.sleep(2)  # it has begun
            return await room()

    async def points() -> str:
        await ways.first_point(address, 0)  # the very first one loads what the others find
        return bench.median([await ways.first_point(address, seed) for seed in range(1, 11)])

    await column.attempt("quiet", room())
    await column.attempt("opening", bench.opening(address, page, options.crowd))
    await column.attempt("point", points())
    await column.attempt("training", room_beside_training())


async def _paces(address: str, many: int) -> str:
    """In turn, so that both meet the same machine; each run has its own seed, or it would be told from memory."""
    import bench

    await bench.pace(address, 1, 900)  # loads what the others find
    pairs = []
    for seed in (901, 903, 905):
        pairs.append((await bench.pace(address, 1, seed), await bench.pace(address, many, seed + 1)))
    alone, watched = map(statistics.median, zip(*pairs, strict=True))
    return f"{alone:,.0f} by one browser, {watched:,.0f} by {many}"


def _rows(many: int, crowd: int) -> dict[str, tuple[str, str]]:
    """The table's rows in their order: what was done, and what was wanted."""
    return {
        "quiet": (f"{many} browsers, one server-computed change a second each", "p95 < 250 ms, none missed"),
        "training": ("the same while a training runs", "p95 < 500 ms"),
        "client": (f"{many} browsers, the race's seed, driven by another client", "p95 < 250 ms, none missed"),
        "opening": (f"{crowd} browsers opening the page at once", "all within 5 s"),
        "bus": (f"{crowd} browsers watching one run", "all served"),
        "pace": ("pictures a second that SimCLR on the shapes learns from, watched", "-"),
        "point": ("click to the first point of a run, 10 times", "median < 500 ms"),
        "frames": ("from frame to frame while a slider is dragged, scene by scene", "17 ms: 60 a second"),
        "page": ("first page in a fresh Chromium, 7 times", "< 1.5 x an empty page"),
    }


def dragged(found: Sequence[tuple[str, float, float]]) -> str:
    """The middle scene, and the slowest by name."""
    slowest = max(found, key=lambda one: one[1])
    middle = statistics.median(one[1] for one in found)
    return f"median {middle:.0f} ms; slowest {slowest[0]}: {slowest[1]:.0f} ms, p95 {slowest[2]:.0f} ms"


def table(rows: Sequence[Row]) -> str:
    """Markdown, with where and when it was measured."""
    cores = os.cpu_count() or 1
    load = f", load {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    place = f"{date.today()}, {cores} cores, {platform.system()}, Python {platform.python_version()}"
    lines = [
        "| | dkdemo | plain Streamlit, default settings | wanted |",
        "|---|---|---|---|",
        *("| " + " | ".join(row) + " |" for row in rows),
        "",
        f"Measured {place}, Streamlit {version('streamlit')}{load}; server and browsers on the same machine.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
