"""Every measurement against an independent one: torchmetrics, scikit-learn, numpy loops, closed forms."""

import math

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from torchmetrics.functional.classification import multiclass_calibration_error

from dkdemo import evaluation


def clouds(seed: int = 0, n: int = 300, width: int = 8, classes: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    """Overlapping Gaussian clouds: features (n, width) float64 and labels (n,)."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(classes, (n,), generator=generator)
    centres = torch.randn(classes, width, generator=torch.Generator().manual_seed(77), dtype=torch.float64)
    return centres[labels] + torch.randn(n, width, generator=generator, dtype=torch.float64), labels


def test_accuracy_keeps_the_leading_dimensions() -> None:
    logits = torch.tensor([[[1.0, 2.0], [3.0, 0.0]], [[5.0, 2.0], [0.0, 1.0]]])
    assert evaluation.accuracy(logits, torch.tensor([1, 0])).tolist() == [1.0, 0.0]


def test_spread_is_the_sample_deviation_and_says_when_there_is_none() -> None:
    got = evaluation.spread(torch.tensor([1.0, 2.0, 6.0]))
    assert (got.mean, got.low, got.high, got.n) == (3.0, 1.0, 6.0, 3)
    assert got.std == pytest.approx(np.std([1, 2, 6], ddof=1), abs=1e-15)
    assert math.isnan(evaluation.spread(torch.tensor([1.0])).std)
    with pytest.raises(ValueError, match="got none"):
        evaluation.spread(torch.tensor([]))


@pytest.mark.parametrize("bins", [1, 10, 15])
def test_ece_agrees_with_torchmetrics_and_with_a_loop(bins: int) -> None:
    generator = torch.Generator().manual_seed(3)
    probabilities = torch.softmax(3 * torch.randn(2000, 5, generator=generator, dtype=torch.float64), -1)
    labels = torch.randint(5, (2000,), generator=generator)
    got = evaluation.reliability(probabilities, labels, bins=bins)
    oracle = multiclass_calibration_error(probabilities, labels, num_classes=5, n_bins=bins, norm="l1").item()
    assert got.ece == pytest.approx(oracle, abs=1e-6)
    confidence, answer = probabilities.numpy().max(1), probabilities.numpy().argmax(1)
    total = 0.0
    for b in range(bins):
        inside = (confidence > b / bins) & (confidence <= (b + 1) / bins)
        assert got.count[b] == inside.sum()
        if inside.any():
            right = (answer == labels.numpy())[inside].mean()
            total += inside.mean() * abs(right - confidence[inside].mean())
            assert got.accuracy[b].item() == pytest.approx(right, abs=1e-12)
            assert got.confidence[b].item() == pytest.approx(confidence[inside].mean(), abs=1e-12)
        else:
            assert got.accuracy[b].isnan()
    assert got.ece == pytest.approx(total, abs=1e-12)
    assert evaluation.ece(probabilities, labels, bins=bins) == got.ece


def test_a_certain_and_right_answer_is_perfectly_calibrated() -> None:
    assert evaluation.ece(torch.eye(3), torch.arange(3)) == 0
    assert evaluation.ece(torch.eye(3), torch.tensor([1, 2, 0])) == 1


@pytest.mark.parametrize("neighbours", [1, 5, 20])
def test_knn_agrees_with_scikit_learn(neighbours: int) -> None:
    (x, y), (new, truth) = clouds(0), clouds(1)
    oracle = KNeighborsClassifier(neighbours, metric="cosine").fit(x, y).score(new, truth)
    got = evaluation.knn_accuracy(x, y, new, truth, neighbours=neighbours, chunk=37)
    assert got == pytest.approx(oracle, abs=1e-12)


@pytest.mark.parametrize("ridge", [1e-6, 1e-3, 1.0])
def test_the_linear_probe_agrees_with_scikit_learn(ridge: float) -> None:
    (x, y), (new, truth) = clouds(0), clouds(1)
    x[:, 3] = new[:, 3] = 2.5  # a dead unit must not break the scaling
    scaler = StandardScaler().fit(x)
    reader = Ridge(alpha=ridge * len(x)).fit(scaler.transform(x), np.eye(4)[y])
    oracle = (reader.predict(scaler.transform(new)).argmax(1) == truth.numpy()).mean()
    assert evaluation.linear_probe(x.float(), y, new.float(), truth, ridge=ridge) == pytest.approx(oracle, abs=1e-12)


def test_the_projection_is_the_plane_through_three_templates() -> None:
    features, _ = clouds(width=9)
    templates = torch.randn(3, 9, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    got = evaluation.template_projection(features.float(), templates.float())
    torch.testing.assert_close(got.basis.T @ got.basis, torch.eye(2, dtype=torch.float64), rtol=0, atol=1e-6)
    torch.testing.assert_close(got.origin + got.templates @ got.basis.T, templates.float().double(), rtol=0, atol=1e-12)
    assert got.templates[0].tolist() == [0, 0]
    assert got.templates[1, 0] > 0
    assert got.templates[1, 1].abs() < 1e-12
    assert got.templates[2, 1] > 0
    # least squares finds the same nearest point of the plane
    float64 = templates.float().double()
    plane = (float64[1:] - float64[0]).numpy().T
    away = (features.float().double() - got.origin).numpy().T
    nearest = plane @ np.linalg.lstsq(plane, away, rcond=None)[0]
    np.testing.assert_allclose((got.points @ got.basis.T).numpy().T, nearest, atol=1e-10)


def test_in_the_plane_logits_are_distances_to_the_templates() -> None:
    """x.w_k - |w_k|^2/2 differs from -|x - w_k|^2/2 by the same number for all three classes."""
    features, _ = clouds(width=6)
    templates = torch.randn(3, 6, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    seen = evaluation.template_projection(features, templates)
    distance = (seen.points[:, None] - seen.templates).square().sum(-1)  # (N, 3)
    score = features @ templates.T - templates.square().sum(-1) / 2 + distance / 2
    torch.testing.assert_close(score - score[:, :1], torch.zeros_like(score), rtol=0, atol=1e-10)


def test_the_scatter_ratio_is_its_loop_and_ignores_scale() -> None:
    x, y = clouds()
    rows, labels = x.numpy(), y.numpy()
    within = sum(np.sum((row - rows[labels == k].mean(0)) ** 2) for row, k in zip(rows, labels, strict=True))
    between = sum(np.sum((rows[labels == k].mean(0) - rows.mean(0)) ** 2) for k in labels)
    assert evaluation.scatter_ratio(x, y) == pytest.approx(within / between, rel=1e-12)
    assert evaluation.scatter_ratio(7 * x + 3, y) == pytest.approx(within / between, rel=1e-10)
    with pytest.raises(ValueError, match="only one class"):
        evaluation.scatter_ratio(x, torch.zeros_like(y))


@pytest.mark.parametrize("hidden", [(3,), (0, 1)])
def test_the_chosen_bias_gives_the_hidden_classes_their_share(hidden: tuple[int, ...]) -> None:
    logits = torch.randn(2, 1000, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    mask = torch.zeros(4, dtype=torch.bool)
    mask[list(hidden)] = True
    biases = evaluation.choose_bias(logits, mask, 0.3)
    for copy, bias in zip(logits, biases, strict=True):
        answers = (copy + bias * mask).argmax(-1)
        assert mask[answers].double().mean().item() == pytest.approx(0.3, abs=1e-3)


def test_the_bias_curve_is_the_accuracy_after_adding_the_bias() -> None:
    logits = torch.randn(2, 3, 500, 4, generator=torch.Generator().manual_seed(0))
    labels = torch.randint(4, (500,), generator=torch.Generator().manual_seed(1))
    mask = torch.tensor([False, True, False, True])
    biases = torch.linspace(-3, 3, 7)
    only, both = evaluation.bias_curve(logits, labels, mask, biases)
    for index, bias in enumerate(biases):
        moved = logits + bias * mask
        torch.testing.assert_close(both[..., index], evaluation.accuracy(moved, labels), rtol=0, atol=1e-12)
        rare = mask[labels]
        want = evaluation.accuracy(moved[..., rare, :], labels[rare])
        torch.testing.assert_close(only[..., index], want, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "call",
    [
        lambda x, y: evaluation.reliability(x.softmax(-1), y, bins=0),
        lambda x, y: evaluation.knn_accuracy(x, y, x, y, neighbours=0),
        lambda x, y: evaluation.linear_probe(x, y, x, y, ridge=0.0),
        lambda x, y: evaluation.template_projection(x, x[:2]),
        lambda x, y: evaluation.choose_bias(x, torch.ones(x.shape[-1], dtype=torch.bool), 0.5),
        lambda x, y: evaluation.choose_bias(x, torch.arange(x.shape[-1]) == 0, 1.5),
    ],
)
def test_impossible_questions_are_refused(call) -> None:
    with pytest.raises(ValueError, match="got"):
        call(*clouds())
