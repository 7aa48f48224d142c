"""The main script: it draws the header, finds the chapter that the address names, and runs its page.

It sits in this folder and not beside ``pages/`` because Streamlit would then serve the page files by
themselves, without this frame, to whoever follows a deep link.
"""

from __future__ import annotations

import logging
import runpy
from urllib.parse import urlsplit

import streamlit as st

from dkdemo.web import controls, language, walker
from dkdemo.web.registry import CHAPTERS, Chapter, Scene
from dkdemo.web.text import Words

LOG = logging.getLogger("dkdemo.web.main")
ICON = str(walker.LIVE / "icon.svg")  # an icon by name would be fetched from the internet


def _front_door() -> None:
    """The address without a path shows the first chapter."""
    runpy.run_path(str(CHAPTERS[0].file))


def _scene(chapter: Chapter) -> Scene:
    asked = st.query_params.get("scene")
    return next((scene for scene in chapter.scenes if scene.id == asked), chapter.scenes[0])


def _path() -> str:
    """The last part of the address as the browser gave it; empty at the front door."""
    return urlsplit(st.context.url or "").path.rstrip("/").rpartition("/")[2]


def main() -> None:
    words = language.current()
    titles = {row.id: Words(words, row.id)["title"] for row in CHAPTERS}
    front = st.Page(_front_door, title=titles[CHAPTERS[0].id], url_path="", default=True)
    pages = {st.Page(row.file, title=titles[row.id], url_path=row.id): row for row in CHAPTERS}
    page = st.navigation([front, *pages], position="hidden")
    chapter = pages.get(page, CHAPTERS[0])
    st.set_page_config(page_title=f"{titles[chapter.id]} · dkdemo", page_icon=ICON, layout="wide")
    st.html(walker.LIVE / "house.css")
    walker.header(chapter, _scene(chapter))
    if language.asked_for_unknown():
        st.warning(language.common()["unknown_language"])
    if page is front and _path() not in ("", CHAPTERS[0].id):
        st.warning(language.common()["unknown_page"])
    try:
        page.run()
    except Exception:  # a page that cannot even be read: its scenes catch their own faults
        LOG.exception("the page of chapter %s failed", chapter.id)
        st.error(language.common()["broken_scene"])
    controls.reset_button()


main()
