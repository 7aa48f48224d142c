"""The address bar is the state: a copied link restores the screen.

Streamlit can bind a widget to the query string by itself, but then writes the *label* of an option, so a
link made in Chinese would mean nothing to an English browser, and two chapters could not both have a
control called ``seed``. So controls are bound here: by language-free tokens, remembered per chapter.

Two facts decide who is right. The address wins when a control is met for the first time in a session and
when the viewer travels: by the browser's Back and Forward, or by the header's ways through the talk, which
are the same thing to Streamlit. In every other run the viewer's hand wins, and the address follows it. (A
click may reach the server with an address that is one message old.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dkdemo.figures.binding import fill
from dkdemo.web import language

T = TypeVar("T")
REVEALED = "revealed"  # said of `present` where no poll shall stand before a picture: screenshots, tests, a rehearsal


def _memory(name: str) -> dict[Any, Any]:
    return st.session_state.setdefault(f"dk.{name}", {})


def travelling() -> bool:
    """Is this run the answer to a change of the address rather than of a control?"""
    return bool(getattr(get_script_run_ctx(), "is_history_navigation", False))


def here() -> tuple[str, str]:
    """The chapter and scene on this viewer's screen (set by `scenes.show`)."""
    return st.session_state.get("dk.here", ("", ""))


def arrive(chapter: str, scene: str) -> None:
    """Note where the viewer is, so that controls know whose they are."""
    st.session_state["dk.here"] = (chapter, scene)
    st.session_state["dk.reset_drawn"] = False
    _memory("controls")[chapter, scene] = {}


def restore(key: str, name: str, default: T, parse: Callable[[str], T], *, reset: bool = True) -> None:
    """Give the widget ``key`` its value before it is drawn; an address that asks for nonsense is told so, and ignored.

    ``reset``: does the scene's button "Slide's values" set it back? A live chart has a button of its own.
    """
    kept, place = _memory("kept"), (here()[0], name)
    if reset:
        _memory("controls")[here()][name] = (key, default)
    if place not in kept or travelling():
        token, value = st.query_params.get(name), default
        if token is not None:
            try:
                value = parse(token)
            except ValueError:
                st.warning(fill(language.common()["unknown_value"], {"name": name}))
        kept[place] = st.session_state[key] = value
    elif key not in st.session_state:
        st.session_state[key] = kept[place]


def follow(name: str, value: Any, default: Any) -> None:
    """Remember the value, and write it to the address unless it is the default."""
    _memory("kept")[here()[0], name] = value
    if value == default:
        if name in st.query_params:
            del st.query_params[name]
    elif st.query_params.get(name) != str(value):
        st.query_params[name] = str(value)


def answered(chapter: str, name: str) -> str:
    """What the viewer last answered to a poll of any chapter; "" if nothing, or if the session is a new one."""
    return str(_memory("kept").get((chapter, name)) or st.query_params.get(name, ""))


def presenting() -> bool:
    """Is this the lecturer's screen?"""
    return st.query_params.get("present") in ("1", REVEALED)


def unasked() -> bool:
    """Does the address show every answer at once, so that no question is ever put to the room?"""
    return st.query_params.get("present") == REVEALED


def shown(name: str) -> bool:
    """Has the presenter revealed the answer to this poll? What is shown stays shown, and the address says so."""
    if unasked():
        return True
    revealed, place = _memory("shown"), (here()[0], name)
    if st.query_params.get("reveal") == "1":
        revealed[place] = True
    elif place in revealed and not travelling():  # who travels must find the history as it was left
        st.query_params["reveal"] = "1"
    return place in revealed


def show(name: str) -> None:
    """Callback of the button under a poll on the lecturer's screen."""
    _memory("shown")[here()[0], name] = True


def moved() -> bool:
    """Has the viewer moved any control of this scene away from the slide's value?"""
    kept, chapter = _memory("kept"), here()[0]
    return any(
        kept.get((chapter, name), default) != default
        for name, (_, default) in _memory("controls").get(here(), {}).items()
    )


def reset() -> None:
    """Callback of "Slide's values": every control of this scene back to its default."""
    for name, (key, default) in _memory("controls").get(here(), {}).items():
        _memory("kept")[here()[0], name] = st.session_state[key] = default
