"""The short lane rehearses: nobody in the room waits for a network that could have been trained before."""

from __future__ import annotations

import pytest

from dkdemo import experiments
from dkdemo.jobs.worker import warm_up


def test_only_the_short_lane_rehearses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DKDEMO_COLD_WORKER", raising=False)
    counts = {}
    for lane in ("long", "short"):
        chores: list = []
        warm_up(lane, chores)
        counts[lane] = len(chores)
    assert counts["short"] - counts["long"] == len(experiments.rehearsals()) > 0


def test_what_is_rehearsed_is_what_pages_ask_first() -> None:
    asked = {(recipe.name, recipe.values().get("data")) for recipe in experiments.rehearsals()}
    assert {("answer", "digits"), ("gallery", "digits"), ("views", None)} <= asked
    assert all(recipe.lane == "short" for recipe in experiments.rehearsals())
