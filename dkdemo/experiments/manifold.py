"""Two spirals and a net that mixes in the layer you choose: where does doubt appear?"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from dkdemo.experiments.recipe import Recipe, provenance
from dkdemo.jobs.events import Done, Event, Progress, Snapshot

if TYPE_CHECKING:
    from torch import Tensor, nn

LAYERS = 3  # hidden layers; mixing in layer 0 is plain mixup
WIDTH = 64
STEPS, RATE = 600, 1e-2
GRID = 56  # the surface's pixels along each axis
EDGE = 1.15  # the plane shown: -EDGE to EDGE


@dataclass(frozen=True)
class Manifold(Recipe):
    """Two nets learn two spirals: one plainly, one mixing its hidden states in layer ``layer``.

    The snapshot is the darkness of the plane: at each point the probability of the less likely arm, 0 where
    the net is certain and .5 where it admits that it does not know.
    """

    name: ClassVar[str] = "manifold"

    layer: int = 1
    alpha: float = 2.0
    points: int = 150  # a spiral arm
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.layer <= LAYERS:
            raise ValueError(f"the layer must be from 0 (the input) to {LAYERS}, got {self.layer}")
        if not 0.01 <= self.alpha <= 100:
            raise ValueError(f"alpha of Beta(alpha, alpha) must be in [.01, 100], got {self.alpha}")
        if not 10 <= self.points <= 5000:
            raise ValueError(f"a spiral arm has 10 to 5000 points, got {self.points}")
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 2.0

    def run(self) -> Iterator[Event]:
        import torch
        import torch.nn.functional as F

        from dkdemo import models
        from dkdemo.device import pick
        from dkdemo.experiments.side_by_side import Learner, one_hot
        from dkdemo.mixing import draw_lambda, draw_order, manifold_mixup
        from dkdemo.training import measuring_steps

        began, device = time.perf_counter(), pick()
        rng = np.random.default_rng(self.seed)
        arms, fresh = spirals(self.points, rng), spirals(500, rng)
        x, x_test = (torch.tensor(set_[0], device=device) for set_ in (arms, fresh))
        y, y_test = (torch.tensor(set_[1], device=device) for set_ in (arms, fresh))
        targets = one_hot(y, 2)
        plain, mixed = (
            Learner(models.mlp((2, *(WIDTH,) * LAYERS, 2), seed=self.seed).to(device), RATE, STEPS) for _ in range(2)
        )
        layers = [layer for layer in mixed.net.modules() if not list(layer.children())]  # flatten, linear, ReLU, ...
        encode = torch.nn.Sequential(*layers[: 1 + 2 * self.layer])
        finish = torch.nn.Sequential(*layers[1 + 2 * self.layer :])
        side = torch.linspace(-EDGE, EDGE, GRID, device=device)
        plane = torch.cartesian_prod(side, side).flip(1)  # rows of constant y: (GRID * GRID, 2)
        due = measuring_steps(STEPS, 30)
        drawn = {f"{axis}{arm}": arms[0][arms[1] == arm, place] for arm in (0, 1) for place, axis in enumerate("xy")}
        yield Snapshot("arms", drawn)

        for step in range(1, STEPS + 1):
            lam, order = draw_lambda(self.alpha, rng), draw_order(len(x), rng)
            logits, labels = manifold_mixup(encode, finish, x, targets, lam, order)
            mixed.step(F.cross_entropy(logits, labels))
            loss = F.cross_entropy(plain.net(x), y)
            plain.step(loss)
            if step in due:
                dark = {name: _darkness(one.net, plane) for name, one in (("plain", plain), ("mixed", mixed))}
                yield Progress(step, STEPS, {name: float(surface.mean()) for name, surface in dark.items()})
                yield Snapshot("surface", {**dark, "side": side.cpu().numpy()})

        dark = {name: _darkness(one.net, plane) for name, one in (("plain", plain), ("mixed", mixed))}
        with torch.no_grad():
            right = {
                name: (one.net(x_test).argmax(-1) == y_test).double().mean().item()
                for name, one in (("plain", plain), ("mixed", mixed))
            }
        yield Done(
            {
                "surface": {**dark, "side": side.cpu().numpy()},
                "darkness": {name: float(surface.mean()) for name, surface in dark.items()},
                "certain": {name: float((surface < 0.05).mean()) for name, surface in dark.items()},
                "accuracy": right,
                "arms": drawn,
                "layer": self.layer,
                "alpha": self.alpha,
                "n": {"train": len(y), "test": len(y_test)},
                **provenance([self.seed], began),
            }
        )


def spirals(points: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two arms around each other with a little noise: (2 * points, 2) float32 within about 1, and 0 or 1 each."""
    turn = np.sqrt(rng.random(points * 2)) * 2.5 * math.pi
    label = np.arange(points * 2) % 2
    angle, radius = turn + math.pi * label, turn / (2.5 * math.pi)
    place = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return (place + 0.03 * rng.standard_normal(place.shape)).astype(np.float32), label


def _darkness(net: nn.Module, plane: Tensor) -> np.ndarray:
    """(GRID, GRID) float32: the probability of the less likely arm."""
    import torch

    with torch.no_grad():
        return net(plane).softmax(-1).amin(-1).view(GRID, GRID).cpu().numpy()
