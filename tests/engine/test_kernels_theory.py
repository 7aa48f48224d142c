"""The theory chapter's kernels against scipy, numpy and plain means."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.polynomial.hermite import hermval
from scipy.integrate import quad

from dkdemo.kernels.theory import DRAWN, EDGE, SAMPLES, correspondence, polynomial_size, ridge_path


def density(n: int, x: float) -> float:
    """|psi_n(x)|² by numpy's Hermite polynomials and their textbook norm."""
    height = hermval(x, [0] * n + [1]) ** 2 * math.exp(-x * x)
    return height / (2**n * math.factorial(n) * math.sqrt(math.pi))


@pytest.mark.parametrize("level", [0, 1, 2, 7, 19])
def test_the_oscillator_is_the_textbooks(level: int) -> None:
    values, reach = correspondence(level), math.sqrt(2 * level + 1)
    place = np.linspace(-EDGE, EDGE, DRAWN)[::50]
    wanted = [reach * density(level, reach * u) for u in place]
    np.testing.assert_allclose(values["density"][::50], wanted, rtol=0, atol=1e-9)
    inside = quad(lambda x: density(level, x), -reach, reach, limit=200)[0]
    assert values["outside"] == pytest.approx(1 - inside, abs=1e-7)


def test_the_ground_state_breaks_the_law_as_often_as_known() -> None:
    assert correspondence(0)["outside"] == pytest.approx(math.erfc(1), abs=1e-9)
    levels = [correspondence(level)["outside"] for level in (0, 1, 5, 20, 40)]
    assert levels == sorted(levels, reverse=True)


def test_sizes_snap_to_what_was_measured() -> None:
    values = polynomial_size(**SAMPLES["polynomial_size"][3])
    assert values["coefficients"] == 20
    assert values["degree"] == 19
    assert values["average"] == [2.0, -1.625]
    assert values["ghosts"] == [4, -4, None, 0, 0.75, None]
    assert values["mark_y"] == [2.04e6]


def test_the_ridge_is_looked_up_with_its_spread() -> None:
    values = ridge_path(**SAMPLES["ridge_path"][0])
    assert values["mean"] == pytest.approx([0.4, 0.8, 0.075])
    assert values["band"] == [0.5, 0.9, 0.1, 0.05, 0.7, 0.3]
    assert (values["valley"], values["peak"], values["last"]) == pytest.approx((0.4, 0.8, 0.075))
    assert values["ridge"] == "0"
