"""The row `sweep`: 25 students, five temperatures times five seeds, as one batched model against one after another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import torch
from torch import Tensor, nn

from dkdemo.bench import Terms
from dkdemo.bench.measure import Contest, turns
from dkdemo.device import half_precision
from dkdemo.distillation import kd_loss
from dkdemo.models import StackedMLP

TEMPERATURES = (1.0, 2.0, 4.0, 8.0, 20.0)
SEEDS = range(5)
STEPS, BATCH = 60, 50
GOALS = {(784, 30, 10): 6.0, (784, 100, 10): 3.0, (784, 800, 10): 1.0}


def sweep(terms: Terms) -> Iterator[Contest]:
    """The same code for a stack of 25 and for 25 stacks of one; the students must come out alike."""
    device = torch.device(terms.device)
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(1000, 784, generator=generator).to(device)
    v, y = (
        3 * torch.randn(1000, 10, generator=generator).to(device),
        torch.randint(10, (1000,), generator=generator).to(device),
    )
    students = list(product(TEMPERATURES, SEEDS))
    heat = torch.tensor([temperature for temperature, _ in students], device=device)
    for sizes, goal in GOALS.items():
        made: dict[str, list[Tensor]] = {}

        def together(sizes=sizes, made=made) -> None:
            stack = StackedMLP(sizes, [seed for _, seed in students]).to(device)
            _train(stack, x, v, y, heat)
            made["together"] = [weight.detach() for weight in stack.weights]

        def alone(sizes=sizes, made=made) -> None:
            singles = [StackedMLP(sizes, [seed]).to(device) for _, seed in students]
            for single, temperature in zip(singles, heat, strict=True):
                _train(single, x, v, y, temperature[None])
            made["alone"] = [torch.cat([net.weights[i].detach() for net in singles]) for i in range(len(sizes) - 1)]

        pair = turns(together, alone, device, max(2, terms.turns // 2))
        apart = max((a - b).abs().max().item() for a, b in zip(made["together"], made["alone"], strict=True))
        yield Contest(
            "sweep",
            f"25 students {'-'.join(map(str, sizes))}, {STEPS} steps of {BATCH}",
            "one after another, same code",
            *pair,
            goal=goal,
            worth=f"weights agree to {apart:.0e}",
            sound=apart < 1e-3,
        )


def _train(stack: nn.Module, x: Tensor, v: Tensor, y: Tensor, heat: Tensor) -> None:
    adam, generator = torch.optim.Adam(stack.parameters(), lr=1e-3, fused=True), torch.Generator().manual_seed(0)
    count = len(heat)
    for _ in range(STEPS):
        index = torch.randint(len(x), (BATCH,), generator=generator).to(x.device)
        with half_precision(x.device):
            logits = stack(x[index]).float()
        wanted, labels = v[index].expand(count, -1, -1), y[index].expand(count, -1)
        loss = kd_loss(logits, wanted, labels, temperature=heat, soft_weight=0.9).sum()
        adam.zero_grad()
        loss.backward()
        adam.step()
