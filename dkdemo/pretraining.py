"""Learning without labels: one visible loop in which a network pulls two looks of a picture together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn

from dkdemo.contrastive import nt_xent
from dkdemo.device import half_precision
from dkdemo.training import evaluating
from dkdemo.views import random_view

MEAN, STD = 0.5, 0.25  # pixels in [0, 1] to about [-2, 2]; the same for every data set


def standardised(images: Tensor) -> Tensor:
    """Pixels as the encoders want them: uint8 or [0, 1] in, about [-2, 2] out."""
    pixels = images / 255 if images.dtype == torch.uint8 else images
    return (pixels - MEAN).div_(STD)


def embed(model: nn.Module, views: Tensor) -> Tensor:
    """z (N, D) of views (N, C, H, W) in [0, 1]: float32, though the network may run in bfloat16."""
    with half_precision(views.device):
        return model(standardised(views).contiguous(memory_format=torch.channels_last)).float()


class Step(NamedTuple):
    """What one step saw: the loss and the two views' points z, (N, D), not yet normalised."""

    step: int
    loss: Tensor
    first: Tensor
    second: Tensor


def pretrain(
    model: nn.Module,
    images: Tensor,
    *,
    first: Sequence[str],
    second: Sequence[str],
    temperature: float,
    steps: int,
    batch_size: int,
    learning_rate: float,
    generator: Generator,
) -> Iterator[Step]:
    """SimCLR: two views of a picture should lie together, and apart from those of all others. To stop, stop iterating.

    L = 1/2N sum_k [l(2k-1, 2k) + l(2k, 2k-1)],  `nt_xent` of z = g(f(view)), by AdamW (the paper: LARS)

    ``model`` is trained in place: its convolutions are turned to channels-last, and multiply in bfloat16 where the
    device is made for it (`dkdemo.device.half_precision`). Random numbers come from ``generator`` alone.

    Args:
        images: uint8 (M, C, H, W), at least ``batch_size`` of them.
        first, second: names of augmentations (`dkdemo.views`), one after the other, for each branch's view.
        temperature: tau > 0, what the similarities are divided by.
        steps: how many are yielded, the rate rising and falling over all of them up to ``learning_rate``.
        batch_size: N >= 2 pictures a step, hence 2N views.
        generator: on the images' device.

    Raises:
        ValueError: fewer images than a batch, an unknown augmentation, a temperature that is not positive.

    Source: Chen, Kornblith, Norouzi & Hinton 2020, arXiv:2002.05709, algorithm 1.
    """
    if len(images) < batch_size:
        raise ValueError(f"need at least one batch of {batch_size} images, got {len(images)}")
    adam = torch.optim.AdamW(model.parameters(), lr=learning_rate, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(adam, learning_rate, total_steps=steps)
    model.train().to(memory_format=torch.channels_last)
    for step in range(1, steps + 1):
        picked = torch.randint(len(images), (batch_size,), generator=generator, device=generator.device)
        batch = images[picked] / 255
        views = torch.cat([random_view(batch, first, generator), random_view(batch, second, generator)])
        one, two = embed(model, views).chunk(2)  # batch normalisation sees both views, as in the paper
        loss = nt_xent(one, two, temperature=temperature)
        adam.zero_grad()
        loss.backward()
        adam.step()
        schedule.step()
        yield Step(step, loss.detach(), one.detach(), two.detach())


def features(encoder: nn.Module, images: Tensor, chunk: int = 500) -> Tensor:
    """h of every image, (N, D), in evaluation mode; the encoder's mode is put back."""
    with evaluating(encoder):
        return torch.cat([encoder(standardised(part)) for part in images.split(chunk)])
