"""Kept charts: the same content draws once, other content anew, and what has no content is never kept."""

import importlib
import inspect
import pkgutil

import numpy as np
import plotly.graph_objects as go
import pytest

from dkdemo import figures
from dkdemo.figures import kept as module
from dkdemo.figures.kept import cached
from dkdemo.jobs.events import Progress, Snapshot
from dkdemo.jobs.view import RunView
from dkdemo.web.text import Words


@pytest.fixture
def counted():
    calls = []

    @cached
    def draw(values, words, *, height=400):
        calls.append(values)
        return go.Figure(layout={"height": height})

    draw.calls = calls
    return draw


def view(loss=1.0, pixel=0):
    snapshot = Snapshot("image", {"pixels": np.array([[pixel, 1]], np.uint8)})
    return RunView(progress=[Progress(1, 2, {"loss": loss})], snapshots={"image": snapshot})


def test_equal_content_is_drawn_once(counted):
    for _ in range(3):  # every argument made anew, as a rerun makes it
        first = counted({"q": [0.1, float("0.2")], "view": view()}, Words("en", "common"))
    assert len(counted.calls) == 1
    assert counted({"q": [0.1, 0.2], "view": view()}, Words("en", "common")) is first


@pytest.mark.parametrize(
    "other",
    [
        {"q": [0.1, 0.3]},
        {"q": [0.1]},
        {"q": (0.1, 0.2)},
        {"r": [0.1, 0.2]},
        {"view": view(2.0)},
        {"view": view(pixel=9)},
    ],
)
def test_other_content_is_drawn_anew(counted, other):
    base = {"q": [0.1, 0.2], "view": view()}
    counted(base, "words")
    counted({**base, **other}, "words")
    assert len(counted.calls) == 2


def test_language_and_keywords_count(counted):
    for language in ("en", "zh-TW"):
        for height in (300, 400):
            assert counted(1, Words(language, "common"), height=height).layout.height == height
    assert len(counted.calls) == 4


def test_what_has_no_content_of_its_own_is_never_kept(counted):
    for _ in range(2):
        counted(lambda: 1, "words")
    assert len(counted.calls) == 2


def test_the_oldest_are_forgotten(counted):
    for value in range(module.KEPT + 1):
        counted(value, "words")
    counted(1, "words")  # still there, and now the newest
    counted(0, "words")  # was the oldest
    assert len(counted.calls) == module.KEPT + 2


def test_every_figure_of_a_chapter_is_kept():
    """A chart that is not kept costs 10 to 30 ms of a rerun, times everyone in the room."""
    helpers = {"theme", "binding", "panels", "kept"}
    for found in pkgutil.iter_modules(figures.__path__):
        if found.name in helpers:
            continue
        chapter = importlib.import_module(f"dkdemo.figures.{found.name}")
        for name, function in inspect.getmembers(chapter, inspect.isfunction):
            mine = function.__module__ == chapter.__name__ and not name.startswith("_")
            if mine and inspect.signature(function).return_annotation == "go.Figure":
                assert hasattr(function, "__wrapped__"), f"{found.name}.{name} needs @kept"
