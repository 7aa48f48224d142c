"""Two looks of the same pictures through the real augmentations, and who resembles whom."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Literal

from dkdemo.experiments import simclr_material
from dkdemo.experiments.recipe import Recipe, provenance
from dkdemo.jobs.events import Done, Event

if TYPE_CHECKING:
    from torch import Tensor, nn

SIDE = 64  # pixels of a picture on the screen, two for each that the encoder sees
EYES = ("pixels", "random", "trained")
STEPS = 60  # of SimCLR for the trained eye: two or three seconds, once per worker


@dataclass(frozen=True)
class Views(Recipe):
    """N pictures, two views of each, and the (2N, 2N) cosines of their pixels, or of z in a random or trained net.

    ``crop`` is the smallest share of the area a crop may keep (1 crops nothing), ``color`` the strength of the
    colour distortion (0 leaves it). ``own`` is the viewer's picture: base64 of 64 x 64 x 3 bytes, or "".
    """

    name: ClassVar[str] = "views"
    lane: ClassVar[Literal["long", "short"]] = "short"

    crop: float = 0.5
    color: float = 1.0
    eye: str = "pixels"
    count: int = 5
    own: str = ""
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0.05 <= self.crop <= 1 or not 0 <= self.color <= 1:
            raise ValueError(f"need crop in [.05, 1] and color in [0, 1], got {self.crop} and {self.color}")
        if self.eye not in EYES:
            raise ValueError(f"eye is one of {', '.join(EYES)}; got {self.eye!r:.40}")
        if not 2 <= self.count <= 12:
            raise ValueError(f"need 2 to 12 pictures, got {self.count}")
        _decode(self.own)
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 4.0 if self.eye == "trained" else 1.0

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo import augment, contrastive
        from dkdemo.device import pick
        from dkdemo.draws import draw_colour, draw_crop, uniform

        began, device = time.perf_counter(), pick()
        material = simclr_material.load_material("shapes", str(device))
        chance = torch.Generator(device).manual_seed(self.seed)
        start = self.seed * self.count % (len(material.test_images) - self.count)
        pictures = material.test_images[start : start + self.count] / 255
        pictures = pictures.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
        own = _decode(self.own)
        if own:
            flat = torch.frombuffer(bytearray(own), dtype=torch.uint8).to(device)
            pictures[0] = flat.view(SIDE, SIDE, 3).permute(2, 0, 1) / 255

        def view() -> Tensor:
            boxes = draw_crop(self.count, SIDE, chance, area=(self.crop, 1.0))
            mirrored = uniform(self.count, 0, 1, chance) < 0.5 * (self.crop < 1)
            looked = augment.resized_crop(pictures, boxes, mirror=mirrored) if self.crop < 1 else pictures
            drawn = draw_colour(self.count, chance, strength=self.color, grey_share=0.2 * self.color)
            return augment.jitter(looked, drawn)

        both = torch.cat([view(), view()])
        cosine = contrastive.cosine_similarity(_features(both, self.eye, str(device)).double())
        shown = torch.cat([pictures, both]).mul(255).round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
        yield Done(
            {
                "pictures": shown[: self.count],
                "first": shown[self.count : 2 * self.count],
                "second": shown[2 * self.count :],
                "cosine": cosine.cpu().numpy(),
                "eye": self.eye,
                "n": self.count,
                **provenance([self.seed], began, half=self.eye == "trained"),
            }
        )


def _decode(own: str) -> bytes:
    """The bytes of the viewer's picture; raises ValueError unless there are exactly as many as it takes."""
    try:
        raw = base64.b64decode(own, validate=True)
    except binascii.Error as fault:
        raise ValueError(f"own must be base64, got {own[:20]!r}") from fault
    if raw and len(raw) != SIDE * SIDE * 3:
        raise ValueError(f"own must hold {SIDE} x {SIDE} x 3 bytes, got {len(raw)}")
    return raw


def _features(views: Tensor, eye: str, device: str) -> Tensor:
    """What the chosen eye makes of (M, 3, 64, 64) views in [0, 1]: (M, D)."""
    import torch.nn.functional as F

    from dkdemo.pretraining import features, standardised

    small = F.avg_pool2d(views, SIDE // 32)
    if eye == "pixels":
        return standardised(small).flatten(1)
    return features(_model(device, STEPS if eye == "trained" else 0), small)  # z: where the loss looks


@cache
def _model(device: str, steps: int) -> nn.Module:
    """A SimCLR network after so many steps on the shapes, crop and colour; kept for the next viewer."""
    import torch

    from dkdemo.pretraining import pretrain

    material = simclr_material.load_material("shapes", device)
    model = simclr_material.new_model(material, 0)
    augmentations = simclr_material.CHOICES["shapes"]["both"]
    chance = torch.Generator(device).manual_seed(0)
    if steps:
        for _ in pretrain(
            model,
            material.images,
            first=augmentations,
            second=augmentations,
            temperature=0.2,
            steps=steps,
            batch_size=128,
            learning_rate=5e-3,
            generator=chance,
        ):
            pass
    return model
