"""Which pictures a scene works on: those that are here, and how to get the others."""

from __future__ import annotations

from collections.abc import Sequence

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
    absent = ", ".join(name for name in names if name not in here)
    label, how = words["data_choice"], None
    if absent:
        label += " " + fill(words["data_absent"], {"missing": absent})
        how = fill(words["data_missing"], {"missing": absent})
    return controls.choice(label, usable, key, default, help=how)
