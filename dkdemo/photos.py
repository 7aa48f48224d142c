"""A small net for photographs whose first filters are computed, the looks it learns from, and how it is asked.

The habits are those of the CIFAR-10 speed runs: all images resident on the device, a first layer whose filters whiten
and are never trained, three groups of few channels, half precision, and answers averaged over several looks. How it
learns is in `dkdemo.speedrun`.

Source: Jordan 2024, "94% on CIFAR-10 in 3.29 seconds on a single GPU", arXiv:2404.00498.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn
from torch.nn.utils import skip_init

from dkdemo.datasets import Dataset
from dkdemo.device import half_precision
from dkdemo.training import evaluating

PATCH = 2  # pixels a side of what the first layer whitens
SHIFT = 2  # pixels; each image is moved by up to so much each way
FRESH = 0.4  # the share of the newest batch in the running statistics, for a teacher that takes large steps
PATCHED = 1000  # images, of whose patches, nearly a million, the first layer's filters are computed


def some_of(images: Tensor, most: int = PATCHED) -> Tensor:
    """About ``most`` of the images, evenly spread: where they lie class by class, some of each."""
    return images[:: max(1, len(images) // most)]


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


class PhotoEncoder(nn.Module):
    """Features of small colour photographs; several ``generators`` give as many copies, trained as one.

    whitening 2x2 (filters frozen, biases not) - ReLU - three times [conv3x3 - max pool 2 - BN - GELU - conv3x3 -
    BN - GELU] - the largest answer of each channel. Grouped convolutions keep the copies apart, and batch normalisation
    works on each channel: every copy is the encoder it would be alone.

    Args:
        filters: (8 C, C, 2, 2) of `whitening_filters`.
        widths: channels of the three groups.
        generators: a generator for each copy, on the processor; it draws the weights.
        stride: 1 whitens overlapping patches; 2 whitens each pixel once, a quarter of the work for all that follows.
    """

    def __init__(
        self, filters: Tensor, widths: Sequence[int], generators: Sequence[Generator], stride: int = 1
    ) -> None:
        super().__init__()
        copies = len(generators)
        if len(widths) != 3 or min(widths) < 1 or not copies or stride not in (1, PATCH):
            raise ValueError(
                f"need three widths >= 1, a copy, and stride 1 or 2; got {tuple(widths)}, {copies} copies and {stride}"
            )
        self.copies, self.stride = copies, stride
        self.filters = nn.Parameter(filters, requires_grad=False)
        self.shift = nn.Parameter(torch.zeros(copies * len(filters)))
        layers: list[nn.Module] = []
        for before, width in zip((len(filters), *widths), widths, strict=False):
            layers += [
                skip_init(nn.Conv2d, copies * before, copies * width, 3, padding=1, bias=False, groups=copies),
                nn.MaxPool2d(2),
                _norm(copies * width),
                nn.GELU(),
                skip_init(nn.Conv2d, copies * width, copies * width, 3, padding=1, bias=False, groups=copies),
                _norm(copies * width),
                nn.GELU(),
            ]
        self.groups = nn.Sequential(*layers)
        for copy, own in enumerate(generators):
            self._draw(copy, own)
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

    def forward(self, images: Tensor) -> Tensor:
        """Features (N, S D), copy by copy, of images (N, C, H, W), seen by all alike, or (S, N, C, H, W)."""
        alike = images.ndim == 4
        with half_precision(images.device):
            x = images if alike else images.flatten(0, 1)
            x = x.contiguous(memory_format=torch.channels_last)
            if self.copies == 1:
                x = F.conv2d(x, self.filters, self.shift, stride=self.stride)
            else:
                x = F.conv2d(x, self.filters, stride=self.stride)
                x = torch.cat([x] * self.copies if alike else x.chunk(self.copies), dim=1)  # (N, S 8 C, H', W')
                x = x + self.shift.to(x.dtype)[:, None, None]
            return self.groups(F.relu(x)).amax((2, 3)).to(images.dtype)


class PhotoNet(nn.Module):
    """`PhotoEncoder` and a linear layer: logits of as many copies as there are ``seeds``, trained as one.

    Args:
        seeds: one seed a copy; equal seeds give equal networks (paired comparisons).
        scale: the logits are multiplied by it. A small one keeps the first answers undecided, so that large steps do
            no harm (`dkdemo.speedrun`).
    """

    def __init__(
        self,
        filters: Tensor,
        widths: Sequence[int],
        classes: int,
        seeds: Sequence[int],
        stride: int = 1,
        *,
        scale: float = 1.0,
    ) -> None:
        super().__init__()
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self.encoder, self.scale = PhotoEncoder(filters, widths, generators, stride), scale
        self.head = nn.Parameter(torch.empty(len(seeds), widths[-1], classes))
        bound = 1 / math.sqrt(widths[-1])
        with torch.no_grad():
            for head, own in zip(self.head, generators, strict=True):
                nn.init.uniform_(head, -bound, bound, generator=own)

    @property
    def copies(self) -> int:
        return self.encoder.copies

    def forward(self, images: Tensor) -> Tensor:
        """Logits (S, N, K) of images (N, C, H, W), seen by all copies alike, or of each copy's own (S, N, C, H, W)."""
        features = self.encoder(images).unflatten(1, (self.copies, -1))  # (N, S, D)
        with half_precision(images.device):
            return self.scale * torch.bmm(features.transpose(0, 1), self.head).to(images.dtype)


def _norm(channels: int) -> nn.BatchNorm2d:
    """Batch normalisation that learns a bias alone: every channel keeps its size."""
    norm = nn.BatchNorm2d(channels, momentum=FRESH)
    norm.weight.requires_grad_(False)
    return norm


def shift_and_mirror(images: Tensor, right: Tensor, down: Tensor, mirrored: Tensor) -> Tensor:
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


def draw_looks(data: Dataset, index: Tensor, generator: Generator, *, mirrored: Tensor | None = None) -> Tensor:
    """Standardised images at ``index`` (N,), each moved by up to two pixels each way, half of them mirrored.

    Which of them is decided by a coin each, or by ``mirrored`` (N,). Random numbers come from ``generator``, on the
    images' device.
    """
    n, device = len(index), generator.device
    right, down = torch.randint(-SHIFT, SHIFT + 1, (2, n), generator=generator, device=device)
    if mirrored is None:
        mirrored = torch.rand(n, generator=generator, device=device) < 0.5
    return data.normalise(shift_and_mirror(data.images[index], right, down, mirrored))


def logits_of(
    net: PhotoNet, data: Dataset, index: Tensor | None = None, *, thorough: bool = False, chunk: int = 1000
) -> Tensor:
    """Logits (S, N, K) of many images, the mean of each image's and of its mirror image's; the mode is put back.

    ``thorough``: three times the work. One half of the mean is that pair; the other, two more such pairs, of the image
    moved by a pixel to the right and down, and to the left and up.

    Source: Jordan 2024, arXiv:2404.00498, section 3.5.
    """
    if index is None:
        index = torch.arange(len(data), device=data.labels.device)
    found = []
    with evaluating(net):
        for part in index.split(chunk):
            x = data.normalised(part)
            z = _both_ways(net, x)
            if thorough:
                wide = F.pad(x, (1, 1, 1, 1), mode="reflect")
                z = z / 2 + (_both_ways(net, wide[:, :, :-2, :-2]) + _both_ways(net, wide[:, :, 2:, 2:])) / 4
            found.append(z)
    return torch.cat(found, dim=1)


def _both_ways(net: PhotoNet, x: Tensor) -> Tensor:
    return (net(x) + net(x.flip(3))) / 2
