"""Every scene of every chapter, in both languages, drawn by Streamlit itself (without a browser)."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest
from toys import Nobody

from dkdemo import jobs
from dkdemo.web import scenes
from dkdemo.web.registry import CHAPTERS, ROOT
from dkdemo.web.text import LANGUAGES, Words

MAIN = ROOT / "dkdemo" / "web" / "main.py"
HOUSE = ("broken_scene", "unknown_scene", "unknown_language", "unknown_page")  # sentences of a house in trouble


@pytest.fixture(autouse=True)
def _no_workers():
    jobs.use(Nobody())
    yield
    jobs.use(None)


def opened(chapter, **query):
    test = AppTest.from_file(str(MAIN), default_timeout=60)
    if chapter != CHAPTERS[0]:
        test.run().switch_page(f"../../pages/{chapter.file.name}")
    test.query_params.update(query)
    return test.run()


def sentences(test):
    return [element.value for kind in (test.error, test.warning) for element in kind]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda row: row.id)
def test_every_scene_is_drawn(chapter, language):
    common = Words(language, "common")
    ours = {common[key] for key in HOUSE}
    test = opened(chapter, lang=language)
    for scene in chapter.scenes:
        test.query_params["scene"] = scene.id
        test.run()
        assert not test.exception, scene.id
        assert not ours & set(sentences(test)), scene.id
        assert test.session_state["dk.here"] == (chapter.id, scene.id)
        assert test.main.children, f"nothing on the screen of {scene.id}"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda row: row.id)
def test_without_a_scene_in_the_address_a_chapter_begins(chapter):
    test = opened(chapter)
    assert test.session_state["dk.here"] == (chapter.id, chapter.scenes[0].id)
    assert not {Words("en", "common")[key] for key in HOUSE} & set(sentences(test))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda row: row.id)
def test_nonsense_in_the_address_gets_a_sentence_and_the_first_scene(chapter):
    test = opened(chapter, scene="<b>x</b>", lang="xx", seed="∞", T="nan", present="perhaps")
    common = Words("en", "common")
    assert not test.exception
    assert test.session_state["dk.here"] == (chapter.id, chapter.scenes[0].id)
    assert common["unknown_scene"] in sentences(test)
    assert common["unknown_language"] in sentences(test)
    assert not [text for text in sentences(test) if "<b>" in text]


def test_the_presenter_reveals_what_the_room_was_asked():
    asked = opened(CHAPTERS[0], scene="question")
    assert [button.label for button in asked.button_group]
    assert not any("theory" in text.value for text in asked.markdown)
    put = opened(CHAPTERS[0], scene="question", present="1")
    assert not put.button_group
    assert any(Words("en", "opening")["question_depends"] in text.value for text in put.markdown)
    assert not any("theory" in text.value for text in put.markdown)
    put.button(key="dk.reveal.question_ask").click().run()
    assert any("theory" in text.value for text in put.markdown)
    assert put.query_params["reveal"] in ("1", ["1"])
    for skipped in ({"reveal": "1"}, {"present": "revealed"}):
        told = opened(CHAPTERS[0], scene="question", **{"present": "1", **skipped})
        assert any("theory" in text.value for text in told.markdown)


def test_an_answer_reveals_and_is_kept_in_the_address():
    test = opened(CHAPTERS[0], scene="question")
    test.button_group[0].set_value("question_depends").run()
    assert any("It depends" in text.value for text in test.markdown)
    assert test.query_params["question_ask"] in ("question_depends", ["question_depends"])


def test_a_fault_in_a_scene_costs_one_sentence():
    def page():
        from dkdemo.web.scenes import show

        def broken(stage):
            raise RuntimeError("secret detail")

        def fine(stage):
            stage.say("promises_title")

        show("opening", welcome=broken, promises=fine, speaker=fine, map=fine, question=fine)

    test = AppTest.from_function(page).run()
    assert not test.exception
    assert [error.value for error in test.error] == [Words("en", "common")["broken_scene"]]
    test.query_params["scene"] = "promises"
    assert not test.run().error


def test_a_page_must_declare_the_scenes_of_the_registry():
    with pytest.raises(ValueError, match="has the scenes welcome, promises, speaker, map, question; got welcome"):
        scenes.show("opening", welcome=print)


def test_a_page_that_cannot_even_start_leaves_the_header_alive(monkeypatch):
    monkeypatch.setattr(scenes, "find_chapter", lambda name: 1 / 0)
    test = opened(CHAPTERS[0])
    assert not test.exception
    assert Words("en", "common")["broken_scene"] in sentences(test)
