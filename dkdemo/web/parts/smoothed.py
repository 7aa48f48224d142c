"""Chapter 7, Label smoothing: live parts with a digit that is smoothed, and the settings that scenes share."""

from __future__ import annotations

import streamlit as st

from dkdemo.experiments import Gallery, Smoothing
from dkdemo.figures import label_smoothing as figures
from dkdemo.web import controls, data
from dkdemo.web.charts import interactive
from dkdemo.web.plot import Slider
from dkdemo.web.run_panel import ask
from dkdemo.web.scenes import Stage

ALPHAS = (0.05, 0.1, 0.2, 0.4)
FIVE, NINE = 5, 9  # the slide's digit, and what it looks like
DOUBT = 0.02  # the least share of a 9 that a trained teacher gives to a 5 worth showing


def alpha(stage: Stage, value: float) -> Slider:
    """How much is taken from the truth and given to all."""
    return Slider("alpha", stage.words["alpha"], 0.01, 0.99, value)


def script(label: int, classes: int, alpha: float, *, gap: bool = False) -> str:
    """Prints a smoothed label, with ``gap`` also how far apart the logits are that fit it best."""
    names, prints = "smooth_labels", f"print(smooth_labels({label}, {classes}, {alpha}))\n"
    if gap:
        names, prints = "optimal_gap, smooth_labels", prints + f"print(optimal_gap({classes}, {alpha}))\n"
    return f"from dkdemo.labels import {names}\n\n{prints}"


def doubtful_five(stage: Stage) -> float | None:
    """A 5 that looks like a 9, smoothed by the rule and as a teacher sees it; the alpha chosen, None without such."""
    where, which = st.columns(2, vertical_alignment="bottom")
    with where:
        name = data.choose(data.DIGITS, own=False)
    found = ask(Gallery(data=name, label=FIVE, other=NINE, count=4))
    doubtful = [place for place, share in enumerate(found["share"]) if share > DOUBT]
    if not doubtful:
        return None
    with which:
        spots = {spot: str(spot + 1) for spot in doubtful}
        place = controls.choice(stage.words["five_which"], spots, "image", doubtful[0])
    answer, image = found["probabilities"][place], found["images"][place]
    state = interactive(
        stage, "smoothing", lambda at: figures.five_or_nine(image, at, answer, FIVE, stage.words),
        {"classes": len(answer), "truth": FIVE}, alpha(stage, 0.1),
        spoken={"second": NINE, "second_share": float(answer[NINE])}, alt=stage.words["five_alt"],
    )  # fmt: skip
    stage.measured(found)
    return state["alpha"]


def setting(stage: Stage) -> Smoothing:
    """The two live scenes of the penultimate layer show one run: same controls, same recipe."""
    chosen = controls.row(
        [2, 2, 1], data=lambda: data.choose(data.DIGITS, own=False),
        alpha=lambda: controls.choice(stage.words["alpha"], ALPHAS, "smoothed", 0.1), seed=controls.seed,
    )  # fmt: skip
    return Smoothing(**chosen)
