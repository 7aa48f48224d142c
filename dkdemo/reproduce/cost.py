"""Slides 13 to 15: no number is printed, but every sentence can be computed, and one of them is a matter of taste."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from dkdemo.compression import keep_masks, levels, removal_ranks, restored, stored_bytes, symmetric, symmetric_scale
from dkdemo.networks import NETWORKS
from dkdemo.reproduce.finding import Finding, claimed, remark, row, slip

DENSE, STUDENT = (784, 300, 300, 10), (784, 100, 10)


def findings() -> Iterator[Finding]:
    lost = "the picture is lost; shown instead: torchvision's published costs of 14 networks, which are not ours either"
    yield remark(13, "the table of what over-parameterisation costs", "(a picture)", lost)
    by_size = sorted(NETWORKS, key=lambda one: one.parameters)
    by_work = sorted(NETWORKS, key=lambda one: one.gmacs)
    rank = by_work[::-1].index(by_size[-1]) + 1
    what = "huge model, huge computing power: true of the largest"
    yield claimed(14, what, rank == 1, f"{by_size[-1].name}: most parameters, number {rank} by multiplications")
    yield _size_is_not_work()
    weights = np.random.default_rng(0).normal(size=(100, 300))
    share = _share(8)
    told = f"a million weights at 8 bits of 32: {share:.0%} of the size"
    yield claimed(15, "quantisation lowers the precision of the weights", abs(share - 0.25) < 0.005, told)
    step = symmetric_scale(weights, 8)
    stored = levels(weights, step, low=-127, high=127)
    worst = np.abs(restored(stored, step) - weights).max() / step
    yield claimed(
        15, "... and at most half a step is lost", worst <= 0.5 + 1e-9, f"the worst of 30000: {worst:.3f} steps"
    )
    zeros = [(~mask).mean() for mask in keep_masks(removal_ranks([np.abs(weights)]), 0.8)]
    told = f"pruning by 80 % takes {row(zeros, 4)} of them"
    yield claimed(15, "pruning deletes weights", bool(np.allclose(zeros, 0.8, atol=1e-4)), told)
    yield _one_map(weights)


def _share(bits: int) -> float:
    return stored_bytes(10**6, bits=bits) / stored_bytes(10**6)


def _size_is_not_work() -> Finding:
    """A huge model needs huge computing power, mostly: where each weight is used once, it does not."""
    named = {one.name: one for one in NETWORKS}
    old, deep = named["AlexNet"], named["DenseNet-121"]
    right = (
        f"{old.name}: {old.parameters / 1e6:.1f} M parameters, {old.gmacs:.2f} G multiplications; "
        f"{deep.name}: {deep.parameters / 1e6:.1f} M, {deep.gmacs:.2f} G"
    )
    opposite = old.parameters > 7 * deep.parameters and deep.gmacs > 3 * old.gmacs
    why = "size and work are two bills: a convolution uses each of its weights at every pixel"
    return slip(14, "what a huge model asks for", "a huge model needs huge computing power", right, opposite, why)


def _one_map(weights: np.ndarray) -> Finding:
    """All ways end in the same two numbers, bytes and errors; and a net can go more than one of them."""
    dense, small = ([a * b for a, b in pairwise(net)] for net in (DENSE, STUDENT))
    n = sum(dense)
    sizes = {
        "dense": stored_bytes(n),
        "pruned by 80 %": stored_bytes(n, kept=round(0.2 * n)),
        "4 bits": stored_bytes(n, bits=4),
        "both": stored_bytes(n, bits=4, kept=round(0.2 * n)),
        "student": stored_bytes(sum(small)),
    }
    (mask,) = keep_masks(removal_ranks([np.abs(weights)]), 0.8)
    joined = symmetric(weights * mask, 4)
    together = bool((joined[~mask] == 0).all()) and sizes["both"] < min(sizes["pruned by 80 %"], sizes["4 bits"])
    right = "all are model compression: " + ", ".join(f"{name} {size / 1000:.0f} kB" for name, size in sizes.items())
    why = "what is deleted is arithmetic on the weights, not physics; Bucila et al. 2006 distilled to compress"
    printed = "pruning, quantisation physical; distillation theoretical"
    explained = together and all(size < sizes["dense"] for name, size in sizes.items() if name != "dense")
    return slip(15, "physical and theoretical ways", printed, right, explained, why)
