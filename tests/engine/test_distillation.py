"""The distillation losses against torch's own, closed-form gradients and the paper's limit; float64."""

import math

import pytest
import torch
import torch.nn.functional as F

from dkdemo.distillation import hard_loss, kd_loss, shuffle_dark, soft_loss

DRAW = torch.Generator().manual_seed(0)
N, K = 6, 5
STUDENT = torch.randn(N, K, generator=DRAW, dtype=torch.float64)
TEACHER = 3 * torch.randn(N, K, generator=DRAW, dtype=torch.float64)
LABELS = torch.randint(0, K, (N,), generator=DRAW)
EXACT = {"atol": 1e-12, "rtol": 0}


def gradient(loss):
    student = STUDENT.clone().requires_grad_()
    loss(student).backward()
    return student.grad


@pytest.mark.parametrize("bad", [-1.0, 0.0, math.nan, math.inf])
def test_each_of_many_temperatures_must_be_one(bad):
    logits = torch.zeros(2, 3, 4, dtype=torch.float64)
    with pytest.raises(ValueError, match="every temperature must be > 0 and finite"):
        soft_loss(logits, logits, temperature=torch.tensor([1.0, bad], dtype=torch.float64))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0, 20.0])
@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_kd_loss_equals_torchs_divergence_and_cross_entropy(temperature, weight):
    divergence = torch.nn.KLDivLoss(reduction="batchmean")(
        F.log_softmax(STUDENT / temperature, -1), F.softmax(TEACHER / temperature, -1)
    )
    wanted = weight * temperature**2 * divergence + (1 - weight) * F.cross_entropy(STUDENT, LABELS)
    ours = kd_loss(STUDENT, TEACHER, LABELS, temperature=temperature, soft_weight=weight)
    torch.testing.assert_close(ours, wanted, **EXACT)


@pytest.mark.parametrize("temperature", [1.0, 4.0, 1 / 0.3])
def test_the_soft_gradient_is_t_times_the_difference(temperature):
    got = gradient(lambda z: kd_loss(z, TEACHER, LABELS, temperature=temperature, soft_weight=1.0))
    wanted = temperature * (F.softmax(STUDENT / temperature, -1) - F.softmax(TEACHER / temperature, -1)) / N
    torch.testing.assert_close(got, wanted, **EXACT)


def test_the_hard_gradient_is_answer_minus_label():
    got = gradient(lambda z: kd_loss(z, TEACHER, LABELS, temperature=7.0, soft_weight=0.0))
    torch.testing.assert_close(got, (F.softmax(STUDENT, -1) - F.one_hot(LABELS, K)) / N, **EXACT)


def test_at_a_high_temperature_distilling_is_matching_centred_logits():
    got = gradient(lambda z: soft_loss(z, TEACHER, temperature=1e4))
    difference = (STUDENT - STUDENT.mean(-1, keepdim=True)) - (TEACHER - TEACHER.mean(-1, keepdim=True))
    torch.testing.assert_close(got, difference / (N * K), atol=1e-4, rtol=0)


def test_no_gradient_reaches_the_teacher_and_agreement_costs_nothing():
    teacher = TEACHER.clone().requires_grad_()
    student = STUDENT.clone().requires_grad_()
    kd_loss(student, teacher, LABELS, temperature=4.0, soft_weight=0.5).backward()
    assert teacher.grad is None
    assert soft_loss(TEACHER, TEACHER + 3, temperature=4.0).abs() < 1e-12  # a shift of all logits says nothing


def test_stacked_students_get_the_losses_they_would_get_alone():
    crowd = torch.randn(3, N, K, generator=DRAW, dtype=torch.float64)
    temperatures = torch.tensor([1.0, 4.0, 20.0], dtype=torch.float64)
    together = kd_loss(crowd, TEACHER, LABELS, temperature=temperatures, soft_weight=0.7)
    alone = [
        kd_loss(z, TEACHER, LABELS, temperature=t.item(), soft_weight=0.7)
        for z, t in zip(crowd, temperatures, strict=True)
    ]
    torch.testing.assert_close(together, torch.stack(alone), **EXACT)
    torch.testing.assert_close(hard_loss(crowd, LABELS.expand(3, N)), hard_loss(crowd, LABELS), **EXACT)


def test_shuffling_moves_only_the_wrong_classes():
    shuffled = shuffle_dark(TEACHER, LABELS, generator=torch.Generator().manual_seed(1))
    rows = torch.arange(N)
    torch.testing.assert_close(shuffled[rows, LABELS], TEACHER[rows, LABELS])
    torch.testing.assert_close(shuffled.sort(-1).values, TEACHER.sort(-1).values)
    assert not torch.equal(shuffled, TEACHER)


def test_shuffling_is_fair_and_repeatable():
    teacher = torch.arange(4.0).expand(24_000, 4)
    labels = torch.full((24_000,), 2)
    shuffled = shuffle_dark(teacher, labels, generator=torch.Generator().manual_seed(0))
    share = torch.stack([(shuffled == value).double().mean(0) for value in (0, 1, 3)])  # (value, seat)
    assert ((share[:, [0, 1, 3]] - 1 / 3).abs() < 0.012).all()  # four standard errors
    again = shuffle_dark(teacher, labels, generator=torch.Generator().manual_seed(0))
    assert torch.equal(shuffled, again)
    crowd = shuffle_dark(teacher[:5].expand(2, 5, 4), labels[:5], generator=torch.Generator().manual_seed(0))
    assert crowd.shape == (2, 5, 4)
    assert (crowd[..., 2] == 2).all()


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan"), float("inf")])
def test_impossible_temperatures_are_refused(temperature):
    with pytest.raises(ValueError, match="temperature must be"):
        kd_loss(STUDENT, TEACHER, LABELS, temperature=temperature, soft_weight=0.5)


def test_impossible_weights_and_shapes_are_refused():
    for weight in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="soft_weight must be"):
            kd_loss(STUDENT, TEACHER, LABELS, temperature=1.0, soft_weight=weight)
    with pytest.raises(ValueError, match="same batch"):
        soft_loss(STUDENT, TEACHER[:3], temperature=1.0)
    with pytest.raises(ValueError, match="one label a row"):
        hard_loss(torch.zeros(3), torch.tensor(1))
    with pytest.raises(ValueError, match="one label a row"):
        hard_loss(STUDENT, LABELS[:3])
