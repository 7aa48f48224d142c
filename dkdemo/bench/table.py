"""The rows as the README's table, and as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import torch

from dkdemo.bench.measure import Absent, Contest, Curve, Lap, Row


def conditions(device: str) -> str:
    """When, where and with what these rows were measured."""
    import torchvision

    name = torch.cuda.get_device_name() if device.startswith("cuda") else f"{os.cpu_count()} CPU cores"
    load = f", load {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    return (
        f"Measured {date.today()} on {name} ({platform.machine()}), {torch.get_num_threads()} torch thread(s), "
        f"Python {platform.python_version()}, torch {torch.__version__}, torchvision {torchvision.__version__}{load}."
    )


def markdown(rows: Sequence[Row], device: str) -> str:
    """One line a row; a contest says how many times as long the peer takes: median, lowest to highest turn."""
    lines = [
        "| What | Beside | Ours | Ratio: median (lowest to highest) | Wanted | What it was worth |",
        "|---|---|---|---|---|---|",
    ]
    lines += [_line(row) for row in rows]
    return "\n".join([*lines, "", conditions(device)])


def _line(row: Row) -> str:
    if isinstance(row, Absent):
        return f"| {row.what} | - | not measured | - | - | {row.why} |"
    if isinstance(row, Curve):
        return _curve(row)
    return _contest(row) if isinstance(row, Contest) else _lap(row)


def _contest(row: Contest) -> str:
    spread = f"**{row.ratio:.2g}x** ({min(row.ratios):.2g} to {max(row.ratios):.2g})"
    mark = "" if row.reached else ", not reached"
    return f"| {row.what} | {row.peer} | {_time(row.ours)} | {spread} | >= {row.goal:g}x{mark} | {row.worth} |"


def _lap(row: Lap) -> str:
    wanted = "-" if row.bound == float("inf") else f"<= {row.bound:.3g} {row.unit}".rstrip()
    mark = "" if row.reached else ", not reached"
    return f"| {row.what} | - | {row.value:.3g} {row.unit} | - | {wanted}{mark} | {row.worth} |"


def _curve(row: Curve) -> str:
    cost = f"{row.medians[0]:.3g} to {row.medians[-1]:.3g} {row.unit}"
    return (
        f"| {row.what}: {row.sizes[0]} to {row.sizes[-1]} | - | {cost} | - | - | twice as many: {row.doubling:.2g}x |"
    )


def _time(values: Sequence[float]) -> str:
    middle = sorted(values)[len(values) // 2]
    return f"{middle:.2f} s" if middle >= 1 else f"{1000 * middle:.3g} ms"


def as_json(rows: Sequence[Row], device: str) -> dict[str, Any]:
    """The same for programs: every turn of every row."""
    return {"conditions": conditions(device), "rows": [{**asdict(row), **_found(row)} for row in rows]}


def _found(row: Row) -> dict[str, Any]:
    if isinstance(row, Absent):
        return {"measured": False}
    if isinstance(row, Curve):
        return {"medians": row.medians, "doubling": row.doubling, "measured": True}
    number = {"ratio": row.ratio} if isinstance(row, Contest) else {"value": row.value}
    return {**number, "measured": True, "reached": row.reached}
