"""What must be seen to hold about momentum contrast, on three seeds, and that a recipe refuses nonsense."""

from __future__ import annotations

import math
from statistics import fmean

import numpy as np
import pytest
import torch

from dkdemo.experiments.agreement import Agreement
from dkdemo.experiments.momentum import MOMENTA, Momentum
from dkdemo.experiments.recipe import Recipe
from dkdemo.experiments.shuffling import Shuffling
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
@pytest.mark.timeout(600)
def test_a_slow_key_encoder_is_what_makes_it_work() -> None:
    _, result = run(Momentum())
    assert len(result["seeds"]) == 3
    loss, knn = (dict(zip(MOMENTA, result[name], strict=True)) for name in ("loss", "knn"))
    chance = math.log(1025)
    assert result["chance"] == pytest.approx(chance)
    assert all(abs(end - chance) < 0.2 for end in loss[0.0]), "m = 0 learns nothing at all"
    assert all(end < chance - 1 for end in loss[0.999])
    gains = [slow - fast for slow, fast in zip(knn[0.999], knn[0.99], strict=True)]
    assert fmean(gains) >= 0.1
    assert min(gains) > 0
    assert min(knn[0.999]) >= 0.85
    assert min(knn[1.0]) >= 0.9, "the honest limit that the page states"
    assert min(result["untrained"]) >= 0.9, "so does this one"


@pytest.mark.training
@pytest.mark.timeout(300)
def test_agreement_alone_collapses() -> None:
    _, result = run(Agreement())
    agreement, spread = (dict(zip(result["kinds"], result[name], strict=True)) for name in ("agreement", "spread"))
    assert min(agreement["alone"]) > 0.99
    assert max(spread["alone"]) < 0.2
    assert min(spread["queue"]) > 0.6
    assert max(agreement["queue"]) < min(agreement["alone"]), "the strangers cost agreement"


@pytest.mark.parametrize(
    ("recipe", "names"),
    [
        (Agreement(steps=20, batch_size=8, queue_size=64), ("agreement", "spread", "knn", "untrained")),
        (Momentum(steps=20, batch_size=8, queue_size=160), ("loss", "stale", "knn", "untrained", "chance")),
    ],
)
def test_the_least_that_is_allowed_runs(recipe: Recipe, names: tuple[str, ...]) -> None:
    _, result = run(recipe)
    for name in names:
        assert np.isfinite(result[name]).all(), name


def test_every_seed_has_strangers_of_its_own_and_its_pairs_share_them() -> None:
    from dkdemo.experiments import moco_material as material

    queries, keys, train, _ = material.pair([0, 1], 2)
    learning = material.train_moco(
        queries, keys, train, momentum=torch.full((4,), 0.9), strangers=torch.ones(4, dtype=torch.bool),
        generators=[torch.Generator().manual_seed(seed) for seed in (0, 1)], queue_size=64, temperature=0.1, steps=20,
        batch_size=8, learning_rate=0.1,
    )  # fmt: skip
    left = next(learning).queue.keys[:, 8:]  # what the first batch did not overwrite
    assert torch.equal(left[0], left[2])
    assert torch.equal(left[1], left[3])
    assert not torch.equal(left[0], left[1])


@pytest.mark.parametrize("groups", [2, 8, 16])
def test_statistics_name_the_device_until_the_keys_are_shuffled(groups: int) -> None:
    _, result = run(Shuffling(groups=groups))
    chance = result["chance"]
    assert chance == 1 / groups
    assert min(result["plain"]) > 1.4 * chance + 0.02
    assert fmean(result["shuffled"]) == pytest.approx(chance, abs=4 * math.sqrt(chance * (1 - chance) / (60 * groups)))
    for name, table in result["named"].items():
        shares = np.array(table)
        np.testing.assert_allclose(shares.sum(1), 1)
        assert np.trace(shares) / groups == pytest.approx(fmean(result[name]))


def test_momentum_repeats_to_the_bit_and_m_1_never_moves() -> None:
    recipe = Momentum(steps=24, queue_size=128, batch_size=32, seed=4)
    events, result = run(recipe)
    again, repeated = run(recipe)
    assert {name: result[name] for name in ("loss", "knn", "stale")} == {
        name: repeated[name] for name in ("loss", "knn", "stale")
    }
    curves = [dict(event.metrics) for event in events if isinstance(event, Progress)]
    assert curves == [dict(event.metrics) for event in again if isinstance(event, Progress)]
    assert isinstance(events[0], Progress)
    assert events[0].step == 1
    assert result["stale"][MOMENTA.index(1.0)] == pytest.approx([0] * 3, abs=1e-5)
    assert min(result["stale"][MOMENTA.index(0.99)]) > 1e-4, "an encoder that moves leaves stale keys"


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        (Momentum, {"temperature": 0.0}, "temperature in"),
        (Momentum, {"batch_size": 2048}, "batch_size <= queue_size"),
        (Agreement, {"momentum": 1.5}, "momentum in"),
        (Momentum, {"steps": 10}, "20-20000 steps"),
        (Momentum, {"steps": 20, "batch_size": 32}, "strangers stay in the queue"),
        (Agreement, {"steps": 10}, "20-20000 steps"),
        (Agreement, {"learning_rate": math.inf}, "learning_rate in"),
        (Shuffling, {"groups": 7}, "share a batch"),
        (Shuffling, {"seed": -1}, "seed must be"),
    ],
)
def test_nonsense_is_refused(kind: type[Recipe], values: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        kind(**values)
