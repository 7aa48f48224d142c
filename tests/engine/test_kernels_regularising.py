"""The chapter's kernel against the engine's degrees of freedom."""

from __future__ import annotations

import pytest
import torch

from dkdemo.kernels.regularising import SAMPLES, dead, freedom
from dkdemo.regression import degrees_of_freedom


@pytest.mark.parametrize("sample", SAMPLES["freedom"])
def test_freedom_is_the_engines(sample: dict) -> None:
    values = freedom(**sample)
    ridge = sample["ridges"][sample["names"].index(values["ridge"])]
    wanted = degrees_of_freedom(torch.tensor(sample["spectrum"]), ridge).item()
    assert values["freedom"] == pytest.approx(wanted, abs=1e-9)
    assert values["shares"] == sorted(values["shares"], reverse=True)
    assert values["parameters"] == 5


def test_without_a_ridge_only_what_is_zero_is_silent() -> None:
    values = freedom(**SAMPLES["freedom"][0])
    assert values["shares"] == [1, 1, 1, 1, 0]
    assert values["peak"] == 0.8
    assert values["mark"] == [0.8]


def test_a_dead_direction_is_spoken_of_where_the_ridge_does_not_hide_it() -> None:
    told = [freedom(**sample)["aside"] for sample in SAMPLES["freedom"]]
    assert told == [" (one is 0)", "", ""]
    assert dead(SAMPLES["freedom"][0]["spectrum"]) == 1
    assert dead([2.0, 1.0, 1e-3]) == 0
