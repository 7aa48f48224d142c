"""Pruning and quantisation against torch's own, numpy loops and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from dkdemo import compression as c


def weights(*shapes: tuple[int, ...], seed: int = 0) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator) for shape in shapes]


def affine(weight, bits: int):
    """The weights after a round trip through ``bits`` bits on an affine scale."""
    scale, zero = c.affine_scale(weight, bits)
    return c.restored(c.levels(weight, scale, zero, low=0, high=2**bits - 1), scale, zero)


# Pruning


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.8, 0.99, 1])
def test_global_masks_are_torchs(share: float) -> None:
    parts = weights((30, 20), (7, 30), (5, 7))
    layers = [nn.Linear(part.shape[1], part.shape[0]) for part in parts]
    for layer, part in zip(layers, parts, strict=True):
        layer.weight.data = part.clone()
    prune.global_unstructured([(layer, "weight") for layer in layers], prune.L1Unstructured, amount=float(share))
    ours = c.keep_masks(c.removal_ranks([part.abs() for part in parts]), share)
    for layer, mask in zip(layers, ours, strict=True):
        assert torch.equal(layer.weight_mask.bool(), mask)


@pytest.mark.parametrize("share", [0.25, 0.6])
def test_one_layer_alone_is_torchs_l1(share: float) -> None:
    (part,) = weights((40, 25))
    layer = nn.Linear(25, 40)
    layer.weight.data = part.clone()
    prune.l1_unstructured(layer, "weight", amount=share)
    (mask,) = c.keep_masks(c.removal_ranks([part.abs()]), share)
    assert torch.equal(layer.weight_mask.bool(), mask)
    (left,) = c.masked([part], [mask])
    assert torch.equal(layer.weight.detach(), left)


def test_ranks_are_a_permutation_and_masks_only_shrink() -> None:
    scores = [part.abs().double().numpy() for part in weights((6, 5), (4,))]
    ranks = c.removal_ranks(scores)
    assert sorted(np.concatenate([part.ravel() for part in ranks])) == list(range(34))
    by_hand = np.concatenate([part.ravel() for part in scores]).argsort().argsort()
    assert np.array_equal(np.concatenate([part.ravel() for part in ranks]), by_hand)
    before = c.keep_masks(ranks, 0)
    assert all(mask.all() for mask in before)
    for share in (0.1, 0.3, 0.7, 1):
        now = c.keep_masks(ranks, share)
        assert not any((mask & ~old).any() for mask, old in zip(now, before, strict=True)), "nothing comes back"
        assert sum(int((~mask).sum()) for mask in now) == round(share * 34)
        before = now


def test_ties_go_in_the_order_of_storage() -> None:
    ranks = c.removal_ranks([np.ones(4), np.ones(3)])
    assert np.concatenate(ranks).tolist() == list(range(7))


def test_masking_leaves_the_weights_as_they_were() -> None:
    (part,) = weights((3, 3))
    before = part.clone()
    (cut,) = c.masked([part], [torch.zeros(3, 3, dtype=torch.bool)])
    assert torch.equal(part, before)
    assert not cut.any()
    assert cut.dtype == part.dtype


# Quantisation


@pytest.mark.parametrize("bits", [2, 3, 4, 6, 8])
def test_symmetric_is_torchs_fake_quantisation(bits: int) -> None:
    (part,) = weights((64, 50), seed=bits)
    scale, top = float(c.symmetric_scale(part, bits)), c.top_level(bits)
    torchs = torch.fake_quantize_per_tensor_affine(part, scale, 0, -top, top)
    torch.testing.assert_close(c.symmetric(part, bits), torchs, rtol=0, atol=1e-6)
    assert len(c.symmetric(part, bits).unique()) <= 2 * top + 1


def test_eight_bits_are_torchs_stored_integers() -> None:
    (part,) = weights((64, 50))
    scale = c.symmetric_scale(part, 8)
    torchs = torch.quantize_per_tensor(part, float(scale), 0, torch.qint8)
    ours = c.levels(part, scale, low=-127, high=127)
    assert torch.equal(ours.to(torch.int8), torchs.int_repr())
    torch.testing.assert_close(c.restored(ours, scale), torchs.dequantize())


@pytest.mark.parametrize("axis", [0, 1])
def test_a_step_for_each_row_is_torchs_per_channel(axis: int) -> None:
    (part,) = weights((12, 9))
    scale = c.symmetric_scale(part, 8, axis=axis)
    assert scale.shape == ((12, 1) if axis == 0 else (1, 9))
    flat = scale.flatten().double()
    torchs = torch.quantize_per_channel(part, flat, torch.zeros(len(flat), dtype=torch.long), axis, torch.qint8)
    torch.testing.assert_close(c.symmetric(part, 8, axis=axis), torchs.dequantize())


@pytest.mark.parametrize("shift", [-3.0, 0.0, 0.4, 5.0])
def test_affine_is_torchs_with_quint8(shift: float) -> None:
    part = weights((40, 30))[0] + shift
    scale, zero = c.affine_scale(part, 8)
    assert zero == zero.round()
    assert 0 <= zero <= 255
    torchs = torch.quantize_per_tensor(part, float(scale), int(zero), torch.quint8)
    ours = c.levels(part, scale, zero, low=0, high=255)
    assert (ours - torchs.int_repr()).abs().max() <= 1, "torch multiplies by 1 / S: a tie may fall the other way"
    assert (ours == torchs.int_repr()).float().mean() > 0.99
    assert affine(torch.zeros(3), 8).tolist() == [0, 0, 0]
    assert float(c.restored(zero, scale, zero)) == 0, "zero is written without error"


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_affine_keeps_every_number_within_half_a_step_of_its_place(bits: int) -> None:
    part = np.random.default_rng(1).normal(0.3, 1, 500)
    scale, zero = c.affine_scale(part, bits)
    inside = np.clip(part, (0 - zero) * scale, (2**bits - 1 - zero) * scale)
    assert np.abs(affine(part, bits) - inside).max() <= scale / 2 + 1e-12
    assert len(np.unique(affine(part, bits))) <= 2**bits


@pytest.mark.parametrize("bits", [2, 3, 5, 8])
def test_no_weight_moves_by_more_than_half_a_step(bits: int) -> None:
    part = np.random.default_rng(bits).normal(size=(30, 40))
    scale = c.symmetric_scale(part, bits)
    assert np.abs(c.symmetric(part, bits) - part).max() <= scale / 2 + 1e-12
    again = c.symmetric(c.symmetric(part, bits), bits)
    np.testing.assert_allclose(again, c.symmetric(part, bits), rtol=0, atol=1e-12)


def test_rounding_in_a_loop_of_plain_python() -> None:
    part = [0.9, -0.31, 0.2, -0.05, 0.0]
    step = 0.9 / 3  # three bits: levels -3 ... 3
    expected = [step * max(-3, min(3, round(value / step))) for value in part]
    np.testing.assert_allclose(c.symmetric(np.array(part), 3), expected, rtol=0, atol=1e-15)


def test_two_bits_keep_three_values_and_one_bit_two() -> None:
    part = np.random.default_rng(0).normal(size=1000)
    assert sorted(np.unique(c.symmetric(part, 2))) == pytest.approx([-abs(part).max(), 0, abs(part).max()])
    assert sorted(np.unique(c.binary(part))) == pytest.approx([-abs(part).mean(), abs(part).mean()])


def test_mean_size_is_the_best_number_behind_a_sign() -> None:
    part = np.random.default_rng(3).normal(size=400)
    best = ((c.binary(part) - part) ** 2).sum()
    for size in np.linspace(0.1, 2, 60):
        assert ((np.sign(part) * size - part) ** 2).sum() >= best - 1e-9


@pytest.mark.parametrize("bits", [2, 4, 8])
def test_fitted_clip_is_the_best_that_was_tried(bits: int) -> None:
    part = np.random.default_rng(4).standard_t(4, size=600)
    errors = {clip: ((c.symmetric(part, bits, clip=clip) - part) ** 2).sum() for clip in c.CLIPS}
    assert errors[c.fitted_clip(part, bits)] == min(errors.values())
    assert c.CLIPS[-1] == 1, "not cutting is among them"
    if bits == 2:
        assert c.fitted_clip(part, bits) < 0.6


def test_numpy_and_torch_get_the_same() -> None:
    part = np.random.default_rng(5).normal(size=(8, 9))
    for change in (lambda w: c.symmetric(w, 4), lambda w: affine(w, 4), c.binary):
        np.testing.assert_allclose(change(torch.from_numpy(part)).numpy(), change(part), rtol=0, atol=1e-15)
    ranks = c.removal_ranks([torch.from_numpy(part)])[0]
    assert np.array_equal(ranks.numpy(), c.removal_ranks([part])[0])


def test_a_layer_of_zeros_stays_one() -> None:
    assert not c.symmetric(np.zeros(4), 8).any()
    assert not affine(np.zeros(4), 8).any()


# Size


def test_sizes_are_counted_as_stored() -> None:
    n, biases = 784 * 300 + 300 * 300 + 3000, 610
    assert c.stored_bytes(n, rest=biases) == 1_315_240
    assert c.stored_bytes(n, bits=8, rest=biases) == n + 4 * biases
    assert c.stored_bytes(n, bits=1) == math.ceil(n / 8)
    assert c.stored_bytes(1000, kept=100) == 400 + 125
    assert c.stored_bytes(1000, kept=100, bits=4) == 50 + 125
    assert c.stored_bytes(1000, kept=1000) > c.stored_bytes(1000), "a mask that keeps all only costs"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: c.removal_ranks([]), "at least one array of scores, got none"),
        (lambda: c.removal_ranks([np.array([1.0, np.nan])]), "finite"),
        (lambda: c.keep_masks([np.arange(3)], 1.5), "got 1.5"),
        (lambda: c.keep_masks([np.arange(3)], -0.1), "got -0.1"),
        (lambda: c.masked([np.ones(2)], [np.ones(3, bool)]), r"must match, got \(2,\) and \(3,\)"),
        (lambda: c.symmetric(np.ones(2), 1), "2 to 16 bits, got 1"),
        (lambda: c.symmetric(np.ones(2), 4, clip=0), "clip must be in .0, 1., got 0"),
        (lambda: affine(np.ones(2), 0), "1 to 16 bits, got 0"),
        (lambda: c.stored_bytes(10, kept=11), "got 10, 11"),
        (lambda: c.stored_bytes(10, bits=33), "33"),
        (lambda: c.stored_bytes(0), "got 0"),
    ],
)
def test_impossible_wishes_are_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
