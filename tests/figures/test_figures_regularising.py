"""The pictures of regularising: four surfaces, what is bought, degrees of freedom, and the paper's table."""

from __future__ import annotations

import numpy as np
import pytest

from dkdemo.experiments.overwide import METHODS
from dkdemo.figures import regularising as figures
from dkdemo.figures.binding import fill
from dkdemo.figures.dashes import dashed
from dkdemo.jobs.events import Progress
from dkdemo.jobs.view import RunView
from dkdemo.kernels.regularising import SAMPLES, freedom
from dkdemo.web.text import LANGUAGES, Words


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return Words(request.param, "regularising")


def bound(trace) -> set[str]:
    return set((trace.meta or {}).get("bind", {}).values())


def overwide() -> dict:
    runs = np.array([[0.2, 0.22], [0.1, 0.12], [0.13, 0.15], [0.11, 0.11]])
    side = np.linspace(-2, 2, 3)
    return {
        "error": runs, "norm": runs * 100, "zero": runs * 0 + [[0], [0], [0.6], [0]], "parameters": 17154,
        "surface": {**{name: np.full((3, 3), 0.5) for name in METHODS}, "side": side},
        "x": np.zeros((4, 2)), "y": np.array([0, 1, 0, 1]), "n": {"train": 4, "test": 9},
    }  # fmt: skip


def test_surfaces_grow_with_the_run_and_carry_their_numbers(words: Words) -> None:
    waiting = figures.surface(RunView(), words)
    assert [bound(trace) for trace in waiting.data] == [{name, "side"} for name in METHODS]
    done = figures.surface(RunView(result=overwide()), words)
    texts = [note.text for note in done.layout.annotations]
    assert sum("60%" in text for text in texts) == 1
    assert any("21.0%" in text and "1.4" in text for text in texts)
    for number in ("17154", "21.0%", "11.0%", "14.0%"):
        assert number in done.layout.meta["claim"]


def test_what_is_bought_is_counted_in_points(words: Words) -> None:
    sizes = (50, 200, 400, 800)
    error = np.array([[0.3, 0.29, 0.2, 0.2], [0.2, 0.19, 0.12, 0.12], [0.1, 0.1, 0.08, 0.08], [0.05, 0.05, 0.04, 0.04]])
    result = {"sizes": list(sizes), "error": error[..., None].repeat(3, 2)}
    claim = figures.buys_claim(result, words)
    facts = {"n": 200, "plain": 20, "decay": 1, "augment": 8, "times": 4, "data": 15}
    assert claim == fill(words["buys_claim"], facts)
    seen = [
        Progress(k, 4, {**dict(zip(figures.STYLES, row, strict=True)), "size": float(size)})
        for k, (size, row) in enumerate(zip(sizes, error, strict=True))
    ]
    done = figures.buys(RunView(progress=seen, result=result), sizes, words)
    waiting = figures.buys(RunView(), sizes, words)
    assert done.layout.xaxis.range == waiting.layout.xaxis.range
    growing = {trace.meta["progress"]["y"] for trace in waiting.data if trace.meta}
    assert growing == set(figures.STYLES)


def test_the_papers_row_is_the_papers() -> None:
    assert figures.PAPER == {"plain": 85.75, "decay": 86.03, "augment": 89.31, "both": 89.05}


def test_freedom_follows_the_slider(words: Words) -> None:
    values = freedom(**SAMPLES["freedom"][0])
    answer = {"widths": [10, 100, 800], "examples": 100, "test": np.ones((2, 3, 2)), "tuned": np.ones((3, 2)) / 10}
    chart = figures.freedom(answer, values, words)
    assert set().union(*map(bound, chart.data)) == {"shares", "mean", "mark"} <= set(values)
    assert "80%" in fill(chart.layout.meta["claim"], values)


def test_more_data_hurts_in_numbers(words: Words) -> None:
    plain = np.array([[0.2, 0.2], [0.8, 0.8], [0.1, 0.1]])
    answer = {"sizes": [100, 200, 400], "width": 200, "plain": plain, "tuned": plain / 4}
    claim = figures.hurts(answer, words).layout.meta["claim"]
    for number in ("100", "200", "20%", "80%", "5%"):
        assert number in claim


def test_a_name_carries_its_curves_dash_and_last_error(words: Words) -> None:
    sizes, last = (50, 200, 800), {"plain": 0.062, "decay": 0.061, "augment": 0.054, "both": 0.053}
    seen = [Progress(k, 3, {**last, "size": float(size)}) for k, size in enumerate(sizes)]
    texts = [note.text for note in figures.buys(RunView(progress=seen), sizes, words).layout.annotations]
    for name, (_, dash) in figures.STYLES.items():
        assert f"{dashed(dash, words[f'method_{name}'])} {100 * last[name]:.1f}%" in texts
    assert len({dash for _, dash in figures.STYLES.values()}) == 4


def test_the_claim_has_room_for_a_dead_direction(words: Words) -> None:
    silent = fill(words["freedom_dead"], {"dead": 1})
    told = fill(words["freedom_claim"], freedom(**{**SAMPLES["freedom"][0], "aside": silent}))
    assert silent in told
    assert silent not in fill(words["freedom_claim"], freedom(**{**SAMPLES["freedom"][2], "aside": silent}))
