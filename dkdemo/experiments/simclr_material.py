"""What the contrastive experiments learn from and are asked about: pictures, and the labels only the probes see."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from dkdemo import datastore

if TYPE_CHECKING:
    from torch import Tensor, nn

    from dkdemo.encoders import SimCLR

DATA = ("shapes", "mnist", "cifar10")
LABELLED = 10  # labelled digits a class for MNIST's reader

# What "crop", "color" and "both" mean for each data set. On photographs, smaller crops and half of the distortion teach
# more than the shapes' looks. A digit has no colour to distort and must not lose a stroke: there the two looks are a
# small affine move and a hole.
CHOICES = {
    "shapes": {"crop": ("crop",), "color": ("color",), "both": ("crop", "color")},
    "cifar10": {"crop": ("zoom",), "color": ("tint",), "both": ("zoom", "tint")},
    "mnist": {"crop": ("wiggle",), "color": ("cutout",), "both": ("wiggle", "cutout")},
}


def check(data: str, looks: str = "both") -> None:
    """Raise ValueError for a data set or a choice of looks that these experiments do not have."""
    if data not in DATA:
        raise ValueError(f"data is one of {', '.join(DATA)}; got {data!r:.40}")
    if looks not in CHOICES[data]:
        raise ValueError(f"looks is one of {', '.join(CHOICES[data])}; got {looks!r:.40}")


@dataclass(frozen=True)
class Material:
    """Images are uint8 (N, C, H, W) on the device. Labels are for the probes; the training never sees them."""

    images: Tensor  # to learn from, and for kNN to look among
    labels: Tensor
    probe_images: Tensor  # what the linear reader is fitted on
    probe_labels: Tensor
    test_images: Tensor
    test_labels: Tensor
    probe_hues: Tensor | None  # the foreground's hue in eighths of the circle, for the shapes
    test_hues: Tensor | None
    probe_size: int

    @property
    def channels(self) -> int:
        return self.images.shape[1]

    @property
    def side(self) -> int:
        return self.images.shape[-1]


def load_material(data: str, device: str, *, whole: bool = False) -> Material:
    """The pictures of a data set, the same at every call until it is added anew.

    MNIST's reader is given few labels, for with many plain pixels already do well. ``whole``: all training images,
    and all their labels for the reader, as papers do; else 10,000 images, and 2000 to be asked about, which a
    processor bears.
    """
    return _material(data, device, whole, datastore.edition(data))


@lru_cache(maxsize=8)  # a warm worker asks again and again
def _material(data: str, device: str, whole: bool, edition: str) -> Material:
    import torch

    from dkdemo import datasets

    train, test = datasets.load(data, device)
    order, everything = torch.Generator().manual_seed(0), (train.images, train.labels)
    if train.hues is not None and test.hues is not None:
        hues, test_hues = ((part * 8).long() % 8 for part in (train.hues, test.hues))
        return Material(*everything, *everything, test.images, test.labels, hues, test_hues, len(hues))
    if whole:
        return Material(*everything, *everything, test.images, test.labels, None, None, len(train))
    pool = torch.randperm(len(train.labels), generator=order).to(train.labels.device)
    asked = torch.randperm(len(test.labels), generator=order)[:2000].to(train.labels.device)
    learn = pool[:10_000]
    if data == "mnist":
        few = torch.cat([pool[train.labels[pool] == digit][:LABELLED] for digit in range(10)])
    else:
        few = pool[:4000]
    return Material(
        train.images[learn],
        train.labels[learn],
        train.images[few],
        train.labels[few],
        test.images[asked],
        test.labels[asked],
        None,
        None,
        len(few),
    )


def probes(encoder: nn.Module, material: Material) -> dict[str, float]:
    """What a linear reader and the nearest neighbours find in an encoder's features, as shares in [0, 1]."""
    from dkdemo.evaluation import knn_accuracy, linear_probe
    from dkdemo.pretraining import features

    read, asked = features(encoder, material.probe_images), features(encoder, material.test_images)
    labels, wanted = material.probe_labels, material.test_labels
    near = read if material.probe_images is material.images else features(encoder, material.images[:4000])
    found = {
        # A hundred labels for 128 features: without a firm ridge the reader learns the noise by heart.
        "probe": linear_probe(read, labels, asked, wanted, ridge=0.3 if len(labels) < 500 else 1e-3),
        "knn": knn_accuracy(near, material.labels[: len(near)], asked, wanted),
    }
    if material.probe_hues is not None and material.test_hues is not None:
        found["hue"] = linear_probe(read, material.probe_hues, asked, material.test_hues)
    return found


def pixel_probe(data: str, device: str, *, whole: bool = False) -> dict[str, float]:
    """The same questions put to the bare pixels, averaged 2 x 2: thousands of them would take the reader seconds."""
    return dict(_pixel_probe(data, device, whole, datastore.edition(data)))


@lru_cache(maxsize=8)
def _pixel_probe(data: str, device: str, whole: bool, edition: str) -> dict[str, float]:
    import torch.nn.functional as F

    from dkdemo.evaluation import knn_accuracy, linear_probe

    material = load_material(data, device, whole=whole)
    read, asked = (F.avg_pool2d(part / 255, 2).flatten(1) for part in (material.probe_images, material.test_images))
    same = material.probe_images is material.images
    near = read if same else F.avg_pool2d(material.images[:4000] / 255, 2).flatten(1)
    found = {
        "probe": linear_probe(read, material.probe_labels, asked, material.test_labels, ridge=0.1),
        "knn": knn_accuracy(near, material.labels[: len(near)], asked, material.test_labels),
    }
    if material.probe_hues is not None and material.test_hues is not None:
        found["hue"] = linear_probe(read, material.probe_hues, asked, material.test_hues, ridge=0.1)
    return found


def new_model(material: Material, seed: int, outputs: int = 64, widths: tuple[int, ...] = ()) -> SimCLR:
    """A fresh SimCLR network for these images; the seed alone decides its weights.

    With ``widths``, those of a `dkdemo.photos.PhotoEncoder`, else `dkdemo.encoders.small_encoder`.
    """
    import torch

    from dkdemo.encoders import SimCLR
    from dkdemo.photos import PhotoEncoder, some_of, whitening_filters
    from dkdemo.pretraining import standardised

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if widths:
            filters = whitening_filters(standardised(some_of(material.images)))
            encoder = PhotoEncoder(filters, widths, [torch.Generator().manual_seed(seed)])
            model = SimCLR(outputs=outputs, encoder=encoder, features=widths[-1])
        else:
            model = SimCLR(material.channels, material.side, outputs)
        return model.to(material.images.device)
