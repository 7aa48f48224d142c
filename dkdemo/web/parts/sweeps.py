"""Chapters 3, Theory, 4, Cost, and 11, Regularising: live parts with measured sweeps, put as kernels want them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from dkdemo.experiments.bits import RULES
from dkdemo.experiments.double_descent import EXPONENTS, RIDGE_NAMES
from dkdemo.experiments.polynomials import Polynomials
from dkdemo.web import controls
from dkdemo.web.plot import Slider
from dkdemo.web.scenes import Stage

GHOSTS = 10  # fits drawn beyond the threshold; the errors are over all of them
SAMPLED = ("dkdemo.regression:minimum_norm", "dkdemo.regression:legendre_features")  # how samples are fitted
NETWORKS_SCRIPT = """from dkdemo.networks import NETWORKS

for one in NETWORKS:
    print(f"{one.name:16} {one.parameters:12,} {one.gmacs:9.3f} GMAC {one.accuracy:7.3f} % {one.megabytes:9.3f} MB")
"""
NO_RIDGE = EXPONENTS[0] - 0.5  # the slider's left end stands for λ = 0


def sampled(stage: Stage, equation: str) -> Polynomials:
    """The equation, and beside it the seed of the samples that are fitted."""
    formula, seeded = st.columns([5, 1], vertical_alignment="center")
    with formula:
        stage.equation(equation)
    with seeded:
        return Polynomials(seed=controls.seed())


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


def cut(result: Mapping[str, Any]) -> dict[str, Any]:
    """A result of `Pruning` for ``prune_slide``: means over the nets, and the histogram."""
    means = {kind: np.asarray(result[kind]).mean(0).tolist() for kind in ("magnitude", "random")}
    parts = {name: np.asarray(result[name]).tolist() for name in ("stops", "thresholds", "edges", "counts")}
    return {**means, **parts}


def rungs(result: Mapping[str, Any], rule: int) -> dict[str, Any]:
    """A result of `Bits` for ``bits_slide``, read by the rule of that number."""
    return {
        "widths": list(result["bits"]),
        "curves": [np.asarray(result[name]).mean(0).tolist() for name in RULES],
        "steps": [list(result[f"{name}_step"]) for name in RULES],
        "sizes": list(result["bytes"]),
        "dense": float(np.mean(result["dense"])),
        "dense_bytes": result["dense_bytes"],
        "reach": float(np.asarray(result["edges"])[-1]),
        "rule": rule,
    }
