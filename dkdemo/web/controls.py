"""Controls whose values live in the address: stable keys, language-free tokens, seeds included."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from dkdemo.web import address, language

T = TypeVar("T", str, int, float, bool)
ROOM_FOR_BUTTONS = 48  # characters of all labels together; longer lists become a drop-down


def _bound(
    name: str, default: T, parse: Callable[[str], T], draw: Callable[[str], T | None], *, reset: bool = True
) -> T:
    """Restore the control called ``name``, draw it, and let the address follow it."""
    key = f"{address.here()[0]}.{name}"
    address.restore(key, name, default, parse, reset=reset)
    value = draw(key)
    value = default if value is None else value
    address.follow(name, value, default)
    return value


def choice(label: str, options: Sequence[T] | Mapping[T, str], key: str, default: T, *, help: str | None = None) -> T:
    """One of ``options`` (a mapping gives each its label): buttons side by side, or a list when they are many.

    ``help`` waits behind a question mark beside the label.
    """
    labels = options if isinstance(options, Mapping) else {option: str(option) for option in options}
    tokens = {str(option): option for option in labels}

    def parse(token: str) -> T:
        if token not in tokens:
            raise ValueError(f"{key} is one of {', '.join(tokens)}; got {token!r:.80}")
        return tokens[token]

    def draw(widget: str) -> T | None:
        if st.session_state[widget] not in labels:  # the list itself may change with another control
            st.session_state[widget] = default
        few = len(labels) <= 10 and sum(map(len, labels.values())) + 2 * len(labels) <= ROOM_FOR_BUTTONS
        if few:
            return st.segmented_control(
                label, list(labels), format_func=labels.__getitem__, key=widget, required=True, help=help
            )
        return st.selectbox(
            label, list(labels), format_func=labels.__getitem__, key=widget, help=help,
            placeholder=language.common()["choose_one"],
        )  # fmt: skip

    return _bound(key, default, parse, draw)


def integer(label: str, key: str, default: int, low: int, high: int) -> int:
    """A whole number between ``low`` and ``high``."""

    def parse(token: str) -> int:
        value = int(token)
        if not low <= value <= high:
            raise ValueError(f"{key} lies between {low} and {high}, got {value}")
        return value

    return _bound(key, default, parse, lambda widget: st.number_input(label, low, high, step=1, key=widget))


def number(label: str, key: str, default: float, low: float, high: float, step: float, format: str = "%.2f") -> float:
    """A real number between ``low`` and ``high``, sent when the viewer lets go; a live one is plot's `Slider`."""

    def parse(token: str) -> float:
        value = float(token)
        if not low <= value <= high:  # also refuses nan
            raise ValueError(f"{key} lies between {low} and {high}, got {value}")
        return value

    return _bound(key, default, parse, lambda widget: st.slider(label, low, high, step=step, format=format, key=widget))


def toggle(label: str, key: str, default: bool = False) -> bool:
    """A switch."""

    def parse(token: str) -> bool:
        if token not in ("True", "False"):
            raise ValueError(f"{key} is True or False, got {token!r:.80}")
        return token == "True"

    return _bound(key, default, parse, lambda widget: st.toggle(label, key=widget))


def poll(label: str, options: Mapping[str, str], key: str) -> str:
    """A question to the room: nothing is chosen at first, and then ``""`` comes back."""

    def parse(token: str) -> str:
        if token not in options:
            raise ValueError(f"{key} is one of {', '.join(options)}; got {token!r:.80}")
        return token

    def draw(widget: str) -> str | None:
        if not st.session_state[widget]:
            st.session_state[widget] = None
        return st.segmented_control(label, list(options), format_func=options.__getitem__, key=widget)

    return _bound(key, "", parse, draw, reset=False)  # an answer given is no value moved away from the slide's


def seed(key: str = "seed", default: int = 0) -> int:
    """The number that all chance of a run comes from: in the address, so that a link shows the same run."""
    return integer(language.common()["seed"], key, default, 0, 9999)


def row(widths: Sequence[float], **controls: Callable[[], Any]) -> dict[str, Any]:
    """Controls side by side on one line, and what each says: the settings of a recipe by the names of its fields.

    ``widths`` are relative; where there are more of them than controls, the rest of the line stays empty.

    Raises:
        ValueError: there are more controls than widths.
    """
    if len(controls) > len(widths):
        raise ValueError(f"each control needs a width; got {len(widths)} widths for {', '.join(controls)}")
    columns = st.columns(widths, vertical_alignment="bottom")
    said = {}
    for column, (name, control) in zip(columns, controls.items(), strict=False):
        with column:
            said[name] = control()
    return said


def reset_button(place: str = "scene") -> None:
    """Back to the slide's values: drawn once in a scene, and only when there is something to reset."""
    if st.session_state.get("dk.reset_drawn") or not address.moved():
        return
    st.session_state["dk.reset_drawn"] = True
    label = language.common()["reset"]
    st.button(label, key=f"dk.reset.{place}", on_click=address.reset, type="tertiary", icon=":material/undo:")
