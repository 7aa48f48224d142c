"""What the kernels share: the nearest stop, and numbers as words."""

from __future__ import annotations

from dkdemo.kernels.sums import fixed, nearest, percent, rounded, signed, strokes, whole_percent


def test_the_nearest_stop_and_of_two_the_first() -> None:
    assert [nearest([0, 50, 80, 99], value) for value in (-5, 24, 25, 26, 64.9, 65, 65.1, 100)] == [
        0, 0, 0, 1, 1, 1, 2, 3,
    ]  # fmt: skip
    assert [nearest([1, 2, 20], value) for value in (1.5, 12)] == [0, 2]
    assert nearest([8, 4, 2, 1], 3) == 1


def test_halves_go_up_on_both_sides_of_nought() -> None:
    assert [rounded(value) for value in (0.5, 1.5, 2.5, -0.5, -1.5)] == [1, 2, 3, 0, -1]
    assert [fixed(value, 2) for value in (0.125, -0.125, -0.001)] == ["0.13", "-0.12", "0.00"]
    assert [whole_percent(share) for share in (0, 0.125, 0.5, 1)] == ["0%", "13%", "50%", "100%"]


def test_percentages_never_round_something_to_nothing() -> None:
    assert [percent(share) for share in (0, 1e-9, 0.0005, 0.71624, 1)] == ["0.0%", "<0.1%", "0.1%", "71.6%", "100.0%"]


def test_a_nought_has_no_sign() -> None:
    assert [signed(value) for value in (0.297, -0.3, 0, -0.001)] == ["+0.30", "−0.30", "0.00", "0.00"]


def test_every_stroke_ends_in_a_gap() -> None:
    assert strokes([1, 2], [3, 4]) == [1, 3, None, 2, 4, None]
