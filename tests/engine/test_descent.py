"""Paths downhill against torch.optim and autograd in float64, and the edge of the learning rate."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dkdemo.descent import LANDSCAPES, MINIMUM, Quadratic, TwoWeights, adam, edge, minimum, sgd, sharpness

START = (-1.7, 0.6)


def torch_loss(land: Quadratic | TwoWeights, w: torch.Tensor) -> torch.Tensor:
    """The same landscapes written a second time, for autograd."""
    if isinstance(land, Quadratic):
        return 0.5 * (torch.tensor(land.curvatures, dtype=torch.float64) * w * w).sum()
    x, y = torch.tensor([land.x, land.y], dtype=torch.float64)
    return torch.nn.functional.mse_loss(w[1] * torch.tanh(w[0] * x), y) / 2


def torch_path(land: Quadratic | TwoWeights, kind: type, steps: int, **how) -> np.ndarray:
    w = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimiser, path = kind([w], **how), [w.detach().numpy().copy()]
    for _ in range(steps):
        optimiser.zero_grad()
        torch_loss(land, w).backward()
        optimiser.step()
        path.append(w.detach().numpy().copy())
    return np.stack(path)


@pytest.mark.parametrize("name", LANDSCAPES)
@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_sgd_walks_as_torch_does(name: str, momentum: float) -> None:
    land = LANDSCAPES[name]
    ours = sgd(land.gradient, START, learning_rate=0.07, steps=50, momentum=momentum)
    theirs = torch_path(land, torch.optim.SGD, 50, lr=0.07, momentum=momentum)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", LANDSCAPES)
@pytest.mark.parametrize("rate", [0.01, 0.3])
def test_adam_walks_as_torch_does(name: str, rate: float) -> None:
    land = LANDSCAPES[name]
    ours = adam(land.gradient, START, learning_rate=rate, steps=50)
    np.testing.assert_allclose(ours, torch_path(land, torch.optim.Adam, 50, lr=rate), rtol=0, atol=1e-10)
    np.testing.assert_allclose(np.abs(ours[1] - ours[0]), rate, atol=1e-6)


@pytest.mark.parametrize("name", LANDSCAPES)
def test_loss_gradient_and_hessian_are_autograds(name: str) -> None:
    land = LANDSCAPES[name]
    for point in np.random.default_rng(0).normal(size=(5, 2)):
        w = torch.tensor(point, requires_grad=True)
        loss = torch_loss(land, w)
        assert land.loss(point) == pytest.approx(loss.item(), abs=1e-14)
        (slope,) = torch.autograd.grad(loss, w)
        np.testing.assert_allclose(land.gradient(point), slope, atol=1e-13)
        curved = torch.autograd.functional.hessian(lambda v: torch_loss(land, v), torch.tensor(point))
        np.testing.assert_allclose(land.hessian(point), curved, atol=1e-12)


@pytest.mark.parametrize("curvature", [0.5, 4.0, 10.0])
@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_descent_arrives_below_the_edge_and_only_there(curvature: float, momentum: float) -> None:
    def distance(rate: float) -> float:
        path = sgd(lambda w: curvature * w, [1.0], learning_rate=rate, steps=4000, momentum=momentum)
        return float(np.abs(path[-2:]).max())

    limit = edge(curvature, momentum)
    assert distance(0.99 * limit) < 1e-3
    assert not distance(1.01 * limit) < 1e3


def test_at_the_edge_it_jumps_for_ever_and_at_half_of_it_arrives_at_once() -> None:
    path = sgd(lambda w: 4 * w, [1.0], learning_rate=edge(4.0), steps=6)[:, 0]
    np.testing.assert_array_equal(path, [1, -1, 1, -1, 1, -1, 1])
    assert sgd(lambda w: 4 * w, [1.0], learning_rate=edge(4.0) / 2, steps=1)[-1, 0] == 0


def test_the_network_has_two_minima_and_a_saddle() -> None:
    land, best = LANDSCAPES["network"], np.array(MINIMUM["network"])
    assert np.abs(land.gradient(best)).max() < 1e-12
    assert land.loss(-best) == pytest.approx(land.loss(best), abs=1e-15)
    assert not land.gradient(np.zeros(2)).any()
    down, up = np.linalg.eigvalsh(land.hessian(np.zeros(2)))
    assert down < 0 < up
    far = np.random.default_rng(1).uniform(-3, 3, (4000, 2))
    assert land.loss(far).min() >= land.loss(best)
    path = sgd(land.gradient, best + 1e-3, learning_rate=0.95 * edge(sharpness(land, best)), steps=3000)
    np.testing.assert_allclose(path[-1], best, atol=1e-6)


def test_newton_finds_the_quadratics_minimum_and_no_minimum_at_the_saddle() -> None:
    assert minimum(Quadratic((3.0, 0.5)), (5, -7)).tolist() == [0, 0]
    with pytest.raises(ValueError, match="finds no minimum"):
        minimum(LANDSCAPES["network"], (0.01, 0.01))


@pytest.mark.parametrize(("rate", "steps"), [(0, 5), (-1, 5), (float("nan"), 5), (float("inf"), 5), (0.1, 0)])
def test_steps_that_are_none_are_refused(rate: float, steps: int) -> None:
    for walk in (sgd, adam):
        with pytest.raises(ValueError, match="need learning_rate > 0 and at least 1 step"):
            walk(lambda w: w, [1.0], learning_rate=rate, steps=steps)


def test_other_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match=r"momentum must be in \[0, 1\)"):
        sgd(lambda w: w, [1.0], learning_rate=0.1, steps=1, momentum=1.0)
    with pytest.raises(ValueError, match="need curvature > 0"):
        edge(0.0)
    with pytest.raises(ValueError, match="curvatures must be positive"):
        Quadratic((1.0, -1.0))
    with pytest.raises(ValueError, match="as many finite y as x"):
        TwoWeights((1.0,), (1.0, 2.0))
