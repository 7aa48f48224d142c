"""Slides 58 to 60, and slide 16's remark about a beginning: mirrored networks, a way out, a forgotten skill."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dkdemo.figures.dual import HISTORY, PAPER
from dkdemo.kernels.dual import still_target
from dkdemo.reproduce.finding import Finding, compare, quoted, row, slip
from dkdemo.siamese import negative_cosine, output_spread, simsiam_loss


def findings() -> Iterator[Finding]:
    first = {
        family: min(year for year, kind, _ in HISTORY if kind == family) for family in ("distillation", "contrastive")
    }
    yield slip(
        16,
        "distillation, the beginning of contrastive learning",
        "distillation first",
        f"contrast since {first['contrastive']}, distillation since {first['distillation']}",
        first["contrastive"] < first["distillation"],
        "Becker & Hinton 1992 contrast views long before anyone distils; the literal bridge is CRD, arXiv:1910.10699",
    )
    dice = np.random.default_rng(0)
    p1, p2, z1, z2 = dice.standard_normal((4, 96, 64))
    exchanged = simsiam_loss(p2, p1, z2, z1)
    yield compare(
        58,
        "a dual network: the loss, and the same with the views exchanged",
        [simsiam_loss(p1, p2, z1, z2)],
        [exchanged],
        12,
    )
    same = np.tile(dice.standard_normal(64), (96, 1))
    blank = [negative_cosine(same, same), output_spread(same)]
    yield compare(58, "two mirrors alone: lowest loss, spread of a constant answer", [-1, 0], blank, 12)
    small = still_target(0.5, 0.0)
    ends = [small["both"] > 1, small["moving"] < 0.05, small["alone"] < 0.1]
    yield compare(
        58,
        "a pair of one weight lives with both parts, dies without the stop or the predictor",
        [1, 1, 1],
        map(float, ends),
        0,
    )
    chen = "Chen & He 2021, figure 2 and Table 1, ImageNet; on shapes we show the spread of the outputs, .7 against .02"
    told = row([PAPER["simsiam"], PAPER["simsiam_moving"], PAPER["simsiam_alone"]], 1)
    yield quoted(58, "SimSiam, gradient not stopped, no predictor: top-1 in %", told, chen)
    yield quoted(
        59,
        "handling the dark knowledge handles over-parameterisation",
        "a way",
        "an opinion, not a number; the talk measures it as gains of soft targets, and names ridge and data beside it",
    )
    yield quoted(
        59,
        "a skill not in fashion",
        "LARS?",
        "advice for batches of thousands (slide 53); the runs of this talk take some hundred and do without",
    )
