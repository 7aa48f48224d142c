"""Which words a page, a live part or a figure asks for, read from its source: nothing is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from dkdemo.web.registry import CHAPTERS, ROOT

DRAWING = {  # draw under the scene's own word, if they are given no ``alt``
    "dkdemo.web.charts.chart",
    "dkdemo.web.charts.interactive",
    "dkdemo.web.charts.walked",
    "dkdemo.web.run_panel.run_panel",
}


@cache
def strings_in(*paths: Path) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """Every string constant in these Python files, and the two ends of every f-string that might make a key."""
    whole, ends = set(), set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            if isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else "" for part in node.values]
                if re.fullmatch(r"[a-z_0-9]*", parts[0] + parts[-1]) and (parts[0] or parts[-1]):
                    ends.add((parts[0], parts[-1]))
    return frozenset(whole), frozenset(ends)


def users_of(file: str) -> tuple[Path, ...]:
    """The Python files that may show the words of this file."""
    everyone = [path for folder in ("web", "figures", "jobs") for path in (ROOT / "dkdemo" / folder).rglob("*.py")]
    own = [ROOT / "app.py"] if file == "common" else [row.file for row in CHAPTERS if row.id == file]
    pages = [row.file for row in CHAPTERS] if file == "common" else []
    return tuple(sorted({*everyone, *own, *pages}))


@cache
def questions_of(page: Path) -> dict[str, tuple[str, ...]]:
    """The scenes of a page that begin with a question, and its options."""
    return {
        node.name: tuple(ast.literal_eval(option) for option in asked.args)
        for node in ast.walk(ast.parse(page.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        for asked in node.decorator_list
        if isinstance(asked, ast.Call) and ast.unparse(asked.func) == "asks"
    }


def words_of_questions(page: Path) -> set[str]:
    """The words that a question asks for by the name of its scene (see `dkdemo.web.scenes.asks`)."""
    return {
        key
        for scene, options in questions_of(page).items()
        for key in (f"{scene}_title", f"{scene}_guess", *(f"{scene}_guess_{option}" for option in options))
    }


def by_name(file: str) -> set[str]:
    """All words that are looked up by the name of their scene; what answers a bet need not be there."""
    row = next((row for row in CHAPTERS if row.id == file), None)
    if row is None:
        return set()
    answers = {f"{scene}_guessed" for scene in questions_of(row.file)}
    return words_of_questions(row.file) | answers | own_alts(row.file)


@cache
def _parsed(path: Path) -> tuple[dict[str, ast.FunctionDef], dict[str, str]]:
    """The functions of a file, and where each name that it imports from ours comes from."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}, imported


def _draws_by_name(path: Path, name: str, seen: frozenset[tuple[Path, str]] = frozenset()) -> bool:
    """Whether this function of a page or a live part, or one that it calls, draws under the scene's own ``_alt``."""
    functions, imported = _parsed(path)
    if name not in functions or (path, name) in seen:
        return False
    seen |= {(path, name)}
    for node in ast.walk(functions[name]):
        if not isinstance(node, ast.Call):
            continue
        first, _, rest = ast.unparse(node.func).partition(".")
        called = ".".join(filter(None, (imported.get(first, first), rest)))
        if called in DRAWING:
            if not any(given.arg == "alt" for given in node.keywords):
                return True
        elif called.startswith("dkdemo.web."):
            module, _, function = called.rpartition(".")
            file = ROOT.joinpath(*module.split(".")).with_suffix(".py")
            if file.is_file() and _draws_by_name(file, function, seen):
                return True
        elif _draws_by_name(path, called, seen):
            return True
    return False


def own_alts(page: Path) -> set[str]:
    """What pictures show, for those who cannot see them, where it is looked up by the name of the scene."""
    scenes = next(row.scenes for row in CHAPTERS if row.file == page)
    return {f"{scene.id}_alt" for scene in scenes if _draws_by_name(page, scene.id)}


def asked_for(path: Path) -> set[str]:
    """The keys that a file hands to a stage, or looks up among its words."""
    asked, tree = set(), ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            first = node.args[0]
            if node.func.attr in ("say", "text", "title", "source", "predict") and isinstance(first, ast.Constant):
                asked.add(first.value)
        asked |= _looked_up(node, lambda words: isinstance(words, ast.Attribute) and words.attr == "words")
        if isinstance(node, ast.FunctionDef):  # and after ``words = stage.words``
            also = {
                target.id
                for given in ast.walk(node)
                if isinstance(given, ast.Assign) and ast.unparse(given.value).endswith(".words")
                for target in given.targets
                if isinstance(target, ast.Name)
            }
            for inside in ast.walk(node):
                asked |= _looked_up(inside, lambda words, also=also: isinstance(words, ast.Name) and words.id in also)
    return asked


def _looked_up(node: ast.AST, among: Callable[[ast.expr], bool]) -> set[str]:
    """The key of ``words["key"]``, if that is what the node is and ``among`` knows the words."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and among(node.value):
        return {str(node.slice.value)}
    return set()
