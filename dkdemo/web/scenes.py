"""One scene on the screen at a time, as a slide would be.

A page file declares its scenes and hands them to `show`, which runs only the one the address names.
"""

from __future__ import annotations

import functools
import logging
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from dkdemo.figures.binding import fill
from dkdemo.web import address, controls, language, provenance
from dkdemo.web.registry import Chapter, Scene
from dkdemo.web.registry import chapter as find_chapter
from dkdemo.web.text import Words

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stage:
    """What a scene function is handed: its place in the talk, its words, its viewer."""

    chapter: Chapter
    scene: Scene
    words: Words
    common: Words
    presenter: bool
    browser: str
    asked: tuple[str, ...] = ()  # where the scene `asks`: the question and its options
    guess: str = ""  # the option that the viewer chose there; the presenter made no bet

    @property
    def place(self) -> str:
        """Chapter and scene as one name, for what is drawn once in a scene."""
        return f"{self.chapter.id}.{self.scene.id}"

    def own(self, name: str) -> str:
        """The key of the scene's own word of that name: ``<scene>_title``, ``<scene>_alt``."""
        return f"{self.scene.id}_{name}"

    def text(self, key: str, **numbers: object) -> str:
        """The words of ``key``, with each ``{name:format}`` filled from ``numbers``."""
        return fill(self.words[key], numbers) if numbers else self.words[key]

    def say(self, key: str, **numbers: object) -> None:
        """A paragraph."""
        st.markdown(self.text(key, **numbers))

    def title(self, key: str, **numbers: object) -> None:
        """The scene's headline: a claim, not a name."""
        st.subheader(self.text(key, **numbers), anchor=False)

    def chapter_title(self, chapter: Chapter) -> str:
        """The title of any chapter, in this viewer's language."""
        return Words(self.words.language, chapter.id)["title"]

    def equation(self, latex: str) -> None:
        """The equation above the picture."""
        with st.container(key="dk-equation"):
            st.markdown(" ".join(f"${part}$" for part in clauses(latex)))

    def erratum(self, slide_value: str, right_value: str, key: str) -> None:
        """Slide 2 promised that not everything is right: the slide's value, the right one, one line why."""
        words = self.common
        line = f"**{words['erratum']}** ~~{slide_value}~~ → **{right_value}** · {self.words[key]}"
        with st.container(key=f"dk-erratum-{key}"):
            st.markdown(line)

    def source(self, key: str, **numbers: object) -> None:
        """A citation or other small print."""
        st.caption(self.text(key, **numbers))

    def measured(self, answer: Mapping[str, Any]) -> None:
        """Where the numbers of a short answer come from, as `run_panel` writes it under a run."""
        st.caption(provenance.measured(self.common, answer))

    def predict(self, key: str, options: Sequence[str]) -> str | None:
        """Ask before showing: None until the viewer has committed, then the key of the option chosen.

        ``options`` are keys of this chapter's words. The presenter, who asks the room, gets None until the
        answer is revealed and then ``""``: show the picture, without a guess to mark on it.
        """
        if self.presenter:
            return "" if self._revealed(key, options) else None
        guess = controls.poll(self.words[key], {option: self.words[option] for option in options}, key)
        if not guess:
            st.caption(self.common["predict_first"])
        return guess or None

    def guessed(self, **numbers: object) -> None:
        """Hold the bet against what came of it; the presenter made none, and the room reads its question again.

        What the scene has to say to it is its own word ``<scene>_guessed``, with a place ``{bet}``.
        """
        if self.presenter and self.asked and not address.unasked():
            question, *options = (self.words[key] for key in self.asked)
            bet = fill(self.common["predict_asked"], {"question": question, "options": " · ".join(options)})
        elif self.guess:
            bet = fill(self.common["predict_bet"], {"guess": self.words[self.guess]})
        else:
            return
        st.markdown(fill(self.words.get(self.own("guessed"), "{bet}"), {"bet": bet, **numbers}))

    def _revealed(self, key: str, options: Sequence[str]) -> bool:
        """Put the question to the room until one click, or the B that a clicker sends to blank the screen."""
        if address.shown(key):
            return True
        with st.container(key="dk-poll"):
            st.markdown(f"**{self.words[key]}**\n\n" + "\n".join(f"- {self.words[option]}" for option in options))
            st.button(
                self.common["reveal"], key=f"dk.reveal.{key}", type="primary", icon=":material/visibility:",
                shortcut="b", on_click=address.show, args=(key,),
            )  # fmt: skip
        return False


def clauses(latex: str) -> list[str]:
    r"""The parts of an equation that stand side by side, cut at ``\quad`` and ``\qquad``: a phone shows one a line."""
    style, rest = (r"\textstyle", latex[10:]) if latex.startswith(r"\textstyle") else (r"\displaystyle", latex)
    return [f"{style} {part.strip()}" for part in re.split(r"\\allowbreak|\\q?quad", rest) if part.strip()]


SceneFunction = Callable[[Stage], None]


def asks(*options: str) -> Callable[[SceneFunction], SceneFunction]:
    """A scene that begins with a question: its title, the poll, and the rest once the viewer has committed.

    The words are the scene's own: ``<scene>_title``, the question ``<scene>_guess``, ``<scene>_guess_<option>``.
    """

    def asked(scene: SceneFunction) -> SceneFunction:
        @functools.wraps(scene)
        def poll_first(stage: Stage) -> None:
            stage.title(stage.own("title"))
            question, choices = stage.own("guess"), [stage.own(f"guess_{option}") for option in options]
            guess = stage.predict(question, choices)
            if guess is not None:
                scene(replace(stage, asked=(question, *choices), guess=guess))

        return poll_first

    return asked


def _stage(chapter: Chapter) -> tuple[Stage, bool]:
    """The stage of the scene that the address names, and whether it named one that exists."""
    asked = st.query_params.get("scene", chapter.scenes[0].id)
    found = next((scene for scene in chapter.scenes if scene.id == asked), None)
    scene = found or chapter.scenes[0]
    words = language.current()
    address.arrive(chapter.id, scene.id)
    stage = Stage(
        chapter=chapter,
        scene=scene,
        words=Words(words, chapter.id),
        common=Words(words, "common"),
        presenter=address.presenting(),
        browser=viewer(),
    )
    return stage, found is not None


def viewer() -> str:
    """Which browser this is, by the cookie our middleware sets: two tabs of a student are one student.

    A browser that keeps no cookies is known for as long as its page is open.
    """
    named = st.context.cookies.get("dk_browser")
    return named or st.session_state.setdefault("dk.viewer", secrets.token_hex(8))


class Unanswered(Exception):  # noqa: N818  # where a scene ends, not a fault of ours
    """The engine gave no answer. The viewer has been told, and the scene ends where it needed one."""


def show(chapter: str, **scenes: SceneFunction) -> None:
    """Run the scene on the screen; a fault in it costs one sentence, never the navigation."""
    row = find_chapter(chapter)
    declared = tuple(scene.id for scene in row.scenes)
    if tuple(scenes) != declared:
        raise ValueError(f"chapter {chapter} has the scenes {', '.join(declared)}; got {', '.join(scenes)}")
    stage, known = _stage(row)
    if not known:
        st.warning(stage.common["unknown_scene"])
    try:
        scenes[stage.scene.id](stage)
    except Unanswered:
        return
    except Exception:
        LOG.exception("scene %s of chapter %s failed", stage.scene.id, chapter)
        st.error(stage.common["broken_scene"])
