"""What several kernels share, beside `dkdemo.probability`; the Python twin of assets/live/sums.js."""

from __future__ import annotations

import math
from collections.abc import Sequence


def nearest(stops: Sequence[float], value: float) -> int:
    """The place of the closest stop; of two as close, the first."""
    return min(range(len(stops)), key=lambda place: abs(stops[place] - value))


def rounded(value: float) -> int:
    """The nearest whole number; halves go up, as JavaScript's Math.round does and Python's round does not."""
    return math.floor(value + 0.5)


def fixed(value: float, digits: int) -> str:
    """A number with so many decimals, halves upwards."""
    return f"{rounded(10**digits * value) / 10**digits:.{digits}f}"


def percent(share: float) -> str:
    """One decimal; what would round to nothing is said to be less."""
    tenths = rounded(1000 * share) / 10
    return f"{tenths:.1f}%" if tenths > 0 or share == 0 else "<0.1%"


def whole_percent(share: float) -> str:
    """No decimal, for where there is little room."""
    return f"{rounded(100 * share)}%"


def signed(value: float) -> str:
    """Two decimals with their sign; none before a nought."""
    hundredths = rounded(100 * value) / 100
    return f"{'+' if hundredths > 0 else '−' if hundredths < 0 else ''}{abs(hundredths):.2f}"


def strokes(starts: Sequence[float], ends: Sequence[float]) -> list[float | None]:
    """One coordinate of lines from start to end, with the gap after each that Plotly wants."""
    return [part for start, end in zip(starts, ends, strict=True) for part in (start, end, None)]
