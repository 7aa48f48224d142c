"""Names beside curves: none on a curve, none on another name."""

import numpy as np
import plotly.graph_objects as go
import pytest

from dkdemo.figures import naming

SIZE = (400.0, 220.0)


def boxes(chart):
    """Pixels left, right, bottom, top of each name, on axes from 0 to 1."""
    for one in chart.layout.annotations:
        wide, tall = naming.width(one.text) / 2, naming.TALL / 2
        x, y = one.x * SIZE[0], one.y * SIZE[1]
        yield x - wide, x + wide, y - tall, y + tall


def test_an_ideograph_is_as_wide_as_two_letters() -> None:
    assert naming.width("類別") > 1.9 * naming.width("ab")
    assert naming.width("a<br>abc") == naming.width("abc")


@pytest.mark.parametrize(("bottom", "order"), [(False, [0, -1, -2]), (True, [2, 1, 0])])
def test_a_key_is_read_from_top_to_bottom_in_any_corner(bottom: bool, order: list[int]) -> None:
    chart = go.Figure()
    naming.named(chart, [("one", "red"), ("two", "blue"), ("three", "grey")], right=True, bottom=bottom)
    found = chart.layout.annotations
    assert [one.text for one in found] == ["one", "two", "three"]
    assert [one.yshift for one in found] == [naming.TALL * row for row in order]
    assert {(one.x, one.y, one.xanchor) for one in found} == {(1, 0 if bottom else 1, "right")}


@pytest.mark.parametrize("bend", [0.3, 1.0, 3.0])
def test_names_lie_on_nothing(bend: float) -> None:
    x = np.linspace(0, 1, 50)
    curves = [(x, x**bend, "rising", "red"), (x, 1 - 0.6 * x, "falling", "blue"), (x, 0 * x + 0.1, "", "grey")]
    chart = go.Figure()
    naming.name_curves(chart, curves, x=(0, 1), y=(0, 1), size=SIZE)
    assert [one.text for one in chart.layout.annotations] == ["rising", "falling"]
    places = list(boxes(chart))
    for left, right, low, top in places:
        assert left >= -1e-6
        assert right <= SIZE[0] + 1e-6
        for across, up, *_ in curves:
            fine = np.linspace(0, 1, 2000)
            height = np.interp(fine, across, up) * SIZE[1]
            at = (fine * SIZE[0] > left) & (fine * SIZE[0] < right)
            assert not ((height[at] > low) & (height[at] < top)).any()
    (a, b, c, d), (e, f, g, h) = places
    assert b <= e or f <= a or d <= g or h <= c


def test_a_name_stands_where_its_curve_is_alone() -> None:
    x = np.linspace(0, 1, 50)
    late = np.where(x < 0.6, 0.1, 0.1 + 2 * (x - 0.6))  # three curves are one until the first leaves them
    curves = [(x, late, "leaves", "red"), (x, 0 * x + 0.1, "stays", "blue"), (x, 0 * x + 0.1, "too", "grey")]
    chart = go.Figure()
    naming.name_curves(chart, curves, x=(0, 1), y=(0, 1), size=SIZE)
    (left, right, low, _), *_ = boxes(chart)
    assert low > 0.1 * SIZE[1] + naming.TALL, "a line of type from those it has left"
    fine = np.linspace(0, 1, 2000)
    rises = np.interp(fine, x, late)
    beside = (rises > 0.1 + 1e-9) & (np.abs(fine * SIZE[0] - right) < naming.TALL)
    assert (np.abs(rises[beside] * SIZE[1] - low) < naming.TALL).any(), "beside its own"
    assert left > 0.4 * SIZE[0]


def test_ends_are_pushed_apart() -> None:
    chart = go.Figure()
    naming.name_ends(chart, [(0.5, "b", "red"), (0.51, "a", "blue"), (0.9, "top", "grey")], 1.0, span=1, tall=260)
    assert [one.text for one in chart.layout.annotations] == ["top", "a", "b"]
    assert np.allclose([one.y for one in chart.layout.annotations], [0.9, 0.51, 0.41])


def test_ends_on_the_axis_are_pushed_upwards() -> None:
    chart = go.Figure()
    naming.name_ends(chart, [(0.0, "a", "red"), (0.0, "b", "blue"), (0.9, "top", "grey")], 1.0, span=1, tall=260)
    assert np.allclose([one.y for one in chart.layout.annotations], [0.9, 0.1, 0.0])


def test_names_at_the_ends_stay_near_their_curves() -> None:
    assert naming.spread_out([3.0, 2.0, 1.0], 0.5) == [3.0, 2.0, 1.0], "far enough apart"
    assert naming.spread_out([3.0, 2.0, 2.0, 1.9], 0.5) == pytest.approx([3.0, 2 + 0.4667, 1.9667, 1.4667], abs=1e-3)
    heights = naming.spread_out([1.0, 1.0, 0.9, 0.2], 0.2)
    assert np.diff(heights).max() <= -0.2 + 1e-9
