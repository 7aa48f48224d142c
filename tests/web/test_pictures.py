"""Pictures that the address asks for and that are not here are spoken of in the open, not behind a closed button."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dkdemo.figures.binding import fill
from dkdemo.web import pictures
from dkdemo.web.text import Words

COMMON = Words("en", "common")
UNKNOWN = fill(COMMON["unknown_value"], {"name": "pictures"})


def screen():
    import streamlit as st

    from dkdemo.web import address, data, pictures

    address.arrive("mixing", "mixup")
    pictures.refuse_absent()
    with st.popover("Pictures"):
        data.choose(pictures.SETS, default="shapes", key="pictures")


def opened(asked: str | None) -> AppTest:
    test = AppTest.from_function(screen)
    if asked is not None:
        test.query_params["pictures"] = asked
    return test.run()


@pytest.fixture(autouse=True)
def _only_two_sets(monkeypatch):
    from dkdemo.web import data

    for module in (pictures, data):
        monkeypatch.setattr(module, "present", lambda: ["digits", "shapes", "holiday"])


def test_a_set_that_is_absent_is_said_once_with_the_way_to_get_it():
    test = opened("fashion-mnist")
    assert [said.value for said in test.warning] == [
        f"{UNKNOWN} {fill(COMMON['data_missing'], {'missing': 'fashion-mnist'})}"
    ]
    assert test.main.children[0].type == "warning", "in the open, before the button"
    assert test.session_state["mixing.pictures"] == "shapes"
    assert not test.run().warning


def test_nonsense_is_said_and_not_repeated():
    test = opened("<b>x</b>")
    assert [said.value for said in test.warning] == [UNKNOWN]


@pytest.mark.parametrize("asked", [None, "digits", "holiday"])
def test_what_is_here_gets_no_sentence(asked):
    test = opened(asked)
    assert not test.warning
    assert test.session_state["mixing.pictures"] == (asked or "shapes")


def uploading():
    from dkdemo.web import pictures

    pictures.own(48, "mixing.own")


def test_a_third_picture_is_told_that_two_are_enough():
    from io import BytesIO

    from PIL import Image

    picture = BytesIO()
    Image.new("RGB", (20, 10), (10, 200, 30)).save(picture, "PNG")
    test = AppTest.from_function(uploading).run()
    for n, sentences in ((2, []), (3, [COMMON["own_refused_many"]])):
        files = [(f"{k}.png", picture.getvalue(), "image/png") for k in range(n)]
        test.file_uploader[0].set_value(files).run()
        assert [said.value for said in test.warning] == sentences
