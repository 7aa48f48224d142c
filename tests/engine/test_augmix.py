"""AugMix against PIL, a transcription of the released code's mixture, and timm's loss."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

from dkdemo import augmix
from dkdemo.probability import js


def pictures(n: int = 3, channels: int = 3, side: int = 24, seed: int = 0) -> torch.Tensor:
    """Smooth uint8 pictures with a narrow range, as floats: equalizing and stretching must have work to do."""
    chance = torch.Generator().manual_seed(seed)
    coarse = torch.rand(n, channels, 5, 5, generator=chance)
    smooth = torch.nn.functional.interpolate(coarse, side, mode="bicubic").clamp(0, 1)
    return (40 + 150 * smooth).round() / 255


def through_pil(images: torch.Tensor, operation) -> np.ndarray:
    def one(image: torch.Tensor) -> np.ndarray:
        pixels = (image.permute(1, 2, 0) * 255).round().to(torch.uint8).numpy()
        return np.asarray(operation(Image.fromarray(pixels))).transpose(2, 0, 1)

    return np.stack([one(image) for image in images])


def levels(images: torch.Tensor) -> np.ndarray:
    return (images * 255).round().numpy()


def test_equalize_is_pils_to_the_level():
    images = pictures()
    np.testing.assert_array_equal(levels(augmix.equalize(images)), through_pil(images, ImageOps.equalize))
    flat = torch.full((1, 3, 8, 8), 0.25)
    assert torch.equal(augmix.equalize(flat), flat)


def test_autocontrast_is_pils_up_to_its_rounding_down():
    images = pictures()
    np.testing.assert_allclose(levels(augmix.autocontrast(images)), through_pil(images, ImageOps.autocontrast), atol=1)
    flat = torch.full((1, 3, 8, 8), 0.25)
    assert torch.equal(augmix.autocontrast(flat), flat)


@pytest.mark.parametrize("bits", [1, 3, 4, 8])
def test_posterize_is_pils_to_the_level(bits):
    images = pictures()
    ours = augmix.posterize(images, torch.full((3,), float(bits)))
    np.testing.assert_array_equal(levels(ours), through_pil(images, lambda picture: ImageOps.posterize(picture, bits)))


@pytest.mark.parametrize("threshold", [0, 90, 180, 256])
def test_solarize_is_pils_to_the_level(threshold):
    images = pictures()
    ours = augmix.solarize(images, torch.full((3,), float(threshold)))
    pil = through_pil(images, lambda picture: ImageOps.solarize(picture, threshold))
    np.testing.assert_array_equal(levels(ours), pil)


@pytest.mark.parametrize("name", ["shear_x", "shear_y"])
def test_a_shear_slopes_as_the_code_says(name):
    """PIL's affine asks each target pixel where it came from: x + .3 y; about the centre, as ours."""
    images, level = pictures(side=32), torch.full((3,), 10.0)
    ours = augmix.OPERATIONS[name](images, level, torch.ones(3))
    half = 16.0
    matrices = {"shear_x": (1, -0.3, 0.3 * half, 0, 1, 0), "shear_y": (1, 0, 0, -0.3, 1, 0.3 * half)}
    pils = {sign: [x * (1 if i in (0, 4) else sign) for i, x in enumerate(matrices[name])] for sign in (1, -1)}
    gaps = [
        np.abs(
            levels(ours)
            - through_pil(
                images, lambda p, m=m: p.transform(p.size, Image.Transform.AFFINE, m, Image.Resampling.BILINEAR)
            )
        )[:, :, 10:22, 10:22].max()
        for m in pils.values()
    ]
    assert min(gaps) <= 3 < max(gaps)


def test_a_draw_keeps_its_laws():
    drawn = augmix.draw_chains(4000, torch.Generator().manual_seed(0))
    np.testing.assert_allclose(drawn.weights.sum(1), 1, atol=1e-6)
    # Dirichlet(1, 1, 1): mean 1/3, variance (1/3)(2/3)/4
    np.testing.assert_allclose(drawn.weights.mean(0), 1 / 3, atol=0.01)
    np.testing.assert_allclose(drawn.weights.var(0), 1 / 18, atol=0.004)
    assert drawn.kept.mean().item() == pytest.approx(0.5, abs=0.02)
    assert drawn.kept.var().item() == pytest.approx(1 / 12, abs=0.005)
    assert set(drawn.depth.flatten().tolist()) == {1, 2, 3}
    assert set(drawn.operation.flatten().tolist()) == set(range(9))
    assert drawn.level.min() >= 0.1
    assert drawn.level.max() <= 3


def test_the_allowed_operations_are_the_papers_nine():
    assert len(augmix.OPERATIONS) == 9
    for barred in ("contrast", "brightness", "color", "sharpness", "cutout"):
        assert barred not in augmix.OPERATIONS


def test_mixing_is_the_papers_loop():
    images = pictures(4).double()
    drawn = augmix.draw_chains(4, torch.Generator().manual_seed(3))
    ours = augmix.augmix(images, drawn)
    for n in range(4):
        total = torch.zeros_like(images[:1])
        for chain in range(3):
            x = images[n : n + 1]
            for place, name in enumerate(drawn.names(n)[chain]):
                settings = (part[n, chain, place].view(1).double() for part in (drawn.level, drawn.sign))
                x = augmix.OPERATIONS[name](x, *settings)
            total = total + drawn.weights[n, chain].double() * x
        m = drawn.kept[n].double()
        torch.testing.assert_close(ours[n], (m * images[n] + (1 - m) * total[0]), rtol=0, atol=1e-12)
    assert ours.min() >= 0
    assert ours.max() <= 1 + 1e-12


def test_chains_change_nothing_they_are_given():
    images = pictures(2)
    before = images.clone()
    augmix.augmix(images, augmix.draw_chains(2, torch.Generator().manual_seed(1)))
    assert torch.equal(images, before)


def answers(seed: int = 0) -> tuple[list[torch.Tensor], torch.Tensor]:
    chance = torch.Generator().manual_seed(seed)
    logits = [2 * torch.randn(6, 5, dtype=torch.float64, generator=chance) for _ in range(3)]
    return logits, torch.randint(5, (6,), generator=chance)


def test_the_loss_is_timms():
    timm_loss = pytest.importorskip("timm.loss")
    logits, labels = answers()
    oracle = timm_loss.JsdCrossEntropy(num_splits=3, alpha=12, smoothing=0)
    ours = augmix.augmix_loss(*logits, labels, weight=12)
    assert ours.item() == pytest.approx(oracle(torch.cat(logits), labels).item(), abs=1e-12)


def test_three_answers_that_exclude_each_other_are_ln_3_apart():
    sure = 200 * torch.eye(3, dtype=torch.float64)
    labels = torch.zeros(1, dtype=torch.long)
    loss = augmix.augmix_loss(sure[:1], sure[1:2], sure[2:], labels, weight=1)
    assert loss.item() == pytest.approx(math.log(3), abs=1e-12)
    for seed in range(20):
        logits, _ = answers(seed)
        assert 0 <= js(*(one.softmax(-1) for one in logits)).max() <= math.log(3)


def test_one_answer_to_everything_is_of_one_mind_and_still_wrong():
    same = torch.zeros(4, 5, dtype=torch.float64)
    loss = augmix.augmix_loss(same, same, same, torch.arange(4))
    assert loss.item() == pytest.approx(math.log(5), abs=1e-12)


def test_nonsense_is_refused_in_a_sentence():
    (one, two, three), labels = answers()
    with pytest.raises(ValueError, match="weight must be >= 0, got -1"):
        augmix.augmix_loss(one, two, three, labels, weight=-1)
    with pytest.raises(ValueError, match="three answers of one shape"):
        augmix.augmix_loss(one, two, three[:2], labels)
    with pytest.raises(ValueError, match="severity must be in"):
        augmix.draw_chains(2, torch.Generator(), severity=11)
    with pytest.raises(ValueError, match="one draw per picture, got 2 for 3"):
        augmix.run_chains(pictures(3), augmix.draw_chains(2, torch.Generator()))
