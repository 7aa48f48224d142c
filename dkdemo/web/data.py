"""Which pictures a scene works on: those that are here, and how to get the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dkdemo.datastore import DATA_NAMES, present
from dkdemo.figures.binding import fill
from dkdemo.web import controls, language

DIGITS = ("digits", "mnist")


def choose(names: Sequence[str], *, default: str = "digits", key: str = "data", own: bool = True) -> str:
    """One of the data sets called ``names`` that are present, and with ``own`` one of those added by hand.

    What is absent is said, with the way to get it, and never silently replaced.
    """
    words = language.common()
    found = present()
    usable = [name for name in names if name in found]
    if own:
        usable += [name for name in found if name not in DATA_NAMES]
    absent = ", ".join(name for name in names if name not in found)
    label, how = words["data_choice"], None
    if absent:
        label += " " + fill(words["data_absent"], {"missing": absent})
        how = fill(words["data_missing"], {"missing": absent})
    return controls.choice(label, usable, key, default, help=how)


def with_seed(names: Sequence[str] = DIGITS, *, own: bool = True) -> dict[str, Any]:
    """Which data, which seed, on one line: all that many a recipe needs to be told."""
    return controls.row([4, 1], data=lambda: choose(names, own=own), seed=controls.seed)


def here(name: str) -> bool:
    """Is the only data set of this scene on the machine? If not, how to get it is said in the picture's place."""
    if name in present():
        return True
    st.info(fill(language.common()["data_needed"], {"missing": name}))
    return False
