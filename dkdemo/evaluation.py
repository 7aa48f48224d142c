"""How good is it, how sure is it, what has it learned: every measurement the lecture shows.

All functions take tensors and return plain numbers or tensors; nothing here trains by gradient descent. Logits may
carry leading dimensions (a stack of students, temperatures, seeds): (..., N, K).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


def accuracy(logits: Tensor, labels: Tensor) -> Tensor:
    """The share of examples whose largest logit is the label's: (..., N, K), (N,) -> (...)."""
    return (logits.argmax(-1) == labels).double().mean(-1)


@dataclass(frozen=True)
class Spread:
    """What several runs of one recipe gave. ``std`` is the sample deviation (n - 1), NaN for a single run."""

    mean: float
    std: float
    low: float
    high: float
    n: int


def spread(values: Tensor) -> Spread:
    """Mean, deviation and extremes over seeds; a number without its spread is an anecdote."""
    values = torch.as_tensor(values, dtype=torch.float64).flatten()
    if not len(values):
        raise ValueError("a spread needs at least one value, got none")
    std = values.std().item() if len(values) > 1 else float("nan")
    return Spread(values.mean().item(), std, values.min().item(), values.max().item(), len(values))


@dataclass(frozen=True)
class Reliability:
    """Confidence against accuracy in equal bins of confidence. Empty bins have count 0 and NaN for both means.

    ``edges`` (bins + 1,), the others (bins,), all float64; ``ece`` is the expected calibration error in [0, 1].
    """

    edges: Tensor
    count: Tensor
    confidence: Tensor
    accuracy: Tensor
    ece: float


def reliability(probabilities: Tensor, labels: Tensor, *, bins: int = 15) -> Reliability:
    """Does 80 % sure mean right 80 % of the time? Bins (lower, upper] of the largest probability.

    ECE = Σ_b |B_b|/n · |acc(B_b) − conf(B_b)|

    Args:
        probabilities: (N, K), rows sum to 1.
        labels: (N,) class indices.

    Source: Guo et al. 2017, arXiv:1706.04599; 15 bins as Müller et al. 2019, arXiv:1906.02629.
    """
    if bins < 1 or probabilities.ndim != 2:
        raise ValueError(f"need bins >= 1 and probabilities (N, K), got {bins} and {tuple(probabilities.shape)}")
    confidence, answer = probabilities.double().max(-1)
    edges = torch.linspace(0, 1, bins + 1, dtype=torch.float64, device=confidence.device)
    index = (torch.bucketize(confidence, edges) - 1).clamp(0, bins - 1)  # right=False: an edge belongs to the bin below
    count, sure, right = (
        torch.zeros(bins, dtype=torch.float64, device=edges.device).index_add(0, index, values)
        for values in (torch.ones_like(confidence), confidence, (answer == labels).double())
    )
    error = ((right - sure).abs().sum() / len(labels)).item()
    return Reliability(edges, count, sure / count, right / count, error)


def ece(probabilities: Tensor, labels: Tensor, *, bins: int = 15) -> float:
    """The expected calibration error in [0, 1]: see `reliability`."""
    return reliability(probabilities, labels, bins=bins).ece


def knn_accuracy(
    train_features: Tensor,
    train_labels: Tensor,
    test_features: Tensor,
    test_labels: Tensor,
    *,
    neighbours: int = 5,
    chunk: int = 2000,
) -> float:
    """Ask the most similar training examples (cosine) to vote: are neighbours of one kind?

    Features (N, D) and (M, D), labels (N,) and (M,). Every neighbour has one vote; a tie goes to the smaller class
    index. The paper weighs the votes by exp(cosine / .07) and asks 200; with few examples one vote each does as well.

    Returns: test accuracy in [0, 1].

    Raises:
        ValueError: fewer training examples than ``neighbours``, or ``neighbours`` < 1.

    Source: Wu et al. 2018 (instance discrimination), arXiv:1805.01978, section 3.4.
    """
    if not 1 <= neighbours <= len(train_features):
        raise ValueError(f"neighbours must be in [1, {len(train_features)}], got {neighbours}")
    classes = int(train_labels.max()) + 1
    bank = torch.nn.functional.normalize(train_features, dim=-1)
    right = 0
    for features, labels in zip(test_features.split(chunk), test_labels.split(chunk), strict=True):
        similarity = torch.nn.functional.normalize(features, dim=-1) @ bank.T  # (chunk, N)
        votes = train_labels[similarity.topk(neighbours).indices]
        ballot = torch.nn.functional.one_hot(votes, classes).sum(1)  # (chunk, K)
        right += int((ballot.argmax(-1) == labels).sum())
    return right / len(test_labels)


def linear_probe(
    train_features: Tensor,
    train_labels: Tensor,
    test_features: Tensor,
    test_labels: Tensor,
    *,
    ridge: float = 1e-3,
) -> float:
    """How much of the class can a *linear* reader see in frozen features? Solved in closed form, in float64.

    W = argmin ‖XW − Y‖² + ridge · n ‖W‖²

    with X the standardised training features (N, D), Y the centred one-hot labels; the reader answers with the
    largest output. No step size, no epochs, no luck: the probe of a moment costs one D x D solve. (The papers train a
    logistic regression on frozen features; the question is the same.)

    Args:
        train_features, test_features: (N, D) and (M, D); train_labels, test_labels: (N,) and (M,) class indices.
        ridge: > 0, how strongly the weights are held back.

    Returns: test accuracy in [0, 1].

    Raises:
        ValueError: a ridge that is not positive.

    Source: Alain & Bengio 2016 (linear probes), arXiv:1610.01644; Chen et al. 2020 (SimCLR), arXiv:2002.05709,
    section 2.3.
    """
    if not ridge > 0:
        raise ValueError(f"ridge must be > 0, got {ridge}")
    x, new = train_features.double(), test_features.double()
    centre, scale = x.mean(0), x.std(0, correction=0)
    scale = torch.where(scale > 1e-12 * scale.max(), scale, 1.0)  # a dead unit says nothing, but must not divide by 0
    x, new = (x - centre) / scale, (new - centre) / scale
    classes = int(torch.maximum(train_labels.max(), test_labels.max())) + 1
    y = torch.nn.functional.one_hot(train_labels, classes).double()
    gram = x.T @ x + ridge * len(x) * torch.eye(x.shape[1], dtype=x.dtype, device=x.device)
    weights = torch.cholesky_solve(x.T @ (y - y.mean(0)), torch.linalg.cholesky(gram))
    return accuracy(new @ weights + y.mean(0), test_labels).item()


@dataclass(frozen=True)
class Projection:
    """The plane through three class templates, seen from straight above.

    ``points`` (N, 2) and ``templates`` (3, 2) are coordinates in the plane; ``basis`` (D, 2) has orthonormal columns
    and ``origin`` (D,) is the first template, so that ``origin + coordinates @ basis.T`` leads back to feature space.
    """

    points: Tensor
    templates: Tensor
    basis: Tensor
    origin: Tensor


def template_projection(features: Tensor, templates: Tensor) -> Projection:
    """Look at the penultimate layer as Müller, Kornblith and Hinton did.

    A logit compares features x with its template w_k (a row of the last layer): x·w_k is −½‖x − w_k‖² up to terms
    that hardly depend on k. Three templates span a plane; Q is an orthonormal basis of [w_b − w_a, w_c − w_a] (QR),
    and every example is drawn at Qᵀ(x − w_a). QR leaves two signs open: here w_b lies to the right of w_a and w_c
    above the line through them, so that the picture does not flip while a network trains.

    Args:
        features: (N, D) penultimate activations.
        templates: (3, D) rows w_a, w_b, w_c of the last layer's weight.

    Source: Müller, Kornblith & Hinton 2019, arXiv:1906.02629, section 2.
    """
    if templates.shape != (3, features.shape[-1]):
        raise ValueError(f"need three templates of width {features.shape[-1]}, got {tuple(templates.shape)}")
    features, templates = features.detach().double(), templates.detach().double()
    origin = templates[0]
    basis, triangle = torch.linalg.qr((templates[1:] - origin).T)  # (D, 2), (2, 2)
    basis = basis * torch.where(triangle.diagonal() < 0, -1.0, 1.0)
    return Projection((features - origin) @ basis, (templates - origin) @ basis, basis, origin)


def scatter_ratio(features: Tensor, labels: Tensor) -> float:
    """How tight are the clusters? Mean squared distance to the own class's mean, over that of the class means.

    ratio = Σ_k n_k/n · mean_k ‖x − m_k‖²  /  Σ_k n_k/n · ‖m_k − m‖²

    with m the mean of all examples; the numerator is the trace of the within-class scatter, the denominator that of the
    between-class scatter. It does not change when the features are scaled, turned or moved. Features (N, D), labels
    (N,).

    Raises:
        ValueError: one class only, or all classes in one place.

    Source: Müller, Kornblith & Hinton 2019, arXiv:1906.02629, section 2, whose pictures show what this measures;
    Fukunaga 1990, Introduction to Statistical Pattern Recognition, chapter 10, for the two scatters.
    """
    x = features.detach().double()
    centre = x.mean(0)
    within = between = 0.0
    for label in labels.unique():
        own = x[labels == label]
        mean = own.mean(0)
        within += (own - mean).square().sum().item()
        between += len(own) * (mean - centre).square().sum().item()
    if between == 0:
        raise ValueError("all classes have the same mean, or there is only one class: the ratio has no value")
    return within / between


def choose_bias(logits: Tensor, hidden: Tensor, share: float) -> Tensor:
    """The bias to add to the hidden classes so that they win ``share`` of these examples.

    A student that never saw a class has learned that it never happens: a prior, and a wrong one. One number can mend
    it. An example goes to a hidden class as soon as the bias exceeds its margin, best seen logit minus best hidden
    logit; so the bias wanted is a quantile of the margins, and no search is needed.

    Choose it on examples that are neither test data nor the student's own, and take ``share`` from the teacher's
    answers on the same examples: then not a single label is used.

    Args:
        logits: (..., N, K) of held-out examples, hidden classes among them.
        hidden: (K,) bool, True for the classes whose bias is moved.
        share: the part of the examples that should go to a hidden class, in [0, 1].

    Returns: the biases (...).

    Source: Hinton, Vinyals & Dean 2015, arXiv:1503.02531, section 3, who adjusted the bias on the test set.
    """
    if not 0 <= share <= 1 or not hidden.any() or hidden.all():
        raise ValueError(f"need a share in [0, 1] and hidden and seen classes, got {share} and {hidden.tolist()}")
    return torch.quantile(_margins(logits, hidden), share, dim=-1)


def bias_curve(logits: Tensor, labels: Tensor, hidden: Tensor, biases: Tensor) -> tuple[Tensor, Tensor]:
    """Accuracy as the hidden classes' bias moves: on examples of hidden classes, and on all examples.

    Args:
        logits: (..., N, K); labels (N,); hidden (K,) bool, as in `choose_bias`.
        biases: (B,) values to try.

    Returns: two tensors (..., B) in [0, 1], float64.
    """
    best_hidden = logits.masked_fill(~hidden, -torch.inf).argmax(-1) == labels  # right once a hidden class wins
    best_seen = logits.masked_fill(hidden, -torch.inf).argmax(-1) == labels  # right while a seen class wins
    margin = _margins(logits, hidden)
    rare = hidden[labels].nonzero().flatten()
    only, both = [], []
    for bias in biases.tolist():
        right = torch.where(margin < bias, best_hidden, best_seen).double()
        only.append(right[..., rare].mean(-1))
        both.append(right.mean(-1))
    return torch.stack(only, -1), torch.stack(both, -1)


def _margins(logits: Tensor, hidden: Tensor) -> Tensor:
    """(..., N): how much bias the hidden classes need before one of them wins the example."""
    seen = logits.masked_fill(hidden, -torch.inf).amax(-1)
    return seen - logits.masked_fill(~hidden, -torch.inf).amax(-1)
