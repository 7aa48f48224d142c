"""The teacher-free race: the same start for everyone, honest wrong labels, and what is gained and what is not."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dkdemo.experiments import teacher_free
from dkdemo.experiments.side_by_side import draw_wrong, draw_wrong_at, spoilt
from dkdemo.experiments.teacher_free import METHODS, RUNS, Hyperparameters, TeacherFree
from dkdemo.jobs.events import Done, Progress, from_json, to_json

BRIEF = Hyperparameters(5, 16, 12, 30, 1e-2, 1.0)


def run(recipe: TeacherFree) -> tuple[list[Progress], dict]:
    events = list(recipe.run())
    assert isinstance(events[-1], Done)
    for event in events:
        from_json(to_json(event))
    result = dict(events[-1].result)
    assert {"seconds", "device", "n", "seeds"} <= set(result)
    return [event for event in events if isinstance(event, Progress)], result


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(teacher_free.SETTINGS, "digits", BRIEF)


def test_the_race_repeats_to_the_bit_and_tells_both_lessons(brief: None) -> None:
    steps, result = run(TeacherFree(noise=0.2, seed=3))
    _, again = run(TeacherFree(noise=0.2, seed=3))
    np.testing.assert_array_equal(result["accuracy"], again["accuracy"])
    assert result["seeds"] == [15, 16, 17, 18, 19]
    assert result["n"] == {"per_class": 5, "labelled": 50, "wrong": 10, "test": 719, "curves": 500}
    first, second = ([event for event in steps if name in event.metrics] for name in ("plain", "own"))
    assert first[0].step == 1
    assert first[-1].step == BRIEF.steps
    assert second[-1].step == steps[-1].steps == 2 * BRIEF.steps
    assert second[-1].metrics["lesson"] == BRIEF.steps
    assert result["accuracy"].shape == result["gain"].shape == result["ece"].shape == (len(METHODS), RUNS)
    np.testing.assert_allclose(result["gain"], result["accuracy"] - result["accuracy"][0])


def test_only_the_targets_differ(brief: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the soft terms off and no smoothing, all four methods are one and the same training."""
    monkeypatch.setattr(teacher_free, "WEIGHT", 0.0)
    monkeypatch.setattr(teacher_free, "ALPHA", 0.0)
    _, result = run(TeacherFree(seed=1))
    assert np.abs(result["gain"]).max() <= 2 / result["n"]["test"]  # sums in another order, rarely another answer


def test_wrong_labels_are_wrong_and_as_many_as_said() -> None:
    labels, generator = torch.arange(10).repeat(20), torch.Generator().manual_seed(4)
    moved = spoilt(labels, draw_wrong(60, len(labels), 10, generator), 10)
    assert int((moved != labels).sum()) == 60
    assert set(moved.tolist()) == set(range(10))
    assert torch.equal(labels, torch.arange(10).repeat(20)), "the argument stays as it was"
    assert torch.equal(spoilt(labels, draw_wrong(0, len(labels), 10, generator), 10), labels)
    where = torch.arange(200) % 3 == 0
    assert torch.equal(spoilt(labels, draw_wrong_at(where, 10, generator), 10) != labels, where)


@pytest.mark.parametrize(("values", "words"), [({"noise": 1.0}, "wrong labels"), ({"data": "cats"}, "data is one of")])
def test_nonsense_is_refused(values: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TeacherFree(**values)


@pytest.mark.training
@pytest.mark.timeout(300)
def test_on_clean_labels_little_is_gained() -> None:
    """Measured over 15 runs: smoothed +.8, virtual +.9, own copy -.3 points; what the page says."""
    _, result = run(TeacherFree())
    gain = dict(zip(METHODS, result["gain_mean"], strict=True))
    assert result["mean"][0] > 0.93
    assert max(gain.values()) < 0.025
    assert abs(gain["own"]) < 0.015


@pytest.mark.training
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [0, 1])
def test_against_wrong_labels_the_virtual_teacher_wins_every_run(seed: int) -> None:
    _, result = run(TeacherFree(noise=0.4, seed=seed))
    plain, smooth, virtual, own = result["accuracy"]
    assert (virtual - plain).min() > 0.04
    assert (virtual - smooth).mean() > 0.04
    assert abs((own - plain).mean()) < 0.05
    calm, sure = result["ece_mean"][0], result["ece_mean"][METHODS.index("virtual")]
    assert sure > calm, "on the digits its confidence fits worse, as the page says"


@pytest.mark.mnist
@pytest.mark.training
@pytest.mark.timeout(300)
def test_on_mnist_it_wins_too_and_its_confidence_fits_better() -> None:
    _, result = run(TeacherFree(data="mnist", noise=0.4))
    plain, _, virtual, _ = result["accuracy"]
    assert (virtual - plain).min() > 0.01
    assert result["ece_mean"][METHODS.index("virtual")] < result["ece_mean"][0] - 0.05
