"""One chart of each kind, chosen by ?show=; the script counts its runs so that tests see what reaches the server."""

from __future__ import annotations

import numpy as np
import streamlit as st

from dkdemo.figures import theme
from dkdemo.figures.binding import bind, bind_snapshot, grow
from dkdemo.figures.panels import note
from dkdemo.kernels import KERNELS
from dkdemo.web.canvas import draw_digit
from dkdemo.web.plot import Drag, Slider, plot

st.set_page_config(layout="wide")
st.session_state.runs = st.session_state.get("runs", 0) + 1
NAMES = ["cat", "dog", "car"]


def softmax() -> None:
    inputs = {"logits": [1.4, 2.8, 0.9], "temperature": 1.0}
    now = KERNELS["softmax_bars"](**inputs)
    figure = theme.figure(340)
    figure.add_bar(x=NAMES, y=now["logits"], marker_color=theme.REST, name="z", meta={"bind": {"y": "logits"}})
    figure.add_bar(
        x=NAMES,
        y=now["q"],
        marker_color=theme.TEACHER,
        name="q",
        xaxis="x2",
        yaxis="y2",
        textposition="outside",
        cliponaxis=False,
    )
    bind(figure.data[1], y="q", text="q_text")
    figure.update_layout(
        xaxis={"domain": [0, 0.46]},
        yaxis={"range": [-6, 6], "title": {"text": "logit"}},
        xaxis2={"domain": [0.54, 1], "anchor": "y2"},
        yaxis2={"range": [0, 1.15], "anchor": "x2", "tickformat": ".0%"},
    )
    for x, words in ((0.23, "logits"), (0.77, "softmax")):
        figure.add_annotation(x=x, y=1.08, xref="paper", yref="paper", text=words, showarrow=False)
    figure.add_annotation(x=1, y=-0.2, xref="x2", yref="y2", text="", showarrow=False)
    told = "At T = {temperature:.2f} the wrong classes hold {wrong:.0%}"
    note(figure, claim=told, bind={"annotations[2].text": "{wrong:.1%}"})
    state = plot(
        figure, key="softmax", alt="Softmax bars, {wrong:.0%} wrong", kernel="softmax_bars", inputs=inputs,
        sliders=[Slider("temperature", "Temperature T", 0.25, 20, 1.0, log=True)],
        drag=Drag("bars", ("logits",), low=-5, high=5),
    )  # fmt: skip
    st.markdown(f"Python has T = `{state['temperature']:.4g}` and z = `{state['logits']}`")


def box() -> None:
    y, x = np.mgrid[0:16, 0:16]
    first = np.stack([x * 16, y * 16, x * 0], -1)
    second = np.full((16, 16, 3), 220)
    inputs = {"first": first, "second": second, "x0": 2.0, "y0": 3.0, "x1": 9.0, "y1": 8.0, "paste": True}
    figure = theme.figure(420)
    figure.add_image(z=KERNELS["cutmix_box"](**inputs)["image"], x0=0.5, y0=0.5)
    bind(figure.data[0], z="image")
    figure.update_layout(yaxis={"range": [16, 0], "scaleanchor": "x"}, xaxis={"range": [0, 16]})
    note(figure, claim="{covered:.0%} of the pixels are covered")
    state = plot(
        figure,
        key="box",
        alt="a box",
        kernel="cutmix_box",
        inputs=inputs,
        drag=Drag("box", ("x0", "y0", "x1", "y1"), low=-4, high=20, step=1),
    )
    st.markdown(f"Python has the box `{[state[name] for name in ('x0', 'y0', 'x1', 'y1')]}`")


def circle() -> None:
    angle = np.arange(8) * 2 * np.pi / 8
    inputs = {"x": np.cos(angle), "y": np.sin(angle), "temperature": 0.5}
    figure = theme.figure(420)
    figure.add_scatter(x=inputs["x"], y=inputs["y"], mode="markers", marker={"size": 18, "color": theme.STUDENT})
    bind(figure.data[0], x="x", y="y")
    figure.update_layout(xaxis={"range": [-1.4, 1.4]}, yaxis={"range": [-1.4, 1.4], "scaleanchor": "x"})
    note(figure, claim="The loss is {loss:.2f}")
    plot(
        figure,
        key="circle",
        alt="points on a circle",
        kernel="circle_forces",
        inputs=inputs,
        drag=Drag("points", ("x", "y"), low=-1.2, high=1.2),
    )


def stream() -> None:
    state = st.query_params.get("state", "running")
    if st.session_state.get("stream", {}).get("finished"):
        st.session_state.over = True
    if st.session_state.get("over"):
        state = "done"
    figure = theme.figure(320)
    figure.add_scatter(x=[], y=[], name="soft", line={"color": theme.STUDENT, "width": theme.LINE})
    figure.add_scatter(x=[], y=[], name="hard", line={"color": theme.TEACHER, "width": theme.LINE})
    grow(figure.data[0], "soft")
    grow(figure.data[1], "hard")
    figure.add_heatmap(z=np.zeros((4, 4)), xaxis="x2", yaxis="y2", showscale=False)
    bind_snapshot(figure.data[2], "weights", z="map")
    figure.update_layout(
        xaxis={"domain": [0, 0.6], "range": [0, 700], "title": {"text": "step"}},
        yaxis={"range": [0, 1], "title": {"text": "accuracy"}},
        xaxis2={"domain": [0.7, 1], "anchor": "y2"},
        yaxis2={"anchor": "x2"},
    )
    note(figure, claim="After step {step} soft holds {soft:.1%}", bind={"xaxis.range[1]": "=steps"})
    plot(
        figure,
        key="stream",
        alt="a learning curve",
        topic=st.query_params["topic"] if state != "done" else None,
        state=state,
    )


def board() -> None:
    digit = draw_digit("board")
    if digit is None:
        st.markdown("Python sees nothing")
    else:
        rows, columns = np.nonzero(digit)
        weight = digit / digit.sum()
        facts = [int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1, int(digit.max())]
        centre = [float((weight * index).sum().round(1)) for index in np.mgrid[0:28, 0:28]]
        st.markdown(f"Python sees `{facts}` with its centre at `{centre}`")


def still() -> None:
    figure = theme.figure(320)
    figure.add_scatter(x=[1, 2, 3], y=[1, 4, 9], name="squares, of course", line={"color": theme.TEACHER})
    figure.update_layout(xaxis={"fixedrange": False}, yaxis={"fixedrange": False}, dragmode="pan")
    plot(figure, key="still", alt="three squares")


{"softmax": softmax, "box": box, "circle": circle, "stream": stream, "still": still, "board": board}[
    st.query_params["show"]
]()
st.button("Again")
st.markdown(f"Run number {st.session_state.runs}.")
