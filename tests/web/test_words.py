"""All words in both languages: none missing, none unused, none left in English, the same numbers in each."""

from __future__ import annotations

import ast
import re

import pytest
from reading import asked_for, by_name, own_alts, questions_of, strings_in, users_of, words_of_questions

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


def _places(words: str) -> set[str]:
    return {found.group() for found in PLACE.finditer(words) if found.group(1)}


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
    whole, ends = strings_in(*users_of(file))
    whole |= by_name(file)

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


@pytest.mark.parametrize("row", CHAPTERS, ids=lambda row: row.id)
def test_every_key_a_page_asks_for_exists(row):
    assert asked_for(row.file) | words_of_questions(row.file) | own_alts(row.file) <= set(sections("en", row.id))


def test_keys_are_found_under_another_name_and_pictures_in_live_parts():
    web = ROOT / "dkdemo" / "web"
    assert {"batch_row", "unseen_bias_alt"} <= asked_for(web / "parts" / "lessons.py")
    assert {"gallery_any", "draw_hidden"} <= asked_for(web / "parts" / "answers.py")
    assert "errata_all" in asked_for(web / "parts" / "closing.py")
    pages = {row.id: own_alts(row.file) for row in CHAPTERS}
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
        assert asked_for(ROOT / file) <= there, file


@pytest.mark.parametrize("row", CHAPTERS, ids=lambda row: row.id)
def test_every_bet_is_held_against_what_came_of_it(row):
    for node in ast.parse(row.file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name in questions_of(row.file):
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
