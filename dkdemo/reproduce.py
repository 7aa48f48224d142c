"""Every number on the slides, beside what the engine computes: agreement, explained slip, or alarm.

Slide 2 promised that not everything would be right. A slip is listed with the right value, and it only counts
as *explained* while the engine can still say how the printed value came about; anything else is a disagreement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dkdemo.figures.simclr_tables import PAPER_PAIRS
from dkdemo.labels import smooth_labels
from dkdemo.mixing import cutmix, cutout, kept_share, mixup
from dkdemo.probability import cross_entropy, softmax

Verdict = Literal["agrees", "slip", "paper", "DISAGREES"]


@dataclass(frozen=True)
class Finding:
    """One number (or row of numbers) of one slide, and what became of it."""

    slide: int
    what: str
    printed: str
    computed: str
    verdict: Verdict
    why: str = ""


def compare(
    slide: int, what: str, printed: Sequence[float], computed: Iterable[float], places: int, *, given: float = 0.0
) -> Finding:
    """The slide's numbers against ours, to as many decimal places as the slide prints.

    ``given`` is how far ours may be off because they are computed from numbers that were printed rounded.
    """
    ours = np.asarray(list(computed), dtype=np.float64)
    allowed = 0.5 * 10.0**-places + given + 1e-12
    same = ours.shape == (len(printed),) and bool(np.all(np.abs(ours - printed) <= allowed))
    return Finding(slide, what, _row(printed, places), _row(ours, places), "agrees" if same else "DISAGREES")


def slip(slide: int, what: str, printed: str, right: str, explained: bool, why: str) -> Finding:
    """A known slip; ``explained`` is computed, and when it is false the explanation itself is wrong."""
    return Finding(slide, what, printed, right, "slip" if explained else "DISAGREES", why)


def temperature() -> Iterator[Finding]:
    """Slides 21 and 22: the softmax with a temperature, at a, a * .3 and a * .5."""
    a = [1.4, 2.8, 0.9]
    q = softmax(a, 4.0)
    summed = bool(np.isclose(q.sum(), 1))
    yield slip(21, "what q is", "new logits", "probabilities, summing to 1", summed, "the z are the logits")
    yield compare(22, "softmax(a)", [0.17662444, 0.71624742, 0.10712814], softmax(a), 8)
    yield compare(22, "softmax(a * .3): T = 3.33", [0.2956245, 0.44992913, 0.25444637], softmax(a, 1 / 0.3), 8)
    yield compare(22, "softmax(a * .5): T = 2", [0.26367459, 0.53097543, 0.20534998], softmax(a, 1 / 0.5), 8)


def dark_knowledge() -> Iterator[Finding]:
    """Slide 23: two answers with the same loss. The value is the same; what it does to the network is not."""
    truth, first, second = np.array([1.0, 0, 0]), np.array([0.7, 0.29, 0.01]), np.array([0.7, 0.15, 0.15])
    yield compare(
        23,
        "loss of the 2nd answer = loss of the 1st",
        [cross_entropy(truth, first)],
        [cross_entropy(truth, second)],
        12,
    )
    gradients = [_row(answer - truth, 2) for answer in (first, second)]
    yield slip(
        23,
        "what SGD gets back",
        "the same",
        " against ".join(gradients),
        gradients[0] != gradients[1],
        "the loss is one number, its gradient p - y differs on every wrong class",
    )


def label_smoothing() -> Iterator[Finding]:
    """Slide 25: 0 1 0 0 smoothed."""
    printed = [0.05, 0.85, 0.05, 0.05]
    yield compare(25, "original", [0, 1, 0, 0], smooth_labels(1, 4, 0.0), 0)
    at_8, at_2 = smooth_labels(1, 4, 0.8), smooth_labels(1, 4, 0.2)
    explained = bool(np.allclose(at_2, printed)) and not np.allclose(at_8, printed)
    yield slip(
        25,
        "smoothing with alpha = .8",
        _row(printed, 2),
        _row(at_8, 2),
        explained,
        "y (1 - alpha) + alpha / K gives the printed vector at alpha = .2; .8 is 1 - alpha",
    )


def mixing() -> Iterator[Finding]:
    """Slides 35 and 36: what CutMix does to the label, and the table of three methods, computed on real arrays."""
    size, labels = 28, np.eye(2)
    images = np.stack([np.full((size, size), 1.0), np.full((size, size), 2.0)])
    box, border = (4, 6, 18, 20), (-7, 10, 7, 24)  # both 14 x 14; one hangs over the left edge
    mixed, shared = cutmix(images, labels, box, [1, 0])
    pixels = [int((mixed[0] == value).sum()) for value in (1, 2)]
    yield compare(35, "14 x 14 box on 28 x 28: pixels kept, pasted", [size**2 - 196, 196], pixels, 0)
    yield slip(
        35,
        "14 x 14 box on 28 x 28: label shares",
        "HW - r_x r_y = 588, r_x r_y = 196",
        _row(shared[0], 2),
        bool(np.allclose(shared[0], np.array(pixels) / size**2)),
        "those are pixel counts: divide by HW. And r_x, r_y are the box's position; its size is r_w, r_h",
    )
    kept = float((cutmix(images, labels, border, [1, 0])[0][0] == 1).mean())
    yield slip(
        35,
        "lambda = 1 - r r / HW at the border",
        f"{1 - 196 / size**2:.4f}",
        f"{kept_share(border, size, size):.4f}",
        kept == kept_share(border, size, size) != 1 - 196 / size**2,
        "count lambda after the box is clipped",
    )
    blended, blended_labels = mixup(images, labels, 0.6, [1, 0])
    results = [(blended, blended_labels), (cutout(images, box), labels), (mixed, shared)]
    ticks = {
        "usage of full image region": [bool((image[0] > 0).all()) for image, _ in results],
        "regional dropout": [bool(np.isin(image[0], (0, 2)).any()) for image, _ in results],
        "mixed image and label": [bool((label[0] < 1).all()) for _, label in results],
    }
    printed = {
        "usage of full image region": [True, False, True],
        "regional dropout": [False, True, True],
        "mixed image and label": [True, False, True],
    }
    for row, ours in ticks.items():
        yield compare(36, f"mixup, Cutout, CutMix: {row}", list(map(float, printed[row])), map(float, ours), 0)


def contrastive() -> Iterator[Finding]:
    """Slide 54: Figure 5 of the SimCLR paper; its cells need ImageNet, its last column only a mean."""
    printed = [39.2, 29.4, 25.7, 18.8, 15.5, 14.5, 13.8]
    means = np.array(PAPER_PAIRS).mean(axis=1)
    what = "Figure 5: the last column is the average over the row (of cells printed to .1)"
    yield compare(54, what, printed, means, 1, given=0.05)


def papers() -> Iterator[Finding]:
    """Numbers quoted from papers, which a lecture cannot train again: named as such, never passed off as ours."""
    hinton = "Hinton et al. 2015, section 3; in seconds we show another race, and say so"
    simclr = "Chen et al. 2020, Figure 5, ImageNet; we fill such a table on shapes, and say so"
    yield Finding(54, "Figure 5: crop then colour, crop alone, top-1 in %", "56.3, 33.1", "-", "paper", simclr)
    yield Finding(20, "MNIST errors of teacher, plain student, distilled student", "67, 146, 74", "-", "paper", hinton)


CHAPTERS: tuple[Callable[[], Iterator[Finding]], ...] = (
    temperature,
    dark_knowledge,
    label_smoothing,
    mixing,
    contrastive,
    papers,
)


def findings() -> list[Finding]:
    """All of them, in the talk's order."""
    return sorted((finding for chapter in CHAPTERS for finding in chapter()), key=lambda finding: finding.slide)


def report(rows: Sequence[Finding]) -> str:
    """The findings as text, one after the other, with a last line that counts them."""
    lines = []
    for row in rows:
        lines.append(f"S{row.slide:02d}  {row.verdict:<9}  {row.what}")
        lines.append(f"       slide  {row.printed}")
        if row.verdict != "paper":
            lines.append(f"       {'right' if row.verdict == 'slip' else 'here '}  {row.computed}")
        if row.why:
            lines.append(f"       why    {row.why}")
    counts = {
        verdict: sum(row.verdict == verdict for row in rows) for verdict in ("agrees", "slip", "paper", "DISAGREES")
    }
    lines.append(
        f"{len(rows)} findings: {counts['agrees']} agree, {counts['slip']} slips explained, "
        f"{counts['paper']} from papers, {counts['DISAGREES']} unexplained"
    )
    return "\n".join(lines)


def _row(values: Iterable[float], places: int) -> str:
    texts = [f"{value:.{places}f}" for value in values]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
