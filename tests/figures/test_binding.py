"""Templates are filled by one rule on both sides; here the Python side, against Decimal and by hand."""

from __future__ import annotations

import math

import plotly.graph_objects as go
import pytest

from dkdemo.figures.binding import bind, bind_snapshot, fill, gains, grow, value_at


@pytest.mark.parametrize(
    ("template", "value", "want"),
    [
        ("{v:.2f}", 3.14159, "3.14"),
        ("{v:.0f}", 2.5, "3"),  # a tie goes away from zero, as toFixed does and Python's own format does not
        ("{v:.0f}", -2.5, "−3"),
        ("{v:.2f}", 1.005, "1.00"),  # the binary value lies below the tie
        ("{v:.1%}", 0.6312, "63.1%"),
        ("{v:.0%}", 0.005, "1%"),
        ("{v:.2f}", -0.001, "0.00"),  # no minus before a zero
        ("{v:d}", 12.0, "12"),
        ("{v:.3g}", 0.000123456, "0.000123"),
        ("{v:.3g}", 0.0000123456, "1.23·10⁻⁵"),
        ("{v:.2g}", 123.0, "1.2·10²"),
        ("{v:.3g}", 100.0, "100"),
        ("{v:.3g}", 0.5, "0.5"),
        ("{v}", 7.0, "7"),
        ("{v}", 0.1, "0.1"),
        ("{v}", "dog", "dog"),
        ("{v:.2f}", math.nan, "–"),
        ("{v:.2f}", -math.inf, "−∞"),
        ("{{v}} = {v}", 3, "{v} = 3"),
    ],
)
def test_one_place_is_filled_by_the_rule(template: str, value: object, want: str) -> None:
    assert fill(template, {"v": value}) == want


@pytest.mark.parametrize(
    ("before", "after", "worst", "want"),
    [
        (0.81605, 0.91049, 0.083, (9.4, 8.3)),  # 9.444, and 91.0 - 81.6
        (0.94951, 0.95349, 0.00398, (0.3, 0.3)),  # 95.3 - 95.0; of two equal gains neither is told as the larger
        (0.5, 0.494, -0.02, (-0.6, -2.0)),
    ],
)
def test_a_gain_is_what_a_reader_finds_by_subtracting(before: float, after: float, worst: float, want: tuple) -> None:
    told = gains(before, after, worst)
    assert (told["gain"], told["worst"]) == pytest.approx(want, abs=1e-9)
    seen = [float(fill("{share:.1%}", {"share": share}).removesuffix("%")) for share in (before, after)]
    assert told["gain"] == pytest.approx(seen[1] - seen[0])


def test_an_item_of_a_list_is_named_by_its_index() -> None:
    assert fill("{q[1]:.0%} and {q[0]:.1f}", {"q": [0.25, 0.5]}) == "50% and 0.3"
    assert value_at({"m": [[1, 2], [3, 4]]}, "m[1][0]") == 3


def test_a_name_without_a_value_and_an_unknown_format_are_refused() -> None:
    with pytest.raises(ValueError, match="must be one of a"):
        fill("{b}", {"a": 1})
    with pytest.raises(ValueError, match=r"a format is d, \.Nf"):
        fill("{a:>10}", {"a": 1})


def test_the_helpers_write_the_grammar_into_meta() -> None:
    bar = bind(go.Bar(), y="q", marker__color="colors")
    assert bar.meta == {"bind": {"y": "q", "marker.color": "colors"}}
    picture = bind_snapshot(go.Heatmap(), "weights", z="map")
    assert picture.meta == {"bind": {"z": "map"}, "snapshot": "weights"}
    assert grow(go.Scatter(), "soft").meta == {"progress": {"x": "step", "y": "soft"}}
