"""Statistics of groups against torch's own batch normalisation, and what shuffling does to them."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from dkdemo.shuffling import group_statistics, nearest_group, shuffled


def points(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_statistics_are_what_batch_normalisation_uses() -> None:
    x = 3 * points(24, 5) + 2
    found = group_statistics(x, 4)
    assert found.shape == (4, 10)
    layer = nn.BatchNorm1d(5, eps=1e-14, affine=False).double()
    for group, part in enumerate(x.chunk(4)):
        mean, deviation = found[group].chunk(2)
        torch.testing.assert_close((part - mean) / deviation, layer(part), rtol=0, atol=1e-12)


def test_the_nearest_group_is_found_by_statistics_alone() -> None:
    x = points(64, 6) + torch.arange(4).repeat_interleave(16)[:, None]
    own = group_statistics(x, 4)
    assert nearest_group(own, group_statistics(x + 0.01 * points(64, 6, seed=1), 4)).tolist() == [0, 1, 2, 3]
    turned = own.roll(1, 0)
    assert nearest_group(own, turned).tolist() == [1, 2, 3, 0]


def test_shuffling_is_undone() -> None:
    deal, back = shuffled(37, torch.Generator().manual_seed(3))
    x = torch.arange(37)
    assert not torch.equal(x[deal], x)
    assert torch.equal(x[deal][back], x)


@pytest.mark.parametrize(("size", "groups"), [(10, 3), (4, 4), (8, 0)])
def test_groups_that_cannot_share_are_refused(size: int, groups: int) -> None:
    with pytest.raises(ValueError, match=f"{groups} groups must share the batch evenly"):
        group_statistics(points(size, 2), groups)
