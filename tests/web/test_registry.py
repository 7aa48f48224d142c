"""The talk as data: every row has its page, its words and its slides, in the talk's order."""

import ast

import pytest

from dkdemo.web.registry import CHAPTERS, chapter, walk

# Which slides each chapter of the talk is about.
SLIDES = {
    "opening": range(1, 6),
    "training": (6, 7),
    "theory": range(8, 13),
    "cost": range(13, 16),
    "temperature": (16, 17, 21, 22),
    "distillation": (18, 19, 20, 23, 29, 30),
    "label_smoothing": range(24, 29),
    "teacher_free": (31, 32),
    "mixing": range(33, 37),
    "unlabelled": range(37, 42),
    "regularising": (42, 43),
    "mean_teacher": range(44, 47),
    "others": range(47, 52),
    "simclr": range(52, 55),
    "moco": range(55, 58),
    "dual": range(58, 61),
}


def test_chapters_come_in_the_order_of_the_talk():
    assert [row.number for row in CHAPTERS] == sorted({row.number for row in CHAPTERS})
    assert len({row.id for row in CHAPTERS}) == len(CHAPTERS)


@pytest.mark.parametrize("row", CHAPTERS, ids=lambda row: row.id)
def test_every_slide_of_a_chapter_is_in_a_scene(row):
    assert {slide for scene in row.scenes for slide in scene.slides} == set(SLIDES[row.id])


@pytest.mark.parametrize("row", CHAPTERS, ids=lambda row: row.id)
def test_the_page_declares_the_scenes_of_the_registry_in_order(row):
    tree = ast.parse(row.file.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "show"]
    assert len(calls) == 1
    assert ast.literal_eval(calls[0].args[0]) == row.id
    assert [keyword.arg for keyword in calls[0].keywords] == [scene.id for scene in row.scenes]


@pytest.mark.parametrize("row", CHAPTERS, ids=lambda row: row.id)
def test_a_page_stays_readable(row):
    lines = row.file.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 30 + 26 * len(row.scenes)
    assert row.minutes > 0


def test_walking_visits_every_scene_once_and_in_order():
    stops = walk()
    assert len(stops) == len(set(stops)) == sum(len(row.scenes) for row in CHAPTERS)
    assert [row.number for row, _ in stops] == sorted(row.number for row, _ in stops)


def test_an_unknown_chapter_is_named_in_the_error():
    with pytest.raises(ValueError, match=r"a chapter is one of opening.*got 'astrology'"):
        chapter("astrology")
