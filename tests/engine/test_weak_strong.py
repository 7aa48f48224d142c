"""The two looks: what they leave alone, and that one draw serves every strength."""

from __future__ import annotations

import pytest
import torch

from dkdemo.weak_strong import HOLE, Strong, draw_strong, strong, weak


def pictures(n: int = 6, side: int = 20) -> torch.Tensor:
    return torch.rand(n, 1, side, side, generator=torch.Generator().manual_seed(0))


def test_the_weak_look_only_moves():
    images = torch.zeros(40, 1, 12, 12)
    images[:, :, 5, 5] = 1
    moved = weak(images, torch.Generator().manual_seed(1), most=2)
    assert torch.equal(moved.sum((1, 2, 3)), torch.ones(40))
    places = moved.flatten(1).argmax(1)
    offsets = torch.stack([places // 12 - 5, places % 12 - 5])
    assert offsets.abs().max() == 2
    assert len(set(map(tuple, offsets.T.tolist()))) > 12
    assert torch.equal(weak(images, torch.Generator(), most=0), images)


def test_no_strength_changes_nothing_and_more_strength_changes_more():
    images, drawn = pictures(), draw_strong(6, torch.Generator().manual_seed(2))
    torch.testing.assert_close(strong(images, drawn, strength=0), images, rtol=0, atol=1e-5)
    gaps = [(strong(images, drawn, strength=s) - images).abs().mean().item() for s in (0.1, 0.5, 1.0)]
    assert 0 < gaps[0] < gaps[1] < gaps[2]


def test_the_hole_is_where_it_was_drawn_and_as_large_as_said():
    still = Strong(*[torch.zeros(1)] * 5, torch.tensor([0.5]), torch.tensor([0.25]))
    seen = strong(torch.ones(1, 1, 20, 20), still)
    edge = round(HOLE * 20)
    black = (seen[0, 0] < 0.5).nonzero()
    assert len(black) == edge**2
    assert black.double().mean(0).tolist() == pytest.approx([5 - 0.5, 10 - 0.5])  # rows, columns


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_nonsense_is_refused_in_a_sentence(strength):
    with pytest.raises(ValueError, match="strength must be in"):
        strong(pictures(), draw_strong(6, torch.Generator()), strength=strength)
    with pytest.raises(ValueError, match="most must be >= 0"):
        weak(pictures(), torch.Generator(), most=-1)
