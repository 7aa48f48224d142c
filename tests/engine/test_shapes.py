"""The procedural shapes: reproducible, balanced, and as their formulas say."""

import colorsys

import numpy as np
import pytest

from dkdemo import shapes


@pytest.fixture(scope="module")
def drawn():
    return shapes.draw(4000, seed=5)


def test_the_same_seed_draws_the_same_pictures(drawn):
    images, labels, hues = drawn
    again = shapes.draw(4000, seed=5)
    assert all(np.array_equal(a, b) for a, b in zip(drawn, again, strict=True))
    assert images.shape == (4000, 3, 32, 32)
    assert images.dtype == np.uint8
    assert labels.dtype == np.int64
    assert hues.dtype == np.float32
    assert not np.array_equal(images, shapes.draw(4000, seed=6)[0])


def test_classes_and_hues_are_even_and_independent(drawn):
    _, labels, hues = drawn
    assert abs(np.bincount(labels, minlength=8) / 500 - 1).max() < 0.2
    table = np.histogram2d(labels, np.floor(hues * 8), bins=(8, 8))[0]
    expected = table.sum(1, keepdims=True) * table.sum(0) / table.sum()
    assert ((table - expected) ** 2 / expected).sum() < 90  # chi squared with 49 degrees: p = .0003 at 90
    assert hues.min() >= 0
    assert hues.max() < 1


def test_the_hue_told_is_the_foregrounds(drawn):
    """The centre pixel of a disc, a square, a triangle or a plus is always inside."""
    images, labels, hues = drawn
    errors = []
    for image, hue in zip(images[labels < 2], hues[labels < 2], strict=True):
        centre = np.median(image[:, 12:20, 12:20].reshape(3, -1), axis=1) / 255
        errors.append(abs((colorsys.rgb_to_hsv(*centre)[0] - hue + 0.5) % 1 - 0.5))
    assert np.median(errors) < 0.02
    assert np.mean(np.array(errors) < 0.1) > 0.95


def test_a_shape_covers_what_its_formula_says():
    """Area over radius squared, by a fine grid: disc pi, square 1.7^2, half pi/2, ring pi (1 - .36), frame ..."""
    u, v = np.meshgrid(*[np.linspace(-1.2, 1.2, 1201, dtype=np.float32)] * 2)
    areas = [inside(u, v).mean() * 2.4**2 for inside in shapes.INSIDE]
    wanted = {"disc": np.pi, "square": 1.7**2, "half": np.pi / 2, "ring": np.pi * 0.64, "frame": 1.8**2 - 1.1**2}
    for name, area in wanted.items():
        assert areas[shapes.CLASSES.index(name)] == pytest.approx(area, rel=0.01)


@pytest.mark.parametrize(("count", "side"), [(0, 32), (-1, 32), (10, 7)])
def test_impossible_sizes_are_refused(count, side):
    with pytest.raises(ValueError, match="need count >= 1 and side >= 8"):
        shapes.draw(count, 0, side)
