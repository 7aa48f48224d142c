"""Least squares against numpy, scikit-learn and the theory of random matrices, in float64."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge

from dkdemo.random_nets import outputs_by_width
from dkdemo.regression import (
    Spectrum,
    degrees_of_freedom,
    draw_directions,
    isotropic_risk,
    legendre_features,
    minimum_norm,
    random_features,
    ridge_weights,
)

DOUBLE = torch.float64


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, dtype=DOUBLE, generator=seeded(seed))


def test_legendre_is_numpys() -> None:
    x = torch.linspace(-1, 1, 33, dtype=DOUBLE)
    for degree in (0, 1, 2, 50, 300):
        ours = legendre_features(x, degree)
        assert ours.shape == (33, degree + 1)
        np.testing.assert_allclose(ours, np.polynomial.legendre.legvander(x.numpy(), degree), rtol=0, atol=1e-12)
    with pytest.raises(ValueError, match="degree must be >= 0, got -1"):
        legendre_features(x, -1)


@pytest.mark.parametrize("unknowns", [3, 20, 57])
def test_minimum_norm_is_lstsq_and_pinv(unknowns: int) -> None:
    x, y = normal(4, 20, unknowns), normal(4, 20, 2, seed=1)
    ours = minimum_norm(x, y)
    for one, right, mine in zip(x.numpy(), y.numpy(), ours.numpy(), strict=True):
        np.testing.assert_allclose(mine, np.linalg.lstsq(one, right, rcond=None)[0], rtol=0, atol=1e-9)
        np.testing.assert_allclose(mine, np.linalg.pinv(one) @ right, rtol=0, atol=1e-9)


def test_minimum_norm_drops_what_is_not_there() -> None:
    x = normal(20, 6)
    twice = torch.cat([x, x], dim=1)  # of rank 6: the weight is shared out between the twins
    y = normal(20, 1, seed=1)
    single = minimum_norm(x, y)
    np.testing.assert_allclose(minimum_norm(twice, y), torch.cat([single, single]) / 2, rtol=0, atol=1e-10)
    np.testing.assert_allclose(ridge_weights(twice, y, [0.0])[0], torch.cat([single, single]) / 2, rtol=0, atol=1e-10)


@pytest.mark.parametrize("unknowns", [7, 30, 80])
def test_ridge_is_scikit_learns(unknowns: int) -> None:
    x, y = normal(30, unknowns), normal(30, 3, seed=1)
    ridges = [1e-6, 1e-2, 1.0, 100.0]
    ours = ridge_weights(x, y, ridges)
    assert ours.shape == (4, unknowns, 3)
    for ridge, mine in zip(ridges, ours, strict=True):
        theirs = Ridge(alpha=ridge, fit_intercept=False, solver="svd").fit(x.numpy(), y.numpy()).coef_.T
        np.testing.assert_allclose(mine, theirs, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("unknowns", [7, 80])
def test_a_ridge_of_zero_is_the_smallest_solution(unknowns: int) -> None:
    x, y = normal(30, unknowns), normal(30, 3, seed=1)
    np.testing.assert_allclose(ridge_weights(x, y, [0.0])[0], np.linalg.pinv(x.numpy()) @ y.numpy(), rtol=0, atol=1e-10)


def test_the_ridge_solves_its_normal_equations() -> None:
    x, y = normal(12, 40), normal(12, 2, seed=1)
    (weights,) = ridge_weights(x, y, [0.3])
    residual = x.T @ (x @ weights - y) + 0.3 * weights
    assert residual.abs().max() < 1e-12


def test_degrees_of_freedom_are_the_trace_of_the_hat_matrix() -> None:
    x = normal(25, 60)
    values = torch.linalg.eigvalsh(x @ x.T)
    for ridge in (0.1, 5.0):
        hat = x @ ridge_weights(x, torch.eye(25, dtype=DOUBLE), [ridge])[0]
        assert degrees_of_freedom(values, ridge).item() == pytest.approx(hat.trace().item(), abs=1e-9)
        longer = torch.cat([torch.zeros(35, dtype=DOUBLE), values])  # those of XᵀX
        assert degrees_of_freedom(longer, ridge).item() == pytest.approx(hat.trace().item(), abs=1e-9)
    assert degrees_of_freedom(values, 0.0).item() == pytest.approx(25)
    assert degrees_of_freedom(values, 1e12).item() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("gamma", [0.2, 0.5, 0.8, 1.2, 2.0, 5.0])
def test_least_squares_meets_the_theory_of_random_matrices(gamma: float) -> None:
    n, noise, draws = 100, 0.25, 60
    unknowns = round(gamma * n)
    x = normal(draws, n, unknowns, seed=3)
    truth = torch.nn.functional.normalize(normal(draws, unknowns, 1, seed=4), dim=1)
    y = x @ truth + math.sqrt(noise) * normal(draws, n, 1, seed=5)
    risk = ((minimum_norm(x, y) - truth) ** 2).sum((1, 2)).mean().item()
    assert risk == pytest.approx(isotropic_risk(gamma, noise=noise), rel=0.15)


def test_the_theory_has_its_peak_and_its_limits() -> None:
    assert isotropic_risk(1, noise=0.1) == math.inf
    assert isotropic_risk(0.5, noise=0.25) == pytest.approx(0.25)
    assert isotropic_risk(2, noise=0.25) == pytest.approx(0.75)
    assert isotropic_risk(1e9, noise=0.25, signal=2.0) == pytest.approx(2)


def test_random_features_are_relu_of_random_directions() -> None:
    x, directions = torch.randn(5, 8, generator=seeded()), draw_directions(8, 12, seeded(1))
    features = random_features(x, directions)
    assert features.dtype == DOUBLE
    np.testing.assert_allclose(features, np.maximum(x.numpy() @ directions.numpy(), 0), rtol=1e-6, atol=1e-6)
    assert draw_directions(400, 500, seeded()).std().item() == pytest.approx(1 / 20, rel=0.02)


def test_a_sweep_over_widths_is_each_width_alone() -> None:
    x, new, y = (normal(40, 8, seed=k) for k in range(3))
    widths, ridges = [5, 39, 40, 41, 120], [0.0, 1e-3, 1.0]
    directions = draw_directions(8, 120, seeded(7))
    for width, outputs in zip(widths, outputs_by_width([x, new], y, widths, ridges, seeded(7)), strict=True):
        features = random_features(x, directions[:, :width]) / math.sqrt(width)
        unseen = random_features(new, directions[:, :width]) / math.sqrt(width)
        weights = ridge_weights(features, y, ridges)
        near = 1e-4 if width in (39, 40, 41) else 1e-7  # where the problem itself amplifies the last digits
        np.testing.assert_allclose(outputs[0][1:], features @ weights[1:], rtol=0, atol=1e-7)
        np.testing.assert_allclose(outputs[1][1:], unseen @ weights[1:], rtol=0, atol=1e-6)
        np.testing.assert_allclose(outputs[1][0], unseen @ weights[0], rtol=near, atol=near)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: ridge_weights(normal(3, 2), normal(4, 1), [1.0]), r"features \(n, N\).*got \(3, 2\) and \(4, 1\)"),
        (lambda: minimum_norm(normal(3), normal(3)), "features"),
        (lambda: Spectrum.of(torch.eye(2)).solve(torch.eye(2), [-1.0]), "ridges >= 0, got"),
        (lambda: degrees_of_freedom(torch.ones(2), -0.1), "ridge >= 0.*got -0.1"),
        (lambda: degrees_of_freedom(torch.ones(2), math.nan), "ridge >= 0.*got nan"),
        (lambda: degrees_of_freedom(torch.ones(0), 1.0), "at least one eigenvalue"),
        (lambda: ridge_weights(normal(3, 2), normal(3, 1), [1.0, math.nan]), "ridges >= 0, got"),
        (lambda: isotropic_risk(2, noise=math.nan), "noise and signal >= 0"),
        (lambda: next(outputs_by_width([normal(3, 2)], normal(3, 1), [], [0.0], seeded())), "widths must increase"),
        (lambda: draw_directions(0, 3, seeded()), "at least 1 input"),
        (lambda: isotropic_risk(0, noise=1), "gamma > 0"),
        (
            lambda: next(outputs_by_width([normal(3, 2)], normal(3, 1), [4, 2], [0.0], seeded())),
            "widths must increase",
        ),
    ],
)
def test_nonsense_is_refused_in_a_sentence(call, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        call()
