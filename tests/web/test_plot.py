"""What the live chart takes from the address and from browsers, and what it refuses."""

from __future__ import annotations

import json
import math

import numpy as np
import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from dkdemo.figures import theme
from dkdemo.web import plot as module
from dkdemo.web import released
from dkdemo.web.plot import Drag, Slider


@pytest.mark.parametrize("change", [{"value": 30.0}, {"low": 20.0}, {"step": 0.0}, {"low": 0.0, "log": True}])
def test_a_slider_that_cannot_be_is_refused(change: dict) -> None:
    with pytest.raises(ValueError, match="temperature: "):
        Slider(**{"name": "temperature", "label": "T", "low": 0.25, "high": 20.0, "value": 1.0} | change)


@pytest.mark.parametrize(("kind", "inputs"), [("bars", ("a", "b")), ("box", ("x0", "y0")), ("sphere", ("x",))])
def test_a_drag_names_as_many_inputs_as_its_kind_moves(kind: str, inputs: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="bars have 1 input"):
        Drag(kind, inputs)  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "group"), [("shares", 0), ("shares", 1), ("bars", 3)])
def test_shares_alone_have_a_group(kind, group):
    with pytest.raises(ValueError, match="shares, and nothing else, have a group"):
        Drag(kind, ("p",), group=group)
    assert Drag("shares", ("p",), group=3).group == 3


@pytest.mark.parametrize("value", ["nan", "inf", "", "warm", "9", -1.0, None, True, [1.0], {"a": 1}, math.nan])
def test_only_a_number_within_its_bounds_is_read(value: object) -> None:
    with pytest.raises(ValueError, match=r"need a number|could not convert"):
        released._read(value, 1.0, released.Bounds(0, 5))


def test_a_list_is_read_item_by_item() -> None:
    assert released._read(["1", "2.5"], [0.0, 0.0], released.Bounds(0, 5)) == [1.0, 2.5]
    assert released._token([1.0, 2.5, 1 / 3]) == "1,2.5,0.3333333333"
    for wrong in (["1"], ["1", "9"], "1,2", None):
        with pytest.raises(ValueError, match="need"):
            released._read(wrong, [0.0, 0.0], released.Bounds(0, 5))


def test_shares_that_are_all_nothing_are_refused() -> None:
    of_two = released.Bounds(0, 1, group=2)
    assert released._read(["1", "0", "0", ".5"], [0.0] * 4, of_two) == [1, 0, 0, 0.5]
    with pytest.raises(ValueError, match="cannot all be 0"):
        released._read(["1", "0", "0", "0"], [0.0] * 4, of_two)


def test_every_axis_is_of_the_house_and_keeps_what_its_figure_says() -> None:
    figure = theme.figure()
    figure.add_scatter(x=np.arange(3), y=np.arange(3), xaxis="x2", yaxis="y2")
    figure.update_layout(xaxis2={"title": {"text": "step"}, "zeroline": True}, yaxis2={"anchor": "x2"})
    layout = module._drawing(figure)["layout"]
    assert "template" not in layout
    assert layout["yaxis2"] == {**module.HOUSE_AXIS, "anchor": "x2"}
    assert layout["xaxis2"]["zeroline"] is True
    assert layout["xaxis2"]["title"] == {"text": "step", "font": {"size": theme.FONT_SIZE}}
    assert isinstance(figure, go.Figure)
    assert figure.layout.xaxis2.gridcolor is None, "the figure itself is left as it was"


def page() -> None:
    import streamlit as st

    from dkdemo.figures import theme
    from dkdemo.web.plot import Drag, Slider, plot

    figure = theme.figure()
    figure.add_bar(x=["cat", "dog"], y=[1.0, 2.0])
    state = plot(
        figure,
        key="chart",
        alt="two bars",
        kernel="softmax_bars",
        inputs={"logits": [1.0, 2.0]},
        sliders=[Slider("temperature", "T", 0.25, 20, 1 / 0.3, log=True)],
        drag=Drag("bars", ("logits",), low=-5, high=5),
    )
    st.text(repr(state))


def test_the_address_sets_the_inputs() -> None:
    app = AppTest.from_function(page)
    app.query_params["temperature"] = "2.5"
    app.query_params["logits"] = "-1,4"
    app.run()
    assert not app.exception
    assert app.text[0].value == repr({"logits": [-1.0, 4.0], "temperature": 2.5})
    assert not app.warning


def test_nonsense_in_the_address_leaves_the_defaults_with_all_their_digits() -> None:
    app = AppTest.from_function(page)
    app.query_params["temperature"] = "21"
    app.query_params["logits"] = "1,2,3"
    app.run()
    assert not app.exception
    assert app.text[0].value == repr({"logits": [1.0, 2.0], "temperature": 1 / 0.3})
    assert len(app.warning) == 2


def test_an_unknown_kernel_and_a_missing_start_are_refused() -> None:
    with pytest.raises(ValueError, match="a kernel is one of"):
        module.plot(theme.figure(), key="k", alt="", kernel="../../secret")
    with pytest.raises(ValueError, match="x1 missing"):
        module.plot(theme.figure(), key="k", alt="", drag=Drag("points", ("x0", "x1")), inputs={"x0": [1.0]})


def test_what_reaches_the_browser_is_json() -> None:
    figure = theme.figure()
    figure.add_heatmap(z=np.ones((2, 3)))
    text = module.to_json_plotly(module._drawing(figure))
    assert json.loads(text)["data"][0]["z"]["shape"] == "2, 3"


def test_what_nobody_moved_follows_a_default_that_changes() -> None:
    def page() -> None:
        import streamlit as st

        from dkdemo.figures import theme
        from dkdemo.web.plot import Slider, plot

        figure, start = theme.figure(), 3.0 if st.toggle("warm") else 1.0
        figure.add_bar(x=["cat", "dog"], y=[1.0, 2.0])
        sliders = [Slider("temperature", "T", 0.25, 20, start), Slider("share", "s", 0, 1, 0.5)]
        st.text(repr(plot(figure, key="chart", alt="bars", kernel="dominates", inputs={}, sliders=sliders)))

    app = AppTest.from_function(page)
    app.query_params["share"] = "0.25"
    app.run()
    app.toggle[0].set_value(True).run()
    assert not app.exception
    assert app.text[0].value == repr({"temperature": 3.0, "share": 0.25})
    assert dict(app.query_params) == {"share": ["0.25"]} or dict(app.query_params) == {"share": "0.25"}
