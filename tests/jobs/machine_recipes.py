"""Recipes that try the machinery; the workers find them through DKDEMO_TEST_RECIPES."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dkdemo.experiments.recipe import Recipe
from dkdemo.jobs.events import Done, Event, Progress, Snapshot


class _Quick(Recipe):
    def expected_seconds(self) -> float:
        return 1.0


@dataclass(frozen=True)
class Count(_Quick):
    """Counts to ``steps``, with a picture on the way and some exact numbers at the end."""

    name = "count"
    steps: int = 5
    seed: int = 0

    def run(self) -> Iterator[Event]:
        for step in range(1, self.steps + 1):
            yield Progress(step, self.steps, {"square": float(step**2), "nothing": float("nan")})
        yield Snapshot("picture", {"pixels": np.arange(6, dtype=np.uint8).reshape(2, 3)})
        yield Done({"total": 0.1 + 0.2, "row": np.linspace(0, 1, 7), "pid": os.getpid()})


@dataclass(frozen=True)
class Answer(Count):
    """The same in the short lane."""

    name = "answer_of_a_test"
    lane = "short"


@dataclass(frozen=True)
class Gate(_Quick):
    """Says that it runs, and goes on when the file ``gate`` is there."""

    name = "gate"
    gate: str = ""
    seed: int = 0

    def run(self) -> Iterator[Event]:
        yield Progress(1, 2, {"waiting": 1.0})
        while not Path(self.gate).exists():
            pass
        yield Progress(2, 2, {"waiting": 0.0})
        yield Done({"gate": self.gate})


@dataclass(frozen=True)
class ShortGate(Gate):
    name = "short_gate"
    lane = "short"


@dataclass(frozen=True)
class Fault(_Quick):
    """Goes wrong after its first point, in the way asked for; a value it refuses it refuses before that."""

    name = "fault"
    kind: str = "broken"
    lane = "long"

    def run(self) -> Iterator[Event]:
        if self.kind == "refused":
            raise ValueError("the moon must be full, got a half")
        yield Progress(1, 9, {"x": 1.0})
        if self.kind == "late_value":
            raise ValueError("zip() argument 2 is shorter than argument 1")
        if self.kind == "too_large":
            yield Snapshot("numbers", {"sizes": np.array([2**40])})
        if self.kind == "memory":
            raise MemoryError
        if self.kind == "torch_memory":
            import torch

            torch.empty(1 << 50)  # a petabyte: the allocator's own words
        if self.kind == "gpu_memory":
            import torch

            raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        if self.kind == "library_memory":
            raise RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")
        if self.kind == "windows_memory":
            raise RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes.")
        if self.kind == "exit":
            os._exit(3)
        if self.kind == "unsendable":
            yield Done({"result": object()})
        raise RuntimeError("this is a fault")


@dataclass(frozen=True)
class Chatter(_Quick):
    """Prints to where the events go, from Python and from below it."""

    name = "chatter"

    def run(self) -> Iterator[Event]:
        print('{"ready": "a stray print"}')
        os.write(1, b"bytes that are no JSON\n\xff\n")
        yield Done({"said": 2})


@dataclass(frozen=True)
class Stubborn(_Quick):
    """Never ends, never tells, and swallows what ordinary code would swallow."""

    name = "stubborn"
    label: str = ""

    def run(self) -> Iterator[Event]:
        yield Progress(1, 1, {"x": 1.0})
        while True:
            try:
                sum(range(1000))
            except Exception:
                continue


@dataclass(frozen=True)
class Torch(_Quick):
    """A real training that never ends, much of it spent inside ``no_grad``; ``steps`` bounds it."""

    name = "torch"
    steps: int = 0

    def run(self) -> Iterator[Event]:
        import torch

        torch.manual_seed(0)
        weight = torch.zeros(4, requires_grad=True)
        step = 0
        while not self.steps or step < self.steps:
            step += 1
            (weight - 1).square().sum().backward()
            for _ in range(50):
                with torch.no_grad():
                    weight -= 0.001 * weight.grad
            weight.grad = None
            if step == 1:
                yield Progress(step, self.steps, {"x": 1.0})
        yield Done({"weight": weight.detach().numpy()})


@dataclass(frozen=True)
class Flood(_Quick):
    """Tells far more than anyone needs."""

    name = "flood"
    points: int = 5000

    def run(self) -> Iterator[Event]:
        for step in range(1, self.points + 1):
            yield Progress(step, self.points, {"x": float(step)})
            yield Snapshot("picture", {"step": np.full(100, step, dtype=np.int32)})
        yield Done({"points": self.points})


RECIPES = {kind.name: kind for kind in (Count, Answer, Gate, ShortGate, Fault, Chatter, Stubborn, Torch, Flood)}
