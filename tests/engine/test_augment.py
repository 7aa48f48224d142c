"""Every augmentation against torchvision's, one image at a time, in float64."""

from __future__ import annotations

import colorsys

import pytest
import scipy.ndimage
import torch
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional as tv

from dkdemo import augment, views
from dkdemo.draws import draw_colour, draw_crop

N, SIDE = 6, 20


@pytest.fixture
def images() -> torch.Tensor:
    made = torch.rand(N, 3, SIDE, SIDE, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    made[0] = made[0, :1]  # a grey picture: it has no hue
    made[1, :, :5] = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64).view(3, 1, 1)
    return made


def same(mine: torch.Tensor, theirs: list[torch.Tensor], tolerance: float = 1e-12) -> None:
    torch.testing.assert_close(mine, torch.stack(theirs), rtol=0, atol=tolerance)


def settings(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


@pytest.mark.parametrize("name", ["brightness", "contrast", "saturation"])
def test_colour_factors(images: torch.Tensor, name: str) -> None:
    factors = settings(0, 0.3, 0.7, 1, 1.4, 3)
    theirs = getattr(tv, f"adjust_{name}")
    same(getattr(augment, name)(images, factors), [theirs(x, float(f)) for x, f in zip(images, factors, strict=True)])


def test_hue(images: torch.Tensor) -> None:
    turns = settings(0.3, -0.5, -0.2, 0, 0.123, 0.5)
    turned = augment.hue(images, turns)
    # torchvision converts in float32; Python's own colorsys in float64.
    same(turned, [tv.adjust_hue(x, float(t)) for x, t in zip(images, turns, strict=True)], 1e-6)
    for x, mine, turn in zip(images, turned, turns.tolist(), strict=True):
        for before, after in zip(x.flatten(1).T[::7].tolist(), mine.flatten(1).T[::7].tolist(), strict=True):
            h, s, v = colorsys.rgb_to_hsv(*before)
            assert after == pytest.approx(colorsys.hsv_to_rgb((h + turn) % 1, s, v), abs=1e-12)


def test_hue_of_primaries() -> None:
    red = torch.tensor([1.0, 0, 0], dtype=torch.float64).view(1, 3, 1, 1)
    third = augment.hue(red, settings(1 / 3)).flatten()
    torch.testing.assert_close(third, settings(0, 1, 0), atol=1e-12, rtol=0)
    torch.testing.assert_close(augment.hue(red, settings(0.5)).flatten(), settings(0, 1, 1), atol=1e-12, rtol=0)


def test_grey(images: torch.Tensor) -> None:
    which = torch.tensor([True, False, True, True, False, True])
    wanted = [tv.rgb_to_grayscale(x, 3) if w else x for x, w in zip(images, which, strict=True)]
    same(augment.grey(images, which), wanted)


def test_resized_crop(images: torch.Tensor) -> None:
    boxes = torch.tensor(
        [[0, 0, 20, 20], [3, 2, 10, 14], [10, 10, 10, 10], [0, 7, 1, 5], [19, 19, 1, 1], [5, 0, 13, 20]]
    )
    wanted = [
        tv.resized_crop(x, *box.tolist(), [SIDE, SIDE], antialias=True) for x, box in zip(images, boxes, strict=True)
    ]
    same(augment.resized_crop(images, boxes), wanted)
    larger = [tv.resized_crop(x, *b.tolist(), [31, 31], antialias=True) for x, b in zip(images, boxes, strict=True)]
    same(augment.resized_crop(images, boxes, side=31), larger)
    mirrored = augment.resized_crop(images, boxes, mirror=torch.tensor([True, False] * 3))
    same(mirrored, [tv.horizontal_flip(w) if i % 2 == 0 else w for i, w in enumerate(wanted)])


def test_a_crop_beyond_the_edge_goes_on_with_the_edge_pixel_and_never_with_another_picture() -> None:
    images = torch.stack([torch.zeros(3, 6, 6), torch.ones(3, 6, 6)]).double()
    boxes = settings(4, 4, 4, 4, -2, -2, 4, 4).view(2, 4)
    torch.testing.assert_close(augment.resized_crop(images, boxes), images)


def test_gradients_reach_the_picture_and_every_setting() -> None:
    generator = torch.Generator().manual_seed(2)
    picture = (0.1 + 0.8 * torch.rand(2, 3, 5, 5, dtype=torch.float64, generator=generator)).requires_grad_()
    some = (0.3 + 0.5 * torch.rand(2, dtype=torch.float64, generator=generator)).requires_grad_()
    boxes = settings(0.3, 1.2, 3.1, 2.7, 1.1, 0.6, 2.2, 3.3).view(2, 4).requires_grad_()
    for look in (augment.brightness, augment.contrast, augment.saturation, augment.hue, augment.gaussian_blur):
        assert torch.autograd.gradcheck(look, (picture, some))
    assert torch.autograd.gradcheck(augment.resized_crop, (picture, boxes))
    moved = torch.autograd.gradcheck(
        lambda x, by: augment.affine(x, angle=9 * by, scale=by, shear=7 * by, right=by, down=-by), (picture, some)
    )
    assert moved


def test_flip_and_quarter_turns(images: torch.Tensor) -> None:
    which = torch.tensor([True, False, True, True, False, True])
    same(augment.flip(images, which), [tv.horizontal_flip(x) if w else x for x, w in zip(images, which, strict=True)])
    turns = torch.tensor([0, 1, 2, 3, 4, 1])
    same(
        augment.quarter_turns(images, turns),
        [torch.rot90(x, int(t), (1, 2)) for x, t in zip(images, turns, strict=True)],
    )


def test_shift(images: torch.Tensor) -> None:
    right, down = torch.tensor([0, 2, -3, 0, 25, 1]), torch.tensor([0, 1, 0, -4, 0, -1])
    wanted = [
        tv.affine(x, 0.0, [int(r), int(d)], 1.0, [0.0, 0.0], InterpolationMode.NEAREST)
        for x, r, d in zip(images, right, down, strict=True)
    ]
    same(augment.shift(images, right, down), wanted)


def test_affine(images: torch.Tensor) -> None:
    angle, scale = settings(0, 30, -45, 10, 90, 180), settings(1, 1, 0.8, 1.3, 1, 0.5)
    shear, right, down = settings(0, 0, 0, 15, -20, 5), settings(0, 2, -3, 1, 0, 4), settings(0, 1, 0, -2, 3, 0)
    wanted = [
        tv.affine(
            x,
            float(angle[i]),
            [int(right[i]), int(down[i])],
            float(scale[i]),
            [float(shear[i]), 0.0],
            InterpolationMode.BILINEAR,
        )
        for i, x in enumerate(images)
    ]
    # torchvision rounds its matrix to float32.
    same(augment.affine(images, angle=angle, scale=scale, shear=shear, right=right, down=down), wanted, 1e-5)


def test_gaussian_blur(images: torch.Tensor) -> None:
    sigma = settings(0.1, 0.5, 1, 1.5, 2, 10)
    wanted = [tv.gaussian_blur(x, [7, 7], [float(s), float(s)]) for x, s in zip(images, sigma, strict=True)]
    same(augment.gaussian_blur(images, sigma), wanted, 1e-7)  # torchvision builds its kernel in float32


def test_cutout(images: torch.Tensor) -> None:
    boxes = torch.tensor([[0, 0, 5, 5], [-3, -3, 8, 8], [15, 2, 9, 4], [0, 0, 20, 20], [30, 0, 5, 5], [4, 4, 0, 3]])
    painted = augment.cutout(images, boxes, fill=0.25)
    for x, mine, (top, left, height, width) in zip(images, painted, boxes.tolist(), strict=True):
        wanted = x.clone()
        wanted[:, max(top, 0) : top + height, max(left, 0) : left + width] = 0.25
        assert torch.equal(mine, wanted)


def test_sobel(images: torch.Tensor) -> None:
    bright = augment.luminance(images)[:, 0].numpy()
    wanted = []
    for x in bright:
        across, along = (scipy.ndimage.sobel(x, axis, mode="nearest") / 4 for axis in (0, 1))
        wanted.append(torch.from_numpy((across**2 + along**2) ** 0.5).clamp(0, 1).expand(3, -1, -1))
    same(augment.sobel(images), wanted)
    assert augment.sobel(torch.full_like(images, 0.3)).abs().max() < 1e-15


def test_drawn_crops_lie_inside_and_have_the_wanted_area() -> None:
    boxes = draw_crop(4000, 32, torch.Generator().manual_seed(0), area=(0.2, 0.8))
    top, left, height, width = boxes.unbind(1)
    assert bool((boxes == boxes.round()).all())
    assert bool(((top >= 0) & (left >= 0) & (height >= 1) & (width >= 1)).all())
    assert bool(((top + height <= 32) & (left + width <= 32)).all())
    share = height * width / 32**2
    assert 0.17 < share.min() < 0.25
    assert 0.7 < share.max() < 0.86
    assert abs(share.mean() - 0.5) < 0.02


def test_drawn_colours_keep_their_ranges() -> None:
    drawn = draw_colour(4000, torch.Generator().manual_seed(0), strength=0.5, grey_share=0.2)
    for factor in drawn[:3]:
        assert 0.6 <= factor.min() < 0.61
        assert 1.39 < factor.max() <= 1.4
    assert 0.24 < drawn.hue.abs().max() <= 0.25
    assert abs(drawn.grey.double().mean() - 0.2) < 0.03
    untouched = draw_colour(5, torch.Generator(), strength=0, grey_share=0)
    images = torch.rand(5, 3, 8, 8, dtype=torch.float64)
    torch.testing.assert_close(augment.jitter(images, untouched), images, rtol=0, atol=1e-12)


@pytest.mark.parametrize("look", list(views.AUGMENTATIONS))
@pytest.mark.parametrize("channels", [1, 3])
def test_looks_are_reproducible_and_stay_in_range(look: str, channels: int) -> None:
    images = torch.rand(8, channels, 28, 28, generator=torch.Generator().manual_seed(0))
    before = images.clone()
    first = views.random_view(images, [look], torch.Generator().manual_seed(3))
    again = views.random_view(images, [look], torch.Generator().manual_seed(3))
    assert torch.equal(first, again)
    assert torch.equal(images, before), "an augmentation must not change its argument"
    assert first.shape == images.shape
    assert 0 <= first.min() <= first.max() <= 1 + 1e-6
    if look != "sobel":
        other = views.random_view(images, [look], torch.Generator().manual_seed(4))
        assert not torch.equal(first, other) or (look == "color" and channels == 1 and torch.equal(first, images))


def test_bad_input() -> None:
    images = torch.rand(2, 3, 8, 8)
    with pytest.raises(ValueError, match="one setting per image, got 3 for 2"):
        augment.hue(images, torch.zeros(3))
    with pytest.raises(ValueError, match="floats of shape"):
        augment.brightness((images * 255).to(torch.uint8), torch.ones(2))
    with pytest.raises(ValueError, match=r"an augmentation is one of crop.*got 'solarize'"):
        views.random_view(images, ["solarize"], torch.Generator())
    with pytest.raises(ValueError, match="area"):
        draw_crop(2, 8, torch.Generator(), area=(0.0, 1.0))
