"""The chapter's pictures: what they bind to, and that their claims are computed from what is shown."""

from __future__ import annotations

import pytest

from dkdemo.figures import mean_teacher as figures
from dkdemo.figures.binding import fill
from dkdemo.figures.dashes import dashed
from dkdemo.jobs.events import Progress
from dkdemo.jobs.view import RunView
from dkdemo.kernels.mean_teacher import SAMPLES, agree, follow_path
from dkdemo.web.text import LANGUAGES, Words


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return Words(request.param, "mean_teacher")


def bound(chart) -> set[str]:
    return {path for trace in chart.data for path in (trace.meta or {}).get("bind", {}).values()}


def test_the_path_and_its_shares_follow_the_kernel(words: Words) -> None:
    values = follow_path(**SAMPLES["follow_path"][0])
    chart = figures.follow(values, words)
    assert bound(chart) == {"student", "teacher", "shares"} <= set(values)
    assert "69" in fill(words["follow_claim"], values)


def test_the_handles_lie_on_the_students_logits(words: Words) -> None:
    values = agree(**SAMPLES["agree"][1])
    chart = figures.agree(values, ("5", "9", "3", "6"), words)
    assert chart.data[0].meta["bind"] == {"y": "logits"}
    assert bound(chart) == {"logits", "p", "p_teacher", "push"} <= set(values)
    assert fill(words["agree_claim"], values)


def averaged() -> RunView:
    names = ("student", "student_low", "student_high", "warm_99", "warm_999", "fixed_99", "fixed_999")
    steps = [Progress(step, 200, dict.fromkeys(names, 0.5) | {"fixed_999": 0.2}) for step in (1, 60, 200)]
    accuracy = {"student": [0.9, 0.9], "warm_99": [0.95, 0.89]}
    return RunView(progress=steps, result={"accuracy": accuracy, "learning_rate": 0.5})


def test_early_speaks_of_the_step_it_shows(words: Words) -> None:
    claim = figures.early(averaged(), words).layout.meta["claim"]
    facts = {"step": 60, "student": 0.5, "warm_999": 0.5, "fixed_999": 0.2, "kept": 0.999**60}
    assert claim == fill(words["early_claim"], facts)
    assert figures.early(RunView(), words).layout.meta["claim"] == words["early_running"]


def test_noisy_counts_the_runs_that_gain(words: Words) -> None:
    chart = figures.noisy(averaged(), 0.88, words)
    facts = {"rate": 0.5, "raw": 0.9, "mean": 0.92, "gain": 2.0, "worst": -1.0, "better": 1, "runs": 2}
    assert chart.layout.meta["claim"] == fill(words["noisy_claim"], facts)
    pairs = [tuple(trace.y) for trace in chart.data if trace.mode == "lines+markers"]
    assert pairs == [(0.9, 0.95), (0.9, 0.89)]


def test_few_compares_average_with_average(words: Words) -> None:
    result = {"accuracy": {"student": [[0.1], [0.1]], "teacher": [[0.8], [0.7]]}, "n": {"labelled": 30}}
    chart = figures.few(RunView([Progress(1, 2, {})], {}, result), words)
    facts = {"labelled": 30, "alone": 0.8, "taught": 0.7, "gain": -10.0, "worst": -10.0, "better": 0, "runs": 1}
    assert chart.layout.meta["claim"] == fill(words["few_claim"], facts)


@pytest.mark.parametrize("done", [False, True])
def test_few_names_its_four_curves_before_and_after(words: Words, done: bool) -> None:
    result = {"accuracy": {"teacher": [[0.8], [0.7]]}, "n": {"labelled": 30}} if done else None
    chart = figures.few(RunView([Progress(1, 2, {})], {}, result), words)
    drawn = {trace.name: trace.line for trace in chart.data if trace.name}
    named = {note.text: note.font.color for note in chart.layout.annotations}
    assert len(figures.KINDS) == 4
    for name, dash in figures.KINDS:
        assert named[dashed(dash, words[f"few_{name}"])] == drawn[name].color
        assert drawn[name].dash == dash
