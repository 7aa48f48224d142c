"""The slim header of the house: where we are in the talk, and every way to walk through it.

Its JavaScript (assets/live/walker.js) is part of the component itself rather than a separate request: the
way out of a scene must work even when everything else fails.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from dkdemo.web import address, interpreter, language
from dkdemo.web.registry import CHAPTERS, ROOT, Chapter, Scene
from dkdemo.web.text import LANGUAGES, Words

LIVE = ROOT / "assets" / "live"
KEY = "dk-walker"
WORDS = ("next", "back", "map", "map_title", "minutes", "slides", "keys", "close", "language", "present", "talk")

_component = st.components.v2.component(
    "dkdemo.walker",
    css=(LIVE / "walker.css").read_text(encoding="utf-8"),
    js=(LIVE / "walker.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def _talk(words: str) -> list[dict[str, Any]]:
    """The talk as the map shows it."""
    rows = []
    for chapter in CHAPTERS:
        texts = Words(words, chapter.id)
        scenes = [
            {"id": scene.id, "name": texts[f"scene_{scene.id}"], "slides": list(scene.slides)}
            for scene in chapter.scenes
        ]
        rows.append(
            {
                "id": chapter.id,
                "number": chapter.number,
                "title": texts["title"],
                "part": chapter.part,
                "minutes": chapter.minutes,
                "scenes": scenes,
            }
        )
    return rows


def header(chapter: Chapter, scene: Scene) -> None:
    """Draw the header; keyboard and links to scenes are listened to from here as well."""
    words = language.current()
    common = Words(words, "common")
    _component(
        key=KEY,
        data={
            "talk": _talk(words),
            "parts": {row.part: common[f"part_{row.part}"] for row in CHAPTERS},
            "at": [chapter.id, scene.id],
            "lang": words,
            "languages": LANGUAGES,
            "present": address.presenting(),
            "words": {name: common[f"walk_{name}"] for name in WORDS},
            "streamlit": interpreter.orders(words),
        },
    )
