"""A scene that asks first, a scene without an answer, and the picture of a scene under the scene's name."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest
from toys import Nobody

from dkdemo import jobs
from dkdemo.web.text import LANGUAGES, Words


def page():
    import streamlit as st

    from dkdemo.experiments.speed import Speed
    from dkdemo.web.run_panel import ask
    from dkdemo.web.scenes import asks, show

    def fine(stage):
        stage.title("descent_title")

    @asks("last", "two", "all")
    def rate(stage):
        st.markdown("what comes after the bet")
        stage.guessed()

    def entropy(stage):
        ask(Speed())
        st.markdown("what needs an answer")

    show("training", descent=fine, rate=rate, entropy=entropy)


def opened(scene, **query):
    test = AppTest.from_function(page)
    test.query_params.update({"scene": scene, **query})
    return test.run()


def said(test):
    return [element.value for element in test.markdown]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rest_of_a_scene_waits_for_the_bet_and_holds_it_against_what_came(language):
    words = Words(language, "training")
    test = opened("rate", lang=language)
    assert [title.value for title in test.subheader] == [words["rate_title"]]
    assert "what comes after the bet" not in said(test)
    test.button_group[0].set_value("rate_guess_two").run()
    assert "what comes after the bet" in said(test)
    bet = Words(language, "common")["predict_bet"].replace("{guess}", words["rate_guess_two"])
    assert words["rate_guessed"].replace("{bet}", bet) in said(test)
    assert test.query_params["rate_guess"] in ("rate_guess_two", ["rate_guess_two"])


def test_a_link_carries_the_bet():
    assert "what comes after the bet" in said(opened("rate", rate_guess="rate_guess_all"))


def test_the_presenter_is_held_to_no_bet():
    assert said(opened("rate", present="revealed")) == ["what comes after the bet"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_room_reads_its_question_again_beside_the_answer(language):
    words, common = Words(language, "training"), Words(language, "common")
    test = opened("rate", present="1", lang=language)
    test.button(key="dk.reveal.rate_guess").click().run()
    options = " · ".join(words[f"rate_guess_{option}"] for option in ("last", "two", "all"))
    again = common["predict_asked"].replace("{question}", words["rate_guess"]).replace("{options}", options)
    assert said(test) == ["what comes after the bet", words["rate_guessed"].replace("{bet}", again)]


def test_a_scene_ends_where_it_gets_no_answer_and_says_so_once():
    jobs.use(Nobody())
    try:
        test = opened("entropy", lang="en")
    finally:
        jobs.use(None)
    common = Words("en", "common")
    assert not test.exception
    assert [error.value for error in test.error] == [common["job_late"]]
    assert [button.label for button in test.button] == [common["ask_retry"]]
    assert "what needs an answer" not in said(test)


def drawn():
    from dkdemo.figures import theme
    from dkdemo.web.charts import chart, interactive
    from dkdemo.web.plot import Slider
    from dkdemo.web.scenes import show

    def slider(stage):
        heat = Slider("temperature", "T", 0.25, 20, 2.0)
        inputs = {"logits": [1.0, 0.0]}
        given = interactive(stage, "softmax_bars", lambda at: theme.figure(300), inputs, heat, spoken={"name": "dog"})
        assert given == {"logits": [1.0, 0.0], "name": "dog", "temperature": 2.0}

    def trained(stage):
        chart(stage, theme.figure(300), download="a_file")

    show("temperature", dominates=print, slider=slider, trained=trained)


def data_of(scene):
    test = AppTest.from_function(drawn)
    test.query_params.update({"scene": scene, "lang": "en"})
    test.run()
    assert not test.exception
    assert not test.error
    (element,) = [one for one in test.main if one.type == "bidi_component"]
    assert element.proto.id.endswith(f"temperature.{scene}")
    return json.loads(element.proto.json)


def test_a_picture_goes_by_the_name_and_the_words_of_its_scene():
    data = data_of("slider")
    assert data["kernel"] == "softmax_bars"
    assert data["inputs"] == {"logits": [1.0, 0.0], "name": "dog", "temperature": 2.0}
    assert data["alt"] == Words("en", "temperature")["slider_alt"]
    assert data["download"] == "slider"
    assert data_of("trained")["download"] == "a_file"


def test_an_equation_is_cut_where_it_leaves_a_gap() -> None:
    from dkdemo.web.scenes import clauses

    assert clauses(r"a = b, \qquad c = \frac{d}{e}") == [r"\displaystyle a = b,", r"\displaystyle c = \frac{d}{e}"]
    assert clauses(r"\textstyle \sum_k p_k \allowbreak\quad q") == [r"\textstyle \sum_k p_k", r"\textstyle q"]
