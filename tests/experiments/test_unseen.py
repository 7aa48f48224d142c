"""The digit it never saw, its controls, and the teacher that is too sure: what must be seen to hold."""

import numpy as np
import pytest
import torch

from dkdemo import datasets
from dkdemo.experiments import unseen
from dkdemo.experiments.overconfident import Overconfident
from dkdemo.experiments.recipe import from_values
from dkdemo.experiments.unseen import BIASES, CONFIGS, RUNS, Unseen
from dkdemo.jobs.events import Done, from_json, to_json

SOFT, HARD, SHUFFLED = range(3)


def finish(recipe):
    *told, done = [from_json(to_json(event)) for event in recipe.run()]
    assert isinstance(done, Done)
    return told, done.result


def controls_fail(result) -> None:
    assert (result["before"][HARD] == 0).all()
    assert (result["before"][SHUFFLED] <= 0.05).all()
    assert (result["after_all"][SOFT] > result["after_all"][1:].max()).all()


@pytest.mark.training
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_digits_without_threes(seed: int) -> None:
    told, result = finish(Unseen(seed=seed))
    controls_fail(result)
    assert result["before"][SOFT].mean() >= 0.8
    assert result["after"][SOFT].mean() >= 0.9
    assert result["configs"] == list(CONFIGS)
    assert result["before"].shape == (len(CONFIGS), RUNS)
    assert result["hidden"] == [3]
    assert told[0].step == 1 or "soft" in told[0].metrics, "a kept teacher is not trained again"
    assert told[-1].step == told[-1].steps
    assert {"soft", "hard", "shuffled", "soft_low", "soft_high", "soft_all"} <= set(told[-1].metrics)
    zero = BIASES.index(0.0)
    np.testing.assert_allclose(result["curve"][:, zero], result["before"].mean(1))
    np.testing.assert_allclose(result["curve_all"][:, zero], result["before_all"].mean(1))
    assert (np.diff(result["curve"], axis=1) >= 0).all(), "more bias never loses a hidden digit"
    assert result["biases"][0] <= result["bias"].min()
    assert result["bias"].max() <= result["biases"][-1]


@pytest.mark.training
@pytest.mark.parametrize("digit", [0, 1, 5, 8, 9])
def test_any_digit_can_be_hidden(digit: int) -> None:
    _, result = finish(Unseen(hidden=(digit,)))
    controls_fail(result)
    assert result["before"][SOFT].mean() >= 0.5
    assert result["after"][SOFT].mean() >= 0.85


@pytest.mark.training
@pytest.mark.mnist
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_mnist_without_threes(seed: int) -> None:
    _, result = finish(Unseen(data="mnist", seed=seed))
    controls_fail(result)
    assert result["before"][SOFT].mean() >= 0.5
    assert result["after"][SOFT].mean() >= 0.85


@pytest.mark.training
def test_only_sevens_and_eights() -> None:
    """The hard student can only ever name two of ten digits; the soft one reads most of them."""
    _, result = finish(Unseen(hidden=(0, 1, 2, 3, 4, 5, 6, 9), temperature=20.0))
    assert (result["before_all"][HARD] <= 0.25).all()
    assert (result["before_all"][SHUFFLED] <= 0.3).all()
    assert (result["after_all"][SOFT] >= 0.7).all()


@pytest.mark.training
def test_the_same_seed_is_the_same_run_bit_for_bit() -> None:
    first, again = (finish(Unseen(seed=5))[1] for _ in range(2))
    for name in ("before", "after", "bias", "curve", "curve_all", "whispers"):
        assert np.array_equal(first[name], again[name], equal_nan=True)


@pytest.mark.training
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_teacher_too_sure_teaches_less(seed: int) -> None:
    _, result = finish(Overconfident(seed=seed))
    light, sure = result["before"]
    assert sure.max() <= light.min() - 0.25
    assert result["teacher"][1] >= result["teacher"][0], "it is the better classifier"
    assert result["whisper"][1] < result["whisper"][0] / 2
    assert result["wrong_mass"][1] < result["wrong_mass"][0]


@pytest.mark.training
@pytest.mark.mnist
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_teacher_too_sure_teaches_less_on_mnist(seed: int) -> None:
    _, result = finish(Overconfident(data="mnist", seed=seed))
    light, sure = result["before"]
    assert sure.mean() <= light.mean() - 0.2
    assert result["teacher"][1] > result["teacher"][0]


@pytest.mark.parametrize("hidden", [(3,), (0, 1, 2, 3, 4, 5, 6, 9)])
def test_nobody_shows_the_student_a_hidden_digit(hidden: tuple[int, ...]) -> None:
    train, _ = datasets.load("digits")
    parts = unseen.divide(train, hidden, 0)
    assert parts.mask.nonzero().flatten().tolist() == list(hidden)
    assert not parts.mask[train.labels[parts.transfer]].any()
    assert train.labels[parts.held].unique().tolist() == list(range(10)), "the bias needs examples of all classes"
    together = torch.cat([parts.transfer, parts.held])
    assert len(together.unique()) == len(together), "held-out images must be new to the student"


def test_whispers_are_the_mean_probability_of_the_hidden_class() -> None:
    logits = torch.randn(50, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    labels = torch.arange(50) % 3  # nobody is of class 3, which is hidden
    got = unseen.whispers(logits, labels, torch.tensor([False, False, False, True]), 2.0)
    p = np.exp(logits.numpy() / 2)
    p = (p / p.sum(1, keepdims=True))[:, 3]
    assert got["whisper"] == pytest.approx(p.mean(), abs=1e-12)
    np.testing.assert_allclose(got["whispers"][:3], [p[labels == kind].mean() for kind in range(3)], atol=1e-12)
    assert np.isnan(got["whispers"][3])


@pytest.mark.parametrize("kind", [Unseen, Overconfident])
@pytest.mark.parametrize(
    "bad",
    [
        {"hidden": []},
        {"hidden": [3, 3]},
        {"hidden": [-1]},
        {"hidden": ["3"]},
        {"hidden": [True]},
        {"hidden": 3},
        {"temperature": 0.0},
        {"temperature": float("nan")},
        {"seed": -1},
    ],
)
def test_impossible_settings_are_refused(kind, bad) -> None:
    with pytest.raises(ValueError, match="got"):
        from_values(kind, bad)


@pytest.mark.parametrize("hidden", [(10,), tuple(range(9))])
def test_classes_that_are_not_there_or_all_of_them(hidden: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="hide some of the classes 0 to 9"):
        list(Unseen(hidden=hidden).run())
