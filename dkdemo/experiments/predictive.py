"""Contrastive Predictive Coding, live: which of N futures belongs to this past?"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from dkdemo.experiments.recipe import Recipe, check_data, provenance, seeds_of
from dkdemo.jobs.events import Done, Event, Progress, Snapshot

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from dkdemo.cpc import StackedCPC

DATA = ("digits", "waves")
LENGTH, START, AHEAD = 18, 5, 6  # steps of a sequence, the first moment asked about, K
CODE, HIDDEN, REPEATS = 16, 32, 3
BATCH, TEST, ASKED = 64, 512, 16  # sequences a step, held out, choices when nobody was contrasted in training
EXAMPLES = 6  # single questions shown
SLIP = 0.1  # of the counting
DRIFT, NOISE = 0.3, 0.1  # of the waves


@dataclass(frozen=True)
class Predictive(Recipe):
    """An encoder, a GRU and one matrix for each of six steps ahead learn to tell the true future from N - 1 others.

    "digits": strings of pictures of digits that count upwards and slip in one step of ten; every picture of a digit
    is drawn anew. What the past tells about the k-th next picture is known exactly, and drawn as the ceiling.
    "waves": pieces of noisy sines whose phase wanders. Three networks are trained as one batched model.

    ``choices``: N. 1 leaves nobody to differ from: then the prediction is pulled onto the true future, and that is
    all (the agreement loss); it is afterwards asked among 16 like the others.
    """

    name: ClassVar[str] = "cpc"

    data: str = "digits"
    choices: int = 16
    steps: int = 150
    learning_rate: float = 1e-2
    seed: int = 0

    def __post_init__(self) -> None:
        check_data(self.data, DATA)
        if self.choices < 1 or BATCH % self.choices:
            raise ValueError(f"the number of choices must divide {BATCH}, got {self.choices}")
        if not 2 <= self.steps <= 20_000:
            raise ValueError(f"need 2 to 20000 steps, got {self.steps}")
        if not 0 < self.learning_rate <= 1:
            raise ValueError(f"learning_rate must be in (0, 1], got {self.learning_rate}")
        super().__post_init__()

    def expected_seconds(self) -> float:
        return 1 + 0.025 * self.steps

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo import cpc
        from dkdemo.device import pick, send
        from dkdemo.information import counting_information
        from dkdemo.training import annealed_adam, measuring_steps

        began, device = time.perf_counter(), pick()
        seeds = seeds_of(self.seed, REPEATS)
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        held_out = _sequences(self.data, TEST, torch.Generator().manual_seed(2**40 + self.seed), test=True)
        held_out = held_out.to(device).expand(REPEATS, -1, -1, -1)
        model = cpc.StackedCPC(held_out.shape[-1], CODE, HIDDEN, AHEAD, seeds).to(device)
        adam, schedule = annealed_adam(model, self.learning_rate, self.steps)
        asked = self.choices if self.choices > 1 else ASKED
        due = measuring_steps(self.steps, 24)

        def measure() -> tuple[Tensor, Tensor, Tensor]:
            """Accuracy and estimate (S, K) on held-out sequences, and how far apart the codes lie (S,)."""
            with torch.no_grad():
                z, predictions = model(held_out)
                scores = cpc.future_scores(z, predictions, choices=asked, start=START)
                spread = z.flatten(1, 2).std(1).square().sum(-1).sqrt()
                return cpc.top1_accuracy(scores), math.log(asked) - cpc.info_nce_of(scores), spread

        untrained = measure()[2].mean().item()
        for step in range(1, self.steps + 1):
            x = send(torch.stack([_sequences(self.data, BATCH, generator) for generator in generators]), device)
            z, predictions = model(x)
            if self.choices > 1:
                loss = cpc.info_nce_of(cpc.future_scores(z, predictions, choices=self.choices, start=START)).mean(-1)
            else:
                loss = cpc.agreement_loss(z, predictions, start=START)
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            schedule.step()
            if step in due:
                found, estimate, spread = measure()
                yield Progress(step, self.steps, {"loss": loss.mean().item(), "spread": spread.mean().item()})
                arrays = {"accuracy": found.mean(0).cpu().numpy(), "estimate": estimate.mean(0).cpu().numpy()}
                yield Snapshot("ahead", arrays)
        ceiling = [counting_information(k, slip=SLIP) for k in range(1, AHEAD + 1)]
        yield Done(
            {
                "accuracy": found.cpu().numpy(),
                "estimate": estimate.cpu().numpy(),
                "spread": spread.tolist(),
                "untrained_spread": untrained,
                "loss": loss.tolist(),
                "examples": _examples(model, held_out),
                "ceiling": ceiling if self.data == "digits" else [],
                "choices": self.choices,
                "asked": asked,
                "cap": math.log(asked),
                "data": self.data,
                "n": {"train": self.steps * BATCH, "test": TEST},
                **provenance(seeds, began),
            }
        )


def _examples(model: StackedCPC, held_out: Tensor) -> dict[str, Any]:
    """The first few questions as the first network answers them: a past, 16 next pieces, and the share of each.

    "past" (E, START + 1, D), "next" (E, 16, D), "share" (E, 16) the softmax of the scores one step ahead, "truth" (E,).
    """
    import torch

    from dkdemo.cpc import future_scores

    with torch.no_grad():
        scores = future_scores(*model(held_out), choices=ASKED, start=START)[0, 0]  # (groups * moments, N, N)
    moments = LENGTH - AHEAD - START
    groups = held_out[0].unflatten(0, (-1, ASKED))  # (groups, N, LENGTH, D)
    own = range(EXAMPLES)  # in group e, it is the e-th sequence that is asked about
    return {
        "past": torch.stack([groups[e, e, : START + 1] for e in own]).cpu().numpy(),
        "next": torch.stack([groups[e, :, START + 1] for e in own]).cpu().numpy(),
        "share": torch.stack([scores[e * moments, e].softmax(-1) for e in own]).cpu().numpy(),
        "truth": list(own),
    }


def _sequences(data: str, count: int, generator: Generator, test: bool = False) -> Tensor:
    """Fresh sequences (count, LENGTH, D) from the training or the test pictures."""
    import torch

    from dkdemo.sequences import digit_strings, waves

    if data == "waves":
        return waves(count, LENGTH, generator, drift=DRIFT, noise=NOISE)
    pictures, start, size = _pictures(test)
    string = digit_strings(count, LENGTH, generator, slip=SLIP)
    which = (torch.rand(string.shape, generator=generator) * size[string]).long()
    return pictures[start[string] + which]


@cache
def _pictures(test: bool) -> tuple[Tensor, Tensor, Tensor]:
    """The digits' pictures as rows in order of class, where each class starts, and how many it has."""
    from dkdemo import datasets

    part = datasets.load("digits")[int(test)]
    size = part.labels.bincount(minlength=len(part.classes))
    return part.normalised(part.labels.argsort(stable=True)).flatten(1), size.cumsum(0) - size, size
