"""Which language a viewer reads: the one in the address, else the browser's own, else English."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from dkdemo.web.text import LANGUAGES, Words

DEFAULT = "en"


def from_locale(locale: str | None) -> str:
    """Any Chinese browser reads the lecture in Traditional Chinese, all others in English."""
    return "zh-TW" if (locale or "").lower().startswith("zh") else DEFAULT


def current() -> str:
    """The language of this viewer's screen; an unknown one in the address counts as none."""
    asked = st.query_params.get("lang")
    return asked if asked in LANGUAGES else from_locale(st.context.locale)


def asked_for_unknown() -> bool:
    """Does the address name a language the lecture is not written in?"""
    return st.query_params.get("lang", DEFAULT) not in LANGUAGES


def common() -> Words:
    """The words of the house itself, in the viewer's language."""
    return Words(current(), "common")


def classes(names: Iterable[str]) -> list[str]:
    """What the classes of a data set are called in the viewer's language; those of an own set as they came."""
    words = common()
    return [words.get(f"class_{name}", name) for name in names]
