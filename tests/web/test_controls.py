"""The address is the state: links restore controls, chapters do not disturb each other, nonsense is told."""

import pytest
from streamlit.testing.v1 import AppTest

from dkdemo.web import controls


def screen(chapter="temperature", scene="slider"):
    from dkdemo.web import address, controls

    address.arrive(chapter, scene)
    controls.seed()
    controls.choice("Data", {"digits": "Digits", "mnist": "MNIST"}, "data", "digits")
    controls.number("Alpha", "alpha", 0.1, 0.0, 1.0, 0.05)
    controls.toggle("Both", "both")
    controls.poll("Which?", {"yes": "Yes", "no": "No"}, "guess")
    controls.reset_button()


def opened(query=None, **place):
    test = AppTest.from_function(screen, kwargs=place)
    test.query_params.update(query or {})
    return test.run()


def shown(test):
    state = test.session_state
    return {name: state[f"temperature.{name}"] for name in ("seed", "data", "alpha", "both", "guess")}


def test_an_empty_address_shows_the_slides_values_and_stays_empty():
    test = opened()
    assert not test.exception
    assert shown(test) == {"seed": 0, "data": "digits", "alpha": 0.1, "both": False, "guess": None}
    assert not test.query_params
    assert not test.button


def test_a_link_restores_every_kind_of_control():
    test = opened({"seed": "7", "data": "mnist", "alpha": "0.35", "both": "True", "guess": "no"})
    assert shown(test) == {"seed": 7, "data": "mnist", "alpha": 0.35, "both": True, "guess": "no"}
    assert not test.warning


def test_the_address_follows_the_hand_and_reset_clears_it():
    test = opened()
    test.number_input[0].set_value(41).run()
    test.toggle[0].set_value(True).run()
    assert dict(test.query_params) == {"seed": "41", "both": "True"}
    test.button[0].click().run()
    assert shown(test)["seed"] == 0
    assert not test.query_params


def test_an_answer_is_no_value_to_be_set_back():
    test = opened()
    test.button_group[-1].set_value("yes").run()
    assert not test.button
    test.number_input[0].set_value(41).run()
    test.button[0].click().run()
    assert shown(test)["guess"] == "yes"
    assert dict(test.query_params) == {"guess": "yes"}


@pytest.mark.parametrize(
    "query",
    [
        {"seed": "abc"},
        {"seed": "-1"},
        {"seed": "1" * 400},
        {"data": "../../etc/passwd"},
        {"alpha": "nan"},
        {"alpha": "2"},
        {"both": "maybe"},
        {"guess": "<script>"},
    ],
)
def test_nonsense_gets_one_sentence_and_the_slides_value(query):
    test = opened(query)
    assert not test.exception
    assert len(test.warning) == 1
    (name,) = query
    assert f"“{name}”" in test.warning[0].value
    assert query[name] not in test.warning[0].value, "what came from outside is not shown"
    assert shown(test) == shown(opened())


def test_a_control_keeps_its_value_while_another_scene_is_on_the_screen():
    test = AppTest.from_function(screen, kwargs={"scene": "slider"}).run()
    test.number_input[0].set_value(5).run()

    def elsewhere():
        from dkdemo.web import address

        address.arrive("mixing", "mixup")

    away = AppTest.from_function(elsewhere)
    away.session_state["dk.kept"] = test.session_state["dk.kept"]
    away.run()
    back = AppTest.from_function(screen, kwargs={"scene": "slider"})
    back.session_state["dk.kept"] = away.session_state["dk.kept"]
    back.run()
    assert shown(back)["seed"] == 5


def test_chapters_may_use_the_same_name():
    test = opened({"seed": "9"})
    other = AppTest.from_function(screen, kwargs={"chapter": "mixing", "scene": "mixup"})
    other.session_state["dk.kept"] = test.session_state["dk.kept"]
    other.run()
    assert other.session_state["mixing.seed"] == 0


def test_controls_on_one_line_say_what_they_say_by_name():
    def line():
        import streamlit as st

        from dkdemo.web import address, controls

        address.arrive("mixing", "noise")
        said = controls.row([4, 1, 1], noise=lambda: controls.toggle("Noise", "noise"), seed=controls.seed)
        st.text(str(said))

    test = AppTest.from_function(line)
    test.query_params["seed"] = "7"
    test.run()
    assert test.text[0].value == "{'noise': False, 'seed': 7}"
    assert [len(column.children) for column in test.columns] == [1, 1, 0]


def test_no_control_of_a_line_is_left_out_in_silence():
    with pytest.raises(ValueError, match="each control needs a width; got 1 widths for noise, seed"):
        controls.row([1], noise=bool, seed=int)
