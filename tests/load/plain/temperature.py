"""The temperature scene as one would write it in plain Streamlit, and a training in the script: the baseline.

Same words, same chart, same code expander; st.slider and st.plotly_chart instead of our component, default
settings. ``Train`` runs our race where Streamlit's own examples run such things: in the script.
"""

import inspect

import streamlit as st

from dkdemo import probability
from dkdemo.experiments.race import Race
from dkdemo.figures import temperature as figures
from dkdemo.jobs.events import Progress
from dkdemo.kernels import KERNELS, script
from dkdemo.web.text import Words

LOGITS = [1.4, 2.8, 0.9]

words = Words("en", "temperature")
st.set_page_config(layout="wide")
st.subheader(words["slider_title"])
st.latex(r"q_i = \frac{\exp(z_i/T)}{\sum_j \exp(z_j/T)}")
temperature = st.slider("Temperature T", 0.25, 20.0, 1.0, 0.01)
inputs = {"logits": LOGITS, "temperature": temperature}
names = [words[key] for key in ("class_cat", "class_dog", "class_car")]
picture, pinned = st.columns([5, 3])
with picture:
    draw = inspect.unwrap(figures.slider)  # our keeping of charts is not Streamlit's
    st.plotly_chart(draw(KERNELS["softmax_bars"](**inputs), names, words), theme=None, key="bars")
with pinned:
    st.code("\n".join(f"{share:.8f}  {name}" for share, name in zip(probability.softmax(LOGITS), names, strict=True)))
st.markdown(words["slider_erratum"])
st.caption(words["slider_source"])
with st.expander("The code that computed this"):
    st.code(script("softmax_bars", inputs), language="python")
    st.code(inspect.getsource(probability.softmax), language="python")

seed = st.number_input("Seed", 0, 9999, 0)
if st.button("Train"):
    curves = st.empty()
    points = []
    for event in Race(seed=seed).run():
        if isinstance(event, Progress):
            points.append(dict(event.metrics))
            curves.line_chart(points)
