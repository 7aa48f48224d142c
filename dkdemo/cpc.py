"""Contrastive Predictive Coding: an encoder, a context network, and one matrix for each step into the future."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn


class StackedGRU(nn.Module):
    """Gated recurrent units, several networks trained as one: copy i starts from ``seeds[i]`` alone.

    r = σ(W_ir x + b_ir + W_hr h + b_hr),  u = σ(W_iu x + b_iu + W_hu h + b_hu)
    n = tanh(W_in x + b_in + r (W_hn h + b_hn)),  h' = (1 - u) n + u h

    The same weights at every step; what changes is h. The gates' order and the two biases are torch.nn.GRU's.

    Source: Cho et al. 2014, arXiv:1406.1078, with the reset gate after the matrix as in cuDNN.
    """

    def __init__(self, inputs: int, hidden: int, generators: Sequence[Generator]):
        super().__init__()
        self.hidden = hidden
        shapes = {"ih": (inputs, 3 * hidden), "hh": (hidden, 3 * hidden), "bias": (1, 3 * hidden)}
        bound = 1 / math.sqrt(hidden)
        self.weight_ih = _drawn(shapes["ih"], bound, generators)
        self.weight_hh = _drawn(shapes["hh"], bound, generators)
        self.bias_ih = _drawn(shapes["bias"], bound, generators)
        self.bias_hh = _drawn(shapes["bias"], bound, generators)

    def forward(self, x: Tensor) -> Tensor:
        """States (S, B, L, hidden) after each step of (S, B, L, inputs)."""
        copies, batch, length, _ = x.shape
        arriving = torch.baddbmm(self.bias_ih, x.flatten(1, 2), self.weight_ih).view(copies, batch, length, -1)
        state, states = x.new_zeros(copies, batch, self.hidden), []
        for now in arriving.unbind(2):
            carried = torch.baddbmm(self.bias_hh, state, self.weight_hh)
            reset, update = torch.sigmoid(now[..., : 2 * self.hidden] + carried[..., : 2 * self.hidden]).chunk(2, -1)
            fresh = torch.tanh(now[..., 2 * self.hidden :] + reset * carried[..., 2 * self.hidden :])
            state = fresh + update * (state - fresh)
            states.append(state)
        return torch.stack(states, dim=2)


class StackedCPC(nn.Module):
    """z_t = g_enc(x_t), c_t = g_ar(z_1 ... z_t), and the predictions W_k c_t for k = 1 ... K; one copy a seed.

    The encoder is a perceptron of one hidden layer, the context network a GRU.

    Args:
        inputs: numbers in one x_t; code: the dimension of z; hidden: of c and of the encoder's hidden layer.
        ahead: K, the farthest step predicted.
        seeds: one a copy.

    Source: van den Oord, Li & Vinyals 2018, arXiv:1807.03748, section 2.2.
    """

    def __init__(self, inputs: int, code: int, hidden: int, ahead: int, seeds: Sequence[int]):
        super().__init__()
        if min(inputs, code, hidden, ahead) < 1 or not seeds:
            raise ValueError(f"sizes must be >= 1 and seeds not empty, got {inputs}, {code}, {hidden}, {ahead}")
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self.ahead, self.code = ahead, code
        self.first = _drawn((inputs, hidden), 1 / math.sqrt(inputs), generators)
        self.first_bias = _drawn((1, hidden), 1 / math.sqrt(inputs), generators)
        self.second = _drawn((hidden, code), 1 / math.sqrt(hidden), generators)
        self.context_network = StackedGRU(code, hidden, generators)
        self.matrices = _drawn((hidden, ahead * code), 1 / math.sqrt(hidden), generators)  # all W_k side by side

    def encode(self, x: Tensor) -> Tensor:
        """z, (S, M, code) of (S, M, inputs)."""
        return torch.bmm(F.relu(torch.baddbmm(self.first_bias, x, self.first)), self.second)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """z (S, B, L, code) and the predictions (S, B, L, K, code) of sequences (S, B, L, inputs)."""
        copies, batch, length, _ = x.shape
        z = self.encode(x.flatten(1, 2)).view(copies, batch, length, -1)
        predictions = torch.bmm(self.context_network(z).flatten(1, 2), self.matrices)
        return z, predictions.view(copies, batch, length, self.ahead, self.code)


def future_scores(z: Tensor, predictions: Tensor, *, choices: int, start: int) -> Tensor:
    """Which of N sequences goes on like this? log f_k = z_(t+k)' W_k c_t for every pair in a group of N.

    The wrong answers are the other sequences of the group at the same moment t + k. W_k opens c_t towards one step of
    the future, but it decodes nothing: what comes out is a score, and only its place among the others counts.

    Args:
        z: (S, B, L, D); predictions: (S, B, L, K, D), both from `StackedCPC`.
        choices: N, the size of a group; the batch is cut into groups of N.
        start: the first moment t at which is asked; the last is L - K - 1.

    Returns: (S, K, Q, N, N): [..., i, j] is the score that context i gives to future j; the truth is the diagonal.

    Raises:
        ValueError: N does not divide the batch, or no moment is left.
    """
    batch, length, ahead = predictions.shape[1:4]
    moments = length - ahead - start
    if choices < 1 or batch % choices:
        raise ValueError(f"the number of choices must divide the batch {batch}, got {choices}")
    if start < 0 or moments < 1:
        raise ValueError(f"need start >= 0 and start + {ahead} < {length}, got {start}")
    future = torch.stack([z[:, :, start + k : start + k + moments] for k in range(1, ahead + 1)], dim=1)
    context = predictions[:, :, start : start + moments].movedim(3, 1)  # (S, K, B, T, D), like future
    grouped = [
        part.unflatten(2, (batch // choices, choices)).transpose(3, 4).flatten(2, 3)  # (S, K, groups T, N, D)
        for part in (context, future)
    ]
    return grouped[0] @ grouped[1].transpose(-1, -2)


def info_nce_of(scores: Tensor) -> Tensor:
    """L_N of score tables (..., Q, N, N) whose truth is the diagonal: (...), in nats, never below 0.

    I(x_(t+k); c_t) >= log N - L_N: as L_N cannot be negative, no estimate can pass log N.

    Source: van den Oord, Li & Vinyals 2018, arXiv:1807.03748, eq. 4 and section 2.3.
    """
    return (scores.logsumexp(-1) - scores.diagonal(dim1=-2, dim2=-1)).mean((-1, -2))


def top1_accuracy(scores: Tensor) -> Tensor:
    """The share of contexts that give their own future the highest score, (..., Q, N, N) -> (...); ties are misses.

    So whoever says the same of everything finds fewer than by guessing, 1 in N. The same picture drawn twice is a tie.
    """
    others = scores.masked_fill(torch.eye(scores.shape[-1], dtype=torch.bool, device=scores.device), -torch.inf)
    return (scores.diagonal(dim1=-2, dim2=-1) > others.amax(-1)).to(scores.dtype).mean((-1, -2))


def agreement_loss(z: Tensor, predictions: Tensor, *, start: int) -> Tensor:
    """Only agree, with nobody to differ from: mean |W_k c_t - z_(t+k)|² for each copy, (S,).

    The optimum is one constant for everything: the loss without strangers that the lecture warns of.
    """
    scores = []
    ahead, moments = predictions.shape[3], predictions.shape[2] - predictions.shape[3] - start
    for k in range(1, ahead + 1):
        future, guess = z[:, :, start + k : start + k + moments], predictions[:, :, start : start + moments, k - 1]
        scores.append((guess - future).square().sum(-1).mean((-1, -2)))
    return torch.stack(scores).mean(0)


def _drawn(shape: tuple[int, ...], bound: float, generators: Sequence[Generator]) -> nn.Parameter:
    """Uniform weights within ±bound, (S, *shape), each copy from its own generator."""
    return nn.Parameter(torch.stack([(2 * torch.rand(shape, generator=own) - 1) * bound for own in generators]))
