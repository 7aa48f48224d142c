"""Slides 42 and 43: regularising by data, and what L1 and L2 do to the parameters."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from dkdemo.reproduce.finding import Finding, claimed, quoted, slip
from dkdemo.reproduce.theory import demo


def findings() -> Iterator[Finding]:
    import torch

    from dkdemo.regression import degrees_of_freedom, ridge_weights
    from dkdemo.regularisation import shrink

    generator = torch.Generator().manual_seed(0)
    x = torch.randn(50, 200, dtype=torch.float64, generator=generator)
    y = x[:, :5].sum(1, keepdim=True) + torch.randn(50, 1, dtype=torch.float64, generator=generator)
    (weights,) = ridge_weights(x, y, [30.0])
    left = degrees_of_freedom(torch.linalg.eigvalsh(x @ x.T), 30.0).item()
    kept = int((weights.abs() > 0.01 * weights.abs().max()).sum())
    sparse, pace = torch.zeros_like(weights), 1 / torch.linalg.matrix_norm(x, 2).item() ** 2
    for _ in range(500):  # the lasso: a step down the squared error, then a step of `shrink`
        sparse = shrink(sparse + pace * x.T @ (y - x @ sparse), l1=30 * pace, l2=0.0)
    by_l1 = int((sparse != 0).sum())
    yield slip(
        43,
        "what L2 does to generalise",
        "lowers the number of parameters",
        f"{kept} of 200 stay above 1 % of the largest; in effect 50 degrees of freedom become {left:.1f}",
        kept > 180 and left < 45 and 5 <= by_l1 < 50,
        f"ridge shrinks by d_j² / (d_j² + λ) and removes none; L1 of the same strength leaves {by_l1} of 200",
    )
    yield from _peak_and_data()
    zhang = "Zhang et al. 2017, Table 1, Inception on CIFAR-10; ours: a wide net on digits, chapter 11"
    yield quoted(43, "test accuracy in %: plain, decay, crops, both", "85.75, 86.03, 89.31, 89.05", zhang)


def _peak_and_data() -> Iterator[Finding]:
    wide, more = demo(), more_data()
    at = wide["widths"].index(wide["examples"])
    plain, tuned = wide["test"][0].mean(1), wide["tuned"].mean(1)
    yield slip(
        43,
        "L2 is of little use to an over-parameterised model",
        "of little use",
        f"at N = n a tuned ridge takes {plain[at]:.1%} to {tuned[at]:.1%}",
        bool(plain[at] > 3 * tuned[at] and plain[-1] - tuned[-1] < 0.02),
        f"right only far beyond: at N = 8 n it takes {plain[-1]:.1%} to {tuned[-1]:.1%}",
    )
    few, edge, many = (more["sizes"].index(size) for size in (100, more["width"], more["sizes"][-1]))
    error = more["plain"].mean(1)
    yield slip(
        43,
        "the best regularisation is training data",
        "always",
        f"200 features: {error[few]:.1%} with 100 pictures, {error[edge]:.1%} with 200, {error[many]:.1%} with 800",
        bool(error[edge] > 3 * error[few]),
        "sample-wise double descent: at n = N more data hurts",
    )
    yield claimed(
        42,
        "data as a regulariser controls an over-parameterised model",
        bool(error[many] < error[few] / 3),
        f"eight times the pictures: {error[few]:.1%} -> {error[many]:.1%} error, past the peak",
    )


@cache
def more_data() -> dict[str, Any]:
    """Taken once for all the claims about it."""
    from dkdemo.experiments.more_data import MoreData
    from dkdemo.jobs.events import Done

    return next(dict(event.result) for event in MoreData().run() if isinstance(event, Done))
