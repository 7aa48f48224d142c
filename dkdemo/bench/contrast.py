"""The row `views`: a step of SimCLR (views, encoder, loss) with others' augmentations; `nt_xent`: its loss alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from dkdemo import augment, datasets
from dkdemo.bench import Terms
from dkdemo.bench.measure import Contest, turns
from dkdemo.contrastive import nt_xent
from dkdemo.draws import draw_colour, draw_crop, uniform
from dkdemo.encoders import SimCLR
from dkdemo.pretraining import embed

BATCH, STEPS, SIDE = 128, 4, 32
Pictures = Sequence[object] | Tensor
Look = Callable[[Any], Tensor]  # a picture, or a batch, seen anew
Views = Callable[[], Iterator[Tensor]]  # batch by batch, (2N, C, H, W): first all first views
AREA, STRENGTH, GREY = (0.08, 1.0), 0.5, 0.2  # SimCLR's crop and colour; no blur at this size, as for CIFAR-10


def views(terms: Terms) -> Iterator[Contest]:
    """The same crop, flip, colour jitter and grey, on the shapes: batched, image by image, batched by kornia."""
    from torchvision.transforms.functional import to_pil_image

    device = torch.device(terms.device)
    train, _ = datasets.load("shapes", str(device))
    images = train.images[: BATCH * STEPS]
    generator = Generator(device).manual_seed(0)

    def ours() -> Iterator[Tensor]:
        for batch in images.split(BATCH):
            pixels = batch / 255
            yield torch.cat([_view(pixels, generator), _view(pixels, generator)])

    def one_by_one(pictures: Pictures, look: Look) -> Iterator[Tensor]:
        for first, second in DataLoader(_Pairs(pictures, look), BATCH):
            yield torch.cat([first, second]).to(device)

    kornias = _kornias_look()

    def by_kornia() -> Iterator[Tensor]:
        for batch in images.split(BATCH):
            pixels = batch / 255
            yield torch.cat([kornias(pixels), kornias(pixels)])

    kept = images.cpu()
    peers: dict[str, tuple[Views, float]] = {
        "torchvision v2 on tensors, image by image in a DataLoader without workers": (
            partial(one_by_one, kept, _torchvisions_look()),
            10,
        ),
        "lightly's SimCLRTransform on PIL images, in a DataLoader without workers": (
            partial(one_by_one, [to_pil_image(image) for image in kept], _lightlys_look()),
            10,
        ),
        "kornia's batched augmentations": (by_kornia, 1.2),
    }
    alike = "crop, flip, jitter, grey of the same strengths"
    for peer, (theirs, goal) in peers.items():
        torch.manual_seed(0)
        mine, other = (SimCLR().to(device).to(memory_format=torch.channels_last) for _ in range(2))
        yield Contest(
            "views",
            f"SimCLR, {STEPS} steps of {BATCH} at 32 x 32: two views, encoder, NT-Xent",
            peer,
            *turns(partial(_steps, ours, mine), partial(_steps, theirs, other), device, terms.turns),
            goal=goal,
            worth=f"{alike}; same encoder and loss",
        )
        yield Contest(
            "views",
            f"the two views alone, {STEPS} times {BATCH} images at 32 x 32",
            peer,
            *turns(partial(_all, ours), partial(_all, theirs), device, terms.turns),
            goal=goal,
            worth=alike,
        )


def loss(terms: Terms) -> Iterator[Contest]:
    """NT-Xent with its gradient, against lightly's and pytorch-metric-learning's: equal values, at least as fast."""
    from lightly.loss import NTXentLoss
    from pytorch_metric_learning.losses import NTXentLoss as MetricNTXent

    device = torch.device(terms.device)
    generator = torch.Generator().manual_seed(0)
    lightlys, metric = NTXentLoss(temperature=0.5), MetricNTXent(temperature=0.5)

    def by_metric(first: Tensor, second: Tensor) -> Tensor:
        pairs = torch.arange(len(first), device=first.device).repeat(2)
        return metric(torch.cat([first, second]), pairs)

    # pytorch-metric-learning compares every positive with every negative: at N = 512 that is gigabytes
    for peer, function, size in (
        ("lightly", lightlys, 128),
        ("lightly", lightlys, 512),
        ("pytorch-metric-learning", by_metric, 128),
    ):
        first, second = (torch.randn(size, 64, generator=generator).to(device).requires_grad_() for _ in range(2))
        apart = (nt_xent(first, second, temperature=0.5) - function(first, second)).abs().item()
        yield Contest(
            "nt_xent",
            f"NT-Xent and its gradient, N = {size}, 64 dimensions, 20 times",
            peer,
            *turns(
                partial(_with_gradient, partial(nt_xent, temperature=0.5), first, second),
                partial(_with_gradient, function, first, second),
                device,
                terms.turns,
            ),
            goal=1.0,
            worth=f"values agree to {apart:.0e}",
            sound=apart < 1e-5,
        )


def _view(pixels: Tensor, generator: Generator) -> Tensor:
    n = len(pixels)
    boxes = draw_crop(n, SIDE, generator, area=AREA)
    looked = augment.resized_crop(pixels, boxes, mirror=uniform(n, 0, 1, generator) < 0.5)
    return augment.jitter(looked, draw_colour(n, generator, strength=STRENGTH, grey_share=GREY))


class _Pairs(TorchDataset):
    """Two looks at each picture."""

    def __init__(self, pictures: Pictures, look: Look) -> None:
        self.pictures, self.look = pictures, look

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.look(self.pictures[index]), self.look(self.pictures[index])


def _torchvisions_look() -> Look:
    from torchvision.transforms import v2

    spread = 0.8 * STRENGTH
    return v2.Compose(
        [
            v2.RandomResizedCrop(SIDE, scale=AREA, antialias=True),
            v2.RandomHorizontalFlip(),
            v2.ColorJitter(spread, spread, spread, 0.5 * STRENGTH),
            v2.RandomGrayscale(GREY),
            v2.ToDtype(torch.float32, scale=True),
        ]
    )


def _lightlys_look() -> Look:
    """One of the two alike that its SimCLRTransform applies; jitter always, as on our side."""
    from lightly.transforms.simclr_transform import SimCLRViewTransform

    return SimCLRViewTransform(
        SIDE, cj_prob=1.0, cj_strength=STRENGTH, cj_hue=0.5, random_gray_scale=GREY, gaussian_blur=0.0, normalize=None
    )


def _kornias_look() -> Look:
    import kornia.augmentation as kornia

    spread = 0.8 * STRENGTH
    return kornia.AugmentationSequential(
        kornia.RandomResizedCrop((SIDE, SIDE), scale=AREA),
        kornia.RandomHorizontalFlip(),
        kornia.ColorJitter(spread, spread, spread, 0.5 * STRENGTH, p=1.0),
        kornia.RandomGrayscale(p=GREY),
        data_keys=["input"],
    )


def _all(views: Views) -> None:
    for _ in views():
        pass


def _steps(views: Views, model: nn.Module) -> None:
    for pair in views():
        model.zero_grad()
        one, two = embed(model, pair).chunk(2)
        nt_xent(one, two, temperature=0.5).backward()


def _with_gradient(function: Callable[[Tensor, Tensor], Tensor], first: Tensor, second: Tensor) -> None:
    for _ in range(20):
        first.grad = second.grad = None
        function(first, second).backward()
