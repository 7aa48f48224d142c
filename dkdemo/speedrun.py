"""How a net for photographs learns fast: a budget, steps that rise and fall within it, and a look back now and then.

The schedule of the CIFAR-10 speed runs, with a budget in steps (the same run every time) or in seconds (it always
ends on small steps, however slow the machine).

Source: Jordan 2024, "94% on CIFAR-10 in 3.29 seconds on a single GPU", arXiv:2404.00498.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from dkdemo.averaging import Lookahead
from dkdemo.datasets import Dataset
from dkdemo.optim import set_rate
from dkdemo.photos import PhotoNet, draw_looks
from dkdemo.schedules import triangle

# The step size for the mean loss of a batch of 1024, and in proportion for others. The paper gives 11.5 and the decay
# .0153 for the sum, with the factor 1 + 1 / (1 - momentum) taken out.
RATE, MOMENTUM, BATCH = 1.5, 0.85, 1024
WEIGHT_DECAY = 1.33e-3
BIAS = 64  # times larger steps for the biases of the batch normalisation
SHAPE = {"start": 0.2, "peak": 0.23, "end": 0.07}  # of the step size
FREEZE = 0.3  # of the budget: from then on the first layer stays as it is, and what leads back to it is not computed
SMOOTHING = 0.1  # of the labels; the paper has .2
EVERY, LOOSE = 5, 0.95  # steps between two looks back; what is kept then of the average, for each of these steps


# A budget: what share of it is spent, asked before each step ------------------------------------------------------

Spent = Callable[[int], float]  # the number of steps done -> in [0, 1); at 1 and beyond the lesson is over


def by_steps(steps: int) -> Spent:
    """So many steps: the same seed gives the same net, on a processor bit for bit."""
    if steps < 1:
        raise ValueError(f"steps must be >= 1, got {steps}")
    return lambda step: step / steps


def by_clock(seconds: float, clock: Callable[[], float] = time.perf_counter) -> Spent:
    """So many seconds from the first step: how many steps that is depends on the machine and on what else it does."""
    if not seconds > 0:
        raise ValueError(f"seconds must be > 0, got {seconds}")
    began = 0.0

    def spent(step: int) -> float:
        nonlocal began
        if step == 0:
            began = clock()
        return (clock() - began) / seconds

    return spent


# The lesson -------------------------------------------------------------------------------------------------------


class Step(NamedTuple):
    """One step of a lesson: its number, the share of the budget spent before it, its loss (not waited for)."""

    step: int
    share: float
    loss: Tensor


def learn(net: PhotoNet, data: Dataset, spent: Spent, *, batch_size: int = 256, generator: Generator) -> Iterator[Step]:
    """Train one copy on smoothed labels in place until the budget is spent, always on small steps by then.

    Nesterov's momentum; every fifth step the weights go back to their moving average, which forgets ever more slowly
    (`dkdemo.averaging.Lookahead`). Half of the images are mirrored in the first round, by a coin, and then all of them
    change sides from round to round: each is seen as often both ways, but for the batches left out at a round's end.
    Nothing waits for the device between two looks at what is yielded.

    Otherwise than there: the last look back counts the steps since the one before, which the paper drops, and labels
    are smoothed less.

    Source: Jordan 2024, arXiv:2404.00498, sections 3.2, 3.4 and 3.6.
    """
    size, labels, first = min(batch_size, len(data)), data.labels, net.encoder.shift
    sgd, average, share = nesterov(net, size), Lookahead(net), 0.0
    net.train()
    for step, (index, mirrored) in enumerate(_rounds(len(data), size, generator)):
        if (now := spent(step)) >= 1:
            break
        share = now
        first.requires_grad_(share < FREEZE)
        logits = net(draw_looks(data, index, generator, mirrored=mirrored))[0]
        loss = F.cross_entropy(logits, labels[index], label_smoothing=SMOOTHING)
        sgd.zero_grad()
        loss.backward()
        set_rate(sgd, triangle(share, **SHAPE))
        sgd.step()
        if (step + 1) % EVERY == 0:
            average.look_back(decay=LOOSE**EVERY * share**3)
        yield Step(step + 1, share, loss.detach())
    average.look_back(decay=LOOSE ** (step % EVERY) * share**3)  # the steps since the last one count as well
    first.requires_grad_(True)


def nesterov(net: nn.Module, batch_size: int) -> torch.optim.SGD:
    """Stochastic gradient descent as in the speed runs: the biases of batch normalisation take the largest steps.

    Weights decay by the same share of themselves per step in both groups.
    """
    norms = [layer.bias for layer in net.modules() if isinstance(layer, nn.BatchNorm2d)]
    ours = {id(bias) for bias in norms}
    others = [weights for weights in net.parameters() if weights.requires_grad and id(weights) not in ours]
    rate = RATE * batch_size / BATCH
    groups = [
        {"params": others, "initial_lr": rate, "weight_decay": WEIGHT_DECAY},
        {"params": norms, "initial_lr": BIAS * rate, "weight_decay": WEIGHT_DECAY / BIAS},
    ]
    return torch.optim.SGD(groups, lr=rate, momentum=MOMENTUM, nesterov=True, fused=True)


def _rounds(examples: int, size: int, generator: Generator) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless batches: indices (N,), and which of these images are mirrored (N,).

    Each round sees every example once, without the incomplete batch at its end.
    """
    place = generator.device
    mirrored = torch.rand(examples, generator=generator, device=place) < 0.5
    while True:
        order = torch.randperm(examples, generator=generator, device=place)
        for index in order[: examples - examples % size].split(size):
            yield index, mirrored[index]
        mirrored = ~mirrored
