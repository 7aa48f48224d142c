"""The row `descent`: the double-descent curve, many widths and ridges, from one eigendecomposition each."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from dkdemo import datasets
from dkdemo.bench import Terms
from dkdemo.bench.measure import Contest, turns
from dkdemo.regression import draw_directions, random_features, ridge_weights

EXAMPLES = 200
WIDTHS = (20, 60, 120, 180, 200, 220, 300, 600, 1000, 1600)
RIDGES = (1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0)


def descent(terms: Terms) -> Iterator[Contest]:
    """Outputs on digits' test pictures for every width: six ridges by one fit each, and none at all by lstsq."""
    from sklearn.linear_model import Ridge

    train, test = datasets.load("digits")
    generator = Generator().manual_seed(0)
    order = torch.randperm(len(train), generator=generator)[:EXAMPLES]
    inputs = [part.normalised().flatten(1) for part in (train[order], test)]
    targets = F.one_hot(train.labels[order], 10).double()
    directions = draw_directions(inputs[0].shape[1], max(WIDTHS), generator)
    features, asked = (random_features(x, directions) for x in inputs)

    def ours(ridges: tuple[float, ...]) -> Tensor:
        return torch.cat([asked[:, :w] @ ridge_weights(features[:, :w], targets, ridges) for w in WIDTHS])

    def by_ridge() -> Tensor:
        found = []
        for width in WIDTHS:
            x, z = features[:, :width].numpy(), asked[:, :width].numpy()
            for ridge in RIDGES:
                fit = Ridge(alpha=ridge, fit_intercept=False, solver="svd").fit(x, targets.numpy())
                found.append(torch.from_numpy(z @ fit.coef_.T))
        return torch.stack(found)

    def by_lstsq(ridges: tuple[float, ...]) -> Tensor:
        found = []
        for width, ridge in product(WIDTHS, ridges):
            x, y, z = features[:, :width].numpy(), targets.numpy(), asked[:, :width].numpy()
            if ridge:  # a ridge is one more equation for each weight: the weight times its root is 0
                x = np.concatenate([x, np.sqrt(ridge) * np.eye(width)])
                y = np.concatenate([y, np.zeros((width, y.shape[1]))])
            found.append(torch.from_numpy(z @ np.linalg.lstsq(x, y, rcond=None)[0]))
        return torch.stack(found)

    for peer, theirs, ridges, goal in (
        ("sklearn Ridge, one fit each", by_ridge, RIDGES, 5.0),
        ("numpy lstsq, one system each", partial(by_lstsq, RIDGES), RIDGES, 5.0),
        ("numpy lstsq", partial(by_lstsq, (0.0,)), (0.0,), 1.0),  # one solution each: nothing to share, no loss wanted
    ):
        apart = (ours(ridges) - theirs()).abs().max().item()
        yield Contest(
            "descent",
            f"double descent, {len(WIDTHS)} widths, {f'{len(ridges)} ridges' if any(ridges) else 'no ridge'}, float64",
            peer,
            *turns(partial(ours, ridges), theirs, torch.device("cpu"), terms.turns),
            goal=goal,
            worth=f"outputs agree to {apart:.0e}",
            sound=apart < 1e-6,
        )
