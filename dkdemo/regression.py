"""Least squares far beyond its comfort zone: more unknowns than equations, the smallest solution, ridge.

All of it is linear algebra in closed form, in float64 and never by descent. Where examples and unknowns are equally
many the smallest eigenvalues are nearly 0, and float32 rounds the famous peak away.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

DOUBLE = torch.float64


def legendre_features(x: Tensor, degree: int) -> Tensor:
    """The Legendre polynomials P_0(x) ... P_degree(x), a calm basis for polynomials on [-1, 1].

    (j + 1) P_(j+1) = (2j + 1) x P_j - j P_(j-1), with P_0 = 1 and P_1 = x.

    Each P_j is used as it is, max |P_j| = 1. Its mean square falls as 1 / (2j + 1), so that among all curves through
    the points the one with the smallest coefficients still has a use for the low degrees.

    Args:
        x: (..., n) in [-1, 1].

    Returns: (..., n, degree + 1), float64.

    Raises:
        ValueError: a negative degree.
    """
    if degree < 0:
        raise ValueError(f"the degree must be >= 0, got {degree}")
    x = x.to(DOUBLE)
    rows = [torch.ones_like(x), x]
    for j in range(1, degree):
        rows.append(((2 * j + 1) * x * rows[j] - j * rows[j - 1]) / (j + 1))
    return torch.stack(rows[: degree + 1], dim=-1)


def minimum_norm(features: Tensor, targets: Tensor) -> Tensor:
    """Least squares; of all solutions, if there are many, the one with the smallest coefficients: w = X⁺ y.

    By singular values X = U D Vᵀ, w = V D⁺ Uᵀ y; those below max(n, N) · eps · d_max count as 0, as in
    ``numpy.linalg.lstsq``. Slower than `ridge_weights`, and right to the last digits also where X is nearly singular.

    Args:
        features: X (..., n, N), any mixture of n and N.
        targets: y (..., n, K).

    Returns: (..., N, K), float64.

    Source: Belkin, Hsu, Ma & Mandal 2019, arXiv:1812.11118, section 2 (the smallest interpolating solution).
    """
    x, y = _checked(features, targets)
    u, d, vt = torch.linalg.svd(x, full_matrices=False)
    kept = d > max(x.shape[-2:]) * torch.finfo(DOUBLE).eps * d.amax(-1, keepdim=True)
    inverse = torch.where(kept, 1 / d, 0.0)
    return vt.mT @ (inverse[..., None] * (u.mT @ y))


def draw_directions(inputs: int, count: int, generator: Generator) -> Tensor:
    """Random directions w_k ~ N(0, 1 / inputs) for `random_features`: (inputs, count). Never trained."""
    if inputs < 1 or count < 1:
        raise ValueError(f"need at least 1 input and 1 direction, got {inputs} and {count}")
    return torch.randn(inputs, count, generator=generator) / math.sqrt(inputs)


def random_features(x: Tensor, directions: Tensor) -> Tensor:
    """A hidden layer that nobody trains: φ_k(x) = max(0, w_k · x), (n, D) and (D, N) -> (n, N), float64.

    The first N' columns are the features of a network of width N'. `dkdemo.random_nets.outputs_by_width` divides by
    √N, so that the outputs of narrow and wide nets, and with them the meaning of a ridge, are of one size.

    Source: Rahimi & Recht 2007; for double descent Belkin et al. 2019, arXiv:1812.11118, section 3.
    """
    return torch.relu(x @ directions.to(x.dtype)).to(DOUBLE)


@dataclass(frozen=True)
class Spectrum:
    """The eigenvalues (r,) and eigenvectors (r, r) of a Gram matrix: one decomposition serves every ridge."""

    values: Tensor
    vectors: Tensor

    @classmethod
    def of(cls, gram: Tensor) -> Spectrum:
        """Decompose a symmetric positive semi-definite (r, r) matrix, in float64."""
        values, vectors = torch.linalg.eigh(gram.to(DOUBLE))
        return cls(values.clamp_min(0), vectors)

    def solve(self, right: Tensor, ridges: Sequence[float]) -> Tensor:
        """(G + λ I)⁻¹ ``right`` for every ridge λ; 0 takes the pseudo-inverse: (r, K) -> (L, r, K).

        Raises:
            ValueError: a negative ridge.
        """
        if not ridges or not all(ridge >= 0 for ridge in ridges):
            raise ValueError(f"need ridges >= 0, got {list(ridges)}")
        lam = torch.tensor(list(ridges), dtype=DOUBLE, device=self.values.device)[:, None]
        least = len(self.values) * torch.finfo(DOUBLE).eps * self.values.max()
        alive = (self.values > least) | (lam > 0)
        inverse = torch.where(alive, 1 / (self.values + lam), 0.0)  # (L, r)
        return self.vectors @ (inverse[..., None] * (self.vectors.T @ right.to(DOUBLE)))


def ridge_weights(features: Tensor, targets: Tensor, ridges: Sequence[float]) -> Tensor:
    """Ridge regression at many λ from one eigendecomposition of the smaller Gram matrix.

    w_λ = (XᵀX + λI)⁻¹ Xᵀy = Xᵀ (XXᵀ + λI)⁻¹ y,   and for λ = 0 the least-norm solution X⁺ y.

    Args:
        features: X (n, N); targets: y (n, K).
        ridges: L values λ >= 0.

    Returns: (L, N, K), float64.

    Source: Hoerl & Kennard 1970 (ridge); the second form is the kernel trick, Saunders et al. 1998.
    """
    x, y = _checked(features, targets)
    if x.shape[1] <= x.shape[0]:
        return Spectrum.of(x.T @ x).solve(x.T @ y, ridges)
    return x.T @ Spectrum.of(x @ x.T).solve(y, ridges)


def degrees_of_freedom(eigenvalues: Tensor, ridge: float) -> Tensor:
    """How many parameters a ridge leaves in effect: df(λ) = Σ_j d_j² / (d_j² + λ), shape ().

    ``eigenvalues`` are the d_j² of XᵀX (or of XXᵀ: the same without zeros). At λ = 0 this is the rank; no parameter
    is removed, each direction is only held back, weak ones most.

    Source: Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, section 3.4.1.
    """
    if not ridge >= 0 or not len(eigenvalues):
        raise ValueError(f"need a ridge >= 0 and at least one eigenvalue, got {ridge} and {len(eigenvalues)}")
    values = eigenvalues.to(DOUBLE).clamp_min(0)
    alive = values > len(values) * torch.finfo(DOUBLE).eps * values.max()
    return (torch.where(alive, values, 0.0) / torch.where(alive, values + ridge, 1.0)).sum()


def isotropic_risk(gamma: float, *, noise: float, signal: float = 1.0) -> float:
    """What the theory of random matrices says of least squares with N unknowns and n = N/γ examples.

    R(γ) = σ² γ/(1-γ) for γ < 1, and r² (1-1/γ) + σ²/(γ-1) for γ > 1: infinite at γ = 1, finite on both sides.

    For Gaussian inputs without correlations, n and N large. ``noise`` is σ², ``signal`` r = ‖β‖ squared; the risk is
    against the true function, without the noise of a new label.

    Source: Hastie, Montanari, Rosset & Tibshirani 2019, arXiv:1903.08560, theorem 1.
    """
    if not gamma > 0 or not noise >= 0 or not signal >= 0:
        raise ValueError(f"need gamma > 0, noise and signal >= 0; got {gamma}, {noise}, {signal}")
    if gamma == 1:
        return math.inf
    if gamma < 1:
        return noise * gamma / (1 - gamma)
    return signal * (1 - 1 / gamma) + noise / (gamma - 1)


def _checked(features: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    if features.ndim < 2 or targets.ndim != features.ndim or features.shape[-2] != targets.shape[-2]:
        raise ValueError(
            f"need features (n, N) and targets (n, K), got {tuple(features.shape)} and {tuple(targets.shape)}"
        )
    return features.to(DOUBLE), targets.to(DOUBLE)
