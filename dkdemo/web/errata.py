"""All slips of the slides in one list, from the two places where each is already written.

The numbers come from `dkdemo.reproduce`: what the slide prints, and what the engine computes instead. A worker
goes through them (`dkdemo.experiments.slips`), for some need torch. The words come from the pages: whatever a scene
hands to ``stage.erratum`` is read from its file, in the viewer's language. So a slip that a new chapter teaches
appears here by itself.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from dkdemo.reproduce.finding import Finding
from dkdemo.web.methods import scenes_about
from dkdemo.web.registry import CHAPTERS, Chapter, Scene
from dkdemo.web.text import Words


@dataclass(frozen=True)
class Taught:
    """One ``stage.erratum`` of a page. A value is written out, or the key of the chapter's word for it.

    It is "" where the page computes it: then only the reason can be told.
    """

    chapter: Chapter
    scene: Scene
    slide_value: str
    right_value: str
    why: str

    def told(self, language: str) -> tuple[str, str, str]:
        """Slide's value, right value and the reason, in that language."""
        words = Words(language, self.chapter.id)
        slide_value, right_value = (words.get(value, value) for value in (self.slide_value, self.right_value))
        return slide_value, right_value, words[self.why]


@dataclass(frozen=True)
class Slips:
    """What became of one slide (or of the slides of one scene): what was computed, and the pages that explain."""

    slides: tuple[int, ...]
    computed: tuple[Finding, ...]
    taught: tuple[Taught, ...]


def all_slips(computed: Sequence[Finding]) -> list[Slips]:
    """Every slide that slipped, in the talk's order; ``computed`` are the findings that are slips."""
    groups: dict[tuple[int, ...], tuple[list[Finding], list[Taught]]] = {}
    for one in (one for row in CHAPTERS for one in taught_in(row)):
        groups.setdefault(_slides(one, computed), ([], []))[1].append(one)
    for found in computed:
        key = next((slides for slides in groups if found.slide in slides), (found.slide,))
        groups.setdefault(key, ([], []))[0].append(found)
    return [Slips(slides, tuple(groups[slides][0]), tuple(groups[slides][1])) for slides in sorted(groups)]


def _slides(taught: Taught, computed: Sequence[Finding]) -> tuple[int, ...]:
    """Which of its scene's slides a page corrects: those with a computed slip, else it may be any of them."""
    found = sorted({one.slide for one in computed} & set(taught.scene.slides))
    return tuple(found) or taught.scene.slides


@cache
def taught_in(row: Chapter) -> tuple[Taught, ...]:
    """The errata of a chapter's page, read from its file: a page must not be run to be listed."""
    tree = ast.parse(row.file.read_text(encoding="utf-8"))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    drawn = {keyword.arg: ast.unparse(keyword.value) for call in _calls(tree, "show") for keyword in call.keywords}
    found: dict[str, Taught] = {}
    for scene in row.scenes:
        for call in _reached(drawn.get(scene.id, scene.id), functions):
            values = [_value(argument) for argument in call.args]
            if len(values) == 3 and values[2]:
                found.setdefault(values[2], Taught(row, scene, *values))
    return tuple(found.values())


def _reached(name: str, functions: dict[str, ast.FunctionDef], seen: frozenset[str] = frozenset()) -> list[ast.Call]:
    """The calls of ``erratum`` in a function and in the page's own functions that it calls."""
    if name not in functions or name in seen:
        return []
    calls = _calls(functions[name], "erratum")
    for other in functions:
        if _calls(functions[name], other):
            calls += _reached(other, functions, seen | {name})
    return calls


def _calls(tree: ast.AST, name: str) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and name in (getattr(node.func, "id", ""), getattr(node.func, "attr", ""))
    ]


def _value(node: ast.expr) -> str:
    """A text written out, or the key in ``words["key"]``; "" for what is computed on the way."""
    inner = node.slice if isinstance(node, ast.Subscript) else node
    return inner.value if isinstance(inner, ast.Constant) and isinstance(inner.value, str) else ""


def where(slips: Slips) -> tuple[Chapter, Scene] | None:
    """The scene to go to: the one that explains, else the first about the slide."""
    if slips.taught:
        return slips.taught[0].chapter, slips.taught[0].scene
    return next(iter(scenes_about(slips.slides[0])), None)


def part(slips: Slips) -> str:
    """Which part of the talk it belongs to: that of its scene, or the last one while no chapter covers its slide."""
    found = where(slips)
    return found[0].part if found else CHAPTERS[-1].part


def line(slips: Slips, words: Words, reasons: bool) -> str:
    """One item of the list, as markdown: slide (a link to its scene), each printed value and the right one, why.

    A page's words are preferred to the report's, which are in English; where the page has none, the report
    speaks, and says in which language.
    """
    found = where(slips)
    slide = "S" + "–".join(str(number) for number in dict.fromkeys((slips.slides[0], slips.slides[-1])))
    parts = [f"[{slide}](./{found[0].id}?scene={found[1].id})" if found else slide]
    told = [one.told(words.language) for one in slips.taught]
    parts += [_pair(printed, right) for printed, right, _ in told if printed and right]
    english = words.language == "en"
    for one in slips.computed:
        if not told or language_free(one.printed + one.computed):
            name = f"{plain(one.what)}: " if english else ""
            parts.append(name + _pair(plain(one.printed), plain(one.computed)))
    if reasons:
        mark = "" if english else words["errata_english"]
        parts += [why for *_, why in told] or [plain(one.why) + mark for one in slips.computed]
    return "- " + " · ".join(parts)


def _pair(printed: str, right: str) -> str:
    """What the slide says, underlined, and what is right; bold words within would end the bold around them."""
    return f"~~{printed}~~ → **{right.replace('**', '')}**"


def plain(value: str) -> str:
    """A text of the report with nothing in it that markdown would take for its own."""
    return re.sub(r"([\\*_~$`<\[\]])", r"\\\1", value)


def language_free(value: str) -> bool:
    """Numbers, symbols and formulas only: no word of three letters or more."""
    return re.search(r"[A-Za-z]{3,}", value) is None
