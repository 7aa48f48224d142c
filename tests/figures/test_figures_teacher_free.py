"""The teacher-free chapter's pictures: what they hold, and that a claim of a gain needs every run."""

from __future__ import annotations

import numpy as np
import pytest

from dkdemo.experiments.teacher_free import METHODS
from dkdemo.figures import teacher_free as figures
from dkdemo.figures.binding import fill
from dkdemo.jobs.events import Progress
from dkdemo.jobs.view import RunView
from dkdemo.kernels.teacher_free import SAMPLES, released_code, three_targets
from dkdemo.web.text import LANGUAGES, Words


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return Words(request.param, "teacher_free")


def bound(chart) -> set[str]:
    return {value for trace in chart.data for value in (trace.meta or {}).get("bind", {}).values()}


def test_targets_share_one_scale_and_mark_the_label(words: Words) -> None:
    values = three_targets(**SAMPLES["three_targets"][0])
    chart = figures.targets(np.zeros((8, 8), np.uint8), 3, values, list("0123456789"), words)
    assert bound(chart) <= set(values)
    assert len({chart.layout[f"yaxis{axis}"].range for axis in (2, 3, 4)}) == 1
    for bars in chart.data[1:]:
        others = {color for index, color in enumerate(bars.marker.color) if index != 3}
        assert bars.marker.color[3] not in others
        assert len(others) == 1
    assert "20.0" in fill(chart.layout.meta["claim"], values)


def test_released_code_claims_both_ratios(words: Words) -> None:
    values = released_code(**SAMPLES["released_code"][0])
    chart = figures.released_code(values, words)
    assert bound(chart) <= set(values)
    said = fill(chart.layout.meta["claim"], values)
    assert "1.58" in said
    assert "1.05" in said


def view(worst: float) -> RunView:
    gain = np.array([[0.0, 0.0], [0.01, -0.02], [0.06, worst], [0.0, 0.01]])
    result = {
        "methods": list(METHODS),
        "accuracy": 0.8 + gain,
        "mean": (0.8 + gain).mean(1).tolist(),
        "gain": gain,
        "gain_mean": gain.mean(1).tolist(),
        "gain_worst": gain.min(1).tolist(),
        "ece": np.full((4, 2), 0.05),
        "noise": 0.0,
    }
    steps = [Progress(step, 20, {name: 0.5 for name in METHODS} | {"lesson": float(step)}) for step in (1, 10)]
    return RunView(progress=steps, result=result)


def test_a_gain_is_claimed_only_when_every_run_has_it(words: Words) -> None:
    facts = {"best": words["method_virtual"], "plain": 0.8}
    sure = figures.race(view(0.04), words).layout.meta["claim"]
    assert sure == fill(words["race_claim_gain"], {**facts, "gain": 5.0, "worst": 4.0})
    unsure = figures.race(view(-0.02), words).layout.meta["claim"]
    assert unsure == fill(words["race_claim_nothing"], {**facts, "gain": 2.0, "worst": -2.0})


def test_the_race_grows_and_keeps_its_axes(words: Words) -> None:
    empty, done = figures.race(RunView(running=True), words), figures.race(view(0.04), words)
    growing = {trace.meta["progress"]["y"] for trace in empty.data if trace.meta}
    assert growing == set(METHODS)
    assert empty.layout.meta["claim"] == words["race_running"]
    for axis in ("yaxis", "yaxis2", "yaxis3"):
        assert empty.layout[axis].range == done.layout[axis].range


def test_the_papers_table_is_the_slides(words: Words) -> None:
    chart = figures.table(words)
    said = chart.layout.meta["claim"]
    assert "1.05" in said
    assert "2.58" in said
    texts = " ".join(item.text for item in chart.layout.annotations)
    assert all(f"{number:.2f}" in texts for pair in figures.PAPER.values() for number in pair)
