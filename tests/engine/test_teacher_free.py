"""The virtual teacher and its loss against loops and torch in float64, and the released code beside equation 9."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from dkdemo.distillation import hard_loss, kd_loss, virtual_teacher_loss
from dkdemo.kernels.teacher_free import SAMPLES, released_code, three_targets
from dkdemo.labels import equivalent_alpha, smooth_labels, virtual_teacher
from dkdemo.probability import sharpen
from dkdemo.reproduce import teacher_free as reproduced


def equation_8(label: int, classes: int, a: float) -> list[float]:
    """The paper's case distinction as a loop."""
    return [a if k == label else (1 - a) / (classes - 1) for k in range(classes)]


def draw(seed: int = 0, classes: int = 10) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return (
        3 * torch.randn(16, classes, generator=generator, dtype=torch.float64),
        torch.randint(0, classes, (16,), generator=generator),
    )


@pytest.mark.parametrize("right", [0.2, 0.9, 0.99])
def test_virtual_teacher_is_equation_8_in_every_family(right: float) -> None:
    labels = [3, 0, 9]
    wanted = np.array([equation_8(label, 10, right) for label in labels])
    np.testing.assert_allclose(virtual_teacher(labels, 10, right=right), wanted, atol=1e-15)
    torch.testing.assert_close(
        virtual_teacher(torch.tensor(labels), 10, right=right).double(), torch.tensor(wanted), atol=1e-7, rtol=0
    )
    np.testing.assert_allclose(wanted.sum(1), 1)


@pytest.mark.parametrize("right", [0.1, 1.0, 0.0, -1, math.nan, "sure", None])
def test_a_virtual_teacher_must_prefer_the_label(right: object) -> None:
    with pytest.raises(ValueError, match="right must lie between 1 / K and 1"):
        virtual_teacher([0], 10, right=right)  # type: ignore[arg-type]


@pytest.mark.parametrize(("classes", "alpha"), [(2, 0.3), (10, 0.0), (10, 0.9), (100, 1.0)])
def test_equivalent_alpha_inverts_smoothing(classes: int, alpha: float) -> None:
    share = float(smooth_labels(0, classes, alpha)[0])
    assert equivalent_alpha(classes, share) == pytest.approx(alpha, abs=1e-12)


@pytest.mark.parametrize(("classes", "share"), [(1, 1.0), (10, 0.05), (10, 1.1), (10, math.nan)])
def test_shares_no_smoothing_gives_are_refused(classes: int, share: float) -> None:
    with pytest.raises(ValueError, match="need K >= 2 and a share"):
        equivalent_alpha(classes, share)


@pytest.mark.parametrize("temperature", [1.0, 4.0, 20.0])
@pytest.mark.parametrize("weight", [0.0, 0.1, 1.0])
def test_the_loss_is_the_papers_in_loops(temperature: float, weight: float) -> None:
    z, y = draw()
    total = 0.0
    for row, label in zip(z.tolist(), y.tolist(), strict=True):
        logs = [math.log(p) / temperature for p in equation_8(label, 10, 0.99)]
        teacher = [math.exp(v) / sum(map(math.exp, logs)) for v in logs]
        heated = [v / temperature for v in row]
        log_sum = math.log(sum(map(math.exp, heated)))
        apart = sum(t * (math.log(t) - (v - log_sum)) for t, v in zip(teacher, heated, strict=True))
        hard = math.log(sum(map(math.exp, row))) - row[label]
        total += (1 - weight) * hard + weight * temperature**2 * apart
    ours = virtual_teacher_loss(z, y, right=0.99, temperature=temperature, soft_weight=weight)
    assert ours.item() == pytest.approx(total / len(y), rel=1e-6)  # the teacher's float32 answers


def test_at_t_one_it_is_label_smoothing() -> None:
    """Up to a constant it is then the cross entropy with labels smoothed by w times the teacher's alpha."""
    z, y = draw(1)
    z.requires_grad_()
    (ours,) = torch.autograd.grad(virtual_teacher_loss(z, y, right=0.9, temperature=1.0, soft_weight=0.5), z)
    alpha = 0.5 * equivalent_alpha(10, 0.9)
    (smoothed,) = torch.autograd.grad(F.cross_entropy(z, y, label_smoothing=alpha), z)
    torch.testing.assert_close(ours, smoothed, atol=1e-7, rtol=0)


def test_stacked_students_have_their_own_losses_and_labels() -> None:
    (z, y), (other, labels) = draw(0), draw(1)
    how = {"right": 0.95, "temperature": 5.0, "soft_weight": 0.3}
    both = virtual_teacher_loss(torch.stack([z, other]), torch.stack([y, labels]), **how)
    alone = torch.stack([virtual_teacher_loss(z, y, **how), virtual_teacher_loss(other, labels, **how)])
    torch.testing.assert_close(both, alone)
    torch.testing.assert_close(virtual_teacher_loss(z, y, **{**how, "soft_weight": 0.0}), hard_loss(z, y))


def test_oneself_as_teacher_pushes_nothing_at_weight_one() -> None:
    z, y = draw()
    mine = z.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(kd_loss(mine, z, y, temperature=4.0, soft_weight=1.0), mine)
    torch.testing.assert_close(gradient, torch.zeros_like(gradient), atol=1e-15, rtol=0)


@pytest.mark.parametrize(("classes", "paper", "code"), [(100, 0.0157, 0.0105), (10, 0.1350, 0.1045)])
def test_the_released_code_is_not_equation_9(classes: int, paper: float, code: float) -> None:
    """Their loop, written again: softmax of probabilities over T."""
    teacher = torch.tensor([equation_8(0, classes, 0.99)], dtype=torch.float64)
    theirs = F.softmax(teacher / 20.0, dim=1)[0]
    values = released_code(classes, 0.99, 20.0)
    np.testing.assert_allclose(values["code"], theirs[:2] * classes, atol=1e-12)
    np.testing.assert_allclose(values["paper"], F.softmax(teacher.log() / 20.0, dim=1)[0, :2] * classes, atol=1e-12)
    assert values["paper"][0] / classes == pytest.approx(paper, abs=5e-5)
    assert values["code"][0] / classes == pytest.approx(code, abs=5e-5)
    rebuilt = smooth_labels(0, classes, values["alpha_code"])
    np.testing.assert_allclose(rebuilt, theirs, atol=1e-14)


def test_three_targets_are_the_engines() -> None:
    sample = SAMPLES["three_targets"][0]
    values = three_targets(**sample)
    z = torch.tensor(sample["logits"], dtype=torch.float64)
    np.testing.assert_allclose(values["own"], F.softmax(z / 20, dim=0), atol=1e-14)
    np.testing.assert_allclose(values["virtual"], sharpen(equation_8(0, 10, 0.99), 20.0), atol=1e-14)
    np.testing.assert_allclose(values["uniform"], 0.1)
    np.testing.assert_allclose(smooth_labels(0, 10, values["alpha"]), values["virtual"], atol=1e-14)
    wrong = values["own"][1:]
    assert values["ratio"] == pytest.approx(max(wrong) / min(wrong))
    assert [bool(text) for text in values["own_text"]].count(True) == 2


def test_slides_31_and_32_are_reproduced_and_a_broken_engine_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = list(reproduced.findings())
    assert {row.slide for row in rows} == {31, 32}
    assert [row.verdict for row in rows].count("paper") == 6
    assert "DISAGREES" not in {row.verdict for row in rows}
    monkeypatch.setattr(reproduced, "smooth_labels", lambda label, classes, alpha: np.eye(classes)[label])
    monkeypatch.setitem(reproduced.PAPER, "ResNet18", (75.87, 77.00))
    assert [row.verdict for row in reproduced.findings()].count("DISAGREES") == 3
