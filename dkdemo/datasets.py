"""Whole data sets as tensors on the device: no loader, no workers, a batch is one index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import torch
from torch import Generator, Tensor

from dkdemo import datastore
from dkdemo.device import send


@dataclass(frozen=True)
class Dataset:
    """Images with their labels, resident on one device.

    Attributes:
        images: uint8 (N, C, H, W).
        labels: int64 (N,), indices into ``classes``.
        classes: the names of the classes.
        mean, std: (C, 1, 1), of the training images in [0, 1]; a test set carries its training set's.
        hues: float (N,) in [0, 1), the foreground's hue, for the shapes only.
    """

    images: Tensor
    labels: Tensor
    classes: tuple[str, ...]
    mean: Tensor
    std: Tensor
    hues: Tensor | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def to(self, device: torch.device | str) -> Dataset:
        """The same data on another device."""
        parts = {name: getattr(self, name).to(device) for name in ("images", "labels", "mean", "std")}
        return replace(self, **parts, hues=None if self.hues is None else self.hues.to(device))

    def __getitem__(self, index: Tensor) -> Dataset:
        """The examples at ``index`` (int64 or bool tensor), in that order."""
        hues = None if self.hues is None else self.hues[index]
        return replace(self, images=self.images[index], labels=self.labels[index], hues=hues)

    def balanced_subset(self, n_per_class: int, generator: Generator) -> Dataset:
        """The same number of random examples of every class: a small, balanced labelled set."""
        return self[self.balanced_indices(n_per_class, generator)]

    def balanced_indices(self, n_per_class: int, generator: Generator) -> Tensor:
        """Where the examples lie that `balanced_subset` takes: int64 (classes * n,), class by class.

        Raises:
            ValueError: a class has fewer examples than asked for.
        """
        order = torch.randperm(len(self), generator=generator).to(self.labels.device)
        picked = []
        for label, name in enumerate(self.classes):
            members = order[self.labels[order] == label]
            if not 1 <= n_per_class <= len(members):
                raise ValueError(f"class {name} has {len(members)} examples; got a wish for {n_per_class}")
            picked.append(members[:n_per_class])
        return torch.cat(picked)

    def sample_indices(self, most: int, generator: Generator) -> Tensor:
        """Where ``most`` random examples lie (all of them, where there are fewer): int64, in random order."""
        return torch.randperm(len(self), generator=generator)[:most].to(self.labels.device)

    def without(self, label: int) -> Dataset:
        """Everything but one class; the labels keep their numbers."""
        if not 0 <= label < len(self.classes):
            raise ValueError(f"label must be 0 to {len(self.classes) - 1}, got {label}")
        return self[self.labels != label]

    def normalised(self, index: Tensor | slice | None = None) -> Tensor:
        """Images as floats (N, C, H, W): scaled to [0, 1], minus the training mean, over the training spread."""
        return self.normalise(self.images if index is None else self.images[index])

    def normalise(self, images: Tensor) -> Tensor:
        """Any uint8 images (N, C, H, W) as this data set's networks want to see them."""
        return (images.float() / 255 - self.mean) / self.std

    def batches(self, batch_size: int, generator: Generator) -> Iterator[tuple[Tensor, Tensor]]:
        """Endless shuffled batches (normalised images, labels); each round sees every example once.

        A data set smaller than ``batch_size`` is one batch; the incomplete batch at a round's end is dropped, so
        that every step weighs the same.
        """
        if batch_size < 1:
            raise ValueError(f"batch_size must be >= 1, got {batch_size}")
        size = min(batch_size, len(self))
        while True:
            order = send(torch.randperm(len(self), generator=generator), self.labels.device)
            for start in range(0, len(self) - size + 1, size):
                index = order[start : start + size]
                yield self.normalised(index), self.labels[index]


def load(name: str, device: str = "cpu") -> tuple[Dataset, Dataset]:
    """The training and the test part of a data set, read once in a process until it is added anew.

    Raises:
        ValueError: no data set of that name, or its files are absent or damaged, in one sentence.
    """
    return _load(name, device, datastore.edition(name))


@lru_cache(maxsize=16)
def _load(name: str, device: str, edition: str) -> tuple[Dataset, Dataset]:
    found = datastore.load_arrays(name)
    images = torch.from_numpy(found.train_images)
    # A sample is enough for two numbers a channel; strided, because own sets lie sorted by class.
    pixels = images[:: max(1, len(images) // 10_000)].float() / 255
    mean, std = pixels.mean((0, 2, 3), keepdim=False), pixels.std((0, 2, 3))
    mean, std = mean[:, None, None], std.clamp_min(1e-3)[:, None, None]

    def part(images_of: Tensor, labels_of: Tensor, hues: Tensor | None) -> Dataset:
        return Dataset(images_of, labels_of.long(), found.classes, mean, std, hues).to(device)

    hues = found.hues or (None, None)
    train_hues, test_hues = (None if one is None else torch.from_numpy(one) for one in hues)
    return (
        part(images, torch.from_numpy(found.train_labels), train_hues),
        part(torch.from_numpy(found.test_images), torch.from_numpy(found.test_labels), test_hues),
    )
