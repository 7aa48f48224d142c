"""Photographs in a minute: a small net whose first layer is computed, and lessons that fit a budget.

The habits are those of the CIFAR-10 speed runs: all images resident on the device, a first layer that whitens and is
never trained, three groups of few channels, half precision, and answers averaged over the mirror image.

Source: Jordan 2024, "94% on CIFAR-10 in 3.29 seconds on a single GPU", arXiv:2404.00498.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn
from torch.nn.utils import skip_init

from dkdemo.datasets import Dataset
from dkdemo.device import half_precision

PATCH = 2  # pixels a side of what the first layer whitens
SHIFT = 2  # pixels; each image is moved by up to so much each way
WARM = 0.2  # of the budget: the step size rises; after that it falls to 0


def whitening_filters(images: Tensor, *, ridge: float = 5e-4) -> Tensor:
    """Filters whose answers to the patches of ``images`` are uncorrelated and equally large.

    Σ = mean of p pᵀ over all 2 x 2 patches p;  Σ = V diag(λ) Vᵀ;  filter i = v_i / √(λ_i + ridge)

    Each filter comes with its negative: a ReLU behind the two loses nothing.

    Args:
        images: standardised floats (N, C, H, W).

    Returns: (8 C, C, 2, 2), the filters by falling λ, then their negatives.

    Source: Jordan 2024, arXiv:2404.00498, section 3.2.
    """
    if images.ndim != 4 or min(images.shape[2:]) < PATCH:
        raise ValueError(f"images must be (N, C, H, W) of side >= {PATCH}, got {tuple(images.shape)}")
    size = images.shape[1] * PATCH * PATCH
    patches = F.unfold(images, PATCH).transpose(1, 2).reshape(-1, size).double()  # (patches, 4 C)
    values, vectors = torch.linalg.eigh(patches.T @ patches / len(patches))  # λ rising, vectors in columns
    filters = (vectors / (values + ridge).sqrt()).T.flip(0).view(size, images.shape[1], PATCH, PATCH)
    return torch.cat([filters, -filters]).to(images.dtype)


class PhotoNet(nn.Module):
    """A net for small colour photographs; several ``seeds`` give as many copies, trained as one.

    whitening 2x2 (frozen) - ReLU - three times [conv3x3 - max pool 2 - BN - GELU - conv3x3 - BN - GELU] - the largest
    answer of each channel - linear. Grouped convolutions keep the copies apart, and batch normalisation works on
    each channel: every copy is the net it would be alone.

    Args:
        filters: (8 C, C, 2, 2) of `whitening_filters`.
        widths: channels of the three groups.
        seeds: one seed a copy; equal seeds give equal networks (paired comparisons).
        stride: 1 whitens overlapping patches; 2 whitens each pixel once, a quarter of the work for all that follows.
    """

    steps: Tensor

    def __init__(self, filters: Tensor, widths: Sequence[int], classes: int, seeds: Sequence[int], stride: int = 1):
        super().__init__()
        if len(widths) != 3 or min(widths) < 1 or not seeds or stride not in (1, PATCH):
            raise ValueError(
                f"need three widths >= 1, a seed, and stride 1 or 2; got {tuple(widths)}, {tuple(seeds)} and {stride}"
            )
        copies = len(seeds)
        self.copies, self.stride = copies, stride
        self.filters = nn.Parameter(filters, requires_grad=False)
        layers: list[nn.Module] = []
        for before, width in zip((len(filters), *widths), widths, strict=False):
            layers += [
                skip_init(nn.Conv2d, copies * before, copies * width, 3, padding=1, bias=False, groups=copies),
                nn.MaxPool2d(2),
                nn.BatchNorm2d(copies * width),
                nn.GELU(),
                skip_init(nn.Conv2d, copies * width, copies * width, 3, padding=1, bias=False, groups=copies),
                nn.BatchNorm2d(copies * width),
                nn.GELU(),
            ]
        self.groups = nn.Sequential(*layers)
        self.head = nn.Parameter(torch.empty(copies, widths[-1], classes))
        for copy, seed in enumerate(seeds):
            self._draw(copy, torch.Generator().manual_seed(seed))
        self.to(memory_format=torch.channels_last)

    @torch.no_grad()
    def _draw(self, copy: int, generator: Generator) -> None:
        """Weights of one copy, uniform within ±1/√(fan in); a convolution's first channels begin as the identity."""
        for layer in self.groups:
            if isinstance(layer, nn.Conv2d):
                own = layer.weight.chunk(self.copies)[copy]
                bound = 1 / math.sqrt(own[0].numel())
                nn.init.uniform_(own, -bound, bound, generator=generator)
                nn.init.dirac_(own[: own.shape[1]])
        bound = 1 / math.sqrt(self.head.shape[1])
        nn.init.uniform_(self.head[copy], -bound, bound, generator=generator)

    def forward(self, images: Tensor) -> Tensor:
        """Logits (S, N, K) of images (N, C, H, W), seen by all copies alike, or of each copy's own (S, N, C, H, W)."""
        alike = images.ndim == 4
        with half_precision(images.device):
            x = images if alike else images.flatten(0, 1)
            x = F.relu(F.conv2d(x.contiguous(memory_format=torch.channels_last), self.filters, stride=self.stride))
            if not alike:
                x = torch.cat(x.chunk(self.copies), dim=1)  # (N, S 8 C, H', W')
            elif self.copies > 1:
                x = torch.cat([x] * self.copies, dim=1)
            x = self.groups(x).amax((2, 3)).unflatten(1, (self.copies, -1))  # (N, S, D)
            return torch.bmm(x.transpose(0, 1), self.head).to(images.dtype)


def moved(images: Tensor, right: Tensor, down: Tensor, mirrored: Tensor) -> Tensor:
    """Images (N, C, H, W) moved by whole pixels and then, where ``mirrored``, turned left to right; settings (N,).

    What comes in from outside is the reflection at the edge. One gather, of bytes: several times as fast as moving and
    mirroring floats one after the other.
    """
    channels, height, width = images.shape[1:]
    row, column = (torch.arange(size, device=images.device) for size in (height, width))
    row = _reflected(row - down[:, None], height)  # (N, H): where each row comes from
    column = _reflected(torch.where(mirrored[:, None], width - 1 - column, column) - right[:, None], width)
    place = (row[:, :, None] * width + column[:, None]).flatten(1)  # (N, H W)
    return images.flatten(2).gather(2, place[:, None].expand(-1, channels, -1)).view(images.shape)


def _reflected(place: Tensor, size: int) -> Tensor:
    place = place.abs()
    return torch.minimum(place, 2 * (size - 1) - place)


def draw_looks(data: Dataset, index: Tensor, generator: Generator) -> Tensor:
    """Standardised images at ``index`` (N,), each moved by up to two pixels each way, every other one mirrored.

    Random numbers come from ``generator``, on the images' device.
    """
    n, device = len(index), generator.device
    right, down = torch.randint(-SHIFT, SHIFT + 1, (2, n), generator=generator, device=device)
    mirrored = torch.rand(n, generator=generator, device=device) < 0.5
    return data.normalise(moved(data.images[index], right, down, mirrored))


# A budget: what share of it is spent, asked before each step ------------------------------------------------------

Spent = Callable[[int], float]  # the number of steps done -> in [0, 1); at 1 and beyond the lesson is over


def by_steps(steps: int) -> Spent:
    """So many steps: the same seed gives the same net, bit for bit."""
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


def one_cycle(share: float) -> float:
    """The step size at a share of the budget, relative to its largest: up for a fifth of it, then down to exactly 0."""
    return min(0.04 + 0.96 * share / WARM, max(0.0, 1 - share) / (1 - WARM))


class Step(NamedTuple):
    """One step of a lesson: its number, the share of the budget spent before it, its loss (not waited for)."""

    step: int
    share: float
    loss: Tensor


def learn(
    net: PhotoNet,
    data: Dataset,
    spent: Spent,
    *,
    batch_size: int = 256,
    learning_rate: float = 1e-2,
    smoothing: float = 0.1,
    generator: Generator,
) -> Iterator[Step]:
    """Train one copy on labels in place until the budget is spent, always annealed to 0 by then.

    Nothing waits for the device between two looks at what is yielded.
    """
    size, labels = min(batch_size, len(data)), data.labels
    adam = torch.optim.AdamW(net.parameters(), lr=learning_rate, weight_decay=1e-2, fused=True)
    net.train()
    for step, index in enumerate(_rounds(len(data), size, generator)):
        share = spent(step)
        if share >= 1:
            return
        logits = net(draw_looks(data, index, generator))[0]
        loss = F.cross_entropy(logits, labels[index], label_smoothing=smoothing)
        adam.zero_grad()
        loss.backward()
        set_rate(adam, learning_rate * one_cycle(share))
        adam.step()
        yield Step(step + 1, share, loss.detach())


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """The step size of all parameters, from now on."""
    for group in optimiser.param_groups:
        group["lr"] = rate


def _rounds(examples: int, size: int, generator: Generator) -> Iterator[Tensor]:
    """Endless batches of indices; each round sees every example once, without the incomplete batch at its end."""
    while True:
        order = torch.randperm(examples, generator=generator, device=generator.device)
        yield from order[: examples - examples % size].split(size)


@torch.no_grad()
def answers(net: PhotoNet, data: Dataset, index: Tensor | None = None, *, chunk: int = 1000) -> Tensor:
    """Logits (S, N, K) of many images, the mean of each image's and of its mirror image's; the mode is put back."""
    if index is None:
        index = torch.arange(len(data), device=data.labels.device)
    training = net.training
    net.eval()
    found = []
    for part in index.split(chunk):
        x = data.normalised(part)
        found.append((net(x) + net(x.flip(3))) / 2)
    net.train(training)
    return torch.cat(found, dim=1)
