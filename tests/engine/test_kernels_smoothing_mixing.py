"""The Python twins of the smoothing and mixing kernels: the slide's numbers, and label = pixels kept."""

import math

import numpy as np
import pytest

from dkdemo.kernels.mixing import cutmix_box, mixup_blend
from dkdemo.kernels.smoothing import smoothing

BLACK = np.zeros((6, 6, 3)).tolist()
WHITE = np.full((6, 6, 3), 255.0).tolist()


def test_slide_vector_needs_alpha_two_tenths():
    assert smoothing(0.2, 4)["target"] == pytest.approx([0.05, 0.85, 0.05, 0.05], abs=1e-15)
    assert smoothing(0.8, 4)["target"] == pytest.approx([0.2, 0.4, 0.2, 0.2], abs=1e-15)
    assert smoothing(0.2, 4)["target_text"] == ["0.05", "0.85", "0.05", "0.05"]


def test_gap_is_where_the_smoothed_loss_is_smallest():
    for alpha, k in ((0.1, 10), (0.2, 4), (0.5, 3)):
        target = np.array(smoothing(alpha, k)["target"])
        gaps = np.linspace(0.01, 12, 120_000)
        wrong = 1 / (np.exp(gaps) + k - 1)
        loss = -target[1] * np.log(np.exp(gaps) * wrong) - (1 - target[1]) * np.log(wrong)
        assert smoothing(alpha, k)["gap"] == pytest.approx(gaps[loss.argmin()], abs=2e-4)
    assert smoothing(0.1, 10)["gap"] == pytest.approx(4.51, abs=0.005)
    assert smoothing(0.1, 10)["gap_curve"][9] == pytest.approx(math.log(91))


def test_blend_moves_pixels_and_label_together():
    values = mixup_blend(WHITE, BLACK, 0.3, 1.0, [0.25, 0.5])
    assert np.array(values["image"]) == pytest.approx(np.full((6, 6, 3), 76.5))
    assert values["shares_text"] == ["30%", "70%"]
    assert values["draws"] == pytest.approx([0.25, 0.5], abs=1e-3)  # Beta(1, 1) is uniform
    assert values["density"] == pytest.approx([1.0] * 99)


@pytest.mark.parametrize(
    "box", [(1, 2, 4, 5), (-3, -3, 2, 2), (4, 4, 99, 99), (0, 0, 6, 6), (5, 4, 2, 1), (3, 3, 3, 9)]
)
def test_the_label_is_the_white_pixels_share(box):
    values = cutmix_box(BLACK, WHITE, *map(float, box))
    white = np.array(values["image"]).mean() / 255
    assert values["shares"] == pytest.approx([1 - white, white], abs=1e-12)
    assert values["kept"] == pytest.approx(1 - white, abs=1e-12)


def test_a_box_beside_the_image_changes_nothing_and_cutout_keeps_the_label():
    assert cutmix_box(BLACK, WHITE, 7.0, 0.0, 9.0, 3.0)["shares"] == [1, 0]
    holed = cutmix_box(WHITE, BLACK, 0.0, 0.0, 3.0, 6.0, paste=False)
    assert holed["shares"] == [1, 0]
    assert holed["kept"] == 0.5
    assert np.array(holed["image"])[:, :3].max() == 0
