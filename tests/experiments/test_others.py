"""What the chapter claims, measured on three seeds or more, and what its recipes refuse."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dkdemo.experiments import catalogue
from dkdemo.experiments.predictive import Predictive
from dkdemo.experiments.recipe import Recipe
from dkdemo.experiments.rnn import TimesTwo
from dkdemo.experiments.switches import Switches
from dkdemo.jobs.events import Done, Event, Progress, Snapshot, from_json, to_json

MINE = (TimesTwo, Switches, Predictive)


def run(recipe: Recipe) -> tuple[list[Event], dict]:
    """All events, and the result; every event survives the way to the browser."""
    events = list(recipe.run())
    for event in events:
        assert to_json(from_json(to_json(event))) == to_json(event)
    assert sum(isinstance(event, Done) for event in events) == 1
    result = dict(events[-1].result)
    assert {"seconds", "device", "n", "seeds"} <= set(result)
    return events, result


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        (TimesTwo, {"length": 1}, "2 to 16 steps, got 1"),
        (Switches, {"length": 17}, "2 to 16 steps, got 17"),
        (Predictive, {"data": "stocks"}, "digits, waves; got 'stocks'"),
        (Predictive, {"choices": 3}, "must divide 64, got 3"),
        (Predictive, {"choices": 0}, "got 0"),
        (Predictive, {"steps": 1}, "got 1"),
    ],
)
def test_senseless_settings_are_refused_in_one_sentence(kind, values, message):
    with pytest.raises(ValueError, match=message) as caught:
        kind(**values)
    assert "\n" not in str(caught.value)


def test_all_are_in_the_catalogue_and_say_how_long_they_take():
    for kind in MINE:
        assert catalogue()[kind.name] is kind
        assert 0 < kind().expected_seconds() < 25


@pytest.mark.parametrize("kind", [TimesTwo, Predictive])
def test_the_first_point_comes_at_the_first_step(kind):
    first = next(event for event in kind().run() if isinstance(event, Progress))
    assert first.step == 1
    assert all(np.isfinite(list(first.metrics.values())))


@pytest.mark.training
@pytest.mark.parametrize("length", [4, 16])
def test_time_2_input_3_is_found_by_all_eight(length):
    events, result = run(TimesTwo(length=length))
    assert np.abs(np.array(result["w"]) - 2).max() < 0.01
    assert np.abs(np.array(result["u"]) - 3).max() < 0.01
    assert result["off"] < 0.01
    first, last = (event.metrics for event in (events[0], events[-2]))
    assert last["w_3"] == pytest.approx(result["w"][3])
    assert abs(first["w_3"] - 2) > 0.5


@pytest.mark.training
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_errors_as_they_are_leave_the_input_s_weight_wrong(seed):
    plain, balanced = (run(TimesTwo(length=8, balanced=way, seed=seed))[1] for way in (False, True))
    assert balanced["off"] < 0.01
    assert plain["off"] > 0.1


@pytest.mark.parametrize("length", [4, 8])
def test_switches_work_from_as_many_numbers_as_inputs(length):
    _, result = run(Switches(length=length))
    unread = result["unread"]
    assert unread.shape == (length + 4, 5)
    exact = np.maximum(0, 1 - np.array(result["dimensions"]) / length)
    assert np.abs(unread - exact[:, None])[: length - 1].max() < 0.06
    assert unread[length - 1 :].max() < 1e-9
    np.testing.assert_allclose(result["tables"][length - 1], np.eye(length), atol=1e-6)


@pytest.mark.training
@pytest.mark.parametrize("data", ["digits", "waves"])
def test_cpc_finds_less_the_farther_and_never_knows_more_than_log_n(data):
    """Three seeds as one batched model; each of them has to hold."""
    events, result = run(Predictive(data=data))
    accuracy, estimate = result["accuracy"], result["estimate"]
    assert accuracy.shape == estimate.shape == (3, 6)
    assert (np.diff(accuracy, axis=1) < 0).all(), "accuracy falls with every step ahead, for every seed"
    assert accuracy[:, 0].min() > 0.4
    assert accuracy[:, -1].min() > 2 / 16
    assert estimate[:, 0].min() > 1.0
    looks = [event.arrays for event in events if isinstance(event, Snapshot)]
    assert len(looks) > 20
    assert all((look["estimate"] <= math.log(16)).all() for look in looks)
    examples = result["examples"]
    np.testing.assert_allclose(examples["share"].sum(1), 1, atol=1e-5)
    assert examples["next"].shape[:2] == examples["share"].shape == (6, 16)
    sure = examples["share"][range(6), examples["truth"]]
    assert sure.mean() > 2 / 16, "the true future gets more than a guess"
    if data == "digits":
        assert (estimate < np.array(result["ceiling"]) + 0.05).all(), "nor more than there is to know"


@pytest.mark.training
def test_few_choices_cap_what_can_be_known():
    _, result = run(Predictive(choices=4))
    assert (result["estimate"] <= math.log(4)).all()
    assert result["estimate"].max() < 0.75 * result["ceiling"][0], "the exam is too easy to prove it"


@pytest.mark.training
def test_without_others_everything_becomes_one_answer():
    _, result = run(Predictive(choices=1))
    assert max(result["spread"]) < 0.2 * result["untrained_spread"]
    assert max(result["loss"]) < 0.01
    assert np.abs(result["estimate"]).max() < 0.05
