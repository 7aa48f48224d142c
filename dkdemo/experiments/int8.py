"""Eight whole bits, really run: the same nets as float32 and as PyTorch's dynamic int8, in size, errors and time."""

from __future__ import annotations

import io
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from dkdemo.experiments.recipe import Recipe, provenance
from dkdemo.jobs.events import Done, Event, Progress

if TYPE_CHECKING:
    from torch import Tensor, nn

    from dkdemo.experiments.cost_material import Layers

BATCH_SIZES = (1, 1000)  # images asked about at once
TURNS = 9  # each kind is timed so often, in turns; the median counts
LEAST = 0.01  # seconds that one timing lasts at least


@dataclass(frozen=True)
class Int8(Recipe):
    """Three wide nets, converted by ``torch.ao.quantization.quantize_dynamic`` and run by its integer kernels.

    Weights become int8 once, with one scale a layer; each layer's inputs become 8-bit numbers on the fly, with
    the range they happen to have. Where this torch cannot do that, `integer_linear` of this file does the
    arithmetic exactly, ``kernel`` says "own", and nothing is timed. Timed are both on the processor, one thread;
    ``torch.compile`` is timed beside them only where there is a GPU: on a processor it compiles for half a minute. On
    a GPU, too, compiling takes its time: it is the run's last step, and no part of what the button promises.
    """

    name: ClassVar[str] = "int8"

    data: str = "digits"
    seed: int = 0

    def expected_seconds(self) -> float:
        return 3.0 if self.data == "digits" else 9.0

    def run(self) -> Iterator[Event]:
        import torch

        from dkdemo.device import pick
        from dkdemo.experiments import cost_material as material
        from dkdemo.teachers import trained_with_progress

        began, recipe = time.perf_counter(), material.wide(self.data, self.seed)
        compiles = pick().type == "cuda"
        steps = recipe.steps + recipe.copies + len(BATCH_SIZES) + compiles
        train, exam = material.load(self.data, self.seed, most=10_000)
        layers = material.Layers.of((yield from trained_with_progress(recipe, of=steps)))
        x, labels = exam.x.cpu(), exam.labels.cpu()
        wrong: list[list[float]] = []
        same, kernel = [], ""
        nets: list[Callable[[Tensor], Tensor]] = []
        for net in layers.network_indices():
            plain = single(layers, net)
            small, kernel = integers(plain)
            with torch.no_grad():
                said = [torch.cat([one(part).argmax(-1) for part in x.split(2000)]) for one in (plain, small)]
            wrong.append([(guess != labels).double().mean().item() for guess in said])
            same.append((said[0] == said[1]).double().mean().item())
            nets = [plain, small]
            told = {"plain": wrong[-1][0], "int8": wrong[-1][1]}
            yield Progress(recipe.steps + net + 1, steps, told)
        times = []
        for place, crowd in enumerate(BATCH_SIZES):
            asked = x[torch.arange(crowd) % len(x)]
            times.append([float("nan")] * 2 if kernel == "own" else timed(nets, asked))
            yield Progress(recipe.steps + recipe.copies + place + 1, steps, {"timed": float(crowd)})
        quicker = compiled(single(layers, 0), exam.x[: BATCH_SIZES[-1]])
        yield Done(
            {
                "errors": torch.tensor(wrong).T.numpy(),  # (float32 and int8, nets)
                "same": same,
                "bytes": [saved(one) for one in nets] if kernel != "own" else None,
                "crowds": list(BATCH_SIZES),
                "seconds_each": times,  # (crowds, float32 and int8), of the whole crowd
                "kernel": kernel,
                "compiled": quicker,
                "n": {"train": len(train), "test": len(labels)},
                **provenance(recipe.seeds(), began, device="cpu"),
            }
        )


def single(layers: Layers, net: int) -> nn.Sequential:
    """One net of the stack as plain modules on the processor."""
    from torch import nn
    from torch.nn.utils import skip_init

    parts: list[nn.Module] = []
    for weight, bias in zip(layers.weights, layers.biases, strict=True):
        linear = skip_init(nn.Linear, weight.shape[1], weight.shape[2])
        linear.weight.data, linear.bias.data = weight[net].T.contiguous().cpu(), bias[net, 0].clone().cpu()
        parts += [linear, nn.ReLU()]
    return nn.Sequential(*parts[:-1]).eval()


def integers(net: nn.Sequential) -> tuple[Callable[[Tensor], Tensor], str]:
    """The net with int8 arithmetic, and whose: the name of torch's engine, or "own" when this torch has none."""
    import torch

    try:
        from torch.ao.quantization import quantize_dynamic

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # deprecated, in favour of a package that is not installed here
            small = quantize_dynamic(net, {torch.nn.Linear}, dtype=torch.qint8)
            small(torch.zeros(1, next(net.parameters()).shape[1]))
    except (ImportError, AttributeError, RuntimeError):
        return own_integers(net), "own"
    return small, str(torch.backends.quantized.engine)


def own_integers(net: nn.Sequential) -> Callable[[Tensor], Tensor]:
    """The same arithmetic by our own hand: right, and slow."""
    from torch import nn

    def run(x: Tensor) -> Tensor:
        for layer in net:
            x = integer_linear(x, layer.weight, layer.bias) if isinstance(layer, nn.Linear) else layer(x)
        return x

    return run


def integer_linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """x W^T + b with 8-bit whole numbers: r_x = S_x (q_x - Z), r_w = S_w q_w, and the product is summed exactly.

    x (N, in) on an affine scale of its own range, weight (out, in) on a symmetric one. Whole numbers are multiplied
    in float64, which holds every sum of them exactly (2^15 in < 2^53).

    Source: Jacob et al. 2018, arXiv:1712.05877, section 2.2.
    """
    from dkdemo import compression

    step, zero = compression.affine_scale(x, 8)
    fine = compression.symmetric_scale(weight, 8)
    numbers = compression.levels(x, step, zero, low=0, high=255).double() - zero
    sums = numbers @ compression.levels(weight, fine, low=-127, high=127).double().T
    return (sums * step.double() * fine.double()).to(x.dtype) + bias


def saved(net: Any) -> int:
    """The bytes of the file that torch would write."""
    import torch

    file = io.BytesIO()
    torch.save(net.state_dict(), file)
    return file.getbuffer().nbytes


def timed(nets: Sequence[Callable[[Tensor], Tensor]], x: Tensor) -> list[float]:
    """The median seconds of one call of each net on ``x``; they take turns, so that a busy moment hits both."""
    import torch

    spans: list[list[float]] = [[] for _ in nets]
    with torch.no_grad():
        for _ in range(TURNS):
            for net, own in zip(nets, spans, strict=True):
                calls, start = 0, time.perf_counter()
                while (taken := time.perf_counter() - start) < LEAST:
                    net(x)
                    calls += 1
                own.append(taken / calls)
    return [sorted(own)[TURNS // 2] for own in spans]


def compiled(net: nn.Module, x: Tensor) -> dict[str, Any] | None:
    """``torch.compile`` on the GPU that ``x`` lies on (see `compile_and_time`); None without a GPU."""
    import torch

    if x.device.type != "cuda":
        return None
    return compile_and_time(net.to(x.device), x, torch.cuda.synchronize)


def compile_and_time(net: nn.Module, x: Tensor, wait: Callable[[], None]) -> dict[str, Any]:
    """Seconds to compile, then of one call before and after; ``fault`` names what went wrong where it could not.

    ``wait`` returns when the device has finished.
    """
    import torch

    def settled(one: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
        def call(batch: Tensor) -> Tensor:
            answer = one(batch)
            wait()
            return answer

        return call

    start = time.perf_counter()
    try:
        quick = settled(torch.compile(net))
        with torch.no_grad():
            quick(x)
    except (RuntimeError, ImportError) as fault:  # no compiler on this machine, or one that does not know this GPU
        return {"fault": type(fault).__name__}
    waited = time.perf_counter() - start
    before, after = timed([settled(net), quick], x)
    return {"compile_seconds": waited, "before": before, "after": after}
