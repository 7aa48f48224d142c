"""Where the engine computes: the GPU when there is one, else the processor."""

from __future__ import annotations

import ctypes
import logging
import os
from functools import cache

import torch
from torch import Tensor

LOG = logging.getLogger(__name__)


def pick() -> torch.device:
    """The device of this process: ``DKDEMO_DEVICE`` when set, else CUDA when it works, else the CPU.

    Raises:
        ValueError: ``DKDEMO_DEVICE`` names something torch does not know or cannot use here.
    """
    wanted = os.environ.get("DKDEMO_DEVICE", "")
    if not wanted:
        return torch.device("cuda" if torch.cuda.is_available() and not trouble("cuda") else "cpu")
    if found := trouble(wanted):
        raise ValueError(f"DKDEMO_DEVICE must name a device that works here, such as cpu, got {wanted!r} ({found})")
    return torch.device(wanted)


@cache
def trouble(device: str) -> str:
    """Why nothing can be computed there, in torch's words; empty when something can. Tried once in a process.

    A GPU may be seen and yet be too old for this build of torch, full, or another program's alone.
    """
    try:
        images = torch.ones(1, 1, 3, 3, device=device)
        torch.nn.functional.conv2d(images, images).item()
    except (RuntimeError, AssertionError) as error:
        LOG.warning("nothing can be computed on %s: %s", device, error)
        return str(error).partition("\n")[0][:200]
    return ""


def unusable_gpu_note(device: torch.device) -> str:
    """What the lecturer should know beside the device's name: that a GPU which nobody switched off cannot be used."""
    passed_over = device.type == "cpu" and not os.environ.get("DKDEMO_DEVICE") and torch.cuda.is_available()
    return "; a GPU is here, but nothing can be computed on it" if passed_over else ""


def describe(device: torch.device, *, half: bool = False) -> str:
    """The device in words for a caption: ``cpu``, or ``cuda:0 NAME``.

    With ``half``, for what ran under `half_precision`, the number format is named where it was used
    (``cpu, bfloat16``): the same seed gives slightly other numbers in it.
    """
    words = device.type
    if device.type == "cuda":
        index = device.index or 0
        words = f"cuda:{index} {torch.cuda.get_device_name(index)}"
    return f"{words}, bfloat16" if half and _multiplies_bfloat16(device) else words


def send(tensor: Tensor, device: torch.device | str) -> Tensor:
    """The tensor on the device, without waiting for what that is still busy with, as a plain ``.to`` would.

    For the little that a training step draws on the processor: the seed is then the same run on every device.
    """
    return tensor.to(device, non_blocking=True)


def configure_torch() -> bool:
    """One torch thread, unless OMP_NUM_THREADS says otherwise, freed memory kept for the next step, and fixed sums.

    Two threads lose as soon as anything else runs. Without the second, the C library hands every large array back to
    the system and has it cleared again at each step, a third of the time that wide perceptrons take. The third: on a
    GPU convolutions and products add up in one order only, so that a seed gives the same sum again.

    Returns: whether memory is kept; only glibc can be asked to.
    """
    torch.backends.cudnn.deterministic = True
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when the first product is made
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    library = _c_library()
    # An older glibc knows a limit of 32 MB; and one setting alone would switch off what it does by itself.
    if not library or not any(library.mallopt(_MMAP_THRESHOLD, size) for size in (2**30, 2**25)):
        return False
    return bool(library.mallopt(_TRIM_THRESHOLD, 2**30))


def give_back_memory() -> bool:
    """What `configure_torch` kept, handed back to the system: after a run, not within one.

    Returns: whether the C library can do so, and had something to give.
    """
    library = _c_library()
    return bool(library and library.malloc_trim(0))


_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h


def _c_library() -> ctypes.CDLL | None:
    """glibc, where it is the C library of this process."""
    try:
        library = ctypes.CDLL(None)
        return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None
    except (OSError, TypeError):  # Windows has no library of that kind
        return None


def half_precision(device: torch.device) -> torch.autocast:
    """Inside, convolutions and products run in bfloat16 where the device is made for it; elsewhere nothing changes.

    Weights, sums of losses and the optimiser stay float32. A processor without the instructions would emulate them.
    """
    return torch.autocast(device.type, torch.bfloat16, enabled=_multiplies_bfloat16(device))


def _multiplies_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    if device.type != "cpu":
        return False
    told = getattr(torch.cpu, "get_capabilities", None)  # an older torch cannot tell
    return told is not None and any(told().get(name) for name in ("avx512_bf16", "amx_bf16"))
