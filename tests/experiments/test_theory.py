"""The theory chapter's runs: U-curve, second descent, what a ridge removes, and one epoch too many."""

from __future__ import annotations

import numpy as np
import pytest

from dkdemo.experiments.double_descent import RIDGES, DoubleDescent
from dkdemo.experiments.epochs import Epochs
from dkdemo.experiments.polynomials import DEGREES, Polynomials
from dkdemo.experiments.recipe import Recipe
from dkdemo.jobs.events import Done, Event, Progress, from_json, to_json

SEEDS = (0, 1, 2)


def run(recipe: Recipe) -> tuple[list[Event], dict]:
    events = list(recipe.run())
    assert isinstance(events[-1], Done)
    result = dict(events[-1].result)
    assert {"seconds", "device", "n", "seeds"} <= set(result)
    for event in events:
        from_json(to_json(event))
    return events, result


@pytest.mark.parametrize("seed", SEEDS)
def test_polynomials_fall_explode_and_fall_again(seed: int) -> None:
    _, result = run(Polynomials(seed=seed))
    median = dict(zip(DEGREES, result["median"], strict=True))
    assert median[5] < 0.1 * median[1], "too stiff"
    assert median[12] > 3 * median[5], "too supple"
    assert median[19] > 1e4
    assert median[100] < 0.1
    assert median[100] > 2 * median[5], "the page says that the old valley stays deeper"
    train = dict(zip(DEGREES, result["train"], strict=True))
    assert train[5] > 0.01
    assert max(train[degree] for degree in DEGREES if degree >= 19) < 1e-12


def test_error_is_bias_plus_variance() -> None:
    _, result = run(Polynomials())
    np.testing.assert_allclose(result["bias"] + result["variance"], result["mean"], rtol=1e-9)
    assert result["fits"].shape == (len(DEGREES), 30, 61)
    _, again = run(Polynomials())
    assert np.array_equal(result["fits"], again["fits"])


@pytest.mark.parametrize("data", ["digits", pytest.param("mnist", marks=pytest.mark.mnist)])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_peak_is_at_n_and_a_tuned_ridge_removes_it(data: str, seed: int) -> None:
    _, result = run(DoubleDescent(data=data, seed=seed))
    at, test = result["widths"].index(result["examples"]), result["test"]
    assert test.shape == (len(RIDGES), 20, 5)
    plain = test[0].mean(1)
    assert plain.argmax() == at
    assert (test[0, at] >= 3 * test[0, -1]).all(), "in each run"
    assert plain[-1] < plain[:at].min(), "the second valley is the deeper one"
    assert np.diff(result["tuned"].mean(1)).max() <= 0.02
    assert (result["train"][0, at:] == 0).all()
    assert result["train"][0, 0].min() > 0.05


@pytest.mark.training
@pytest.mark.parametrize("seed", SEEDS)
def test_with_wrong_labels_one_may_learn_too_long(seed: int) -> None:
    events, result = run(Epochs(seed=seed))
    assert (result["last"] - result["best"]).min() >= 0.05, "in each run"
    assert result["best_step"] < 1000
    assert result["clean_last"].mean() < result["best"].mean() + 0.02
    seen = [event for event in events if isinstance(event, Progress)]
    assert [int(event.metrics["train_step"]) for event in seen] == list(result["steps"])
    assert result["steps"][0] == 1
    assert result["steps"][-1] == 2000


def test_epochs_repeat_to_the_bit_and_twins_differ_by_labels_only() -> None:
    _, first = run(Epochs(steps=20, seed=4))
    _, again = run(Epochs(steps=20, seed=4))
    assert np.array_equal(first["error"], again["error"])
    _, clean = run(Epochs(steps=20, seed=4, noise=0.0))
    np.testing.assert_array_equal(clean["error"][0], clean["error"][1])
    np.testing.assert_array_equal(clean["error"][1], first["error"][1])
    assert first["n"]["wrong"] == 80


def test_the_best_step_is_chosen_on_images_that_are_not_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every second test label is made wrong: the choice then goes by nonsense, and what is told stays the same."""
    from dataclasses import replace

    from dkdemo import datasets

    _, before = run(Epochs(steps=60, seed=1))
    assert before["n"]["held_out"] + before["n"]["test"] == 719
    at = list(before["steps"]).index(before["best_step"])
    np.testing.assert_array_equal(before["best"], before["error"][0, :, at])
    train, test = datasets.load("digits")
    labels = test.labels.clone()
    labels[::2] = (labels[::2] + 1) % 10
    monkeypatch.setattr(datasets, "load", lambda *_: (train, replace(test, labels=labels)))
    _, after = run(Epochs(steps=60, seed=1))
    assert after["best_step"] != before["best_step"]
    np.testing.assert_array_equal(after["error"], before["error"])


@pytest.mark.parametrize(
    ("kind", "settings", "sentence"),
    [
        (Polynomials, {"seed": -1}, "seed must be 0"),
        (DoubleDescent, {"data": "imagenet"}, "data is one of"),
        (DoubleDescent, {"seed": 2**32}, "seed must be 0"),
        (Epochs, {"noise": 0.9}, "noise must be between 0 and .8"),
        (Epochs, {"noise": float("nan")}, "noise must be between 0 and .8"),
        (Epochs, {"steps": 0}, "steps must be 1"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(kind: type[Recipe], settings: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        kind(**settings)
