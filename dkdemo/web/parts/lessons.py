"""Chapter 6, Distillation: live parts with a batch by hand, races, a digit that is hidden, photographs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from dkdemo.experiments import Everything, Overconfident, Race, Unseen
from dkdemo.experiments.photos import LARGE, Photos
from dkdemo.experiments.race import hyperparameters
from dkdemo.figures import distillation, photos, race, unseen
from dkdemo.kernels import KERNELS, script
from dkdemo.web import controls, data, machine
from dkdemo.web.charts import interactive
from dkdemo.web.plot import Slider, plot
from dkdemo.web.run_panel import explain, run_panel, script_for
from dkdemo.web.scenes import Stage

BATCH = {  # a plain 5, and a 5 that looks like a 9: logits of 5, 9 and 1
    "teacher": [[6.0, 1.0, -3.0], [3.0, 2.4, -3.0]],
    "student": [[1.0, 0.5, 0.2], [0.3, 0.4, 0.1]],
    "labels": [0, 0],
}
SHARES = [0.29 / 0.3, 0.01 / 0.3]  # how answer A divides what the truth leaves
SEEN = (7, 8)  # all that is left in the paper's harder lesson
# The nets that the race builds on digits, layer by layer; a test holds them to it.
TEACHER, MEMBERS, STUDENT = (64, 256, 256, 10), 4, (64, hyperparameters("digits").hidden, 10)
RACERS = ("digits", "mnist", "fashion-mnist")
KD = (
    r"\mathcal{L} = w\,T^2\,\mathrm{KL}\big(\sigma(v/T)\,\|\,\sigma(z/T)\big)"
    r" + {(1-w)}\,\mathrm{CE}\big(y, \sigma(z)\big)"
)
FADING = KD.replace(r"T^2\,", "")  # without the factor
SOFT = r"\mathcal{L} = T^2\,\mathrm{KL}\big(\sigma(v/T)\,\|\,\sigma(z/T)\big)"
LOSSES = ("dkdemo.distillation:kd_loss", "dkdemo.distillation:soft_loss")


def one_batch(stage: Stage) -> str:
    """The loss on a batch of two, of which one row is shown, with or without T² before its soft term; its script."""
    words = stage.words
    above = st.container()
    rows = {"1": words["batch_doubtful"], "0": words["batch_clear"]}
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        row = controls.choice(words["batch_row"], rows, "row", "1")
    with right:
        squared = controls.toggle(words["batch_squared"], "squared", True)
    with above:
        stage.equation(KD if squared else FADING)
    state = interactive(
        stage, "kd_batch", lambda at: distillation.batch(at, ["5", "9", "1"], words, squared=squared),
        {**BATCH, "squared": squared, "shown": int(row)},
        Slider("temperature", words["temperature"], 0.5, 20, 4, log=True),
        Slider("soft_weight", words["batch_weight"], 0, 1, 0.9), download="kd_loss",
    )  # fmt: skip
    return script("kd_batch", state)


def two_darknesses(stage: Stage) -> str:
    """Two answers that give the truth as much, and divide the rest differently; their script."""
    words = stage.words
    state = interactive(
        stage, "darkness", lambda at: distillation.darkness(at, ["5", "9", "0"], words), {"reference": SHARES},
        Slider("share", words["darkness_share"], 0, 1, 0.5),
        Slider("right", words["darkness_right"], 0.05, 0.99, 0.7), download="same_loss",
    )  # fmt: skip
    return script("darkness", state)


def raced(stage: Stage, kind: type[Race | Everything], *, floor: float, telling: str) -> None:
    """Hard labels against soft targets; the axis of accuracies starts at ``floor``."""
    recipe = kind(**data.with_seed(RACERS))
    best = f"soft_{hyperparameters(recipe.data).temperature:g}"
    run_panel(
        stage, recipe,
        lambda view: race.race(
            view, stage.words, best=best, floor=floor, telling=telling, steps=recipe.steps_ahead()
        ),
        alt=stage.words["race_alt"], code=LOSSES,
    )  # fmt: skip


def _hiding(stage: Stage) -> dict[str, Any]:
    """Which digit the student shall never see: settings of the scenes about it."""
    where, what, seeded = st.columns([2, 3, 1], vertical_alignment="bottom")
    with where:
        name = data.choose(data.DIGITS, own=False)
    with what:
        options = {**{str(digit): str(digit) for digit in range(10)}, "most": stage.words["unseen_only"]}
        token = controls.choice(stage.words["hidden"], options, "hidden", "3")
    hidden = tuple(digit for digit in range(10) if digit not in SEEN) if token == "most" else (int(token),)
    with seeded:
        return {"data": name, "hidden": hidden, "seed": controls.seed()}


def one_unseen(stage: Stage) -> Mapping[str, Any] | None:
    """Students that never saw one digit, and beside them what a bias makes of it once they are taught."""
    recipe = Unseen(**_hiding(stage))
    left, right = st.columns(2)
    with left:
        code = ("dkdemo.distillation:shuffle_dark", *LOSSES)
        view = run_panel(
            stage, recipe, lambda view: unseen.learning(view, stage.words, recipe.steps_ahead()), code=code
        )
    with right:
        if view.result:
            _bias(stage, view.result)
        else:
            stage.say("unseen_story")
    return view.result


def whispers(stage: Stage, result: Mapping[str, Any]) -> None:
    """What those students could overhear."""
    alt = stage.words["unseen_whispers_alt"]
    plot(unseen.whispers(result, stage.words), key="distillation.whispers", alt=alt)


def _bias(stage: Stage, result: Mapping[str, Any]) -> None:
    """The measured curves read at any bias; the one chosen on held-out data is marked."""
    words = stage.words
    inputs = {key: np.asarray(result[key]).tolist() for key in ("biases", "curve", "curve_all")} | {"bias": 0.0}
    low, high = inputs["biases"][0], inputs["biases"][-1]
    slider = Slider("bias", words["unseen_bias_slider"], low, high, 0, step=0.1, format=".1f")
    chart = unseen.bias(result, KERNELS["bias_slide"](**inputs), words)
    plot(
        chart, key="distillation.bias", alt=words["unseen_bias_alt"], kernel="bias_slide", inputs=inputs,
        sliders=[slider], download="bias",
    )  # fmt: skip


def two_teachers(stage: Stage) -> None:
    """A teacher that still doubts and one that no longer does, and what their students hear of the hidden digit."""
    recipe = Overconfident(**_hiding(stage))
    run_panel(stage, recipe, lambda view: unseen.overconfident(view, stage.words, recipe.steps_ahead()), code=LOSSES)


def photographs(stage: Stage) -> None:
    """The lesson on photographs where they are on the machine, else how to get them; the larger one on a GPU."""
    with st.columns([1, 4])[0]:
        seed = controls.seed()
    large = machine.larger("larger")
    recipe, top = replace(LARGE if large else Photos(), seed=seed), 1.0 if large else 0.85
    net = ("dkdemo.photos:PhotoEncoder", "dkdemo.speedrun:learn")
    if not data.here(recipe.data):
        explain(stage, code=net, script=script_for(recipe))
        return
    code = (*net, "dkdemo.experiments.photos:train_students", *LOSSES)
    view = run_panel(stage, recipe, lambda view: photos.photos(view, stage.words, top=top), code=code)
    if view.result:
        stage.say("photos_teacher", **view.result)
