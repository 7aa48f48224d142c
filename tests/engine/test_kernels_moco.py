"""The chapter's kernels against the torch engine: the follower, and the slide's rule."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from dkdemo.averaging import ema_update, frozen_copy
from dkdemo.kernels.moco import SAMPLES, SHOWN, half_life, queue_belt, swapped, walk


def followed(path: list[float], decay: float) -> list[float]:
    """The engine's own moving average of a network with one weight."""
    query = nn.Linear(1, 1, bias=False).double()
    key, found = None, []
    for weight in path:
        with torch.no_grad():
            query.weight.fill_(weight)
        key = key or frozen_copy(query)
        ema_update(key, query, decay=decay)
        found.append(key.weight.item())
    return found


@pytest.mark.parametrize("sample", SAMPLES["queue_belt"])
def test_the_belt_holds_the_engines_keys(sample: dict) -> None:
    values = queue_belt(**sample)
    want = followed(sample["path"], sample["momentum"])[::-1][:SHOWN]
    np.testing.assert_allclose(values["key"], want, rtol=0, atol=1e-12)
    length = values["length"]
    assert values["drift"] == pytest.approx(max(want[:length]) - min(want[:length]), abs=1e-12)
    assert sum(share > 0 for share in values["freshness"]) == length
    assert values["freshness"][0] == 1
    assert values["freshness"] == sorted(values["freshness"], reverse=True)


def test_a_slower_writer_leaves_a_fresher_belt_and_0_copies() -> None:
    path = walk()
    drifts = [queue_belt(path, momentum, 48)["drift"] for momentum in (0, 0.9, 0.99, 0.999)]
    assert drifts == sorted(drifts, reverse=True)
    copy = queue_belt(path, 0, 48)
    assert copy["drift"] == copy["own"]
    assert queue_belt(path, 0.5, 1)["drift"] == 0


@pytest.mark.parametrize("sample", SAMPLES["swapped"])
def test_the_slides_rule_gives_the_query_the_weight_alpha(sample: dict) -> None:
    values, path = swapped(**sample), sample["path"]
    np.testing.assert_allclose(values["right"], followed(path, sample["alpha"]), rtol=0, atol=1e-12)
    slide = path[0]
    for step, weight in enumerate(path[1:], 1):
        slide = sample["alpha"] * weight + (1 - sample["alpha"]) * slide
        assert values["slide"][step] == pytest.approx(slide, abs=1e-12)


def test_both_rules_agree_at_one_half_only() -> None:
    path = walk(50)
    even = swapped(path, 0.5)
    assert even["right"] == even["slide"]
    assert even["moves_right"] == even["moves_slide"]
    large = swapped(path, 0.99)
    assert large["moves_slide"] > 0.95
    assert large["moves_right"] < 0.2


def test_half_lives() -> None:
    assert [round(half_life(m)) for m in (0.99, 0.999)] == [69, 693]
    assert half_life(0) == 0
    assert math.isinf(half_life(1))
