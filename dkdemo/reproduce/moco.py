"""Slides 55 to 57: MoCo's update with its coefficients swapped, its claims, and what the second version added."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch

from dkdemo.figures.moco_tables import PAPER_MOMENTA, PAPER_ROWS
from dkdemo.kernels.moco import swapped, walk
from dkdemo.moco import moco_loss
from dkdemo.reproduce.finding import Finding, claimed, quoted, row, slip
from dkdemo.shuffling import group_statistics, nearest_group, shuffled


def findings() -> Iterator[Finding]:
    small, large = swapped(walk(), 0.9), swapped(walk(), 0.999)
    yield slip(
        55,
        "θ_Z ← α θ_Z′ + (1 − α) θ_Z: how much of the way of Z′ does Z go at α = .9 and .999?",
        row([small["moves_slide"], large["moves_slide"]], 3),
        row([small["moves_right"], large["moves_right"]], 3),
        small["moves_slide"] < large["moves_slide"] and small["moves_right"] > large["moves_right"],
        "the slide's own tip wants small updates at a large α; as printed the update grows with α. "
        "Right: θ_Z ← α θ_Z + (1 − α) θ_Z′",
    )
    yield _agreement()
    yield quoted(
        55,
        "InfoNCE has a temperature, so the dark knowledge counts",
        "temperature",
        "the same softmax, but cooled (T = .07 to .2), where distillation warms (T = 2 to 20): Chen et al. 2020, 5.1",
    )
    yield _leak()
    scores = {float(m): score for m, score in PAPER_MOMENTA.items()}
    best = max(scores, key=scores.__getitem__)
    yield slip(
        56,
        "the larger α, the better",
        f"best at {max(scores)}",
        f"best at {best}",
        best < max(scores),
        f"the paper's top-1 at m = {', '.join(PAPER_MOMENTA)}: {row(scores.values(), 1)}; m = 0 fails. "
        "Our small version is fine at m = 1 as well",
    )
    parts = dict(PAPER_ROWS)
    both = parts["mlp", "aug"]
    yield slip(
        57,
        "MoCo v2 = v1 + projection + augmentation, top-1",
        f"{both}",
        f"{parts['mlp', 'aug', 'cos']}; {parts['mlp', 'aug', 'cos', 'long']} after 800 epochs",
        both > parts["mlp",] > parts[()] and both < parts["mlp", "aug", "cos"],
        "the slide leaves out the cosine schedule, T = .2 and the longer training (paper: Chen et al. 2020, Table 1)",
    )


def _agreement() -> Finding:
    """What agreement alone asks for, one point gives; among K strangers that point is as bad as guessing."""
    point = torch.ones(64, 32, dtype=torch.float64)
    strangers = torch.ones(1024, 32, dtype=torch.float64) / 32**0.5
    agreed = torch.cosine_similarity(point, point).mean().item()
    loss = moco_loss(point, point, strangers, temperature=0.1).item()
    return slip(
        55,
        "two weights express the same thing, so the expression is correct",
        "agreement",
        f"one point for all agrees to {agreed:.0%}, and its InfoNCE among 1024 strangers is {loss:.2f}",
        math.isclose(agreed, 1) and math.isclose(loss, math.log(1025)),
        "ln 1025 = 6.93 is mere guessing: agreement alone is satisfied by collapse (`run agreement` trains it)",
    )


def _leak() -> Finding:
    """Eight devices, 32 pictures each: which keys come from the queries' own device, by mean and deviation alone?"""
    hits = {"plain": 0.0, "shuffled": 0.0}
    generator, rounds = torch.Generator().manual_seed(0), 40
    for _ in range(rounds):
        x = torch.randn(256, 64, generator=generator)
        query, key = (x + 0.3 * torch.randn(256, 64, generator=generator) for _ in "qk")
        own, order = group_statistics(query, 8), shuffled(256, generator)[0]
        for name, part in (("plain", key), ("shuffled", key[order])):
            found = nearest_group(own, group_statistics(part, 8))
            hits[name] += (found == torch.arange(8)).double().mean().item() / rounds
    return claimed(
        56,
        "BN leaks information about positives, so it must be shuffled",
        hits["plain"] > 0.5 and hits["shuffled"] < 0.2,
        f"statistics alone name the right one of 8 devices in {hits['plain']:.0%}, once shuffled in "
        f"{hits['shuffled']:.0%} (He et al. 2020, 3.3; `run shuffling` on digits)",
    )
