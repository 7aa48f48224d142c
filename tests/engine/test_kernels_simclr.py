"""The chapter's kernels against the torch engine: the loss, and the forces against autograd."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from dkdemo import contrastive
from dkdemo.kernels.simclr import SAMPLES, circle_forces, similarity


@pytest.mark.parametrize("sample", SAMPLES["circle_forces"])
def test_forces_are_minus_the_gradient(sample: dict) -> None:
    angle = torch.tensor(np.arctan2(sample["y"], sample["x"]), requires_grad=True)
    points = torch.stack([angle.cos(), angle.sin()], dim=1)
    half = len(angle) // 2
    loss = contrastive.nt_xent(points[:half], points[half:], temperature=sample["temperature"])
    loss.backward()
    values = circle_forces(**sample)
    assert values["loss"] == pytest.approx(loss.item(), abs=1e-12)
    np.testing.assert_allclose(values["force"], -angle.grad.numpy(), rtol=0, atol=1e-12)
    hits = contrastive.contrastive_accuracy(points[:half], points[half:]).item()
    assert values["found"] == pytest.approx(hits * len(angle))


def test_arrows_are_tangents_and_point_with_the_force() -> None:
    values = circle_forces(**SAMPLES["circle_forces"][1])
    for x, y, tx, ty, force in zip(*(values[k] for k in ("x", "y", "tip_x", "tip_y", "force")), strict=True):
        assert (tx - x) * x + (ty - y) * y == pytest.approx(0, abs=1e-12)
        assert math.copysign(1, x * (ty - y) - y * (tx - x)) == math.copysign(1, force)
    assert values["arrow_x"][2::3] == [None] * 12


@pytest.mark.parametrize("temperature", [0.05, 0.5, 5])
def test_arrows_are_in_proportion_to_the_forces(temperature: float) -> None:
    values = circle_forces(**SAMPLES["circle_forces"][1] | {"temperature": temperature})
    length = np.hypot(*(np.subtract(values[f"tip_{axis}"], values[axis]) for axis in "xy"))
    size = np.abs(values["force"])
    assert values["strongest"] == size.max()
    np.testing.assert_allclose(length / length.max(), size / size.max(), rtol=0, atol=1e-12)


def test_a_collapsed_circle_is_a_guess_and_feels_nothing() -> None:
    values = circle_forces([1.0] * 12, [0.0] * 12, 0.2)
    assert values["loss"] == pytest.approx(math.log(11), abs=1e-12)
    assert values["force"] == pytest.approx([0] * 12, abs=1e-12)
    assert values["tip_x"] == pytest.approx([1] * 12, abs=1e-9), "the arrows vanish with the forces"
    assert values["together"] == 1


@pytest.mark.parametrize("temperature", [0.05, 0.5, 5])
def test_similarity_is_nt_xent(temperature: float) -> None:
    generator = torch.Generator().manual_seed(2)
    first = torch.randn(6, 4, dtype=torch.float64, generator=generator)
    second = first + 0.5 * torch.randn(6, 4, dtype=torch.float64, generator=generator)
    cosine = contrastive.cosine_similarity(torch.cat([first, second]))
    values = similarity(cosine.tolist(), temperature)
    assert values["loss"] == pytest.approx(
        contrastive.nt_xent(first, second, temperature=temperature).item(), abs=1e-12
    )
    assert values["found"] == pytest.approx(contrastive.contrastive_accuracy(first, second).item())
    chosen = np.array(values["chosen"])
    np.testing.assert_allclose(chosen.sum(1), 1, rtol=0, atol=1e-12)
    assert not chosen.diagonal().any()


def test_odd_views_are_refused() -> None:
    with pytest.raises(ValueError, match="2N views of at least 2 pictures, got 3"):
        circle_forces([1, 0, 1], [0, 1, 1], 0.5)
