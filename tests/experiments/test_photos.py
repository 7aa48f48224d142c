"""The lesson on photographs: budgets, twins, and what a short one must reach."""

from dataclasses import replace

import numpy as np
import pytest

from dkdemo.experiments.photos import KINDS, LARGE, RUNS, Photos
from dkdemo.experiments.recipe import from_values
from dkdemo.jobs.events import Done, Progress, from_json, to_json

TINY = {"widths": (4, 8, 8), "student": (4, 8, 8), "per_class": 5, "student_steps": 5}
TIMES = ("seconds", "cpu_seconds", "teacher_seconds")


def finish(recipe):
    """All of a run's events, as they arrive on the other side of the pipe."""
    *told, done = [from_json(to_json(event)) for event in recipe.run()]
    assert isinstance(done, Done)
    assert all(isinstance(event, Progress) for event in told)
    return told, done.result


@pytest.mark.training
@pytest.mark.cifar10
def test_within_a_short_lesson_the_teacher_learns_and_every_soft_student_beats_its_twin() -> None:
    told, result = finish(Photos(epochs=2.0))
    assert result["teacher"] > 0.70  # seeds 0 to 2: .732 to .742
    assert result["teacher_steps"] == 391
    assert result["accuracy"].shape == (len(KINDS), RUNS)
    assert result["gain"].min() > 0.01, "for every student, not only on the mean"  # seeds 0 to 2: from .033 on
    assert result["gain_mean"] > 0.025  # seeds 0 to 2: .044 to .050
    np.testing.assert_allclose(result["gain"], result["accuracy"][1] - result["accuracy"][0])
    np.testing.assert_allclose(result["mean"], result["accuracy"].mean(1))
    assert result["gain_worst"] == pytest.approx(result["gain"].min())
    assert result["seeds"] == [0, 1, 2]
    assert result["n"] == {"per_class": 100, "labelled": 1000, "teacher": 50_000, "test": 10_000}
    teacher = [event for event in told if "teacher" in event.metrics]
    assert [event.metrics["spent"] for event in teacher] == sorted(event.metrics["spent"] for event in teacher)
    assert {event.steps for event in told} == {391 + 120}, "a budget of steps is known from the first point on"
    assert [event.step for event in told] == sorted(event.step for event in told)
    assert told[-1].metrics["student_spent"] == 1
    assert told[-1].step == told[-1].steps


@pytest.mark.training
@pytest.mark.cifar10
def test_a_budget_in_epochs_is_the_same_run_bit_for_bit() -> None:
    recipe = Photos(epochs=0.03, batch_size=128, **TINY)
    (first, one), (again, other) = (finish(recipe) for _ in range(2))
    assert first == again
    assert np.array_equal(one.pop("accuracy"), other.pop("accuracy"))
    assert np.array_equal(one.pop("gain"), other.pop("gain"))
    assert {key: one[key] for key in one if key not in TIMES} == {key: other[key] for key in one if key not in TIMES}


@pytest.mark.training
@pytest.mark.cifar10
def test_a_budget_in_seconds_is_spent_and_no_more() -> None:
    told, result = finish(Photos(seconds=2.0, batch_size=32, **TINY))
    assert 2 <= result["teacher_seconds"] < 20, "the points of the curve are measured within it or soon after"
    assert result["teacher_steps"] * 32 / 50_000 == pytest.approx(result["epochs"])
    last = [event for event in told if "teacher" in event.metrics][-1]
    assert last.metrics["spent"] == 1
    assert last.step == result["teacher_steps"]


@pytest.mark.training
@pytest.mark.cifar10
def test_the_larger_recipe_is_the_same_code_with_other_settings() -> None:
    """What a GPU would be given, cut down to what a processor bears, after memory ran out once: half the batch."""
    _, result = finish(replace(LARGE, epochs=0.06, batch_size=LARGE.batch_size // 2, **TINY))
    assert result["teacher_steps"] == 6
    assert result["epochs"] == pytest.approx(6 * 512 / 50_000)


@pytest.mark.parametrize(
    "bad",
    [
        {"seconds": 0.0},
        {"epochs": -1.0},
        {"widths": [4, 4]},
        {"student": [4, 4, 0]},
        {"widths": [4, 4, 4.0]},
        {"stride": 3},
        {"batch_size": 1},
        {"per_class": 6000},
        {"student_steps": 0},
        {"seed": -1},
    ],
)
def test_impossible_settings_are_refused(bad) -> None:
    with pytest.raises(ValueError, match="got"):
        from_values(Photos, bad)


def test_without_cifar10_the_run_says_how_to_get_it(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("DKDEMO_HOME", str(tmp_path))
    monkeypatch.setenv("DKDEMO_DATA", str(tmp_path))
    with pytest.raises(ValueError, match="python -m dkdemo data get cifar10"):
        list(Photos().run())


def test_the_seconds_promised_are_those_of_the_budget() -> None:
    assert Photos(seconds=20.0).expected_seconds() < Photos().expected_seconds() == pytest.approx(90)
