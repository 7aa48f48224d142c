"""Chapter 9, Mixing: live parts with two pictures blended, or one cut into the other, and the label they get."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from dkdemo.figures import mixing as figures
from dkdemo.web import controls, pictures
from dkdemo.web.charts import interactive
from dkdemo.web.plot import Drag, Slider
from dkdemo.web.scenes import Stage

UNIFORMS = np.random.default_rng(0).random(40).tolist()  # forty draws of lambda, whatever alpha makes of them
MIXUP_SCRIPT = """import numpy as np

from dkdemo.mixing import mixup

images, labels = np.array([[1.0], [0.0]]), np.eye(2)
print(mixup(images, labels, lam={lam}, order=[1, 0]))
"""


def blended(stage: Stage) -> str:
    """Both pictures as one, at any lambda and under any Beta; the script that mixes by the lambda chosen."""
    pictures.refuse_absent()
    first, second, names = pictures.chosen_pair(stage.words)
    state = interactive(
        stage, "mixup_blend", lambda at: figures.mixup(at, first, second, names, stage.words),
        {"first": first.tolist(), "second": second.tolist(), "uniforms": UNIFORMS},
        Slider("lam", stage.words["lam"], 0, 1, 0.6),
        Slider("alpha", stage.words["beta_alpha"], 0.1, 32, 1.0, log=True),
        spoken=_spoken(names),
    )  # fmt: skip
    return MIXUP_SCRIPT.format(lam=state["lam"])


def boxed(stage: Stage) -> str:
    """A box of the second picture, or of nothing, in the first one; the script that measures the box chosen."""
    pictures.refuse_absent()
    which, where = st.columns([1, 3], vertical_alignment="bottom")
    with where:
        ways = {"cutmix": stage.words["cutmix"], "cutout": stage.words["cutout"]}
        paste = controls.choice(stage.words["cutmix_way"], ways, "way", "cutmix") == "cutmix"
    with which:
        first, second, names = pictures.chosen_pair(stage.words)
    side, over = len(first), round(len(first) / 8)  # the box may hang over the edge
    box = {name: float(round(share * side)) for name, share in {"x0": 0.4, "y0": 0.3, "x1": 0.9, "y1": 0.8}.items()}
    state = interactive(
        stage, "cutmix_box", lambda at: figures.cutmix(at, first, second, names, stage.words, paste=paste),
        {"first": first.tolist(), "second": second.tolist(), "paste": paste, **box},
        drag=Drag("box", tuple(box), low=-over, high=side + over, step=1, label=stage.words["handle"]),
        spoken=_spoken(names),
    )  # fmt: skip
    corners = tuple(round(state[name]) for name in box)
    return f"from dkdemo.mixing import kept_share\n\nprint(kept_share({corners}, {side}, {side}))\n"


def _spoken(names: list[str]) -> dict[str, Any]:
    return {"first_name": names[0], "second_name": names[1]}
