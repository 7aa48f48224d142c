"""The slim header of the house: where we are in the talk, and every way to walk through it.

Its JavaScript (assets/live/walker.js) is part of the component itself rather than a separate request: the
way out of a scene must work even when everything else fails.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from dkdemo.web import address, language
from dkdemo.web.registry import CHAPTERS as ALL
from dkdemo.web.registry import ROOT, Chapter, Scene, walk
from dkdemo.web.text import LANGUAGES, Words

# Chapters are being written in parallel: only those with a page and words can be walked yet.
CHAPTERS = [
    row
    for row in ALL
    if row.file.exists() and all((ROOT / "assets/lecture" / name / f"{row.id}.md").exists() for name in LANGUAGES)
]
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


def go_to(chapter: Chapter, scene: Scene, **changes: str) -> None:
    """Walk to a scene (a widget callback): a rerun within the chapter, a page switch beyond it.

    The switch waits for `follow`: in a callback Streamlit may not know the pages of this run yet.
    """
    query = address.target(chapter.id, scene.id, **changes)
    if chapter.id == address.here()[0]:
        st.query_params.from_dict(query)
    else:
        st.session_state["dk.walk_to"] = (str(chapter.file), query)


def follow() -> None:
    """Finish the walk to another chapter, once the pages are known."""
    if "dk.walk_to" in st.session_state:
        file, query = st.session_state.pop("dk.walk_to")
        st.switch_page(file, query_params=query)


def _answer() -> None:
    """Do what the header asked for, as far as it makes sense: a browser may send anything."""
    asked = st.session_state[KEY].get("go")
    if not isinstance(asked, dict):
        return
    places = {(chapter.id, scene.id): (chapter, scene) for chapter, scene in walk()}
    place = places.get((str(asked.get("chapter")), str(asked.get("scene"))))
    if place is None:
        return
    changes = {}
    if asked.get("lang") in LANGUAGES:
        changes["lang"] = asked["lang"]
        st.session_state["dk.relabel"] = True
    if asked.get("present") in ("0", "1"):
        changes["present"] = "1" if asked["present"] == "1" else ""
    go_to(*place, **changes)


def header(chapter: Chapter, scene: Scene) -> None:
    """Draw the header; the keyboard is listened to from here as well."""
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
            "query": {name: st.query_params[name] for name in ("lang", "present") if name in st.query_params},
            "present": st.query_params.get("present") == "1",
            "words": {name: common[f"walk_{name}"] for name in WORDS},
        },
        on_go_change=_answer,
    )
