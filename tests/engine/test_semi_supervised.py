"""FixMatch, MixMatch and UDA against numpy loops of each paper's algorithm, and what must hold in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from dkdemo import schedules
from dkdemo import semi_supervised as semi


def logits(seed: int, *shape: int) -> torch.Tensor:
    chance = torch.Generator().manual_seed(seed)
    return (3 * torch.randn(*shape, dtype=torch.float64, generator=chance)).requires_grad_()


def softmax(row: np.ndarray) -> np.ndarray:
    weights = np.exp(row - row.max())
    return weights / weights.sum()


@pytest.mark.parametrize("threshold", [0.0, 0.6, 0.95, 1.0])
def test_fixmatch_is_the_papers_loop(threshold):
    weak, strong = logits(0, 12, 4), logits(1, 12, 4)
    total = 0.0
    for q, p in zip(map(softmax, weak.detach().numpy()), map(softmax, strong.detach().numpy()), strict=True):
        if q.max() >= threshold:
            total += -math.log(p[q.argmax()])
    loss = semi.fixmatch_loss(weak, strong, threshold=threshold)
    assert loss.item() == pytest.approx(total / 12, abs=1e-12)  # the whole batch, masked pictures too
    loss.backward()
    assert weak.grad is None, "the pseudo-label is no place for a gradient"


def test_fixmatch_moves_the_strong_answer_by_p_minus_the_pseudo_label():
    weak, strong = logits(0, 12, 4), logits(1, 12, 4)
    semi.fixmatch_loss(weak, strong, threshold=0.6).backward()
    labels, mask = semi.pseudo_labels(weak, threshold=0.6)
    wanted = mask[:, None] * (strong.detach().softmax(-1) - F.one_hot(labels, 4)) / 12
    torch.testing.assert_close(strong.grad, wanted, rtol=0, atol=1e-12)


def test_nobody_sure_means_nothing_to_learn():
    weak, strong = torch.zeros(5, 4), logits(1, 5, 4)
    assert semi.fixmatch_loss(weak, strong.float(), threshold=0.95).item() == 0
    assert not semi.pseudo_labels(weak, threshold=0.95).mask.any()
    assert semi.pseudo_labels(weak, threshold=0.25).mask.all(), "a quarter reaches a threshold of a quarter"


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_guessing_is_the_papers_equations_6_and_7(temperature):
    asked = logits(2, 3, 6, 4)
    guess = semi.guess_labels(asked, temperature=temperature)
    for n in range(6):
        mean = np.mean([softmax(asked[k, n].detach().numpy()) for k in range(3)], axis=0)
        sharp = mean ** (1 / temperature) / (mean ** (1 / temperature)).sum()
        np.testing.assert_allclose(guess[n].numpy(), sharp, rtol=0, atol=1e-12)
    assert not guess.requires_grad


def test_temperature_one_leaves_the_mean():
    asked = logits(3, 2, 5, 4)
    mean = asked.detach().softmax(-1).mean(0)
    torch.testing.assert_close(semi.guess_labels(asked, temperature=1.0), mean, rtol=0, atol=1e-12)


def test_mixmatch_is_the_papers_loop():
    f, g = logits(4, 5, 4), logits(5, 8, 4)
    p, q = logits(6, 5, 4).detach().softmax(-1), logits(7, 8, 4).softmax(-1)
    supervised = np.mean(
        [-(want * np.log(softmax(row))).sum() for want, row in zip(p.numpy(), f.detach().numpy(), strict=True)]
    )
    guesses = zip(q.detach().numpy(), map(softmax, g.detach().numpy()), strict=True)
    unsupervised = sum(((want - got) ** 2).sum() for want, got in guesses) / (4 * 8)
    loss = semi.mixmatch_loss(f, p, g, q, unlabelled_weight=75)
    assert loss.item() == pytest.approx(supervised + 75 * unsupervised, abs=1e-12)


def test_a_wrong_guess_costs_at_most_two_over_c():
    sure = 100 * torch.eye(4, dtype=torch.float64)
    targets = torch.roll(torch.eye(4, dtype=torch.float64), 1, 0)
    right = torch.eye(4, dtype=torch.float64)
    loss = semi.mixmatch_loss(sure, right, sure, targets, unlabelled_weight=1)
    assert loss.item() == pytest.approx(2 / 4, abs=1e-12)


def test_a_mixture_stays_nearer_to_its_first_part():
    assert [semi.leading_share(lam) for lam in (0.0, 0.3, 0.5, 0.8)] == [1.0, 0.7, 0.5, 0.8]


@pytest.mark.parametrize(("temperature", "confidence"), [(0.4, 0.8), (1.0, 0.0), (0.4, 1.0)])
def test_uda_is_the_released_codes_loop(temperature, confidence):
    clean, noisy = logits(8, 10, 4), logits(9, 10, 4)
    total = 0.0
    for c, n in zip(clean.detach().numpy(), noisy.detach().numpy(), strict=True):
        want, got = softmax(c / temperature), softmax(n)
        if softmax(c).max() > confidence:
            total += (want * np.log(want / got)).sum()
    loss = semi.uda_loss(clean, noisy, temperature=temperature, confidence=confidence)
    assert loss.item() == pytest.approx(total / 10, abs=1e-12)
    loss.backward()
    assert clean.grad is None


def test_uda_is_not_equality():
    """Where the clean answer is unsure, any answer to the noisy look is free; and equal answers still cost."""
    unsure, other = torch.zeros(1, 3), torch.tensor([[9.0, 0, 0]])
    assert semi.uda_loss(unsure, other).item() == 0
    sure = torch.tensor([[3.0, 0, 0]])
    assert semi.uda_loss(sure, sure).item() > 0.05, "the sharpened target is not the answer itself"


@pytest.mark.parametrize("classes", [2, 10])
def test_tsa_climbs_from_chance_to_one(classes):
    for schedule in schedules.SCHEDULES:
        path = [schedules.tsa_threshold(t / 100, classes, schedule) for t in range(101)]
        assert path == sorted(path)
    gap = math.exp(-5) * (1 - 1 / classes)
    ends = {
        name: (schedules.tsa_threshold(0, classes, name), schedules.tsa_threshold(1, classes, name))
        for name in schedules.SCHEDULES
    }
    assert ends["linear"] == pytest.approx((1 / classes, 1), abs=1e-15)
    assert ends["exp"] == pytest.approx((1 / classes + gap, 1), abs=1e-15)
    assert ends["log"] == pytest.approx((1 / classes, 1 - gap), abs=1e-15)


def test_annealing_lets_the_learned_ones_rest():
    scores, labels = logits(10, 9, 3), torch.arange(9) % 3
    threshold, total, counted = 0.4, 0.0, 0
    for row, label in zip(scores.detach().numpy(), labels.tolist(), strict=True):
        p = softmax(row)[label]
        if p <= threshold:
            total, counted = total - math.log(p), counted + 1
    assert 0 < counted < 9
    loss = semi.annealed_loss(scores, labels, threshold=threshold)
    assert loss.item() == pytest.approx(total / counted, abs=1e-12)
    everything = semi.annealed_loss(scores, labels, threshold=1.0)
    assert everything.item() == pytest.approx(F.cross_entropy(scores, labels).item(), abs=1e-12)
    assert semi.annealed_loss(100 * torch.eye(3), torch.arange(3), threshold=0.5).item() == 0


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: semi.fixmatch_loss(torch.zeros(2, 3), torch.zeros(2, 4)), "two answers of one shape"),
        (lambda: semi.fixmatch_loss(torch.zeros(2, 3), torch.zeros(2, 3), threshold=1.1), "threshold must be in"),
        (lambda: semi.pseudo_labels(torch.zeros(3), threshold=0.5), "logits must be floats of shape"),
        (lambda: semi.guess_labels(torch.zeros(2, 3)), "K looks, N pictures, C classes"),
        (lambda: semi.guess_labels(torch.zeros(2, 2, 3), temperature=0), "temperature must be"),
        (lambda: semi.leading_share(1.2), "lam must be in"),
        (
            lambda: semi.mixmatch_loss(*[torch.zeros(2, 3)] * 4, unlabelled_weight=math.nan),
            "unlabelled_weight must be >= 0",
        ),
        (lambda: semi.uda_loss(torch.zeros(2, 3), torch.zeros(2, 3), confidence=-1), "confidence must be in"),
        (lambda: schedules.tsa_threshold(1.5, 10), "progress must be in"),
        (lambda: schedules.tsa_threshold(0.5, 1), "classes must be >= 2"),
        (lambda: schedules.tsa_threshold(0.5, 10, "cubic"), "schedule is one of linear, exp, log; got 'cubic'"),
        (lambda: semi.annealed_loss(torch.zeros(2, 3), torch.zeros(2).long(), threshold=2), "threshold must be in"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
