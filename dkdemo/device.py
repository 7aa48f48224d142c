"""Where the engine computes: the GPU when there is one, else the processor."""

from __future__ import annotations

import os

import torch


def pick() -> torch.device:
    """The device of this process: ``DKDEMO_DEVICE`` when set, else CUDA when it works, else the CPU.

    Raises:
        ValueError: ``DKDEMO_DEVICE`` names something torch does not know or cannot use here.
    """
    wanted = os.environ.get("DKDEMO_DEVICE", "")
    if not wanted:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wanted)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(f"DKDEMO_DEVICE must name a device that works here, such as cpu, got {wanted!r}") from error
    return device


def describe(device: torch.device) -> str:
    """The device in words for a caption: ``cpu``, or ``cuda:0 NAME``."""
    if device.type != "cuda":
        return device.type
    index = device.index or 0
    return f"cuda:{index} {torch.cuda.get_device_name(index)}"


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
