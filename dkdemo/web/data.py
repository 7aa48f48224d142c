"""Which pictures a scene works on: those that are here, and how to get the others."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dkdemo.datastore import DATA_NAMES, present
from dkdemo.figures.binding import fill
from dkdemo.web import controls, language


def choose(names: Sequence[str], *, default: str = "digits", key: str = "data", own: bool = True) -> str:
    """One of the data sets called ``names`` that are present, and with ``own`` one of those added by hand.

    What is absent is said, with the way to get it, and never silently replaced.
    """
    words = language.common()
    here = present()
    usable = [name for name in names if name in here]
    if own:
        usable += [name for name in here if name not in DATA_NAMES]
    chosen = controls.choice(words["data_choice"], usable, key, default)
    absent = [name for name in names if name not in here]
    if absent:
        facts = {"missing": ", ".join(absent), "used": chosen}
        st.caption(fill(words["data_absent"], facts), help=fill(words["data_missing"], facts))
    return chosen


def here(name: str) -> bool:
    """Is the only data set of this scene on the machine? If not, how to get it is said in the picture's place."""
    if name in present():
        return True
    st.info(fill(language.common()["data_needed"], {"missing": name}))
    return False
