"""The race and its honest null: what must be seen to hold, on several seeds."""

import numpy as np
import pytest

from dkdemo.experiments import race
from dkdemo.experiments.everything import Everything
from dkdemo.experiments.overconfident import Overconfident
from dkdemo.experiments.race import CONFIGS, RUNS, Race
from dkdemo.experiments.recipe import from_values
from dkdemo.experiments.teacher_free import TeacherFree
from dkdemo.experiments.unseen import Unseen
from dkdemo.jobs.events import Done, Progress, from_json, to_json


def finish(recipe):
    """All of a run's events, as they arrive on the other side of the pipe."""
    *told, done = [from_json(to_json(event)) for event in recipe.run()]
    assert isinstance(done, Done)
    assert all(isinstance(event, Progress) for event in told)
    return told, done.result


@pytest.mark.parametrize(
    "recipe", [Race(), Everything(), Unseen(), Overconfident(), TeacherFree()], ids=lambda one: one.name
)
def test_how_long_the_curves_will_be_is_known_before_the_run(recipe) -> None:
    _ahead(recipe)


@pytest.mark.mnist
@pytest.mark.parametrize("kind", [Race, Everything, Unseen, Overconfident, TeacherFree], ids=lambda one: one.name)
def test_and_so_it_is_on_mnist(kind) -> None:
    _ahead(kind(data="mnist"))


def _ahead(recipe) -> None:
    """The axis of the page ends there until the run itself tells its end, under one of these names."""
    for event in recipe.run():
        told = {"steps": event.steps, **event.metrics}
        if isinstance(recipe, Race | Everything) or {"student_steps", "lesson_steps"} & set(told):
            break
    assert recipe.steps_ahead() == told.get("student_steps", told.get("lesson_steps", told["steps"]))


@pytest.mark.training
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_three_labels_a_class_and_a_teacher_beat_three_labels_a_class(seed: int) -> None:
    told, result = finish(Race(seed=seed))
    assert result["claim"] == "soft_8"
    gains = result["gain"][CONFIGS.index("soft_8") - 1]
    assert gains.mean() >= 0.05
    assert gains.min() > 0, "for every student, not only on the mean"
    assert result["teacher"] > 0.95
    assert result["n"] == {"per_class": 3, "labelled": 30, "teacher": 1078, "test": 719, "curves": 300}
    assert result["seeds"] == [RUNS * seed + run for run in range(RUNS)]
    assert result["accuracy"].shape == (len(CONFIGS), RUNS)
    np.testing.assert_allclose(result["mean"], result["accuracy"].mean(1))
    np.testing.assert_allclose(result["std"], result["accuracy"].std(1, ddof=1))
    np.testing.assert_allclose(result["gain"], result["accuracy"][1:] - result["accuracy"][:1])
    np.testing.assert_allclose(result["gain_worst"], result["gain"].min(1))
    assert told[0].step == 1
    assert "teacher" in told[0].metrics
    assert told[-1].step == told[-1].steps
    steps = [event.step for event in told]
    assert steps == sorted(set(steps))
    last = told[-1].metrics
    assert all(last[f"{name}_low"] <= last[name] <= last[f"{name}_high"] for name in CONFIGS)


@pytest.mark.training
@pytest.mark.mnist
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_on_mnist_ten_labels_a_class(seed: int) -> None:
    _, result = finish(Race(data="mnist", seed=seed))
    gains = result["gain"][CONFIGS.index(result["claim"]) - 1]
    assert result["claim"] == "soft_4"
    assert gains.mean() >= 0.08
    assert gains.min() > 0
    assert result["n"] == {"per_class": 10, "labelled": 100, "teacher": 60_000, "test": 10_000, "curves": 300}


@pytest.mark.training
def test_the_same_seed_is_the_same_run_bit_for_bit() -> None:
    (first, one), (again, other) = (finish(Race(seed=4)) for _ in range(2))
    assert first == again
    assert np.array_equal(one["accuracy"], other["accuracy"])


@pytest.mark.training
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_with_all_labels_soft_targets_gain_nothing(seed: int) -> None:
    _, result = finish(Everything(seed=seed))
    assert max(abs(gain) for gain in result["gain_mean"]) < 0.02
    assert result["n"]["labelled"] == 1078


@pytest.mark.training
@pytest.mark.mnist
def test_with_all_of_mnist_soft_targets_gain_nothing() -> None:
    _, result = finish(Everything(data="mnist"))
    assert max(abs(gain) for gain in result["gain_mean"]) < 0.015
    assert result["mean"][0] > 0.94
    assert result["teacher"] > result["mean"][0], "the teacher is better than all students, and still of no use"


def test_every_look_of_an_image_is_a_shift_of_it() -> None:
    import torch

    from dkdemo import datasets

    train, _ = datasets.load("shapes")
    few = train[torch.arange(2)]
    looks, plain = race._all_shifts(few, 1), few.normalised()
    assert looks.shape == (2, 9, 3, 32, 32)
    torch.testing.assert_close(looks[:, 4], plain, rtol=0, atol=1e-5)
    torch.testing.assert_close(looks[:, 5, :, :, 1:], plain[..., :-1], rtol=0, atol=1e-5)  # to the right
    torch.testing.assert_close(looks[:, 7, :, 1:], plain[..., :-1, :], rtol=0, atol=1e-5)  # down


def test_a_race_of_many_classes_is_shown_fewer_looks_rather_than_filling_the_memory() -> None:
    mnist = 5 * 10 * 10 * 28 * 28
    assert race.affordable_shift(2, mnist) == 2
    photographs = 5 * 10 * 3 * 32 * 32  # of one class
    assert [race.affordable_shift(2, photographs * classes) for classes in (10, 34, 35, 97, 98)] == [2, 2, 1, 1, 0]
    assert race.affordable_shift(0, 10**12) == 0


@pytest.mark.parametrize("bad", [{"per_class": -1}, {"per_class": 2.5}, {"seed": -1}, {"seed": 2**40}, {"size": 3}])
def test_impossible_settings_are_refused(bad) -> None:
    with pytest.raises(ValueError, match="got"):
        from_values(Race, bad)


def test_too_many_labels_are_refused_in_one_sentence() -> None:
    with pytest.raises(ValueError, match="class 0 has"):
        list(Race(per_class=900).run())
    with pytest.raises(ValueError, match="data is one of"):
        list(Race(data="nothing").run())
