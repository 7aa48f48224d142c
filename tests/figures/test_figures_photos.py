"""The picture of the lesson on photographs, from made-up results: it claims what the result says, and draws twins."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from dkdemo.figures import theme
from dkdemo.figures.photos import photos
from dkdemo.jobs.events import Progress
from dkdemo.web.text import LANGUAGES, Words

ACCURACY = np.array([[0.50, 0.48, 0.49], [0.56, 0.53, 0.55]])
RESULT = {
    "accuracy": ACCURACY,
    "mean": ACCURACY.mean(1).tolist(),
    "gain_mean": (ACCURACY[1] - ACCURACY[0]).mean().item(),
    "gain_worst": (ACCURACY[1] - ACCURACY[0]).min().item(),
    "teacher": 0.771,
    "n": {"labelled": 1000},
}
TOLD = [
    *(Progress(step, 150, {"spent": step / 100, "teacher": 0.7 * step / 100}) for step in (3, 50, 100)),
    *(Progress(100 + s, 150, {"student_spent": s / 50, "hard": 0.4 * s / 50, "soft": 0.5 * s / 50}) for s in (1, 50)),
]


def view(result=None, running=False, ghost=None):
    return SimpleNamespace(progress=TOLD if result or running else [], result=result, running=running, ghost=ghost)


@pytest.fixture(params=list(LANGUAGES))
def words(request):
    return Words(request.param, "distillation")


def test_it_claims_the_mean_the_unluckiest_twin_and_the_teacher(words):
    claim = photos(view(RESULT), words).layout.meta["claim"]
    for number in ("54.7%", "49.0%", "5.7", "5.0", "1000"):
        assert number in claim
    assert photos(view(), words).layout.meta["claim"] == words["photos_waiting"]
    assert photos(view(running=True), words).layout.meta["claim"] == words["lesson_running"]


def test_a_line_joins_each_student_with_its_twin(words):
    figure = photos(view(RESULT), words)
    twins = [trace for trace in figure.data if trace.line.color == theme.REST]
    assert [list(trace.y) for trace in twins] == [list(pair) for pair in ACCURACY.T]
    assert all(trace.x[1] == pytest.approx(trace.x[0] + 1) for trace in twins)
    assert any(written.text.endswith("77.1%") for written in figure.layout.annotations)
    hard, soft = (trace for trace in figure.data if trace.mode == "markers")
    assert (hard.marker.color, soft.marker.color) == (theme.TRUTH, theme.STUDENT)
    assert hard.marker.symbol != soft.marker.symbol, "never colour alone"


def test_each_curve_runs_along_its_own_lesson_and_grows_by_its_name(words):
    figure = photos(view(RESULT), words)
    curves = {trace.meta["progress"]["y"]: trace for trace in figure.data if trace.meta}
    assert list(curves["teacher"].x) == [0.03, 0.5, 1.0]
    assert list(curves["soft"].x) == [0.02, 1.0]
    assert curves["hard"].meta["progress"] == {"x": "student_spent", "y": "hard"}


def test_the_run_before_is_grey_and_has_no_claim(words):
    figure = photos(view(ghost=view(RESULT)), words)
    assert figure.layout.meta["claim"] == words["photos_waiting"]
    assert {trace.marker.color for trace in figure.data if trace.mode == "markers"} == {theme.REST}
