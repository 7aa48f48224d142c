"""How many bits does a weight need? The same nets with every weight written in 8, 7, ... 1 bits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from dkdemo.experiments.recipe import Recipe, provenance
from dkdemo.jobs.events import Done, Event, Progress

if TYPE_CHECKING:
    from torch import Tensor

BITS = (8, 7, 6, 5, 4, 3, 2, 1)
RULES = ("widest", "fitted")
BARS = 61  # of the histogram of the second layer's weights


@dataclass(frozen=True)
class Bits(Recipe):
    """Weights only, one scale a layer, arithmetic and biases in float32: three nets, two rules, eight widths.

    - widest: the scale reaches out to the largest weight of the layer, as the usual formula says;
    - fitted: it is cut off where the squared error of all weights is least (`dkdemo.compression.fitted_clip`).

    A symmetric scale needs 2 bits; at 1 bit both are sign times mean size (`dkdemo.compression.binary`).
    """

    name: ClassVar[str] = "bits"

    data: str = "digits"
    seed: int = 0

    def expected_seconds(self) -> float:
        return 2.0 if self.data == "digits" else 9.0

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo import compression
        from dkdemo.experiments import cost_material as material
        from dkdemo.teachers import trained_with_progress

        began, recipe = time.perf_counter(), material.wide(self.data, self.seed)
        steps = recipe.steps + len(BITS)
        train, exam = material.load(self.data, self.seed)
        layers = material.Layers.of((yield from trained_with_progress(recipe, of=steps)))
        dense = exam.errors(layers.weights, layers.biases)
        errors: dict[str, list[Tensor]] = {rule: [] for rule in RULES}
        steps_wide: dict[str, list[float]] = {rule: [] for rule in RULES}
        middle = layers.network(0)[1]  # the layer whose weights are drawn
        for place, bits in enumerate(BITS):
            for rule in RULES:
                written = [
                    [rounded(part, bits, rule) for part in layers.network(net)] for net in layers.network_indices()
                ]
                errors[rule].append(exam.errors(material.stacked(written), layers.biases))
                clip = compression.fitted_clip(middle, bits) if rule == "fitted" and bits > 1 else 1.0
                wide = 2 * middle.abs().mean() if bits == 1 else compression.symmetric_scale(middle, bits, clip=clip)
                steps_wide[rule].append(float(wide))
            means = {rule: errors[rule][-1].mean().item() for rule in RULES}
            yield Progress(recipe.steps + place + 1, steps, {"bits": float(bits), **means})
        weights, rest = layers.sizes()
        top = middle.abs().max().item()
        yield Done(
            {
                **{rule: torch.stack(errors[rule]).T.cpu().numpy() for rule in RULES},  # (nets, widths)
                **{
                    f"{rule}_step": values for rule, values in steps_wide.items()
                },  # distance of two levels, drawn layer
                "dense": dense.tolist(),
                "bits": list(BITS),
                "bytes": [compression.stored_bytes(weights, bits=bits, rest=rest) for bits in BITS],
                "dense_bytes": compression.stored_bytes(weights, rest=rest),
                "edges": torch.linspace(-top, top, BARS + 1).double().numpy(),
                "counts": (torch.histc(middle.cpu(), bins=BARS, min=-top, max=top) / middle.numel()).numpy(),
                "n": {"train": len(train), "test": len(exam.labels), "weights": weights},
                **provenance(recipe.seeds(), began),
            }
        )


def rounded(weight: Tensor, bits: int, rule: str) -> Tensor:
    """One layer's weights after a round trip through ``bits`` bits."""
    from dkdemo import compression

    if bits == 1:
        return compression.binary(weight)
    clip = compression.fitted_clip(weight, bits) if rule == "fitted" else 1.0
    return compression.symmetric(weight, bits, clip=clip)
