"""Kernels: the sums the browser redoes while a slider is dragged, each twice, here and in assets/live/kernels.

A kernel takes plain numbers and lists and returns a dict of them. Its JavaScript twin of the same name runs in
the viewer's browser; a test in Chromium holds the two together to 1e-9 on `SAMPLES`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any

KERNELS: dict[str, Callable[..., dict[str, Any]]] = {}
SAMPLES: dict[str, list[dict[str, Any]]] = {}

for _found in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name):
    if _found.name == "sums":  # what the others share
        continue
    _chapter = importlib.import_module(f"{__name__}.{_found.name}")
    KERNELS.update(_chapter.KERNELS)
    SAMPLES.update(_chapter.SAMPLES)


def script(name: str, inputs: Mapping[str, Any]) -> str:
    """A script for anyone with this repository: the numbers of that kernel at these inputs."""
    call = f"KERNELS[{name!r}](**{dict(inputs)!r})"
    return f"from pprint import pprint\n\nfrom dkdemo.kernels import KERNELS\n\npprint({call})\n"
