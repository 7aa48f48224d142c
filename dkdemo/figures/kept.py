"""Charts already drawn are kept: fifty students who move one slider must not have one picture drawn fifty times."""

from __future__ import annotations

import functools
import hashlib
import io
import pickle
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import ParamSpec

import plotly.graph_objects as go

KEPT = 64  # charts of each function
P = ParamSpec("P")


def cached(draw: Callable[P, go.Figure]) -> Callable[P, go.Figure]:
    """Remember the figures of a pure function by the content of its arguments.

    Plotly checks every property as it is set, some 10 ms a chart. Whoever gets a kept figure must not change
    it: it is shown to others too. A call whose arguments have no content of their own, such as a function,
    draws anew.
    """
    figures: OrderedDict[bytes, go.Figure] = OrderedDict()
    lock = threading.Lock()

    @functools.wraps(draw)
    def remembered(*args: P.args, **kwargs: P.kwargs) -> go.Figure:
        key = _digest((args, kwargs))
        if key is None:
            return draw(*args, **kwargs)
        with lock:
            if key in figures:
                figures.move_to_end(key)
                return figures[key]
        figure = draw(*args, **kwargs)
        with lock:
            figures[key] = figure
            while len(figures) > KEPT:
                figures.popitem(last=False)
        return figure

    return remembered


def _digest(value: object) -> bytes | None:
    """A digest of the content; equal digests mean equal content. Bytes are written here and never read."""
    out = io.BytesIO()
    pickler = pickle.Pickler(out, protocol=5)
    pickler.fast = True  # content only: without this, whether two parts are one object would count too
    try:
        pickler.dump(value)
    except (pickle.PicklingError, TypeError, AttributeError, RecursionError):
        return None
    return hashlib.blake2b(out.getbuffer(), digest_size=16).digest()
