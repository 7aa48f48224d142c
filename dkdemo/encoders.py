"""The networks of contrastive learning: an encoder whose features are kept, a projector that is thrown away."""

from __future__ import annotations

from torch import Tensor, nn


class FlattenPlaces(nn.Module):
    """(N, C, H, W) -> (N, H W C), place by place: channels-last images lie so in memory, and are not copied."""

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(0, 2, 3, 1).flatten(1)


def small_encoder(channels: int = 3, side: int = 32, features: int = 128) -> nn.Sequential:
    """Two coarse convolutions and a dense layer: (N, channels, side, side) -> h (N, features).

    Steps of 4 and then 2 pixels leave 4 x 4 places: little to compute, so that 200 steps fit on a stage.
    """
    places = ((side + 2 - 6) // 4 + 1 + 2 - 3) // 2 + 1
    return nn.Sequential(
        nn.Conv2d(channels, 32, 6, stride=4, padding=1, bias=False),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        FlattenPlaces(),
        nn.Linear(64 * places**2, features, bias=False),
        nn.BatchNorm1d(features),
        nn.ReLU(),
    )


def projector(features: int = 128, outputs: int = 64) -> nn.Sequential:
    """The head g: h (N, features) -> z (N, outputs), on which the loss is measured. What it forgets, h may keep.

    g(h) = W2 relu(BN(W1 h)) + b

    Source: Chen et al. 2020 (SimCLR), arXiv:2002.05709, sections 2.1 and 4.2; here batch
    normalisation follows the hidden layer alone; the authors' code has one after the last layer too.
    """
    return nn.Sequential(
        nn.Linear(features, features, bias=False), nn.BatchNorm1d(features), nn.ReLU(), nn.Linear(features, outputs)
    )


def predictor(outputs: int = 64, hidden: int = 64) -> nn.Sequential:
    """SimSiam's and BYOL's extra head: z (N, outputs) -> p (N, outputs), what one branch expects the other to say.

    Source: Grill et al. 2020 (BYOL), arXiv:2006.07733, section 3.1; Chen & He 2020 (SimSiam), arXiv:2011.10566,
    section 3.
    """
    return nn.Sequential(
        nn.Linear(outputs, hidden, bias=False), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, outputs)
    )


class SimCLR(nn.Module):
    """h = f(x) for later use, z = g(h) for the loss. f is `small_encoder`, or the ``encoder`` given for its images.

    Images (N, channels, side, side) -> z (N, outputs); an own ``encoder`` gives h of width ``features``.

    Source: Chen et al. 2020, arXiv:2002.05709, section 2.1.
    """

    def __init__(
        self,
        channels: int = 3,
        side: int = 32,
        outputs: int = 64,
        *,
        encoder: nn.Module | None = None,
        features: int = 128,
    ) -> None:
        super().__init__()
        self.encoder = encoder if encoder is not None else small_encoder(channels, side, features)
        self.projector = projector(features, outputs)

    def forward(self, images: Tensor) -> Tensor:
        return self.projector(self.encoder(images))
