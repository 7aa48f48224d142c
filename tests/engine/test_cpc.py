"""CPC's parts: the GRU against torch's, the scores against loops, the loss against cross-entropy and its bounds."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F

from dkdemo.cpc import StackedCPC, StackedGRU, agreement_loss, future_scores, info_nce_of, top1_accuracy

DOUBLE = torch.float64


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_the_gru_is_torch_s() -> None:
    stack = StackedGRU(3, 5, [seeded(1), seeded(2)]).double()
    x = torch.randn(2, 4, 6, 3, dtype=DOUBLE, generator=seeded())
    states = stack(x)
    for copy in range(2):
        alone = torch.nn.GRU(3, 5, batch_first=True).double()
        with torch.no_grad():
            alone.weight_ih_l0.copy_(stack.weight_ih[copy].T)
            alone.weight_hh_l0.copy_(stack.weight_hh[copy].T)
            alone.bias_ih_l0.copy_(stack.bias_ih[copy, 0])
            alone.bias_hh_l0.copy_(stack.bias_hh[copy, 0])
        torch.testing.assert_close(states[copy], alone(x[copy])[0], rtol=0, atol=1e-12)


def made(seeds: tuple[int, ...] = (0, 1)) -> tuple[StackedCPC, torch.Tensor]:
    model = StackedCPC(3, 4, 5, 2, seeds).double()
    return model, torch.randn(len(seeds), 6, 9, 3, dtype=DOUBLE, generator=seeded(7))


def test_a_copy_of_the_stack_is_its_seed_alone() -> None:
    model, x = made((0, 1))
    alone = StackedCPC(3, 4, 5, 2, (1,)).double()
    for whole, one in zip(model(x), alone(x[1:]), strict=True):
        torch.testing.assert_close(whole[1:], one)


def test_the_memory_never_looks_ahead() -> None:
    model, x = made()
    changed = x.clone()
    changed[:, :, 5:] += 1
    for before, after in zip(model(x), model(changed), strict=True):
        torch.testing.assert_close(before[:, :, :5], after[:, :, :5])
        assert not torch.equal(before[:, :, 5:], after[:, :, 5:])


def test_scores_are_every_future_of_the_group_against_every_context() -> None:
    model, x = made()
    z, predictions = model(x)
    scores = future_scores(z, predictions, choices=3, start=4)
    moments = 9 - 2 - 4
    assert scores.shape == (2, 2, 2 * moments, 3, 3)
    for k in (1, 2):
        for group in range(2):
            for moment in range(moments):
                for i in range(3):
                    for j in range(3):
                        t, row = 4 + moment, 3 * group
                        want = z[1, row + j, t + k] @ predictions[1, row + i, t, k - 1]
                        got = scores[1, k - 1, group * moments + moment, i, j]
                        assert got.item() == pytest.approx(want.item(), abs=1e-12)


def test_info_nce_is_cross_entropy_and_its_estimate_never_passes_log_n() -> None:
    for scale in (0.0, 1.0, 1e4):
        scores = scale * torch.randn(2, 3, 5, 8, 8, dtype=DOUBLE, generator=seeded(3))
        got = info_nce_of(scores)
        want = F.cross_entropy(scores[1, 2].reshape(-1, 8), torch.arange(8).repeat(5))
        assert got[1, 2].item() == pytest.approx(want.item(), rel=1e-12)
        assert (math.log(8) - got <= math.log(8)).all()
    perfect = 1e4 * torch.eye(8, dtype=DOUBLE).expand(1, 8, 8)
    assert info_nce_of(perfect).item() == 0
    assert top1_accuracy(perfect).item() == 1


def test_a_constant_answer_is_a_guess_and_no_hit() -> None:
    flat = torch.zeros(2, 5, 8, 8, dtype=DOUBLE)
    assert info_nce_of(flat) == pytest.approx(math.log(8), abs=1e-12)
    assert top1_accuracy(flat).tolist() == [0, 0]


def test_agreement_is_the_mean_square_and_zero_for_a_constant() -> None:
    model, x = made()
    z, predictions = model(x)
    want = [(predictions[0, :, 4:7, k - 1] - z[0, :, 4 + k : 7 + k]).square().sum(-1).mean() for k in (1, 2)]
    assert agreement_loss(z, predictions, start=4)[0].item() == pytest.approx(
        torch.stack(want).mean().item(), abs=1e-12
    )
    assert agreement_loss(torch.ones_like(z), torch.ones_like(predictions), start=4).tolist() == [0, 0]


def test_bad_input_is_refused_in_one_sentence() -> None:
    model, x = made()
    with pytest.raises(ValueError, match="must divide the batch 6, got 4"):
        future_scores(*model(x), choices=4, start=4)
    with pytest.raises(ValueError, match=r"need start >= 0 and start \+ 2 < 9, got 7"):
        future_scores(*model(x), choices=3, start=7)
    with pytest.raises(ValueError, match="sizes must be >= 1"):
        StackedCPC(3, 0, 5, 2, (0,))
