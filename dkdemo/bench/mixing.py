"""Mixed batches, AugMix's views and a step of FixMatch, against torchvision v2 and timm."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from dkdemo import datasets
from dkdemo.augmix import augmix, draw_chains
from dkdemo.bench import Terms
from dkdemo.bench.measure import Contest, turns
from dkdemo.mixing import cutmix, draw_box, draw_lambda, draw_order, mixup
from dkdemo.models import small_cnn
from dkdemo.semi_supervised import fixmatch_loss
from dkdemo.weak_strong import draw_strong, strong, weak

BATCH, TIMES = 128, 20


def mixing(terms: Terms) -> Iterator[Contest]:
    """mixup and CutMix of one batch with its soft labels, drawing included."""
    from timm.data.mixup import Mixup
    from torchvision.transforms import v2

    device = torch.device(terms.device)
    train, _ = datasets.load("shapes", str(device))
    images, labels, classes = train.images[:BATCH] / 255, train.labels[:BATCH], len(train.classes)
    targets = F.one_hot(labels, classes).float()
    rng = np.random.default_rng(0)  # a few numbers a batch, as timm draws them

    def our_mixup() -> None:
        for _ in range(TIMES):
            mixup(images, targets, draw_lambda(1.0, rng), draw_order(BATCH, rng))

    def our_cutmix() -> None:
        for _ in range(TIMES):
            box = draw_box(images.shape[-2], images.shape[-1], draw_lambda(1.0, rng), rng)
            cutmix(images, targets, box, draw_order(BATCH, rng))

    def repeat(look) -> None:
        for _ in range(TIMES):
            look(images, labels)

    def timms(mixup_alpha: float, cutmix_alpha: float):
        mix = Mixup(mixup_alpha, cutmix_alpha, num_classes=classes, label_smoothing=0.0)
        return lambda x, y: mix(x.clone(), y)  # it changes its argument in place

    timm = "timm (on a copy: it mixes in place)"
    for what, ours, peers in (
        ("mixup", our_mixup, {"torchvision v2": v2.MixUp(num_classes=classes), timm: timms(1.0, 0.0)}),
        ("CutMix", our_cutmix, {"torchvision v2": v2.CutMix(num_classes=classes), timm: timms(0.0, 1.0)}),
    ):
        for peer, look in peers.items():
            yield Contest(
                "mixing",
                f"{what} of {BATCH} images 3 x 32 x 32 with labels, {TIMES} times",
                peer,
                *turns(ours, partial(repeat, look), device, terms.turns),
                goal=2.0,
                worth="images and label shares of the same laws",
            )


def augmix_views(terms: Terms) -> Iterator[Contest]:
    """AugMix of a batch: three chains a picture, batched by operation, against torchvision's image by image."""
    from torchvision.transforms import v2

    device = torch.device(terms.device)
    train, _ = datasets.load("shapes", str(device))
    images = train.images[:BATCH]
    generator, look = Generator().manual_seed(0), v2.AugMix(all_ops=False)

    def ours() -> None:
        augmix(images / 255, draw_chains(BATCH, generator))

    def theirs() -> None:
        torch.stack([look(image) for image in images]) / 255

    yield Contest(
        "augmix",
        f"AugMix of {BATCH} images 3 x 32 x 32",
        "torchvision v2, image by image",
        *turns(ours, theirs, device, terms.turns),
        goal=2.0,
        worth="nine operations, three chains, severity 3 on both sides",
    )


def fixmatch_step(terms: Terms) -> Iterator[Contest]:
    """One step of FixMatch on shapes: weak and strong looks of a batch, two answers, the loss and its gradient."""
    from torchvision.transforms import v2
    from torchvision.transforms.functional import to_pil_image

    device = torch.device(terms.device)
    train, _ = datasets.load("shapes", str(device))
    images = train.images[:BATCH]
    generator = Generator(device).manual_seed(0)
    net = small_cnn(16, 32, 3, images.shape[-1], len(train.classes)).to(device)
    as_tensor = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True)]
    move = v2.Compose([v2.RandomAffine(0, translate=(2 / 32, 2 / 32)), *as_tensor])
    harm = v2.Compose(
        [
            v2.RandomAffine(30, translate=(1 / 8, 1 / 8), scale=(0.7, 1.3), shear=30),
            *as_tensor,
            v2.RandomErasing(p=1.0, scale=(0.16, 0.16), ratio=(1, 1)),
        ]
    )
    # torchvision is faster on these than on tensors
    pictures = [to_pil_image(image) for image in train.images[:BATCH].cpu()]

    def step(easy: Tensor, hard: Tensor) -> None:
        net.zero_grad()
        fixmatch_loss(net(easy), net(hard), threshold=0.0).backward()

    def ours() -> None:
        pixels = images / 255
        step(weak(pixels, generator), strong(pixels, draw_strong(BATCH, generator)))

    def theirs() -> None:
        easy, hard = (torch.stack([look(picture) for picture in pictures]).to(device) for look in (move, harm))
        step(easy, hard)

    yield Contest(
        "fixmatch",
        f"one FixMatch step, {BATCH} images 3 x 32 x 32: two looks, two answers, gradient",
        "the same looks by torchvision v2, image by image (PIL)",
        *turns(ours, theirs, device, terms.turns),
        goal=2.0,
        worth="same network and loss; every picture counts (threshold 0)",
    )
