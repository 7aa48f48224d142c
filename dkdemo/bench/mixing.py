"""Rows 5: mixed batches, AugMix's views and a step of FixMatch, against torchvision v2 and timm."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch
import torch.nn.functional as F
from torch import Generator

from dkdemo import datasets
from dkdemo.bench import Terms
from dkdemo.bench.measure import Contest, turns
from dkdemo.mixing import cutmix, draw_box, draw_lambda, draw_order, mixup

BATCH, TIMES = 128, 20


def mixing(terms: Terms) -> Iterator[Contest]:
    """mixup and CutMix of one batch with its soft labels, drawing included."""
    from timm.data.mixup import Mixup
    from torchvision.transforms import v2

    device = torch.device(terms.device)
    train, _ = datasets.load("shapes", str(device))
    images, labels, classes = train.images[:BATCH] / 255, train.labels[:BATCH], len(train.classes)
    targets = F.one_hot(labels, classes).float()
    dice = Generator().manual_seed(0)

    def our_mixup() -> None:
        for _ in range(TIMES):
            mixup(images, targets, draw_lambda(1.0, dice), draw_order(BATCH, dice))

    def our_cutmix() -> None:
        for _ in range(TIMES):
            box = draw_box(images.shape[-2], images.shape[-1], draw_lambda(1.0, dice), dice)
            cutmix(images, targets, box, draw_order(BATCH, dice))

    def repeat(look) -> None:
        for _ in range(TIMES):
            look(images, labels)

    def timms(mixup_alpha: float, cutmix_alpha: float):
        mix = Mixup(mixup_alpha, cutmix_alpha, num_classes=classes, label_smoothing=0.0)
        return lambda x, y: mix(x.clone(), y)  # it changes its argument in place

    for what, ours, peers in (
        ("mixup", our_mixup, {"torchvision v2": v2.MixUp(num_classes=classes), "timm": timms(1.0, 0.0)}),
        ("CutMix", our_cutmix, {"torchvision v2": v2.CutMix(num_classes=classes), "timm": timms(0.0, 1.0)}),
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
