"""One-hot and smoothed labels against torch, timm and the slide's example with its slip."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from timm.loss import LabelSmoothingCrossEntropy

from dkdemo.labels import one_hot, smooth, smooth_labels
from dkdemo.probability import cross_entropy, softmax


def test_one_hot_equals_torch_for_every_family():
    labels = torch.tensor([[3, 0], [1, 2]])
    torch.testing.assert_close(one_hot(labels, 4), F.one_hot(labels, 4).float())
    np.testing.assert_array_equal(one_hot(labels.tolist(), 4), F.one_hot(labels, 4).numpy())
    assert one_hot(labels.numpy(), 4).dtype == np.float64
    np.testing.assert_array_equal(one_hot(2, 3), [0, 0, 1])


def test_the_slides_vector_needs_alpha_a_fifth():
    np.testing.assert_allclose(smooth_labels(1, 4, 0.2), [0.05, 0.85, 0.05, 0.05], atol=1e-15)
    np.testing.assert_allclose(smooth_labels(1, 4, 0.8), [0.2, 0.4, 0.2, 0.2], atol=1e-15)


@pytest.mark.parametrize("alpha", [0.0, 0.1, 0.9])
def test_smoothed_cross_entropy_equals_torch_and_timm(alpha):
    draw = torch.Generator().manual_seed(0)
    z = torch.randn(32, 10, generator=draw, dtype=torch.float64)
    y = torch.randint(0, 10, (32,), generator=draw)
    ours = cross_entropy(smooth_labels(y, 10, alpha).double(), softmax(z)).mean()
    torch.testing.assert_close(ours, F.cross_entropy(z, y, label_smoothing=alpha), atol=1e-6, rtol=0)
    torch.testing.assert_close(ours, LabelSmoothingCrossEntropy(alpha)(z, y), atol=1e-6, rtol=0)
    exact = cross_entropy(smooth(F.one_hot(y, 10).double(), alpha), softmax(z)).mean()
    torch.testing.assert_close(exact, F.cross_entropy(z, y, label_smoothing=alpha), atol=1e-14, rtol=0)


def test_the_best_logit_gap_has_a_closed_form():
    y = smooth_labels(0, 10, 0.1)
    assert math.log(y[0] / y[1]) == pytest.approx(math.log((1 - 0.1 + 0.01) / 0.01), abs=1e-13)


@pytest.mark.parametrize("alpha", [-0.1, 1.1, math.nan, "much", None])
def test_alpha_outside_zero_to_one_is_refused(alpha):
    with pytest.raises(ValueError, match="alpha must be a number from 0 to 1"):
        smooth_labels([0], 2, alpha)


@pytest.mark.parametrize(
    ("labels", "classes"), [([2], 2), ([-1], 2), ([0.5], 2), ([], 2), (["a"], 2), ([[0], [0, 1]], 2)]
)
def test_labels_that_name_no_class_are_refused(labels, classes):
    with pytest.raises(ValueError, match="labels must be"):
        one_hot(labels, classes)


@pytest.mark.parametrize("classes", [0, -1, 2.0, "ten", True])
def test_a_number_of_classes_that_is_none_is_refused(classes):
    with pytest.raises(ValueError, match="num_classes must be"):
        one_hot([0], classes)
