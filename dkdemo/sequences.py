"""Sequences: a recurrent network small enough to read, how far its gradient reaches, and what one state can hold."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor


def linear_rnn(inputs: Tensor, *, recurrent: Tensor, entering: Tensor) -> Tensor:
    """The smallest recurrent network: h_t = w h_(t-1) + u x_t, h_0 = 0, the same w and u at every step.

    The slide's "time * 2, input * 3" is w = 2 and u = 3. Unrolled: h_n = sum_t w^(n-t) u x_t.

    Args:
        inputs: (..., N, L) sequences of single numbers.
        recurrent, entering: w and u, each (...): a stack of networks sees a stack of inputs.

    Returns: all states (..., N, L).

    Raises:
        ValueError: no steps at all.
    """
    if inputs.ndim < 2 or not inputs.shape[-1]:
        raise ValueError(f"inputs must be (..., N, L) with L >= 1, got {tuple(inputs.shape)}")
    w, u = torch.as_tensor(recurrent)[..., None], torch.as_tensor(entering)[..., None]
    state, states = torch.zeros_like(inputs[..., 0]), []
    for now in inputs.unbind(-1):
        state = w * state + u * now
        states.append(state)
    return torch.stack(states, dim=-1)


def random_memory(length: int, dimension: int, generator: Generator) -> Tensor:
    """A vector h that has read a whole sequence: the matrix M, (dimension, length), with h = M x.

    The recurrent network h_t = Q h_(t-1) + b x_t with a random orthogonal matrix Q (a rotation or a reflection: nothing
    fades) and a random b of length 1: column t of M is Q^(length - t) b. float64.

    Raises:
        ValueError: a length or a dimension below 1.

    Source: White, Lee & Sompolinsky 2004 (short-term memory in orthogonal networks); the slide asks the question.
    """
    if length < 1 or dimension < 1:
        raise ValueError(f"length and dimension must be >= 1, got {length} and {dimension}")
    turn, upper = torch.linalg.qr(torch.randn(dimension, dimension, dtype=torch.float64, generator=generator))
    turn = turn * upper.diagonal().sign()  # every orthogonal matrix equally likely
    entering = torch.randn(dimension, dtype=torch.float64, generator=generator)
    columns = [entering / entering.norm()]
    for _ in range(length - 1):
        columns.append(turn @ columns[-1])
    return torch.stack(columns[::-1], dim=1)


def learn_switches(states: Tensor, inputs: Tensor) -> Tensor:
    """One matrix a position, learned from examples: W_k h should be x_k.

    Least squares over the examples, the smallest such W where there are many.

    Args:
        states: (N, d), h of each example; inputs: (N, L), what had been read.

    Returns: (L, d), row k is the switch of position k.

    Raises:
        ValueError: not as many states as sequences.

    Source: Jaeger 2002, "Short term memory in echo state networks" (a linear reader for each delay).
    """
    if states.ndim != 2 or inputs.ndim != 2 or len(states) != len(inputs):
        raise ValueError(f"need (N, d) states and (N, L) inputs, got {tuple(states.shape)} and {tuple(inputs.shape)}")
    # through the SVD: with more dimensions than the sequence has steps, the states do not fill the space
    return (torch.linalg.pinv(states) @ inputs).T


def unexplained(read: Tensor, inputs: Tensor) -> Tensor:
    """The share of each position's mean square that was not read out, (N, L), (N, L) -> (L,); 0 is perfect.

    Raises:
        ValueError: a position at which all inputs are 0, or no inputs.
    """
    size = inputs.square().mean(0)
    if not bool((size > 0).all()):
        raise ValueError("every position needs inputs that are not all 0, got " + str(size.tolist())[:80])
    return (read - inputs).square().mean(0) / size


def digit_strings(count: int, length: int, generator: Generator, *, slip: float, classes: int = 10) -> Tensor:
    """Strings of digits that count upwards, 7 8 9 0 1, and now and then slip to a digit drawn anew.

    d_(t+1) = d_t + 1 modulo the number of classes with probability 1 - slip, else any digit, all equally likely.

    Returns: int64 (count, length).

    Raises:
        ValueError: slip outside [0, 1], or no digits.
    """
    if not 0 <= slip <= 1 or length < 1 or classes < 2:
        raise ValueError(f"need slip in [0, 1], length >= 1, classes >= 2; got {slip}, {length}, {classes}")
    fresh = torch.randint(classes, (count, length), generator=generator)
    slips = torch.rand(count, length, generator=generator) < slip
    now, string = fresh[:, 0], [fresh[:, 0]]
    for step in range(1, length):
        now = torch.where(slips[:, step], fresh[:, step], (now + 1) % classes)
        string.append(now)
    return torch.stack(string, dim=1)


def waves(count: int, length: int, generator: Generator, *, drift: float, noise: float, width: int = 4) -> Tensor:
    """Sine waves of a random frequency and phase whose phase wanders, cut into pieces of ``width`` samples.

    x = sin(phi), phi grows by a frequency drawn once (.15 to .6 radians a sample) plus ``drift`` times a standard
    normal at each piece; ``noise`` is added to each sample. The wandering is what makes the far future unsure.

    Returns: (count, length, width) float32.

    Raises:
        ValueError: a negative drift or noise.
    """
    if drift < 0 or noise < 0 or length < 1 or width < 1:
        raise ValueError(f"need drift and noise >= 0, length and width >= 1; got {drift}, {noise}, {length}, {width}")
    frequency = 0.15 + 0.45 * torch.rand(count, 1, 1, generator=generator)
    start = 2 * math.pi * torch.rand(count, 1, 1, generator=generator)
    wander = drift * torch.randn(count, length, 1, generator=generator).cumsum(1)
    when = torch.arange(length * width, dtype=torch.float32).view(1, length, width)
    exact = torch.sin(start + frequency * when + wander)
    return exact + noise * torch.randn(count, length, width, generator=generator)
