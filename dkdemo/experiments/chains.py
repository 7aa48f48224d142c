"""AugMix on one picture: two mixtures of three chains each, at every share of the picture itself, and three answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from dkdemo.experiments.recipe import Recipe, check_data, provenance
from dkdemo.jobs.events import Done, Event

if TYPE_CHECKING:
    from torch import Tensor

SHARES = tuple(step / 20 for step in range(21))  # m, the share of the picture itself
MOST = 500  # test pictures to choose from
STEPS, PHOTO_STEPS = 30, 100  # of the net that answers: it must still have doubts
DATA = ("cifar10", "shapes", "mnist", "digits")


@dataclass(frozen=True)
class Chains(Recipe):
    """Two draws of AugMix for a test picture, and what a quickly trained net says of their mixtures at every m.

    The draw's own m are in the result too; the slider on the page takes their place.
    """

    name: ClassVar[str] = "chains"
    lane: ClassVar[Literal["long", "short"]] = "short"

    data: str = "shapes"
    picture: int = 0
    severity: float = 3.0
    seed: int = 0

    def __post_init__(self) -> None:
        check_data(self.data, DATA)
        if not 0 <= self.picture < MOST:
            raise ValueError(f"picture must be 0 to {MOST - 1}, got {self.picture}")
        if not 0.1 <= self.severity <= 10:
            raise ValueError(f"severity must be in [.1, 10], got {self.severity}")
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 2.0

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo import augmix, datasets
        from dkdemo.device import pick
        from dkdemo.experiments.race import teacher_for
        from dkdemo.teachers import trained_with_progress

        began, device = time.perf_counter(), pick()
        _, test = datasets.load(self.data, str(device))
        steps = PHOTO_STEPS if self.data == "cifar10" else STEPS
        net = yield from trained_with_progress(teacher_for(self.data, 0, 0, steps=steps), again=False)
        picture = test.images[self.picture : self.picture + 1].float() / 255
        drawn = augmix.draw_chains(2, torch.Generator().manual_seed(self.seed), severity=self.severity)
        ends = augmix.run_chains(picture.expand(2, -1, -1, -1), drawn)  # (2, W, C, H, W')
        mixed = (drawn.weights.to(ends).view(2, -1, 1, 1, 1) * ends).sum(1)
        kept = torch.tensor(SHARES, device=picture.device).view(-1, 1, 1, 1, 1)
        looks = (kept * picture + (1 - kept) * mixed).flatten(0, 1)  # (shares * 2, C, H, W')
        with torch.no_grad():
            p = net((torch.cat([picture, looks]) - test.mean) / test.std).double().softmax(-1).cpu()
        yield Done(
            {
                "picture": _colours(picture)[0],
                "ends": _colours(ends.flatten(0, 1)).reshape(2, augmix.WIDTH, *picture.shape[2:], 3),
                "mixed": _colours(mixed),
                "weights": drawn.weights.numpy(),
                "operations": [drawn.names(0), drawn.names(1)],
                "drawn": drawn.kept.tolist(),
                "clean": p[0].numpy(),
                "answers": p[1:].view(len(SHARES), 2, -1).numpy(),
                "truth": int(test.labels[self.picture]),
                "classes": list(test.classes),
                "n": {"images": 1},
                **provenance([self.seed], began),
            }
        )


def _colours(pictures: Tensor) -> np.ndarray:
    """(N, C, H, W) in [0, 1] as uint8 (N, H, W, 3)."""
    colour = pictures.expand(-1, 3, -1, -1) if pictures.shape[1] == 1 else pictures
    return colour.clamp(0, 1).mul(255).round().byte().permute(0, 2, 3, 1).cpu().numpy()
