"""Slides 8 to 12: their claims in words, held against what the engine computes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from dkdemo.kernels.theory import correspondence
from dkdemo.reproduce.finding import Finding, claimed, slip


def findings() -> Iterator[Finding]:
    import torch

    from dkdemo.regression import legendre_features, minimum_norm

    generator = torch.Generator().manual_seed(0)
    places = torch.rand(200, 20, dtype=torch.float64, generator=generator)
    x = -1 + 2 * (torch.arange(20) + places) / 20
    y = torch.sin(4 * x) + 0.2 * torch.randn(200, 20, dtype=torch.float64, generator=generator)
    fine = torch.linspace(-1, 1, 201, dtype=torch.float64)
    risk, trained = {}, []
    for degree in (1, 5, 12, 19, 100):
        weights = minimum_norm(legendre_features(x, degree), y[..., None])
        curves = (legendre_features(fine, degree) @ weights)[..., 0]
        fitted = (legendre_features(x, degree) @ weights)[..., 0]
        trained.append(((fitted - y) ** 2).mean(1).median().item())
        risk[degree] = ((curves - torch.sin(4 * fine)) ** 2).mean(1).median().item()
    yield slip(
        8,
        "what the minimal risk theory is",
        "one theory",
        "Bayes risk, empirical and structural risk minimisation",
        risk[1] > risk[5] < risk[12] and all(after < before for before, after in pairwise(trained[:4])),
        "the U of the picture is structural risk: median errors of degree 1, 5 and 12 on 20 points are "
        f"{risk[1]:.2g}, {risk[5]:.2g} and {risk[12]:.2g}; empirical risk alone falls throughout, "
        f"{trained[0]:.2g}, {trained[1]:.2g} and {trained[2]:.2g}",
    )
    yield claimed(
        9,
        "the traditional theory is not everything",
        risk[100] < 1e-3 * risk[19],
        f"degree 19 for 20 points: median error {risk[19]:.1e}; degree 100: {risk[100]:.2g}",
    )
    density, sight = np.array(correspondence(40)["density"]), np.ones(61) / 61
    place = np.linspace(-1.5, 1.5, len(density))
    newton = np.where(abs(place) < 1, 1 / (np.pi * np.sqrt(np.maximum(1 - place**2, 1e-9))), 0)
    gap = abs(np.convolve(density - newton, sight, "same"))[abs(place) < 0.7].max()
    yield claimed(
        10,
        "for large quantum numbers quantum mechanics agrees with classical mechanics",
        gap < 0.05 and correspondence(40)["outside"] < correspondence(0)["outside"] / 3,
        f"oscillator, level 40: blurred density within {gap:.3f} of the classical one; beyond the turning points "
        f"{correspondence(40)['outside']:.1%}, at level 0 {correspondence(0)['outside']:.1%}",
    )
    yield from _demo_time()
    yield _random_matrices()


def _random_matrices() -> Finding:
    """The closed form says that past N = n the error is finite again; so does the engine."""
    import torch

    from dkdemo.regression import isotropic_risk, minimum_norm

    generator, n, sigma, told = torch.Generator().manual_seed(0), 60, 0.5, []
    for gamma in (0.5, 2.0, 4.0):
        x = torch.randn(60, n, round(gamma * n), dtype=torch.float64, generator=generator)
        truth = torch.nn.functional.normalize(torch.ones(x.shape[-1], 1, dtype=torch.float64), dim=0)
        y = x @ truth + sigma * torch.randn(60, n, 1, dtype=torch.float64, generator=generator)
        measured = ((minimum_norm(x, y) - truth) ** 2).sum((1, 2)).mean().item()
        told.append((gamma, measured, isotropic_risk(gamma, noise=sigma**2)))
    return claimed(
        12,
        "past N = n the smallest solution has a finite error, as the theory of random matrices says",
        all(abs(measured / theory - 1) < 0.15 for _, measured, theory in told),
        "; ".join(f"N/n = {gamma:g}: {measured:.2f} (theory {theory:.2f})" for gamma, measured, theory in told),
    )


def _demo_time() -> Iterator[Finding]:
    result = demo()
    mean, at = result["test"][0].mean(1), result["widths"].index(result["examples"])
    numbers = f"lowest below N = n {mean[:at].min():.1%}, at N = n {mean[at]:.1%}, at 8 n {mean[-1]:.1%}"
    holds = mean[at] > 3 * mean[-1] and mean[-1] < mean[:at].min()
    yield claimed(
        11, "the demo: over-parameterised nets generalise (200 digits, random features)", bool(holds), numbers
    )
    tuned = result["tuned"].mean(1)
    yield claimed(
        12,
        "what happens to over-parameterisation: a peak at N = n, which a ridge tuned on held-out images removes",
        bool(np.diff(tuned).max() <= 0.02),
        f"with the tuned ridge {tuned[at]:.1%} at N = n; largest rise with N {100 * np.diff(tuned).max():.1f} points",
    )


@cache
def demo() -> dict[str, Any]:
    """The demo's measurement, taken once for all the claims about it."""
    from dkdemo.experiments.double_descent import DoubleDescent
    from dkdemo.jobs.events import Done

    return next(dict(event.result) for event in DoubleDescent().run() if isinstance(event, Done))
