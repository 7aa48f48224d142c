"""Mixing against torchvision, timm, scipy and the definition: the label is the share of pixels kept."""

import itertools

import numpy as np
import pytest
import torch
from torch.nn.functional import one_hot

from dkdemo import mixing

HEIGHT, WIDTH = 5, 4


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(3, 2, HEIGHT, WIDTH, dtype=torch.float64, generator=generator)
    return images, one_hot(torch.arange(3), 3).double()


def boxes(margin=2):
    """Every box of a small image, also those that stick out by up to two pixels, border boxes included."""
    xs, ys = range(-margin, WIDTH + margin + 1), range(-margin, HEIGHT + margin + 1)
    for left, right in itertools.combinations_with_replacement(xs, 2):
        for top, bottom in itertools.combinations_with_replacement(ys, 2):
            yield left, top, right, bottom


def overlap(box):
    """The pixels of the box on the image, counted one by one."""
    left, top, right, bottom = box
    return {(x, y) for x in range(WIDTH) for y in range(HEIGHT) if left <= x < right and top <= y < bottom}


def test_cutmix_label_is_the_share_of_pixels_kept_for_every_box(batch):
    images, targets = batch
    first = torch.zeros_like(images)
    first[1:] = 1.0  # image 0 is black, its partner white
    seen = naive_wrong = 0
    for box in boxes():
        left, top, right, bottom = box
        empty = left == right or top == bottom
        if not overlap(box) and not empty:
            with pytest.raises(ValueError, match="must overlap"):
                mixing.cutmix(first, targets, box, [1, 2, 0])
            continue
        try:
            mixed, labels = mixing.cutmix(first, targets, box, [1, 2, 0])
        except ValueError:
            assert empty, box  # an empty box beside the image
            continue
        white = float(mixed[0].mean())
        assert white == pytest.approx(len(overlap(box)) / (HEIGHT * WIDTH), abs=1e-15)
        assert labels[0].tolist() == pytest.approx([1 - white, white, 0], abs=1e-15)
        seen += 1
        naive_wrong += abs((right - left) * (bottom - top) / (HEIGHT * WIDTH) - white) > 1e-9
    assert seen > 1000
    assert naive_wrong > 300  # without clipping the label would be wrong: this test can fail


def test_cutmix_pastes_exactly_the_box(batch):
    images, targets = batch
    mixed, _ = mixing.cutmix(images, targets, (1, 2, 3, 9), [2, 0, 1])
    expected = images.clone()
    expected[:, :, 2:5, 1:3] = images[[2, 0, 1]][:, :, 2:5, 1:3]
    assert torch.equal(mixed, expected)


def test_cutmix_equals_torchvision(batch):
    from torchvision.transforms import v2

    images, targets = batch
    theirs = v2.CutMix(num_classes=3)
    order = [2, 0, 1]  # torchvision mixes with roll(1)
    for seed in range(50):
        torch.manual_seed(seed)
        drawn = theirs.make_params([images])
        params = {"labels": targets, "batch_size": 3, **drawn}
        mixed, labels = mixing.cutmix(images, targets, drawn["box"], order)
        assert torch.equal(mixed, theirs.transform(images, params))
        assert torch.allclose(labels, theirs.transform(targets, params), atol=1e-15)


def test_mixup_equals_torchvision(batch):
    from torchvision.transforms import v2

    images, targets = batch
    theirs = v2.MixUp(num_classes=3)
    for lam in (0.0, 0.3, 1.0):
        mixed, labels = mixing.mixup(images, targets, lam, [2, 0, 1])
        params = {"labels": targets, "batch_size": 3, "lam": lam}
        assert torch.allclose(mixed, theirs.transform(images, params), atol=1e-15)
        assert torch.allclose(labels, theirs.transform(targets, params), atol=1e-15)


def test_kept_share_equals_timm():
    from timm.data.mixup import cutmix_bbox_and_lam

    for seed in range(200):
        np.random.seed(seed)
        (top, bottom, left, right), lam = cutmix_bbox_and_lam((3, 28, 32), 0.1 + 0.8 * seed / 200, correct_lam=True)
        assert mixing.kept_share((left, top, right, bottom), 28, 32) == pytest.approx(lam, abs=1e-15)


def test_drawn_boxes_have_the_size_of_lambda_and_lie_on_the_image():
    generator = np.random.default_rng(0)
    for lam in np.linspace(0, 1, 21):
        for _ in range(100):
            left, top, right, bottom = mixing.draw_box(28, 32, float(lam), generator)
            assert 0 <= left <= right <= 32
            assert 0 <= top <= bottom <= 28
            side = int(32 * np.sqrt(1 - lam)), int(28 * np.sqrt(1 - lam))
            assert right - left <= side[0]
            assert bottom - top <= side[1]
            if left > 0 and right < 32:
                assert right - left == side[0]


def test_drawing_is_reproducible_with_either_generator():
    def draws(generator):
        return (
            mixing.draw_lambda(0.7, generator),
            mixing.draw_box(28, 28, 0.4, generator),
            mixing.draw_order(6, generator).tolist(),
        )

    assert draws(np.random.default_rng(3)) == draws(np.random.default_rng(3))
    assert draws(torch.Generator().manual_seed(3)) == draws(torch.Generator().manual_seed(3))
    assert draws(torch.Generator().manual_seed(3)) != draws(torch.Generator().manual_seed(4))
    assert sorted(draws(np.random.default_rng(1))[2]) == list(range(6))


def test_lambda_follows_the_beta_distribution():
    from scipy import stats

    generator = np.random.default_rng(0)
    for alpha in (0.2, 1.0, 8.0):
        draws = [mixing.draw_lambda(alpha, generator) for _ in range(4000)]
        assert stats.kstest(draws, stats.beta(alpha, alpha).cdf).pvalue > 1e-3


def test_beta_curve_and_quantiles_equal_scipy():
    from scipy import stats

    uniforms = np.linspace(0.005, 0.995, 60)
    for alpha in (0.1, 0.2, 0.5, 1.0, 2.0, 8.0, 32.0):
        beta = stats.beta(alpha, alpha)
        lam = np.linspace(0.01, 0.99, 99)
        assert mixing.beta_density(lam, alpha) == pytest.approx(beta.pdf(lam), rel=1e-10)
        assert mixing.beta_quantile(uniforms, alpha) == pytest.approx(beta.ppf(uniforms), abs=1e-3)


def test_numpy_and_torch_get_the_same_mixture(batch):
    images, targets = batch
    for function, setting in ((mixing.mixup, 0.3), (mixing.cutmix, (-1, 1, 2, 3))):
        with_torch = function(images, targets, setting, [1, 2, 0])
        with_numpy = function(images.numpy(), targets.numpy(), setting, [1, 2, 0])
        for ours, theirs in zip(with_numpy, with_torch, strict=True):
            assert isinstance(ours, np.ndarray)
            np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-12)
    pasted = [mixing.cutmix(*pair, (-1, 1, 2, 3), [1, 2, 0])[0] for pair in (batch, [part.numpy() for part in batch])]
    assert np.array_equal(pasted[0].numpy(), pasted[1]), "pixels are copied, not computed"
    assert np.array_equal(mixing.cutout(images.numpy(), (0, 0, 2, 2)), mixing.cutout(images, (0, 0, 2, 2)).numpy())


def test_nothing_is_changed_in_place(batch):
    images, targets = batch
    before = images.clone(), targets.clone()
    mixing.mixup(images, targets, 0.5, [1, 2, 0])
    mixing.cutmix(images, targets, (0, 0, 2, 2), [1, 2, 0])
    mixing.cutout(images, (0, 0, 2, 2), fill=7.0)
    assert torch.equal(images, before[0])
    assert torch.equal(targets, before[1])


def test_cutout_blanks_the_box_only(batch):
    images, _ = batch
    blanked = mixing.cutout(images, (2, -3, 9, 2), fill=0.5)
    inside = torch.zeros(HEIGHT, WIDTH, dtype=torch.bool)
    inside[:2, 2:] = True
    assert (blanked[..., inside] == 0.5).all()
    assert torch.equal(blanked[..., ~inside], images[..., ~inside])


def test_manifold_mixup_of_a_linear_net_is_mixup_and_gradients_reach_both_parts(batch):
    images, targets = batch
    first = torch.nn.Linear(WIDTH, 6, bias=False, dtype=torch.float64)
    second = torch.nn.Linear(6, 3, bias=False, dtype=torch.float64)
    logits, mixed = mixing.manifold_mixup(first, second, images, targets, 0.3, [1, 2, 0])
    blended, same = mixing.mixup(images, targets, 0.3, [1, 2, 0])
    assert torch.allclose(logits, second(first(blended)), atol=1e-12)
    assert torch.equal(mixed, same)
    logits.sum().backward()
    assert first.weight.grad is not None
    assert second.weight.grad is not None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x, y: mixing.mixup(x, y, 1.2, [0, 1, 2]), r"\[0, 1\], got 1.2"),
        (lambda x, y: mixing.mixup(x, y, float("nan"), [0, 1, 2]), "got nan"),
        (lambda x, y: mixing.mixup(x, y, 0.5, [0, 1]), "3, 3 and 2"),
        (lambda x, y: mixing.mixup(x, y[0], 0.5, [0, 1, 2]), r"\(N, K\)"),
        (lambda x, y: mixing.cutmix(x, y, (WIDTH, 0, WIDTH + 2, 2), [0, 1, 2]), "must overlap"),
        (lambda x, y: mixing.cutmix(x, y, (-9, 0, -8, 2), [0, 1, 2]), "must overlap"),
        (lambda x, y: mixing.cutmix(x, y, (3, 0, 1, 2), [0, 1, 2]), "left <= right"),
        (lambda x, y: mixing.cutmix(x, y, (0.5, 0, 1, 2), [0, 1, 2]), "four integers"),
        (lambda x, y: mixing.cutmix(x, y, (0, 0, 1), [0, 1, 2]), "four integers"),
        (lambda x, y: mixing.cutout(x, (0, HEIGHT, 2, HEIGHT + 1)), "must overlap"),
        (lambda x, y: mixing.draw_lambda(0, np.random.default_rng(0)), "> 0, got 0"),
        (lambda x, y: mixing.draw_lambda(float("inf"), np.random.default_rng(0)), "finite"),
        (lambda x, y: mixing.draw_lambda(1.0, 7), "numpy's or torch's"),
        (lambda x, y: mixing.draw_box(4, 4, -0.1, np.random.default_rng(0)), "got -0.1"),
    ],
)
def test_bad_input_gets_one_sentence(batch, call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call(*batch)
    assert "\n" not in str(caught.value)
