"""What the kernels of the theory and regularising chapters are given: measured sweeps, and a slider to walk them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dkdemo.experiments.double_descent import EXPONENTS, RIDGE_NAMES
from dkdemo.web.plot import Slider

NO_RIDGE = EXPONENTS[0] - 0.5  # the slider's left end stands for λ = 0


def sizes(answer: Mapping[str, Any], shown: slice, runs: int, risk: str) -> dict[str, Any]:
    """The measured curves of `Polynomials` for ``polynomial_size``; ``risk`` says whether it is mean or median."""
    measures = {"bias": "bias", "variance": "variance", "risk": risk, "train": "train"}
    inputs = {name: np.asarray(answer[of])[shown].tolist() for name, of in measures.items()}
    fits = np.asarray(answer["fits"])[shown, :runs].round(3)
    return inputs | {"sizes": [degree + 1 for degree in answer["degrees"][shown]], "fits": fits.tolist()}


def ridges(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The ridges of `DoubleDescent` as the slider walks them, and where among the widths N = n is."""
    return {
        "strengths": [NO_RIDGE, *EXPONENTS],
        "names": list(RIDGE_NAMES),
        "threshold": answer["widths"].index(answer["examples"]),
        "strength": NO_RIDGE,
    }


def errors(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Every run's errors, for ``ridge_path``."""
    return ridges(answer) | {name: np.asarray(answer[name]).round(4).tolist() for name in ("test", "train")}


def freedoms(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The spectrum at N = n and the mean errors, for ``freedom``."""
    means = np.asarray(answer["test"]).mean(-1).round(5).tolist()
    return ridges(answer) | {"spectrum": list(answer["spectrum"]), "ridges": list(answer["ridges"]), "means": means}


def ridge_slider(label: str) -> Slider:
    """log10 λ from none to much, half a decade a notch."""
    return Slider("strength", label, NO_RIDGE, EXPONENTS[-1], NO_RIDGE, step=0.5, format=".1f")
