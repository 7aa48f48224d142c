"""A GPU that is only pretended, for machines without one: the engine's GPU path, run with real numbers.

Under `pretended_gpu` torch seems to have a GPU. What is made on it, or sent to it, is a tensor that says ``cuda``
and keeps its numbers on the processor. As on a real one, tensors of both kinds must not meet, numpy cannot read
what lies there, and the program must wait whenever it looks at a number, or sends one without saying non_blocking;
each such wait is noted with its line. What it cannot show: speed, memory, bfloat16, kernels that exist on one side
only, generators of the wrong side, and waits within a kernel that is not listed here.
"""

from __future__ import annotations

import sys
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch
from torch.optim.optimizer import register_optimizer_step_post_hook
from torch.utils._python_dispatch import TorchDispatchMode, return_and_correct_aliasing
from torch.utils._pytree import tree_leaves, tree_map

import dkdemo

ENGINE = str(Path(dkdemo.__file__).parent)
GPU = torch.device("cuda:0")
aten = torch.ops.aten

# On a GPU the shape or the value of their answer is known only when everything before has been computed.
LOOKING = {
    aten._local_scalar_dense.default,
    aten.nonzero.default,
    aten.masked_select.default,
    aten._unique2.default,
    aten.unique_dim.default,
    aten.bincount.default,
    aten.equal.default,
    aten._linalg_check_errors.default,  # of inv, solve, cholesky: did it succeed?
    aten._linalg_svd.default,
    aten._linalg_eigh.default,
    aten.multinomial.default,
    aten.repeat_interleave.Tensor,
}
INDEXING = {aten.index.Tensor, aten.index_put_.default, aten.index_put.default, aten._index_put_impl_.default}

SOON = 6  # steps: where several networks learn side by side, each is asked after its own


class Seen:
    """What a program made the pretended GPU do; lines are written ``file:line``, the file within dkdemo."""

    def __init__(self) -> None:
        self.steps = 0  # of an optimiser
        self.waits: Counter[str] = Counter()  # line -> how often it waited
        self.stalls: Counter[str] = Counter()  # line -> between how many steps it did, when no report followed soon
        self._lately: deque[set[str]] = deque([set()])

    def step(self) -> None:
        self.steps += 1
        self._lately.append(set())
        if len(self._lately) > SOON:
            self.stalls.update(self._lately.popleft())

    def wait(self, line: str) -> None:
        self.waits[line] += 1
        self._lately[-1].add(line)

    def event(self) -> None:
        """To be called when the program reports: what it looked at lately was for that."""
        self._lately = deque([set()])


class OnGpu(torch.Tensor):
    """A tensor that says it lies on the GPU. To autograd's engine, which would ask the driver, it is a meta tensor."""

    kept: torch.Tensor

    @staticmethod
    def __new__(cls, kept: torch.Tensor) -> OnGpu:
        made = torch.Tensor._make_wrapper_subclass(
            cls,
            kept.shape,
            strides=kept.stride(),
            storage_offset=kept.storage_offset(),
            dtype=kept.dtype,
            device="meta",
        )
        made.kept = kept
        return made

    device = property(lambda self: GPU)  # type: ignore[assignment]
    is_cuda = property(lambda self: True)  # type: ignore[assignment]
    is_meta = property(lambda self: False)  # type: ignore[assignment]
    is_cpu = property(lambda self: False)  # type: ignore[assignment]

    def __repr__(self, **how: Any) -> str:
        return f"OnGpu({self.kept})"

    def new_tensor(self, data: Any, **how: Any) -> torch.Tensor:
        return torch.tensor(data, dtype=how.get("dtype") or self.dtype, device=how.get("device") or GPU)

    def __getitem__(self, index: Any) -> torch.Tensor:
        return super().__getitem__(_spelt(index))

    def __setitem__(self, index: Any, value: Any) -> None:
        super().__setitem__(_spelt(index), value)

    def tolist(self) -> Any:
        return self.cpu().tolist()

    def numpy(self, *_: Any, **__: Any) -> Any:
        raise TypeError("can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() first.")

    __torch_function__ = torch._C._disabled_torch_function_impl

    @classmethod
    def __torch_dispatch__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        raise AssertionError(f"{function} outside of pretended_gpu")


def _spelt(index: Any) -> Any:
    """An index whose lists are tensors: torch would make meta tensors of them, and forget the numbers."""
    if isinstance(index, tuple):
        return tuple(map(_spelt, index))
    return torch.tensor(index) if isinstance(index, list) else index


class _Pretence(TorchDispatchMode):
    """Every operation of torch passes here."""

    def __init__(self, seen: Seen) -> None:
        super().__init__()
        self.seen = seen

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
        there = [tensor for tensor in tensors if isinstance(tensor, OnGpu)]
        here = [tensor for tensor in tensors if not isinstance(tensor, OnGpu)]
        assert not any(tensor.device.type == "meta" for tensor in here), f"{function} lost its numbers"
        asked = kwargs.get("device")
        if asked is not None:
            kwargs["device"] = torch.device("cpu")
        # what torch makes in the image of one of ours it asks for on its device, which to torch is meta
        to_gpu = torch.device(asked).type in ("cuda", "meta") if asked is not None else bool(there)

        if function is aten._to_copy.default:
            if (there and not to_gpu) or (here and to_gpu and not kwargs.get("non_blocking")):
                self.wait()
        elif function is aten.copy_.default:
            to_gpu = isinstance(args[0], OnGpu)
            if there and here:
                self.wait()
        elif there:
            self.meet(function, args, here)

        plain = tree_map(lambda leaf: leaf.kept if isinstance(leaf, OnGpu) else leaf, (args, kwargs))
        found = function(*plain[0], **plain[1])
        if not to_gpu:
            return found
        same = {id(tensor.kept): tensor for tensor in there}  # what was changed in place comes back as itself
        back = tree_map(lambda leaf: _sent(leaf, same), found)
        moved = function is aten._to_copy.default or asked is not None or not there
        return back if moved else return_and_correct_aliasing(function, args, kwargs, back)

    def meet(self, function: Any, args: Any, here: list[torch.Tensor]) -> None:
        """A GPU's rules for an operation that takes part of its tensors from there."""
        if function in LOOKING:
            self.wait()
        if function in INDEXING and isinstance(args[0], OnGpu):
            chosen = [index for index in args[1] if isinstance(index, torch.Tensor)]
            filled = len(args) > 2 and not args[2].ndim  # with one number: no index is made of the mask
            if any(index.dtype in (torch.bool, torch.uint8) and not filled for index in chosen):
                self.wait()
            if any(not isinstance(index, OnGpu) for index in chosen):
                self.wait()  # they are sent
            here = [tensor for tensor in here if not any(tensor is index for index in chosen)]  # these may lie here
        if any(tensor.ndim for tensor in here):  # a single number may come from the processor
            raise RuntimeError(f"{function}: expected all tensors on the same device, found cuda:0 and cpu")

    def wait(self) -> None:
        frame = sys._getframe(1)
        while frame.f_back and not frame.f_code.co_filename.startswith(ENGINE):
            frame = frame.f_back
        place = Path(frame.f_code.co_filename)
        self.seen.wait(f"{place.relative_to(ENGINE) if place.is_relative_to(ENGINE) else place.name}:{frame.f_lineno}")


def _sent(leaf: Any, same: dict[int, OnGpu]) -> Any:
    if not isinstance(leaf, torch.Tensor):
        return leaf
    return same[id(leaf)] if id(leaf) in same else OnGpu(leaf)


RealGenerator = torch.Generator


class _Dice(RealGenerator):
    """A generator that may say it lies on the GPU."""

    def __new__(cls, device: Any = "cpu") -> _Dice:
        return RealGenerator.__new__(cls)

    def __init__(self, device: Any = "cpu") -> None:
        self.place = GPU if torch.device(device).type == "cuda" else torch.device("cpu")

    device = property(lambda self: self.place)  # type: ignore[assignment]

    def manual_seed(self, seed: int) -> _Dice:
        super().manual_seed(seed)
        return self


@contextmanager
def pretended_gpu() -> Iterator[Seen]:
    """Within, `dkdemo.device.pick` finds a GPU."""
    seen = Seen()
    answers = {
        "is_available": lambda: True,
        "_lazy_init": lambda: None,
        "device_count": lambda: 1,
        "current_device": lambda: 0,
        "get_device_capability": lambda device=None: (9, 0),
        "get_device_name": lambda device=None: "pretended",
        "is_bf16_supported": lambda *_, **__: True,
        "synchronize": lambda device=None: None,
        "empty_cache": lambda: None,
    }
    torch._C._ensureCUDADeviceGuardSet()
    lifted = torch._C._only_lift_cpu_tensors()
    with ExitStack() as stack:
        for name, answer in answers.items():
            stack.enter_context(patch.object(torch.cuda, name, answer))
        stack.enter_context(patch.object(torch, "Generator", _Dice))
        stack.callback(register_optimizer_step_post_hook(lambda *_: seen.step()).remove)
        torch._C._set_only_lift_cpu_tensors(True)
        stack.callback(torch._C._set_only_lift_cpu_tensors, lifted)
        stack.enter_context(_Pretence(seen))
        yield seen
