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
from typing import Any

from dkdemo.bench.readme import write
from dkdemo.web.registry import walk

ROOT = Path(__file__).resolve().parents[2]
MARK = ("<!-- bench-web -->", "<!-- /bench-web -->")
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


def _measure(options: argparse.Namespace) -> list[Row]:
    import bench  # from tests/load
    import painted
    import serving
    from client import PageError

    many, crowd, seconds = options.browsers, options.crowd, options.seconds
    ours: dict[str, str] = {}
    theirs: dict[str, str] = {}

    def note(column: dict[str, str], what: str, found: str) -> None:
        column[what] = found
        print(f"{'dkdemo' if column is ours else 'plain':8}{what:12}{found}", file=sys.stderr, flush=True)

    async def attempt(column: dict[str, str], what: str, measure: Awaitable[str]) -> None:
        """What a server cannot do is a finding too, and no reason to lose the other rows."""
        try:
            found = await asyncio.wait_for(measure, LIMIT)
        except TimeoutError:
            found = f"not within {LIMIT:.0f} s"
        except PageError as error:
            found = f"failed: {error}"
        note(column, what, found)

    async def room(address: str, page: Any, change: Any) -> str:
        return (await bench.room(address, page, change, many, seconds)).told()

    async def beside(training: Any, measure: Awaitable[str]) -> str:
        async with bench.training(training):
            await asyncio.sleep(2)  # it has begun
            return await measure

    async def points(first: Any) -> str:
        await first(0)  # the very first one loads what the others find
        return bench.median([await first(seed) for seed in range(1, 11)])

    async def paces(address: str) -> str:
        """In turn, so that both meet the same machine; each run has its own seed, or it would be told from memory."""
        await bench.pace(address, 1, 900)  # loads what the others find
        pairs = []
        for seed in (901, 903, 905):
            pairs.append((await bench.pace(address, 1, seed), await bench.pace(address, many, seed + 1)))
        alone, watched = map(statistics.median, zip(*pairs, strict=True))
        return f"{alone:,.0f} by one browser, {watched:,.0f} by {many}"

    async def both(column: dict[str, str], address: str, page: Any, change: Any, first: Any, training: Any) -> None:
        await attempt(column, "quiet", room(address, page, change))
        await attempt(column, "opening", bench.opening(address, page, crowd))
        await attempt(column, "point", points(lambda seed: first(address, seed)))
        await attempt(column, "training", beside(training(address), room(address, page, change)))

    async def lecture(address: str) -> None:
        await both(ours, address, bench.SCENE, bench.our_change, bench.our_first_point, bench.our_training)
        await attempt(ours, "bus", bench.bus(address, crowd, 500))
        await attempt(ours, "pace", paces(address))

    async def plain(address: str) -> None:
        page = ("", "")
        await both(theirs, address, page, bench.plain_change, bench.plain_first_point, bench.plain_training)

    with serving.lecture() as address, serving.plain("empty.py") as empty:
        pages = painted.first_page([address, empty], 7)
        if pages:
            note(ours, "page", bench.median(pages[0]))
            note(theirs, "page", f"{bench.median(pages[1])} (an empty page)")
    with serving.lecture() as address:
        found = painted.frames(address, [(chapter.id, scene.id) for chapter, scene in walk()])
        if found:
            note(ours, "frames", dragged(found))
    with serving.lecture() as address:
        asyncio.run(lecture(address))
        if options.client:
            note(ours, "client", bench.by_program(options.client, address, many, seconds))
    with serving.plain("temperature.py") as address:
        asyncio.run(plain(address))

    wanted = {
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
    return [
        (words, ours[what], theirs.get(what, "-"), target) for what, (words, target) in wanted.items() if what in ours
    ]


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
