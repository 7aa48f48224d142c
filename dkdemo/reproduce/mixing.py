"""Slides 33 to 36: mixup, manifold mixup, CutMix's labels and the table of three methods, computed on real arrays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dkdemo.mixing import cutmix, cutout, kept_share, mixup
from dkdemo.reproduce.finding import Finding, compare, quoted, row, slip


def findings() -> Iterator[Finding]:
    yield from _mixup()
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
        row(shared[0], 2),
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
    for tick, ours in ticks.items():
        yield compare(36, f"mixup, Cutout, CutMix: {tick}", list(map(float, printed[tick])), map(float, ours), 0)


def _mixup() -> Iterator[Finding]:
    """Slides 33 and 34: the two lines of the formula, whose lambda the slide does not say where it comes from."""
    one, two = np.arange(4.0), np.full(4, 10.0)
    images, labels = mixup(np.stack([one, two]), np.eye(2), 0.3, [1, 0])
    yield compare(33, "x~ = .3 x_i + .7 x_j", (0.3 * one + 0.7 * two).tolist(), images[0], 6)
    yield compare(33, "y~ = .3 y_i + .7 y_j", [0.3, 0.7], labels[0], 6)
    verma = (
        "Verma et al. 2019, Table 7: accuracy under FGSM on CIFAR-10 36.3 plain, 71.5 mixup, 77.5 manifold; PGD no gain"
    )
    yield quoted(34, "manifold mixup against single-step attacks, and against PGD", "better; not significantly", verma)
