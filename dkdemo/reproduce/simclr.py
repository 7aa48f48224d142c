"""Slides 52 to 54: normalised embeddings, large batches, Figure 5 (its cells need ImageNet, its last column a mean)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dkdemo.figures.simclr_tables import PAPER_PAIRS
from dkdemo.reproduce.finding import Finding, claimed, compare, quoted, slip


def findings() -> Iterator[Finding]:
    yield from _loss()
    printed = [39.2, 29.4, 25.7, 18.8, 15.5, 14.5, 13.8]
    means = np.array(PAPER_PAIRS).mean(axis=1)
    what = "Figure 5: the last column is the average over the row (of cells printed to .1)"
    yield compare(54, what, printed, means, 1, given=0.05)
    chen = "Chen et al. 2020, Figure 5, ImageNet; we fill such a table on shapes, and say so"
    yield quoted(54, "Figure 5: crop then colour, crop alone, top-1 in %", "56.3, 33.1", chen)


def _loss() -> Iterator[Finding]:
    """Slides 52 and 53: what normalising does, and whose size calls for LARS."""
    import torch

    from dkdemo.contrastive import nt_xent
    from dkdemo.optim import scaled_rate

    first, second = torch.randn(2, 8, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    plain, scaled = (nt_xent(size * first, second, temperature=0.5).item() for size in (1, 100))
    told = f"views 100 times as long have the same loss: {plain:.4f} and {scaled:.4f}"
    yield claimed(52, "the embeddings are normalised", abs(plain - scaled) < 1e-12, told)
    chen = "Chen et al. 2020, Table 5 and Figure 9, ImageNet; at our size both effects are within noise"
    yield quoted(
        52, "temperature .1 against 1: top-1 in %; batch 256 against 8192, 100 epochs", "64.4, 58.0; 57.5, 64.8", chen
    )
    rates = [scaled_rate(batch) for batch in (256, 4096)]
    yield slip(
        53,
        "why LARS is recommended",
        "the sample size is huge",
        f"the batch is: .3 B / 256 asks for a learning rate of {rates[0]:.1f} at 256 and {rates[1]:.1f} at 4096",
        rates[1] / rates[0] == 4096 / 256,
        "MoCo and SimSiam learn from as many pictures with batches of 256 and SGD with momentum",
    )
    yield quoted(
        53,
        "layer normalisation or global batch normalisation",
        "either",
        "Chen et al. 2020 use global BN; LN is CPC v2's",
    )
