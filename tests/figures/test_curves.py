"""The axis of steps ends where the run will end, before the run has got there."""

from __future__ import annotations

import pytest

from dkdemo.figures.curves import until
from dkdemo.figures.panels import note, side_by_side
from dkdemo.jobs.events import Progress
from dkdemo.jobs.view import view_of


@pytest.mark.parametrize(("told", "end"), [("steps", 90), ("lesson_steps", 40)])
def test_an_axis_of_steps_ends_where_the_run_says_that_it_ends(told: str, end: int) -> None:
    chart = side_by_side((1,), ("",))
    until(chart, view_of([], running=True), usual=700, told=told)
    assert list(chart.layout.xaxis.range) == [0, 700]
    assert chart.layout.meta["bind"] == {"xaxis.range[1]": f"={told}"}
    begun = [Progress(1, 90, {"teacher": 0.5}), Progress(51, 90, {"lesson_steps": 40.0})]
    until(chart, view_of(begun, running=True), usual=700, told=told)
    assert list(chart.layout.xaxis.range) == [0, end]


def test_other_bindings_of_the_layout_stay() -> None:
    chart = note(side_by_side((1, 1), ("", "")), claim="{x}", bind={"title.text": "{x}"})
    until(chart, view_of([], running=False), usual=48, axis="xaxis2")
    assert chart.layout.meta["bind"] == {"title.text": "{x}", "xaxis2.range[1]": "=steps"}
    assert chart.layout.meta["claim"] == "{x}"
