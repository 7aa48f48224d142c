"""All words in both languages: none missing, none unused, none left in English, the same numbers in each."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from dkdemo import shapes
from dkdemo.collect import CIFAR10
from dkdemo.datastore import CLASSES
from dkdemo.figures.binding import fill
from dkdemo.web.registry import CHAPTERS, ROOT
from dkdemo.web.text import FOLDER, LANGUAGES, Words, sections

FILES = ["common", "streamlit", *(row.id for row in CHAPTERS)]
PLACE = re.compile(r"\{\{|\}\}|\{(\w+)((?:\[\d+\])*)(:[^{}]*)?\}")
CHINESE = re.compile(r"[一-鿿]")
# English that a Taiwanese slide leaves as it is: names, symbols, units, code.
NAMES = re.compile(
    r"`[^`]*`|\$[^$]*\$|https?://\S+|[A-Z][\w.&-]*"
    r"|\b(?:et al|arXiv|mixup|manifold|digits|shapes|softmax|new logits|logits?|step|alpha|lambda|cos|make run)\b"
)

DRAWING = {  # draw under the scene's own word, if they are given no ``alt``
    "dkdemo.web.charts.chart",
    "dkdemo.web.charts.interactive",
    "dkdemo.web.charts.walked",
    "dkdemo.web.run_panel.run_panel",
}


def _places(words: str) -> set[str]:
    return {found.group() for found in PLACE.finditer(words) if found.group(1)}


@cache
def _strings(*paths: Path) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
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


def _users(file: str) -> tuple[Path, ...]:
    """The Python files that may show the words of this file."""
    everyone = [path for folder in ("web", "figures", "jobs") for path in (ROOT / "dkdemo" / folder).rglob("*.py")]
    own = [ROOT / "app.py"] if file == "common" else [row.file for row in CHAPTERS if row.id == file]
    pages = [row.file for row in CHAPTERS] if file == "common" else []
    return tuple(sorted({*everyone, *own, *pages}))


@cache
def _questions(page: Path) -> dict[str, tuple[str, ...]]:
    """The scenes of a page that begin with a question, and its options."""
    return {
        node.name: tuple(ast.literal_eval(option) for option in asked.args)
        for node in ast.walk(ast.parse(page.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        for asked in node.decorator_list
        if isinstance(asked, ast.Call) and ast.unparse(asked.func) == "asks"
    }


def _asked(page: Path) -> set[str]:
    """The words that a question asks for by the name of its scene (see `dkdemo.web.scenes.asks`)."""
    return {
        key
        for scene, options in _questions(page).items()
        for key in (f"{scene}_title", f"{scene}_guess", *(f"{scene}_guess_{option}" for option in options))
    }


def _by_name(file: str) -> set[str]:
    """All words that are looked up by the name of their scene; what answers a bet need not be there."""
    row = next((row for row in CHAPTERS if row.id == file), None)
    if row is None:
        return set()
    answers = {f"{scene}_guessed" for scene in _questions(row.file)}
    return _asked(row.file) | answers | _own_alts(row.file)


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


def _own_alts(page: Path) -> set[str]:
    """What pictures show, for those who cannot see them, where it is looked up by the name of the scene."""
    scenes = next(row.scenes for row in CHAPTERS if row.file == page)
    return {f"{scene.id}_alt" for scene in scenes if _draws_by_name(page, scene.id)}


def test_both_languages_have_the_same_files():
    names = {language: {path.stem for path in (FOLDER / language).glob("*.md")} for language in LANGUAGES}
    assert names["en"] == names["zh-TW"] == set(FILES)


@pytest.mark.parametrize("file", FILES)
def test_both_languages_have_the_same_keys_each_once(file):
    assert set(sections("en", file)) == set(sections("zh-TW", file))
    for language in LANGUAGES:
        text = (FOLDER / language / f"{file}.md").read_text(encoding="utf-8")
        headings = re.findall(r"^## +(\S+) *$", text, flags=re.MULTILINE)
        assert len(headings) == len(set(headings)), f"{language}: a key twice"
        assert all(sections(language, file).values()), f"{language}: an empty section"


@pytest.mark.parametrize("file", FILES)
def test_both_languages_take_the_same_numbers_in_the_same_format(file):
    english, chinese = sections("en", file), sections("zh-TW", file)
    assert {key: _places(words) for key, words in english.items()} == {
        key: _places(words) for key, words in chinese.items()
    }


@pytest.mark.parametrize("file", FILES)
def test_nothing_is_left_in_english(file):
    left = []
    for key, words in sections("zh-TW", file).items():
        plain = NAMES.sub("", PLACE.sub("", words))
        if not CHINESE.search(words) and re.search(r"[a-z]{3,}", plain):
            left.append(f"{key}: {words}")
    assert not left


@pytest.mark.parametrize("file", FILES)
def test_the_english_is_english(file):
    assert not [key for key, words in sections("en", file).items() if CHINESE.search(words)]


@pytest.mark.parametrize("file", FILES)
def test_every_section_is_shown_somewhere(file):
    whole, ends = _strings(*_users(file))
    whole |= _by_name(file)

    def used(key: str) -> bool:
        if key in whole or key in ("title",) or key.startswith("scene_"):
            return True
        return any(key.startswith(first) and key.endswith(last) and len(first + last) >= 2 for first, last in ends)

    assert not [key for key in sections("en", file) if not used(key)]


@pytest.mark.parametrize("row", CHAPTERS, ids=lambda row: row.id)
def test_a_chapter_has_a_title_and_names_its_scenes(row):
    for language in LANGUAGES:
        words = Words(language, row.id)
        assert words["title"]
        assert {f"scene_{scene.id}" for scene in row.scenes} == {key for key in words if key.startswith("scene_")}


def _asked_for(path: Path) -> set[str]:
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


@pytest.mark.parametrize("row", CHAPTERS, ids=lambda row: row.id)
def test_every_key_a_page_asks_for_exists(row):
    assert _asked_for(row.file) | _asked(row.file) | _own_alts(row.file) <= set(sections("en", row.id))


def test_keys_are_found_under_another_name_and_pictures_in_live_parts():
    web = ROOT / "dkdemo" / "web"
    assert {"batch_row", "unseen_bias_alt"} <= _asked_for(web / "parts" / "lessons.py")
    assert {"gallery_any", "draw_hidden"} <= _asked_for(web / "parts" / "answers.py")
    assert "errata_all" in _asked_for(web / "parts" / "closing.py")
    pages = {row.id: _own_alts(row.file) for row in CHAPTERS}
    assert {"batch_alt", "larva_alt", "unseen_alt", "draw_alt"} <= pages["distillation"]
    assert "race_alt" not in pages["distillation"], "two scenes share it, and name it"
    assert "pruning_alt" in pages["cost"]
    assert not pages["opening"]


def test_every_key_of_a_live_part_exists_in_a_chapter_that_draws_it():
    parts: dict[str, set[str]] = {}
    for row in CHAPTERS:
        for node in ast.walk(ast.parse(row.file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in ("dkdemo.web", "dkdemo.web.parts"):
                for alias in node.names:
                    file = "/".join([*node.module.split("."), f"{alias.name}.py"])
                    parts.setdefault(file, set()).update(sections("en", row.id))
    drawn = {path.relative_to(ROOT).as_posix() for path in (ROOT / "dkdemo" / "web" / "parts").glob("[!_]*.py")}
    assert drawn <= set(parts), "each part is drawn by a page"
    for file, there in parts.items():
        assert _asked_for(ROOT / file) <= there, file


@pytest.mark.parametrize("row", CHAPTERS, ids=lambda row: row.id)
def test_every_bet_is_held_against_what_came_of_it(row):
    for node in ast.parse(row.file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name in _questions(row.file):
            assert "stage.guessed(" in ast.unparse(node), node.name


def test_every_size_an_experiment_reports_has_a_word():
    sizes = set()
    for path in (ROOT / "dkdemo" / "experiments").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "n" and isinstance(value, ast.Dict):
                        sizes |= {f"n_{name.value}" for name in value.keys if isinstance(name, ast.Constant)}
    assert sizes
    assert sizes <= set(sections("en", "common"))


def test_no_page_and_no_figure_holds_a_sentence_or_a_colour():
    figures = [path for path in (ROOT / "dkdemo" / "figures").glob("*.py") if path.name != "theme.py"]
    for path in [*(row.file for row in CHAPTERS), *figures]:
        source = path.read_text(encoding="utf-8")
        assert not CHINESE.search(source), f"{path.name} holds Chinese words"
        assert not re.search(r"[\"']#[0-9a-fA-F]{3,8}[\"']", source), f"{path.name} holds a colour"


def test_a_missing_section_names_the_file_it_belongs_in():
    with pytest.raises(KeyError, match=r"no section '## nonsense' in assets/lecture/en/common\.md"):
        Words("en", "common")["nonsense"]


def test_bold_words_end_where_markdown_sees_it():
    """After ``。**`` a closing pair of stars must not be followed by a letter, or the stars are shown."""
    bad = []
    for file in FILES:
        for key, words in sections("zh-TW", file).items():
            runs = words.split("**")
            for before, inside, after in zip(runs[::2], runs[1::2], runs[2::2], strict=False):
                opened_badly = re.match(r"[^\w\s]", inside) and re.search(r"\w$", before)
                closed_badly = re.search(r"[^\w\s]$", inside) and re.match(r"\w", after)
                if opened_badly or closed_badly:
                    bad.append(f"{file}/{key}: **{inside}**{after[:6]}")
    assert not bad


@pytest.mark.parametrize("file", FILES)
def test_every_template_can_be_filled(file):
    for language in LANGUAGES:
        for key, words in sections(language, file).items():
            for place in PLACE.finditer(words):
                if place.group(1) and place.group(3):
                    how = place.group(3)[1:]
                    assert re.fullmatch(r"d|\.\d+[f%g]|", how), f"{language}/{file}/{key}: {place.group()}"
    assert fill("{a:.0%}", {"a": 0.5}) == "50%"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_class_with_a_name_has_a_word(language):
    named = [*CIFAR10, *CLASSES["fashion-mnist"], *shapes.CLASSES]
    assert not [name for name in named if f"class_{name}" not in Words(language, "common")]
