"""One network with its predictor and whatever it has to predict: a step, and what is to be seen of it.

Imports torch: use it inside ``run`` only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from dkdemo.averaging import ema_update, frozen_copy
from dkdemo.contrastive import effective_rank
from dkdemo.encoders import predictor
from dkdemo.experiments.simclr_material import Material, new_model, probes
from dkdemo.siamese import output_spread, simsiam_loss

if TYPE_CHECKING:
    from dkdemo.experiments.collapse import Collapse


class Pair:
    """A learner as `Collapse` describes it; the seed alone decides where it starts."""

    def __init__(self, recipe: Collapse, material: Material, seed: int) -> None:
        self.recipe = recipe
        self.net = new_model(material, seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            head = predictor().to(material.images.device)
        self.predict = head if recipe.predictor else torch.nn.Identity()
        self.slow = frozen_copy(self.net) if recipe.target == "follower" else None
        weights = [*self.net.parameters(), *self.predict.parameters()]
        self.adam = torch.optim.Adam(weights, lr=recipe.learning_rate, fused=True)
        self.net.train()

    def step(self, first: Tensor, second: Tensor, *, measured: bool) -> dict[str, Tensor]:
        """Learn from two views (N, C, H, W); with ``measured`` what the outputs of this very step look like."""
        z1, z2 = self.net(torch.cat([first, second])).chunk(2)
        p1, p2 = self.predict(z1), self.predict(z2)
        t1, t2 = (z1, z2) if self.slow is None else self._slowly(first, second)
        loss = simsiam_loss(p1, p2, t1, t2, stop=self.recipe.target != "moving")
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        if self.slow is not None:
            ema_update(self.slow, self.net, decay=self.recipe.decay)
        if not measured:
            return {}
        z = z1.detach()
        return {"loss": loss.detach(), "spread": output_spread(z), "rank": effective_rank(z)}

    @torch.no_grad()
    def _slowly(self, first: Tensor, second: Tensor) -> tuple[Tensor, ...]:
        assert self.slow is not None
        return self.slow(torch.cat([first, second])).chunk(2)

    def probe(self, material: Material) -> float:
        """What a linear reader finds of the shapes in the encoder's features, before the projector."""
        return probes(self.net.encoder, material)["probe"]
