"""How many weights can go before a net notices? Measured along the whole way, smallest first and by lot."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from dkdemo.experiments.recipe import Recipe, provenance
from dkdemo.jobs.events import Done, Event, Progress

if TYPE_CHECKING:
    from dkdemo.experiments.cost_material import Layers

STOPS = (0, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 95, 97, 99)  # per cent of the weights
TUNED = (80, 90, 95)  # where the rest is trained on
KINDS = ("magnitude", "random")
BARS = 41  # of the histogram of weight sizes


@dataclass(frozen=True)
class Pruning(Recipe):
    """Three wide nets lose more and more of their weights: the smallest of all layers first, or any, by lot.

    One ranking of each net serves the whole curve. At the percentages of `TUNED` the weights that are left are
    trained on for a moment, with the others held at 0: also what was cut by lot, for a fair control, and the nets
    that lost nothing (``dense_tuned``), for a fair comparison.
    """

    name: ClassVar[str] = "pruning"

    data: str = "digits"
    seed: int = 0

    def expected_seconds(self) -> float:
        return 4.0 if self.data == "digits" else 15.0

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo.experiments import cost_material as material
        from dkdemo.teachers import trained_with_progress

        began, recipe = time.perf_counter(), material.wide(self.data, self.seed)
        steps = recipe.steps + len(STOPS) + len(TUNED)
        train, exam = material.load(self.data, self.seed)
        layers = material.Layers.of((yield from trained_with_progress(recipe, of=steps)))
        ranks = {"magnitude": material.magnitude_ranks(layers), "random": material.random_ranks(layers, recipe.seeds())}
        found: dict[str, list[torch.Tensor]] = {kind: [] for kind in KINDS}
        for place, percent in enumerate(STOPS):
            for kind in KINDS:
                weights, _ = material.pruned(layers, ranks[kind], percent / 100)
                found[kind].append(exam.errors(weights, layers.biases))
            means = {kind: found[kind][-1].mean().item() for kind in KINDS}
            yield Progress(recipe.steps + place + 1, steps, {"percent": float(percent), **means})

        more = material.tune_steps(self.data)
        longer = material.trained_on(layers, train, steps=more, seed=self.seed)
        tuned: dict[str, list[torch.Tensor]] = {kind: [] for kind in KINDS}
        for place, percent in enumerate(TUNED):
            for kind in KINDS:
                weights, masks = material.pruned(layers, ranks[kind], percent / 100)
                net = material.fine_tune(weights, layers.biases, masks, train, steps=more, seed=self.seed)
                tuned[kind].append(exam.errors(net.weights, net.biases))
            means = {f"{kind}_tuned": tuned[kind][-1].mean().item() for kind in KINDS}
            yield Progress(recipe.steps + len(STOPS) + place + 1, steps, {"tuned_percent": float(percent), **means})
        yield Done(
            {
                **{kind: torch.stack(found[kind]).T.cpu().numpy() for kind in KINDS},  # (nets, stops)
                **{f"{kind}_tuned": torch.stack(tuned[kind]).T.cpu().numpy() for kind in KINDS},
                "dense_tuned": exam.errors(longer.weights, longer.biases).cpu().numpy(),  # (nets,)
                **sizes_of_weights(layers),
                "stops": list(STOPS),
                "tuned": list(TUNED),
                "tune_steps": more,
                "n": {"train": len(train), "test": len(exam.labels), "weights": layers.sizes()[0]},
                **provenance(recipe.seeds(), began),
            }
        )


def sizes_of_weights(layers: Layers) -> dict[str, object]:
    """A histogram of |w| of the first net, all layers together, and at each stop how large the weights are that go.

    ``edges`` (BARS + 1,) cut at the 99.5th percentile, ``counts`` (BARS,) shares of all weights, ``thresholds``.
    """
    import torch

    sizes = torch.cat([part.abs().flatten() for part in layers.network(0)]).double().cpu()
    ordered = sizes.sort().values
    top = ordered[int(0.995 * len(ordered))].item()
    counts = torch.histc(sizes, bins=BARS, min=0, max=top) / len(sizes)
    gone = [round(percent / 100 * len(ordered)) for percent in STOPS]
    return {
        "edges": torch.linspace(0, top, BARS + 1).double().numpy(),
        "counts": counts.numpy(),
        "thresholds": [ordered[last - 1].item() if last else 0.0 for last in gone],
    }
