"""The chapter's kernels against the torch engine, autograd, and what is known of Gaussians."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from dkdemo import metric
from dkdemo.cpc import info_nce_of
from dkdemo.kernels import others
from dkdemo.kernels.others import LOSSES, SAMPLES, gradient_reach, log_n_bound, metric_forces, switch_board


def engine(points: torch.Tensor, loss: str, margin: float) -> torch.Tensor:
    """The same loss through `dkdemo.metric`: points are the anchor, the friend, and the strangers."""
    anchor, positive, negatives = points[:1], points[1:2], points[2:]
    each = anchor.expand(len(negatives), 2)
    if loss == "contrastive":
        similar = torch.tensor([1, *[0] * len(negatives)])
        return metric.contrastive_loss(anchor.expand(len(similar), 2), points[1:], similar, margin=margin)
    if loss == "n_pair":
        return metric.n_pair_loss(anchor, positive, negatives)
    squared = loss == "triplet"
    return metric.triplet_loss(each, positive.expand_as(each), negatives, margin=margin, squared=squared)


@pytest.mark.parametrize("sample", SAMPLES["metric_forces"], ids=lambda sample: f"{sample['loss']} {sample['margin']}")
def test_metric_forces_are_minus_the_gradient(sample: dict) -> None:
    points = torch.tensor([sample["x"], sample["y"]], dtype=torch.float64).T.requires_grad_()
    loss = engine(points, sample["loss"], sample["margin"])
    loss.backward()
    values = metric_forces(**sample)
    assert values["loss"] == pytest.approx(loss.item(), abs=1e-12)
    force = np.stack([values["force_x"], values["force_y"]], axis=1)
    np.testing.assert_allclose(force, -points.grad.numpy(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_stranger_just_outside_the_border_does_not_push(loss: str) -> None:
    """The border is where the force ends; with N-pair, where stranger and friend are alike."""
    x, y = [0.5, 1.5, 0.0], [0.25, 0.75, 0.0]
    ring = metric_forces(x, y, loss, 1.0)
    for k in range(0, 73, 9):
        edge = np.array([ring["ring_x"][k], ring["ring_y"][k]])
        if loss == "n_pair":
            assert edge @ (0.5, 0.25) == pytest.approx(np.dot((1.5, 0.75), (0.5, 0.25)))
            continue
        away = (edge - (0.5, 0.25)) * 1e-6
        inside, outside = ([*part] for part in (edge - away, edge + away))
        assert metric_forces([*x[:2], inside[0]], [*y[:2], inside[1]], loss, 1.0)["pushing"] == 1
        assert metric_forces([*x[:2], outside[0]], [*y[:2], outside[1]], loss, 1.0)["pushing"] == 0


def test_without_squares_every_force_is_one() -> None:
    values = metric_forces([0.0, 2.0, 0.0], [0.0, 0.0, 1.0], "triplet_plain", 1.0)
    assert np.hypot(values["force_x"][1:], values["force_y"][1:]) == pytest.approx([1, 1])


def test_senseless_kernels_are_refused() -> None:
    with pytest.raises(ValueError, match="got 2 and 'triplet'"):
        metric_forces([0, 1], [0, 1], "triplet", 1)
    with pytest.raises(ValueError, match="got 3 and 'arcface'"):
        metric_forces([0, 1, 2], [0, 1, 2], "arcface", 1)


@pytest.mark.parametrize("weight", [0.2, 0.9, 1.0, 2.0])
def test_the_reach_of_a_gradient_is_autograd_s(weight: float) -> None:
    values = gradient_reach(weight, 12)
    start = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
    plain, curved = start, start
    for step in range(1, 13):
        plain = weight * plain
        curved = torch.tanh(weight * curved + 0.5 * math.sin(1.7 * step))
    for end, name in ((plain, "left"), (curved, "left_curved")):
        (slope,) = torch.autograd.grad(end, start, retain_graph=True)
        assert values[name] == pytest.approx(slope.item(), rel=1e-9)


def test_a_switch_board_is_the_one_of_its_dimension() -> None:
    tables = [np.full((2, 2), d / 10).tolist() for d in (1, 2, 3)]
    values = switch_board(tables, [0.7, 0.4, 0.1], 2.2)
    assert (values["dimension"], values["table"], values["unread"], values["own"]) == (2, tables[1], 0.4, 0.2)


@pytest.mark.parametrize("information", [0.1, 0.72, 4.15, 8.0])
def test_no_estimate_passes_log_n_or_the_truth(information: float) -> None:
    values = log_n_bound(information, 64)
    assert (np.array(values["estimates"]) <= np.array(values["caps"]) + 1e-12).all()
    assert (np.array(values["estimates"]) <= information + 0.05).all()
    assert (np.diff(values["estimates"]) > -0.02).all(), "more strangers prove more"


@pytest.mark.parametrize(
    ("information", "choices", "wanted"),
    [(0.72, 1024, 0.69), (4.15, 4, 1.31), (4.15, 16, 2.47), (4.15, 64, 3.32), (4.15, 256, 3.83), (4.15, 1024, 3.98)],
)
def test_a_perfect_critic_s_estimates(information: float, choices: int, wanted: float) -> None:
    """Against long runs with fresh draws (5 dimensions), to the sampling noise of 256 contexts."""
    assert log_n_bound(information, choices)["estimate"] == pytest.approx(wanted, abs=0.1)


def test_much_information_lies_on_log_n() -> None:
    assert log_n_bound(16.6, 64)["missing"] == pytest.approx(16.6 - math.log(64), abs=0.01)


def test_the_bound_is_info_nce_of_the_density_ratio() -> None:
    context, error, strangers = others._normals()
    rho = math.sqrt(1 - math.exp(-2 * 2.0 / 5))

    def critic(x: np.ndarray, c: np.ndarray) -> np.ndarray:
        """log p(x|c) - log p(x), from the densities."""
        rest = 1 - rho**2
        return (-((x - rho * c) ** 2) / (2 * rest) - 0.5 * math.log(rest) + x**2 / 2).sum(-1)

    rows = []
    for c, e in [(c, sign * e) for sign in (1, -1) for c, e in zip(context, error, strict=True)]:
        choices = np.concatenate([[rho * c + math.sqrt(1 - rho**2) * e], strangers[:7]])
        table = np.zeros((8, 8))
        table[0] = critic(choices, c)
        rows.append(info_nce_of(torch.tensor(table)[None])[()].item() * 8 - 7 * math.log(8))
    assert log_n_bound(2.0, 8)["estimate"] == pytest.approx(math.log(8) - np.mean(rows), abs=1e-9)


def test_the_drawn_numbers_are_normal() -> None:
    drawn = others._gaussian(40_000)
    assert drawn.mean() == pytest.approx(0, abs=0.03)
    assert drawn.std() == pytest.approx(1, abs=0.03)
    assert np.corrcoef(drawn[:-1], drawn[1:])[0, 1] == pytest.approx(0, abs=0.03)
