"""A board to draw a digit on; the browser scales and centres it as MNIST was (assets/live/digit.js)."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from dkdemo.web import language
from dkdemo.web.plot import component

SIDE = 28
WORDS = ("canvas_label", "canvas_hint", "canvas_clear", "canvas_seen", "plot_failed")

_component = component("dkdemo.canvas", "canvas.js")


def draw_digit(key: str) -> np.ndarray | None:
    """The board; the digit drawn so far, (28, 28) uint8 with 255 for ink, or None while it is empty.

    The script runs again after each stroke, and when the board is wiped.
    """
    words = language.common()
    drawn = st.session_state.get(key, {}).get("drawn")
    heard = drawn.get("n") if isinstance(drawn, dict) else 0
    _component(
        key=key,
        data={"words": {name: words[name] for name in WORDS}, "heard": heard if isinstance(heard, int) else 0},
        on_drawn_change=lambda: None,
    )
    return read(drawn)


def read(drawn: Any) -> np.ndarray | None:
    """What a browser sent, if it is 28 x 28 grey values with some ink; None for anything else."""
    pixels = drawn.get("pixels") if isinstance(drawn, dict) else None
    if not isinstance(pixels, list) or len(pixels) != SIDE**2:
        return None
    if not all(isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 255 for value in pixels):
        return None
    digit = np.array(pixels, dtype=np.uint8).reshape(SIDE, SIDE)
    return digit if digit.any() else None
