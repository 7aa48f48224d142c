"""What the machine behind the pages can do, as its workers told it: this process itself never asks torch."""

from __future__ import annotations

from dkdemo import jobs
from dkdemo.figures.binding import fill
from dkdemo.web import controls, language


def gpu() -> str:
    """The GPU that a worker found; empty where there is none, or while the workers still start."""
    device = jobs.manager().device() or ""
    return device.partition(" ")[2] or device if device.startswith("cuda") else ""


def larger(key: str) -> bool:
    """Does the viewer want the larger recipe? Where no GPU was found nobody is asked, and the answer is no."""
    name = gpu()
    if not name:
        return False
    words = language.common()
    return controls.toggle(fill(words["larger"], {"gpu": name}), key)
