"""Learning without labels: one visible loop in which a network pulls two looks of a picture together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn

from dkdemo.contrastive import nt_xent
from dkdemo.device import half_precision
from dkdemo.training import asked
from dkdemo.views import random_view

MEAN, SPREAD = 0.5, 0.25  # pixels in [0, 1] to about [-2, 2]; the same for every data set


def standard(images: Tensor) -> Tensor:
    """Pixels as the encoders want them: uint8 or [0, 1] in, about [-2, 2] out."""
    pixels = images / 255 if images.dtype == torch.uint8 else images
    return (pixels - MEAN).div_(SPREAD)


def embed(model: nn.Module, views: Tensor) -> Tensor:
    """z (N, D) of views (N, C, H, W) in [0, 1]: float32, though the network may run in bfloat16."""
    with half_precision(views.device):
        return model(standard(views).contiguous(memory_format=torch.channels_last)).float()


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
    """SimCLR on uint8 images (N, C, H, W), training ``model`` in place. To stop, stop iterating.

    ``first`` and ``second`` name the looks (see `dkdemo.views`) that make each branch's view. Random numbers
    come from ``generator`` alone, which lives on the images' device. The model's convolutions are turned to
    channels-last in place, and multiply in bfloat16 where the device is made for it (`dkdemo.device.half_precision`).
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
    with asked(encoder):
        return torch.cat([encoder(standard(part)) for part in images.split(chunk)])
