"""What a viewer's hand has left a live chart's inputs at: told by the browser, remembered, or read from the address."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import streamlit as st

from dkdemo.web import address


class Bounds(NamedTuple):
    """What an input may be: within ``low`` and ``high``; of each ``group`` numbers in a row not all may be 0."""

    low: float = -math.inf
    high: float = math.inf
    group: int = 0


def heard() -> dict[str, int]:
    """How many releases of each chart this session has answered."""
    return st.session_state.setdefault("dk.heard", {})


def values(key: str, defaults: Mapping[str, Any], bounds: Mapping[str, Bounds]) -> dict[str, Any]:
    """The bound inputs: from the viewer's hand if it has just moved, else as remembered, else from the address."""
    told = _told(key)
    found = {}
    for name, default in defaults.items():
        place = f"{address.here()[0]}.{name}.live"

        def canonical(token: str, name: str = name, default: Any = default) -> str:
            return _token(_read(token.split(",") if isinstance(default, list) else token, default, bounds[name]))

        address.restore(place, name, _token(default), canonical, reset=False)
        before = f"dk.default.{place}"  # a default may change with another control: what was never moved goes along
        if st.session_state[place] == st.session_state.get(before):
            st.session_state[place] = _token(default)
        st.session_state[before] = _token(default)
        if name in told:
            with contextlib.suppress(ValueError):  # no hand of a viewer sends such; the value stays as it was
                st.session_state[place] = _token(_read(told[name], default, bounds[name]))
        token = st.session_state[place]
        try:
            found[name] = _read(token.split(",") if isinstance(default, list) else token, default, bounds[name])
        except ValueError:  # another scene of the chapter allows what this one does not
            token = _token(default)
        if token == _token(default):
            found[name] = default  # with all its digits
        address.follow(name, token, _token(default))
    return found


def _told(key: str) -> dict[str, Any]:
    """What the viewer's browser has released since the last run of the script, if anything."""
    released = st.session_state.get(key, {}).get("released")
    if not isinstance(released, dict) or not isinstance(released.get("n"), int):
        return {}
    if released["n"] <= heard().get(key, 0):
        return {}
    heard()[key] = released["n"]
    values = released.get("values")
    return values if isinstance(values, dict) else {}


def _read(value: Any, default: Any, bounds: Bounds) -> Any:
    """A number, or a list as long as the default's, within its bounds; raises ValueError for all else."""
    if isinstance(default, list):
        if not isinstance(value, list) or len(value) != len(default):
            raise ValueError(f"need {len(default)} numbers, got {value!r:.80}")
        numbers = [_read(item, 0.0, bounds) for item in value]
        if bounds.group and not all(any(numbers[k : k + bounds.group]) for k in range(0, len(numbers), bounds.group)):
            raise ValueError(f"shares of 1 cannot all be 0, got {numbers!r:.80}")
        return numbers
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"need a number, got {value!r:.80}")
    try:
        number = float(value)
    except OverflowError:  # a whole number of hundreds of digits
        number = math.inf
    if not math.isfinite(number) or not bounds.low <= number <= bounds.high:
        raise ValueError(f"need a number between {bounds.low} and {bounds.high}, got {number}")
    return number


def _token(value: Any) -> str:
    """A value as the address writes it: ``3.5``, or ``1.4,2.8,0.9``."""
    return ",".join(f"{item:.10g}" for item in (value if isinstance(value, list) else [value]))
