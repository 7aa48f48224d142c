"""Networks with a random hidden layer and a fitted output, of many widths and ridges at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torch import Generator, Tensor

from dkdemo.regression import Spectrum, draw_directions, random_features


def outputs_by_width(
    parts: Sequence[Tensor], targets: Tensor, widths: Sequence[int], ridges: Sequence[float], generator: Generator
) -> Iterator[list[Tensor]]:
    """Fit networks of growing width to the first part, and answer on all parts.

    A network of width N has the first N of one draw of random features, divided by √N, so each width contains the
    narrower ones. Gram matrices grow by the new features only: the whole sweep costs little more than its widest net.

    Args:
        parts: inputs (n_p, D); ``parts[0]`` is fitted to ``targets`` (n, K), the others are only answered.
        widths: W increasing widths.
        ridges: L values λ >= 0; 0 is the minimum-norm solution.

    Yields, for each width, one (L, n_p, K) tensor of outputs a part, float64.
    """
    if not widths or list(widths) != sorted(set(widths)) or widths[0] < 1:
        raise ValueError(f"widths must increase from at least 1, got {list(widths)}")
    n = len(parts[0])
    directions = draw_directions(parts[0].shape[1], widths[-1], generator).to(parts[0].device)
    features = [random_features(part, directions) for part in parts]
    small = features[0][:, : min(n, widths[-1])]
    covariance, against = small.T @ small, small.T @ targets.double()  # of which a width N <= n uses a corner
    crossed, done = [part.new_zeros(len(part), n) for part in features], 0
    for width in widths:
        if width <= n:
            weights = Spectrum.of(covariance[:width, :width] / width).solve(against[:width] / width, ridges)
            yield [part[:, :width] @ weights for part in features]
            continue
        for part, gram in zip(features, crossed, strict=True):
            gram += part[:, done:width] @ features[0][:, done:width].T
        done = width
        dual = Spectrum.of(crossed[0] / width).solve(targets / width, ridges)
        yield [gram @ dual for gram in crossed]
