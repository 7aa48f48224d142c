"""Slides 58 to 60, and slide 16's remark about a beginning: mirrored networks, a way out, a forgotten skill."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dkdemo.figures.dual import HISTORY, PAPER
from dkdemo.kernels.dual import still_target
from dkdemo.reproduce.finding import Finding, claimed, quoted, remark, row, slip
from dkdemo.siamese import negative_cosine, output_spread, simsiam_loss


def findings() -> Iterator[Finding]:
    first = {
        family: min(year for year, kind, _ in HISTORY if kind == family) for family in ("distillation", "contrastive")
    }
    yield slip(
        16,
        "distillation, the beginning of contrastive learning",
        "distillation first",
        f"two views compared since {first['contrastive']}, distillation since {first['distillation']}",
        first["contrastive"] < first["distillation"],
        "Becker & Hinton 1992 make views agree long before anyone distils; strangers come with Hadsell et al. 2006; "
        "the literal bridge is CRD, arXiv:1910.10699",
    )
    yield _mirrors()
    same = np.tile(np.random.default_rng(0).standard_normal(64), (96, 1))
    lowest, spread = float(negative_cosine(same, same)), float(output_spread(same))
    yield claimed(
        58,
        "two mirrors alone are not enough",
        abs(lowest + 1) < 1e-12 and abs(spread) < 1e-12,
        f"one answer to everything has the lowest loss there is, {lowest:.2f}, and a spread of {abs(spread):.2f}",
    )
    small = still_target(0.5, 0.0)
    yield claimed(
        58,
        "a pair of one weight lives with both parts, dies without the stop or the predictor",
        small["both"] > 1 and small["moving"] < 0.05 and small["alone"] < 0.1,
        f"the weight ends at {small['both']:.2f}, {small['moving']:.3f} and {small['alone']:.3f}",
    )
    chen = "Chen & He 2021, figure 2 and Table 1, ImageNet; on shapes we show the spread of the outputs, .7 against .02"
    told = row([PAPER["simsiam"], PAPER["simsiam_moving"], PAPER["simsiam_alone"]], 1)
    yield quoted(58, "SimSiam, gradient not stopped, no predictor: top-1 in %", told, chen)
    yield remark(
        59,
        "handling the dark knowledge handles over-parameterisation",
        "a way",
        "an opinion, not a number; the talk measures it as gains of soft targets, and names ridge and data beside it",
    )
    yield remark(
        59,
        "a skill not in fashion",
        "LARS?",
        "advice for batches of thousands (slide 53); the runs of this talk take some hundred and do without",
    )


def _mirrors() -> Finding:
    """Both sides of the loss teach, and with the stop no gradient reaches a side as the other one's target."""
    import torch

    p1, p2, z1, z2 = torch.randn(4, 96, 64, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    pulls = []
    for stop in (True, False):
        sides = [part.clone().requires_grad_() for part in (p1, p2, z1, z2)]
        simsiam_loss(*sides, stop=stop).backward()
        pulls.append([0.0 if part.grad is None else part.grad.norm().item() for part in sides])
    alive = min(pulls[0][:2]) > 0
    return claimed(
        58,
        "a dual network: each side predicts the other, and the other stands still",
        alive and pulls[0][2:] == [0, 0] and min(pulls[1][2:]) > 0,
        f"gradient on predictions and targets: {row(pulls[0], 3)}; without the stop {row(pulls[1], 3)}",
    )
