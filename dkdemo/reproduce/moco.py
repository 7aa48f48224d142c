"""Slides 55 to 57: MoCo's update with its coefficients swapped, its claims, and what the second version added."""

from __future__ import annotations

from collections.abc import Iterator

from dkdemo.figures.moco_tables import PAPER_MOMENTA, PAPER_ROWS
from dkdemo.kernels.moco import swapped, walk
from dkdemo.reproduce.finding import Finding, quoted, row, slip


def findings() -> Iterator[Finding]:
    small, large = swapped(walk(), 0.9), swapped(walk(), 0.999)
    yield slip(
        55,
        "theta_Z <- alpha theta_Z' + (1 - alpha) theta_Z: the update of Z at alpha = .9, .999, as a share of Z's",
        row([small["moves_slide"], large["moves_slide"]], 3),
        row([small["moves_right"], large["moves_right"]], 3),
        small["moves_slide"] < large["moves_slide"] and small["moves_right"] > large["moves_right"],
        "the slide's own tip wants small updates at a large alpha; as printed the update grows with alpha. "
        "Right: theta_Z <- alpha theta_Z + (1 - alpha) theta_Z'",
    )
    yield quoted(
        55,
        "two weights express the same thing, so the expression is correct",
        "agreement",
        "agreement alone is satisfied by collapse: `run agreement` ends at 99.9 % agreement on one point",
    )
    yield quoted(
        55,
        "InfoNCE has a temperature, so the dark knowledge counts",
        "temperature",
        "the same softmax, but cooled (T = .07 to .2), where distillation warms (T = 2 to 20): Chen et al. 2020, 5.1",
    )
    yield quoted(
        56,
        "BN leaks information about positives, so it must be shuffled",
        "shuffling BN",
        "He et al. 2020, 3.3; `run shuffling` names the right device by statistics alone, and by chance once shuffled",
    )
    scores = {float(m): score for m, score in PAPER_MOMENTA.items()}
    best = max(scores, key=scores.__getitem__)
    yield slip(
        56,
        "the larger alpha, the better",
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
