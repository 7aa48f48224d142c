"""The theory chapter's pictures: what follows the hand, what is claimed, and that the axes hold still."""

from __future__ import annotations

import numpy as np
import pytest

from dkdemo.figures import theory as figures
from dkdemo.figures.binding import fill
from dkdemo.jobs.events import Progress
from dkdemo.jobs.view import RunView
from dkdemo.kernels.theory import correspondence, polynomial_size, ridge_path
from dkdemo.web.text import LANGUAGES, Words

SIZES = [*range(1, 32), 101, 1001]


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return Words(request.param, "theory")


def bound(trace) -> set[str]:
    return set((trace.meta or {}).get("bind", {}).values())


def polynomials() -> dict:
    count = len(SIZES)
    curve = {name: np.geomspace(1, 2, count) for name in ("bias", "variance", "mean", "median", "low", "high", "train")}
    return {
        **curve,
        "degrees": [size - 1 for size in SIZES],
        "grid": np.linspace(-1, 1, 5),
        "truth": np.zeros(5),
        "x": np.zeros((3, 20)),
        "y": np.zeros((3, 20)),
        "n": {"train": 20, "test": 5},
    }


def sized(size: float) -> dict:
    lists = {name: np.geomspace(1, 2, len(SIZES)).tolist() for name in ("bias", "variance", "risk", "train")}
    fits = np.arange(len(SIZES) * 15.0).reshape(-1, 3, 5).tolist()
    return polynomial_size(SIZES, fits, **lists, size=size)


@pytest.mark.parametrize("draw", [figures.ucurve, figures.beyond])
def test_polynomials_follow_the_slider_on_still_axes(words: Words, draw) -> None:
    first, then = (draw(polynomials(), sized(size), words) for size in (2, 15))
    for chart in (first, then):
        followed = set().union(*map(bound, chart.data))
        assert {"ghosts", "mark_x", "mark_y"} <= followed <= set(sized(2))
    for axis in ("xaxis", "yaxis", "xaxis2", "yaxis2"):
        assert first.layout[axis].range == then.layout[axis].range
    ghosts = next(trace for trace in first.data if "ghosts" in bound(trace))
    assert len(ghosts.x) == len(ghosts.y) == 3 * 6
    assert ghosts.x[5] is None
    fill(first.layout.meta["claim"], sized(2))


def test_the_wall_is_drawn_where_coefficients_equal_points(words: Words) -> None:
    chart = figures.beyond(polynomials(), sized(20), words)
    assert [shape.x0 for shape in chart.layout.shapes] == [20]


def test_the_classical_curve_stays_and_the_quantum_one_moves(words: Words) -> None:
    chart = figures.revolution(correspondence(3), words)
    assert [bound(trace) for trace in chart.data] == [{"density"}, set()]
    newton = np.array(chart.data[1].y)
    assert newton.min() == pytest.approx(1 / np.pi, rel=1e-4)
    assert "0.0%" not in fill(chart.layout.meta["claim"], correspondence(0))


def demo_answer() -> dict:
    test = np.linspace(0.9, 0.1, 2 * 3 * 2).reshape(2, 3, 2)
    return {"widths": [50, 100, 800], "examples": 100, "test": test, "train": test / 2}


def test_the_demo_marks_the_peak_where_it_is(words: Words) -> None:
    answer = demo_answer()
    names = {"strengths": [-5.5, -5], "names": ["0", "10^-5"], "threshold": 1}
    values = ridge_path(test=answer["test"].tolist(), train=answer["train"].tolist(), **names, strength=-5.5)
    chart = figures.demo(answer, values, words)
    moving = [trace for trace in chart.data if trace.mode == "markers+text"]
    assert [trace.meta["bind"]["y"] for trace in moving] == ["peak", "last"]
    for text in moving:
        assert text.text == fill(text.meta["bind"]["text"], values)
    followed = set().union(*(bound(trace) for trace in chart.data if trace not in moving))
    assert followed == {"band", "learned", "mean", "mark"}
    assert [shape.x0 for shape in chart.layout.shapes] == [100]
    assert np.allclose(chart.data[0].y, answer["test"][0].mean(1)), "no ridge stays in sight"


def epochs_result() -> dict:
    error = np.array([[[0.9, 0.1, 0.3], [0.9, 0.2, 0.4]], [[0.9, 0.1, 0.05], [0.9, 0.1, 0.05]]])
    return {
        "steps": [1, 100, 2000], "error": error, "best_step": 100, "best": error[0, :, 1], "last": error[0, :, 2],
        "clean_last": error[1, :, 2],
    }  # fmt: skip


def test_epochs_claim_the_turning_point(words: Words) -> None:
    metrics = {"noisy": 0.2, "clean": 0.1, "noisy_fit": 0.5}
    seen = [Progress(step, 2000, {**metrics, "train_step": float(step)}) for step in (1, 100, 2000)]
    waiting = figures.epochs(RunView(), words)
    assert {trace.meta["progress"]["y"] for trace in waiting.data} == {"noisy", "clean", "noisy_fit"}
    done = figures.epochs(RunView(progress=seen, result=epochs_result()), words)
    claim = done.layout.meta["claim"]
    for number in ("100", "2000", "15%", "35%", "20", "5%"):
        assert number in claim
    assert done.layout.xaxis.range == waiting.layout.xaxis.range
    assert max(note.x for note in done.layout.annotations) == pytest.approx(np.log10(2000))
    short = figures.epochs(RunView(progress=seen[:2], result=epochs_result()), words)
    assert [note.text for note in short.layout.annotations].count(words["epochs_clean"]) == 1, "a run of 100 steps"
