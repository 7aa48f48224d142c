"""Why thousands of pictures a batch call for LARS: the layers of one net do not agree about the learning rate."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from dkdemo.experiments import simclr_material
from dkdemo.experiments.recipe import Recipe, provenance
from dkdemo.jobs.events import Done, Event, Progress


@dataclass(frozen=True)
class LargeBatches(Recipe):
    """One gradient of NT-Xent on a batch of shapes, layer by layer: |w|, |gradient|, and what LARS makes of them.

    "ratio" is `dkdemo.optim.trust_ratio`, a learning rate for each layer. The steps themselves, ratio |gradient|, are
    then all the same share ``trust`` of the layer's weights (but for the weight decay).

    A few steps of training come first, so that the weights are those of a network at work.
    """

    name: ClassVar[str] = "large_batches"
    lane: ClassVar[Literal["long", "short"]] = "short"

    batch_size: int = 256
    temperature: float = 0.2
    trust: float = 0.001
    weight_decay: float = 1e-6
    warm_steps: int = 15
    seed: int = 0

    def __post_init__(self) -> None:
        if not 2 <= self.batch_size <= 4000 or not 2 <= self.warm_steps <= 500:
            raise ValueError(f"need a batch of 2-4000 and 2-500 steps, got {self.batch_size} and {self.warm_steps}")
        if not 0 < self.trust <= 1 or not 0 <= self.weight_decay <= 1 or not 0.01 <= self.temperature <= 100:
            raise ValueError(
                "need trust in (0, 1], weight_decay in [0, 1] and temperature in [.01, 100], "
                f"got {self.trust}, {self.weight_decay} and {self.temperature}"
            )
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 1.0 + self.batch_size / 1000

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo.contrastive import nt_xent
        from dkdemo.device import pick
        from dkdemo.optim import scaled_rate, trust_ratio
        from dkdemo.pretraining import pretrain, standardised
        from dkdemo.views import random_view

        began, device = time.perf_counter(), pick()
        material = simclr_material.load_material("shapes", str(device))
        model = simclr_material.new_model(material, self.seed)
        chance = torch.Generator(device).manual_seed(self.seed)
        augmentations = simclr_material.CHOICES["shapes"]["both"]
        training = pretrain(
            model,
            material.images,
            first=augmentations,
            second=augmentations,
            temperature=self.temperature,
            steps=self.warm_steps,
            batch_size=128,
            learning_rate=1e-3,
            generator=chance,
        )
        for seen in training:
            if seen.step == 1:
                yield Progress(1, self.warm_steps + 1, {"loss": seen.loss.item()})
        batch = material.images[: self.batch_size] / 255
        views = random_view(torch.cat([batch, batch]), augmentations, chance)
        model.zero_grad()
        loss = nt_xent(*model(standardised(views)).chunk(2), temperature=self.temperature)
        loss.backward()
        yield Progress(self.warm_steps + 1, self.warm_steps + 1, {"loss": loss.item()})
        rows = []
        for name, weight in model.named_parameters():
            if weight.ndim < 2 or weight.grad is None:
                continue  # biases and normalisation are left out of LARS
            length, slope = weight.norm().item(), weight.grad.norm().item()
            ratio = trust_ratio(length, slope, weight_decay=self.weight_decay, trust=self.trust)
            rows.append({"layer": name.removesuffix(".weight"), "weight": length, "gradient": slope, "ratio": ratio})
        yield Done(
            {
                "layers": rows,
                "loss": loss.item(),
                "rates": {rule: scaled_rate(self.batch_size, rule=rule) for rule in ("linear", "root")},
                "n": {"batch": len(batch)},
                **provenance([self.seed], began, half=True),
            }
        )
