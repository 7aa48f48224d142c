"""A browser may send anything; only 28 x 28 grey values with ink in them are a digit."""

from __future__ import annotations

import numpy as np
import pytest

from dkdemo.web.canvas import read


def test_pixels_come_back_row_by_row() -> None:
    digit = read({"n": 1, "pixels": list(range(256)) * 3 + [7] * 16})
    assert digit is not None
    assert digit.dtype == np.uint8
    assert digit.shape == (28, 28)
    assert digit[1, 0] == 28
    assert digit[27, 27] == 7


@pytest.mark.parametrize(
    "drawn",
    [
        None,
        "digit",
        {"n": 1, "pixels": None},
        {"n": 1, "pixels": [0] * 784},
        {"n": 1, "pixels": [1] * 783},
        {"n": 1, "pixels": [256] + [0] * 783},
        {"n": 1, "pixels": [-1] + [0] * 783},
        {"n": 1, "pixels": [0.5] * 784},
        {"n": 1, "pixels": [True] * 784},
        {"n": 1, "pixels": ["9"] * 784},
    ],
)
def test_anything_else_is_no_digit(drawn: object) -> None:
    assert read(drawn) is None
