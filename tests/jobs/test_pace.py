"""A button promises what the last runs on this machine took, once there were any."""

from __future__ import annotations

import pytest

from dkdemo.jobs import pace


@pytest.fixture(autouse=True)
def _unknown_machine():
    pace.forget()
    yield
    pace.forget()


def test_the_estimate_is_corrected_by_the_slowest_of_the_last_runs(recipes):
    one = recipes.Count()  # which estimates one second
    assert pace.expected(one) == 1.0
    for seconds in (0.4, 2.2, 0.3):
        pace.record(one, seconds)
    assert pace.expected(one) == pytest.approx(2.2), "the quick ones may have found something trained already"
    assert pace.expected(recipes.Chatter()) == 1.0, "another recipe is not known yet"
    for _ in range(5):
        pace.record(one, 0.5)
    assert pace.expected(recipes.Count(steps=7)) == pytest.approx(0.5), "the last five count, whatever their settings"


def test_what_one_data_set_took_says_nothing_of_another():
    from dkdemo.experiments.bits import Bits

    pace.record(Bits(), 0.2)
    assert pace.expected(Bits(seed=3)) == pytest.approx(0.2)
    assert pace.expected(Bits(data="mnist")) == Bits(data="mnist").expected_seconds()


def test_a_finished_run_teaches_the_next_promise(manager, recipes):
    job = manager.submit(recipes.Count(), "ann")
    assert job.expected == 1.0
    assert job.ended.wait(60)
    again = manager.submit(recipes.Count(seed=5), "ann")
    assert again.expected == pytest.approx(job.seconds, abs=1e-6)
    assert again.ended.wait(60)


def test_a_run_that_failed_teaches_nothing(manager, recipes):
    job = manager.submit(recipes.Fault(), "ann")
    assert job.ended.wait(60)
    assert pace.expected(recipes.Fault()) == 1.0
