"""Slides 37 to 41: what FixMatch, MixMatch, UDA and AugMix do, held against the engine's own functions."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from dkdemo.kernels.unlabelled import augmix_js, guess_label, pseudo_label, uda_pull
from dkdemo.probability import js, kl, sharpen, softmax
from dkdemo.reproduce.finding import Finding, claimed, compare, row, slip

BARRED = ("contrast", "brightness", "color", "sharpness", "cutout")  # they resemble the test's corruptions


def findings() -> Iterator[Finding]:
    yield from _fixmatch()
    yield from _mixmatch()
    yield from _uda()
    yield from _augmix()


def _fixmatch() -> Iterator[Finding]:
    sure, unsure, strong = [9.0, 1.0, 0.0], [1.0, 0.9, 0.0], [0.5, 2.0, 1.0]
    told = [pseudo_label(weak, strong, [0.99, 0.6], [1, 0], threshold=0.95) for weak in (sure, unsure)]
    wanted = [-math.log(softmax(strong)[0]), 0.0]
    what = "a picture counts only above the threshold, as its arg max, by cross-entropy"
    yield compare(38, what, wanted, [one["loss"] for one in told], 12)
    learned = [one for one in told if one["loss"] > 0]
    losses = row([one["loss"] for one in told], 2)
    what = "unlabelled pictures carry something to learn from"
    yield claimed(37, what, len(learned) == 1, f"losses of a sure and an unsure one: {losses}; one of them teaches")
    noise, turned = _noise_and_turn()
    yield slip(
        38,
        "the strong look",
        "the same picture with more noise",
        "RandAugment or CTAugment, then a hole",
        noise < 0.25 < turned,
        f"pixels move: a turn by 30 degrees keeps {1 - turned:.0%} of a stroke where it was, noise {1 - noise:.0%}",
    )


def _noise_and_turn() -> tuple[float, float]:
    """How much of a bar's ink is elsewhere after noise (clipped, sigma .1), and after a turn by 30 degrees."""
    side = 21
    y, x = np.mgrid[:side, :side] - side // 2
    bar = (np.abs(x) <= 1) & (np.abs(y) <= 8)
    angle = math.radians(30)
    across, along = x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)
    turned = (np.abs(across) <= 1) & (np.abs(along) <= 8)
    grains = np.clip(bar + 0.1 * np.random.default_rng(0).standard_normal(bar.shape), 0, 1)
    return float(1 - (grains > 0.5)[bar].mean()), float(1 - turned[bar].mean())


def _mixmatch() -> Iterator[Finding]:
    looks = [[2.0, 1.0, 0.0], [0.5, 1.5, 0.0]]
    values = guess_label(looks, 0, [[0.0]], [[0.0]], looks=2, temperature=0.5, lam=0.75)
    mean = (softmax(looks[0]) + softmax(looks[1])) / 2
    yield compare(
        39, "Figure 1: the mean of K answers, sharpened by a temperature", sharpen(mean, 0.5), values["sharp"], 12
    )
    same = guess_label(looks, 0, [[0.0]], [[0.0]], looks=2, temperature=1.0, lam=0.75)
    yield slip(
        39,
        "what is averaged",
        "after various objections",
        "after various augmentations",
        values["k"] == 2 and bool(np.allclose(same["sharp"], mean)),
        "K looks of one picture (K = 2 weak ones in the paper); at T = 1 the guess is their plain mean",
    )


def _uda() -> Iterator[Finding]:
    clean, other = [4.0, 1.0, 0.0], [1.0, 2.0, 0.0]
    frame = [[[0.0]], [[0.0]]]
    equal = uda_pull(frame, clean, [clean, other], strength=0.0, progress=0.0)
    wanted = sharpen(softmax(clean), 0.4)
    yield compare(
        40, "the clean picture's answer is the target: KL to it", [kl(wanted, softmax(clean))], [equal["gap"]], 12
    )
    unsure = uda_pull(frame, [0.1, 0.0, 0.0], [other, other], strength=0.0, progress=0.0)
    yield slip(
        40,
        "the augmented picture's answer",
        "exactly the same as the original's",
        "pulled by a KL towards it, sharpened at T = .4, where max p > .8",
        equal["loss"] > 0 and unsure["gap"] > 0 and unsure["loss"] == 0,
        f"equal answers still cost {equal['loss']:.3f} nats, and where nobody is sure different ones cost 0",
    )
    noise, turned = _noise_and_turn()
    yield slip(
        40,
        "what is done to the picture",
        "adding noise",
        "RandAugment and Cutout; back-translation for text",
        noise < 0.25 < turned,
        "noise leaves the stroke where it was; the strong looks move and cover it",
    )


def _augmix() -> Iterator[Finding]:
    p = [[0.7, 0.2, 0.1], [0.3, 0.3, 0.4], [0.1, 0.8, 0.1]]
    pixel = [[[0.0, 0.0, 0.0]]]
    values = augmix_js(pixel, [pixel, pixel], p[0], [[p[1], p[2]]] * 2, truth=0, kept=0.5)
    middle = np.mean(p, axis=0)
    yield compare(41, "M = (p_orig + p_augmix1 + p_augmix2) / 3", middle, values["mean"], 12)
    terms = sum(float(kl(one, middle)) for one in p) / 3
    yield compare(41, "JS = 1/3 of three KL terms, all on the slide", [terms], [values["js"]], 12)
    apart = float(js(*np.eye(3)))
    yield compare(41, "JS of three answers that exclude each other: ln 3", [math.log(3)], [apart], 12)
    flat = [1 / 3] * 3
    idle = augmix_js(pixel, [pixel, pixel], flat, [[flat, flat]] * 2, truth=0, kept=0.5)
    yield slip(
        41,
        "the loss",
        "JS",
        "CE(p_orig, y) + 12 JS",
        idle["js"] < 1e-12 and math.isclose(idle["loss"], math.log(3)),
        f"a net that says the same to everything has JS = 0; its CE is {row([idle['ce']], 4)} = ln 3",
    )
    from dkdemo.augmix import DEPTH, OPERATIONS, WIDTH

    yield slip(
        41,
        "which augmentations",
        "however you like",
        f"{len(OPERATIONS)} operations, {WIDTH} chains of 1 to {DEPTH}",
        len(OPERATIONS) == 9 and not set(BARRED) & set(OPERATIONS),
        "whatever resembles the corruptions of the test is barred: " + ", ".join(BARRED),
    )
