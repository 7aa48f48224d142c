"""What averaging is claimed to do, over seeds, and what the mean teacher is honestly said not to do here."""

from __future__ import annotations

from statistics import fmean

import pytest

from dkdemo.experiments.averaged import Averaged
from dkdemo.experiments.mean_teacher import MeanTeacher
from dkdemo.experiments.recipe import Recipe
from dkdemo.jobs.events import Done, Event, Progress, from_json, to_json


def run(recipe: Recipe) -> tuple[list[Event], dict]:
    events = list(recipe.run())
    assert isinstance(events[-1], Done)
    result = dict(events[-1].result)
    assert {"seconds", "device", "n", "seeds"} <= set(result)
    for event in events:
        from_json(to_json(event))
    return events, result


@pytest.mark.training
@pytest.mark.timeout(300)
def test_the_average_beats_the_weights_at_a_high_rate_and_lags_at_a_low_one() -> None:
    for seed in range(3):
        _, high = run(Averaged(seed=seed))
        _, low = run(Averaged(seed=seed, learning_rate=0.1, steps=150))
        for result, sign in ((high, 1), (low, -1)):
            right = result["accuracy"]
            assert sign * (fmean(right["warm_99"]) - fmean(right["student"])) > 0


@pytest.mark.training
@pytest.mark.timeout(300)
def test_a_fixed_decay_remembers_its_random_start() -> None:
    events, _ = run(Averaged())
    early = [event.metrics for event in events if isinstance(event, Progress) and 15 <= event.step <= 100]
    assert len(early) > 5
    for point in early:
        assert point["warm_999"] > point["fixed_999"] + 0.3
        assert point["warm_999"] > point["student"] - 0.02


@pytest.mark.training
@pytest.mark.timeout(300)
def test_agreeing_buys_nothing_on_tiny_digits() -> None:
    """The honest limit that the page states: within four points of the control, either way."""
    _, result = run(MeanTeacher())
    alone, taught = result["accuracy"]["teacher"]
    assert len(alone) == 5
    assert result["n"]["labelled"] == 30
    assert min(alone) > 0.6
    assert abs(fmean(taught) - fmean(alone)) < 0.04


def test_without_weight_both_kinds_are_the_same_and_runs_repeat() -> None:
    recipe = MeanTeacher(weight=0.0, steps=12, batch_size=16, seed=2)
    _, result = run(recipe)
    for rows in result["accuracy"].values():
        assert rows[0] == rows[1]
    assert run(recipe)[1]["accuracy"] == result["accuracy"]


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        (Averaged, {"learning_rate": 0.0}, "learning_rate in"),
        (Averaged, {"batch_size": 0}, "batch_size and hidden"),
        (MeanTeacher, {"per_class": 0}, "per_class in"),
        (MeanTeacher, {"ramp": 0.0}, "ramp in"),
        (MeanTeacher, {"hidden": 0}, "batch_size and hidden"),
    ],
)
def test_nonsense_is_refused(kind: type[Recipe], values: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        kind(**values)
