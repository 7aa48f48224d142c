"""Over-wide nets held back: what must be seen to hold over the seeds, and what the recipes refuse."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dkdemo.datasets import Dataset
from dkdemo.experiments.more_data import SIZES, MoreData
from dkdemo.experiments.overwide import METHODS, Overwide, moons
from dkdemo.experiments.recipe import Recipe
from dkdemo.experiments.what_buys import WhatBuys, looks
from dkdemo.jobs.events import Done, Event, Progress, Snapshot, from_json, to_json

SEEDS = (0, 1, 2)


def run(recipe: Recipe) -> tuple[list[Event], dict]:
    events = list(recipe.run())
    assert isinstance(events[-1], Done)
    result = dict(events[-1].result)
    assert {"seconds", "device", "n", "seeds"} <= set(result)
    for event in events:
        from_json(to_json(event))
    return events, result


@pytest.mark.training
def test_four_times_the_points_do_what_no_leash_can() -> None:
    _, few = run(Overwide(points=40))
    _, many = run(Overwide(points=160))
    assert many["error"][0].mean() <= few["error"][0].mean() - 0.03


@pytest.mark.parametrize("seed", SEEDS)
def test_twice_the_pictures_hurt_and_a_tuned_ridge_helps(seed: int) -> None:
    _, result = run(MoreData(seed=seed))
    half, full = SIZES.index(100), SIZES.index(result["width"])
    assert (result["plain"][full] > 2 * result["plain"][half]).all(), "in each run"
    assert result["plain"][-1].mean() < result["plain"][half].mean() / 3
    assert np.diff(result["tuned"].mean(1)).max() <= 0.02


@pytest.mark.training
@pytest.mark.parametrize("seed", SEEDS)
def test_leashes_help_where_labels_lie_and_only_l1_removes_parameters(seed: int) -> None:
    events, result = run(Overwide(seed=seed))
    plain, l2, _, augment = result["error"].mean(1)
    assert l2 <= plain - 0.02
    assert augment <= plain - 0.02
    zero = result["zero"]
    assert zero[METHODS.index("l1")].min() > 0.5
    assert zero[[0, 1, 3]].max() < 0.01
    assert (result["norm"][1] < 0.5 * result["norm"][0]).all()
    shown = [event for event in events if isinstance(event, Snapshot)]
    assert set(shown[-1].arrays) == {*METHODS, "side"}
    assert result["parameters"] > 100 * result["n"]["train"]


@pytest.mark.training
def test_decay_buys_nothing_on_true_labels_and_a_lot_on_wrong_ones() -> None:
    _, clean = run(WhatBuys())
    events, spoilt = run(WhatBuys(noise=0.2))
    few, many = clean["sizes"].index(200), clean["sizes"].index(800)
    gain = {name: one["error"][few, 0].mean() - one["error"][few, 1].mean() for name, one in
            (("clean", clean), ("spoilt", spoilt))}  # fmt: skip
    assert abs(gain["clean"]) < 0.02
    assert gain["spoilt"] > 0.03
    for one in (clean, spoilt):
        assert one["error"][many, 0].max() < one["error"][few, 0].min(), "four times the pictures"
    told = [event.metrics["size"] for event in events if isinstance(event, Progress) and "size" in event.metrics]
    assert told == list(clean["sizes"])


@pytest.mark.training
def test_what_chooses_the_decay_was_never_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    from dkdemo.experiments import what_buys

    seen: list[np.ndarray] = []

    def told(part: Dataset, data: str) -> tuple[torch.Tensor, torch.Tensor]:
        seen.append(part.images.flatten(1).numpy())
        return looks(part, data)

    monkeypatch.setattr(what_buys, "looks", told)
    monkeypatch.setitem(what_buys.STEPS, "digits", 1)
    run(WhatBuys(seed=2))
    held, largest = seen[: what_buys.RUNS], seen[-what_buys.RUNS :]
    for apart, learned in zip(held, largest, strict=True):
        assert (len(apart), len(learned)) == (what_buys.HELD_OUT, 800)
        known = {row.tobytes() for row in learned}
        assert sum(row.tobytes() in known for row in apart) <= 2, "twins among 8 x 8 pictures, no more"


def test_moons_are_even_and_reproducible() -> None:
    points, label = moons(41, np.random.default_rng(0))
    assert points.shape == (41, 2)
    assert points.dtype == np.float32
    assert label.sum() == 20
    assert np.array_equal(points, moons(41, np.random.default_rng(0))[0])


def test_looks_move_each_picture_in_nine_ways() -> None:
    from dkdemo import datasets

    train, _ = datasets.load("digits")
    x, labels = looks(train[train.labels == 3], "digits")
    assert x.shape == (len(labels), 9, 64)
    first = train[train.labels == 3].normalised().flatten(1)
    np.testing.assert_allclose(x[:, 0], first, atol=1e-6)
    picture, right = x[0, 0].view(8, 8), x[0, 1].view(8, 8)
    np.testing.assert_allclose(right[:, 1:], (picture[:, 1:] + picture[:, :-1]) / 2, atol=1e-6)


@pytest.mark.parametrize(
    ("kind", "settings", "sentence"),
    [
        (Overwide, {"points": 3}, "points must be 4 to 4000"),
        (Overwide, {"strength": float("nan")}, "strength must be between 0 and 10"),
        (WhatBuys, {"noise": -0.1}, "noise must be between 0 and .8"),
        (WhatBuys, {"data": "cifar10"}, "data is one of digits, mnist"),
        (MoreData, {"data": "shapes"}, "data is one of mnist, digits"),
        (MoreData, {"seed": -1}, "seed must be 0"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(kind: type[Recipe], settings: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        kind(**settings)
