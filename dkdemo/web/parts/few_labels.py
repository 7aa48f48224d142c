"""Chapter 10, Unlabelled: live parts with one picture asked about in three ways, and lessons with forty labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from dkdemo.datastore import present
from dkdemo.experiments import Chains, OneImage, Recipe
from dkdemo.experiments.chains import DATA as PHOTOS
from dkdemo.experiments.chains import MOST
from dkdemo.experiments.one_image import CROWD, VIEWS
from dkdemo.experiments.uda import SCHEDULES
from dkdemo.figures import few_labels
from dkdemo.figures import unlabelled as figures
from dkdemo.web import controls, data, language
from dkdemo.web.charts import interactive
from dkdemo.web.plot import Slider
from dkdemo.web.run_panel import ask, run_panel
from dkdemo.web.scenes import Stage

GOOD_PICTURE = 655  # of the digits: a 9 whose easy looks disagree; the words say that it was chosen
GOOD_PHOTO, GOOD_CHAINS = 34, 2  # a plus on whose mixtures the net cannot agree; the words say that it was chosen
# What each kernel takes from an answer, as a reader would write it.
ARGUMENTS = {
    "pseudo_label": "answer['weak_logits'][0], answer['strong_logits'][-1], answer['sure'], answer['right']",
    "guess_label": "answer['weak_logits'], answer['label'], answer['labelled'], answer['weak'][0]",
    "uda_pull": "answer['strong'], answer['clean_logits'], answer['strong_logits']",
    "augmix_js": "answer['picture'], answer['mixed'], answer['clean'], answer['answers'], answer['truth']",
}


def believed(stage: Stage) -> str:
    """FixMatch on one picture: is the weak look's answer sure enough to teach the strong look? The script of it."""
    recipe, answer = _one_picture(stage)
    inputs = {
        **_plain(answer, "sure", "right"),
        "weak_logits": np.asarray(answer["weak_logits"])[0].tolist(),
        "strong_logits": np.asarray(answer["strong_logits"])[-1].tolist(),
        "verdicts": [stage.words["one_believed"], stage.words["one_dropped"]],
    }
    state = interactive(
        stage, "pseudo_label", lambda at: figures.one_image(answer, at, stage.words), inputs,
        Slider("threshold", stage.words["threshold"], 0, 1, 0.95),
        alt=stage.words["one_alt"], download="fixmatch",
    )  # fmt: skip
    stage.measured(answer)
    return asked_script(recipe, "pseudo_label", state, "threshold")


def label_guess(stage: Stage) -> str:
    """MixMatch on one picture: several looks averaged, sharpened, and mixed with a labelled picture. The script."""
    recipe, answer = _one_picture(stage)
    inputs = _plain(answer, "labelled", "label") | {
        "logits": np.asarray(answer["weak_logits"]).tolist(),
        "unlabelled": np.asarray(answer["weak"])[0].tolist(),
        "verdicts": [stage.words[f"guess_{how}"] for how in ("sharpened", "same", "softened")],
    }
    state = interactive(
        stage, "guess_label", lambda at: figures.guess(answer, at, stage.words), inputs,
        Slider("looks", stage.words["looks"], 1, VIEWS, 2, step=1, format="d"),
        Slider("temperature", stage.words["temperature"], 0.1, 2, 0.5, log=True),
        Slider("lam", stage.words["lam"], 0, 1, 0.75),
        alt=stage.words["guess_alt"],
    )  # fmt: skip
    stage.measured(answer)
    return asked_script(recipe, "guess_label", state, "looks", "temperature", "lam")


def pulled(stage: Stage) -> str:
    """UDA on one picture: the answer to its noisy look is pulled to the sharpened one. The script of it."""
    recipe, answer = _one_picture(stage)
    inputs = _plain(answer, "clean_logits") | {
        "images": np.asarray(answer["strong"]).tolist(),
        "logits": np.asarray(answer["strong_logits"]).tolist(),
        "verdicts": [stage.words["uda_counts"], stage.words["uda_rests"]],
    }
    state = interactive(
        stage, "uda_pull", lambda at: figures.uda(answer, at, stage.words), inputs,
        Slider("strength", stage.words["strength"], 0, 1, 0.6, step=0.1, format=".1f"),
        Slider("progress", stage.words["progress"], 0, 1, 0.3),
    )  # fmt: skip
    stage.measured(answer)
    return asked_script(recipe, "uda_pull", state, "strength", "progress")


def chained(stage: Stage) -> str:
    """AugMix on one photograph: chains of operations mixed with it, and how far the answers lie apart. The script."""
    photos = "cifar10" if "cifar10" in present() else "shapes"
    setting = controls.row(
        [3, 1.2, 1], data=lambda: data.choose(PHOTOS, default=photos, own=False),
        picture=lambda: controls.integer(stage.words["picture"], "photo", GOOD_PHOTO, 0, MOST - 1),
        seed=lambda: controls.seed("chains", GOOD_CHAINS),
    )  # fmt: skip
    recipe = Chains(**setting)
    answer = ask(recipe)
    answer = {**answer, "classes": language.classes(answer["classes"])}
    inputs = _plain(answer, "picture", "mixed", "clean", "answers", "truth")
    state = interactive(
        stage, "augmix_js", lambda at: figures.augmix(answer, at, stage.words), inputs,
        Slider("kept", stage.words["kept"], 0, 1, 0.5, step=0.05),
    )  # fmt: skip
    rows = [
        " ｜ ".join(" → ".join(stage.words[f"op_{op}"] for op in chain) for chain in one)
        for one in answer["operations"]
    ]
    stage.source("augmix_operations", first=rows[0], second=rows[1])
    stage.measured(answer)
    return asked_script(recipe, "augmix_js", state, "kept")


def _one_picture(stage: Stage) -> tuple[OneImage, dict[str, Any]]:
    """Which picture, which draw; and what the half-taught net says of it."""
    setting = controls.row(
        [3, 1.2, 1], data=lambda: data.choose(data.DIGITS, own=False),
        picture=lambda: controls.integer(stage.words["picture"], "picture", GOOD_PICTURE, 0, CROWD - 1),
        seed=lambda: controls.seed("draw"),
    )  # fmt: skip
    recipe = OneImage(**setting)
    return recipe, ask(recipe)


def _plain(answer: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """These parts of an answer as a kernel in JavaScript wants them."""
    return {name: np.asarray(answer[name]).tolist() for name in names}


def asked_script(recipe: Recipe, kernel: str, state: Mapping[str, Any], *moved: str) -> str:
    """A script that asks the net again and prints the numbers of ``kernel`` with the sliders ``moved`` as they are."""
    kind = type(recipe)
    sliders = ", ".join(f"{name}={state[name]!r}" for name in moved)
    return (
        "from pprint import pprint\n\n"
        f"from {kind.__module__} import {kind.__name__}\n"
        "from dkdemo.kernels import KERNELS\n\n"
        f"*_, done = {recipe!r}.run()\n"
        "answer = done.result\n"
        f"values = KERNELS[{kernel!r}]({ARGUMENTS[kernel]}, {sliders})\n"
        "pprint({name: value for name, value in values.items() if isinstance(value, int | float)})\n"
    )


def lesson(
    stage: Stage,
    recipe: Recipe,
    code: Sequence[str],
    equation: str = "",
    told: Sequence[tuple[str, str]] = (("kept", "live_kept"), ("wrong", "live_wrong")),
) -> None:
    """One of the three lessons with forty labels; ``told`` is what it says of the answers it learns from."""
    run_panel(
        stage, recipe, lambda view: few_labels.lesson(view, recipe.name, told, stage.words),
        key=recipe.name, alt=stage.words["live_alt"], code=code, equation=equation,
    )  # fmt: skip
    stage.say(f"{recipe.name}_live_story")
    stage.source(f"{recipe.name}_source")


def setting(**control: Callable[[], Any]) -> dict[str, Any]:
    """Which pictures and which seed, with one more control between them: the setting of a lesson."""
    return controls.row([2.4, 3, 1], data=lambda: data.choose(data.DIGITS, own=False), **control, seed=controls.seed)


def threshold(stage: Stage) -> float:
    """How sure an answer must be to count as a label."""
    return controls.choice(stage.words["threshold"], (0.0, 0.5, 0.8, 0.95, 0.99), "tau", 0.95)


def weight(stage: Stage) -> float:
    """How much the unlabelled pictures count."""
    return controls.choice(stage.words["weight"], (0.0, 10.0, 75.0), "weight", 75.0)


def schedule(stage: Stage) -> str:
    """How fast the labelled pictures are released."""
    options = {name: stage.words[f"schedule_{name}"] for name in SCHEDULES}
    return controls.choice(stage.words["schedule"], options, "schedule", "none")
