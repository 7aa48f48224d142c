"""Streamlit's own sayings are still those that our interpreter listens for, and it has an answer to each."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import streamlit

from dkdemo.web.interpreter import SAYS, orders
from dkdemo.web.routes import asset_url
from dkdemo.web.text import LANGUAGES

PLACE = re.compile(r"\{\w+\}")


@cache
def _shipped() -> str:
    """All JavaScript of the installed Streamlit."""
    folder = Path(streamlit.__file__).parent / "static" / "static" / "js"
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.js")))


# Put together in the browser: only these parts stand in the source.
ASSEMBLED = {"enter": ["Press Enter to "], "upload_more_icon": [" icon"]}


@pytest.mark.parametrize("key", SAYS)
def test_the_installed_streamlit_still_says_it(key):
    parts = ASSEMBLED.get(key) or [part for part in PLACE.split(SAYS[key]) if part]
    assert parts
    for part in parts:
        assert part in _shipped(), f"Streamlit no longer says {part!r}: ask it what it says now"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_saying_has_an_answer_with_the_same_places(language):
    told = orders(language)
    assert told["program"] == asset_url("interpreter.js")
    assert [theirs for theirs, _ in told["says"]] == list(SAYS.values())
    for theirs, ours in told["says"]:
        assert set(PLACE.findall(ours)) == set(PLACE.findall(theirs))


def test_no_answer_is_a_saying_of_another_kind():
    """The interpreter hears its own words as well: they must not mean something else to it."""
    for language in LANGUAGES:
        says = dict(orders(language)["says"])
        assert not [ours for theirs, ours in says.items() if ours != theirs and ours in says]
