"""The losses of contrastive learning against two libraries, the paper's Algorithm 1 in loops, and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.special
import torch
import torch.nn.functional as F
from lightly.loss import NTXentLoss as LightlyNTXent
from pytorch_metric_learning.losses import NTXentLoss as PmlNTXent

from dkdemo import contrastive

DOUBLE = torch.float64


def views(n: int = 7, d: int = 5, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    first = torch.randn(n, d, dtype=DOUBLE, generator=generator)
    return first, first + 0.7 * torch.randn(n, d, dtype=DOUBLE, generator=generator)


def algorithm_1(first: np.ndarray, second: np.ndarray, temperature: float) -> float:
    """The paper's pseudo-code, loop by loop: views 2k-1 and 2k are a pair."""
    z = np.empty((2 * len(first), first.shape[1]))
    z[0::2], z[1::2] = first, second
    n = len(z)
    s = np.array([[z[i] @ z[j] / (np.linalg.norm(z[i]) * np.linalg.norm(z[j])) for j in range(n)] for i in range(n)])

    def loss(i: int, j: int) -> float:
        return -math.log(
            math.exp(s[i, j] / temperature) / sum(math.exp(s[i, k] / temperature) for k in range(n) if k != i)
        )

    return sum(loss(k, k + 1) + loss(k + 1, k) for k in range(0, n, 2)) / n


@pytest.mark.parametrize("temperature", [0.05, 0.2, 0.5, 1.0, 10.0])
def test_nt_xent_has_three_oracles(temperature: float) -> None:
    first, second = views()
    mine = contrastive.nt_xent(first, second, temperature=temperature).item()
    assert mine == pytest.approx(algorithm_1(first.numpy(), second.numpy(), temperature), abs=1e-12)
    assert mine == pytest.approx(LightlyNTXent(temperature=temperature)(first, second).item(), abs=1e-12)
    both, labels = torch.cat([first, second]), torch.arange(len(first)).repeat(2)
    assert mine == pytest.approx(PmlNTXent(temperature=temperature)(both, labels).item(), abs=1e-12)


def test_nt_xent_closed_forms() -> None:
    n = 8
    same = torch.ones(n, 3, dtype=DOUBLE)
    assert contrastive.nt_xent(same, same, temperature=0.1).item() == pytest.approx(math.log(2 * n - 1), abs=1e-12)
    axes = torch.eye(n, dtype=DOUBLE)  # pairs alike, strangers at right angles
    wanted = math.log(1 + (2 * n - 2) * math.exp(-1 / 0.5))
    assert contrastive.nt_xent(axes, axes, temperature=0.5).item() == pytest.approx(wanted, abs=1e-12)
    assert contrastive.nt_xent(axes[:1], axes[:1], temperature=0.5).item() == 0


def test_nt_xent_knows_no_scale_and_no_order() -> None:
    first, second = views()
    loss = contrastive.nt_xent(first, second, temperature=0.3)
    order = torch.randperm(len(first), generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(contrastive.nt_xent(5 * first, 0.1 * second, temperature=0.3), loss, rtol=0, atol=1e-12)
    torch.testing.assert_close(
        contrastive.nt_xent(second[order], first[order], temperature=0.3), loss, rtol=0, atol=1e-12
    )


def test_nt_xent_is_finite_at_small_temperatures_in_float32() -> None:
    first, second = (view.float().requires_grad_() for view in views())
    loss = contrastive.nt_xent(first, second, temperature=0.001)
    loss.backward()
    assert torch.isfinite(loss)
    assert first.grad is not None
    assert torch.isfinite(first.grad).all()


def test_nt_xent_gradient() -> None:
    first, second = (view.requires_grad_() for view in views(4, 3))
    assert torch.autograd.gradcheck(lambda a, b: contrastive.nt_xent(a, b, temperature=0.4), (first, second))


def test_info_nce_is_cross_entropy_over_keys() -> None:
    query, positive = views(6, 4)
    queue = torch.randn(20, 4, dtype=DOUBLE, generator=torch.Generator().manual_seed(9))
    q, k, old = F.normalize(query, dim=1), F.normalize(positive, dim=1), F.normalize(queue, dim=1)
    wanted = -sum(
        math.log(
            math.exp(q[i] @ k[i] / 0.2) / (math.exp(q[i] @ k[i] / 0.2) + sum(math.exp(q[i] @ o / 0.2) for o in old))
        )
        for i in range(6)
    )
    mine = contrastive.info_nce(query, positive, queue, temperature=0.2).item()
    assert mine == pytest.approx(wanted / 6, abs=1e-12)
    in_batch = sum(-math.log(math.exp(q[i] @ k[i] / 0.2) / sum(math.exp(q[i] @ o / 0.2) for o in k)) for i in range(6))
    assert contrastive.info_nce(query, positive, temperature=0.2).item() == pytest.approx(in_batch / 6, abs=1e-12)
    equal = torch.ones(3, 4, dtype=DOUBLE)
    chance = contrastive.info_nce(equal, equal, torch.ones(16, 4, dtype=DOUBLE), temperature=0.07).item()
    assert chance == pytest.approx(math.log(17), abs=1e-12)


def test_contrastive_accuracy() -> None:
    axes = torch.eye(5, dtype=DOUBLE)
    assert contrastive.contrastive_accuracy(axes, axes).item() == 1
    assert contrastive.contrastive_accuracy(axes, axes.roll(1, 0)).item() == 0


def test_alignment() -> None:
    first, second = views()
    assert contrastive.alignment(first, 3 * first).item() == pytest.approx(0, abs=1e-12)
    assert contrastive.alignment(first, -first).item() == pytest.approx(4, abs=1e-12)
    assert contrastive.alignment(first, -first, power=3).item() == pytest.approx(2**3, abs=1e-12)
    wanted = (2 - 2 * F.cosine_similarity(first, second)).mean()
    torch.testing.assert_close(contrastive.alignment(first, second), wanted, rtol=0, atol=1e-12)


def uniformity_floor(d: int, t: float = 2.0) -> float:
    """L_uniform of the uniform distribution on the sphere in d dimensions: -2t + log 0F1(; d/2; t^2)."""
    return -2 * t + math.log(scipy.special.hyp0f1(d / 2, t**2))


@pytest.mark.parametrize(("d", "printed"), [(2, -1.5750), (3, -2.0798), (8, -3.0825), (64, -3.8752)])
def test_uniformity_of_an_even_cloud_is_the_floor(d: int, printed: float) -> None:
    assert uniformity_floor(d) == pytest.approx(printed, abs=5e-5)
    cloud = torch.randn(3000, d, dtype=DOUBLE, generator=torch.Generator().manual_seed(0))
    assert contrastive.uniformity(cloud).item() == pytest.approx(uniformity_floor(d), abs=0.01)


def test_uniformity_by_hand() -> None:
    points, _ = views(6, 3)
    u = F.normalize(points, dim=1)
    pairs = [math.exp(-2 * float((u[i] - u[j]).square().sum())) for i in range(6) for j in range(i)]
    assert contrastive.uniformity(points).item() == pytest.approx(math.log(sum(pairs) / len(pairs)), abs=1e-12)
    assert contrastive.uniformity(torch.ones(9, 4, dtype=DOUBLE)).item() == pytest.approx(0, abs=1e-12)
    circle = torch.arange(400, dtype=DOUBLE) * (2 * math.pi / 400)
    even = contrastive.uniformity(torch.stack([circle.cos(), circle.sin()], dim=1)).item()
    n = 400  # with the self-pairs put back, 400 even points are the floor to the last digit
    assert math.log((math.exp(even) * (n - 1) + 1) / n) == pytest.approx(uniformity_floor(2), abs=1e-9)


def test_effective_rank() -> None:
    line = torch.arange(10, dtype=DOUBLE).unsqueeze(1) * torch.ones(1, 4, dtype=DOUBLE)
    assert contrastive.effective_rank(line).item() == pytest.approx(1, abs=1e-6)
    cross = torch.cat([torch.eye(5, dtype=DOUBLE), -torch.eye(5, dtype=DOUBLE)])
    assert contrastive.effective_rank(cross).item() == pytest.approx(5, abs=1e-9)
    assert torch.isfinite(contrastive.effective_rank(torch.ones(4, 3)))


@pytest.mark.parametrize("temperature", [0.0, -0.5, float("nan"), float("inf")])
def test_temperature_must_be_positive(temperature: float) -> None:
    first, second = views()
    with pytest.raises(ValueError, match="temperature must be > 0"):
        contrastive.nt_xent(first, second, temperature=temperature)
    with pytest.raises(ValueError, match="temperature must be > 0"):
        contrastive.info_nce(first, second, temperature=temperature)


def test_shapes_are_checked() -> None:
    first, second = views()
    with pytest.raises(ValueError, match=r"equal shape \(N, D\), got \(7, 5\) and \(6, 5\)"):
        contrastive.nt_xent(first, second[:-1], temperature=0.5)
    with pytest.raises(ValueError, match="equal shape"):
        contrastive.nt_xent(first[0], second[0], temperature=0.5)
    with pytest.raises(ValueError, match=r"negatives must be \(K, 5\), got \(3, 4\)"):
        contrastive.info_nce(first, second, torch.ones(3, 4), temperature=0.5)
    with pytest.raises(ValueError, match="at least 2 points"):
        contrastive.uniformity(first[:1])
