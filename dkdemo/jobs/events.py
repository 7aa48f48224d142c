"""What a running experiment tells the room: a few immutable, JSON-able facts, about ten a second.

Arrays travel as base64 of their bytes, so that a picture or a curve keeps its exact values and a
browser can read it without parsing a million digits.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

DTYPES = {"u1": np.uint8, "i4": np.int32, "f4": np.float32, "f8": np.float64}


@dataclass(frozen=True)
class Progress:
    """One point of the learning curves: numbers measured at ``step`` of ``steps``."""

    step: int
    steps: int
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Snapshot:
    """A named picture of the moment; a later snapshot of the same name replaces it on the screen."""

    name: str
    arrays: Mapping[str, Any]


@dataclass(frozen=True)
class Done:
    """The result of the whole run: numbers, strings, lists, mappings and numpy arrays."""

    result: Mapping[str, Any]


Event = Progress | Snapshot | Done


def pack(value: Any) -> Any:
    """Turn numpy arrays and numbers inside ``value`` into JSON; NaN and infinities become null.

    Arrays of numbers that the browser's types cannot hold (complex, whole numbers beyond 32 bits) raise ValueError.
    """
    if isinstance(value, np.ndarray):
        name = _type_for(value)
        array = np.ascontiguousarray(value, dtype=DTYPES[name])
        return {"dtype": name, "shape": list(array.shape), "bdata": base64.b64encode(array.tobytes()).decode("ascii")}
    if isinstance(value, np.generic):
        return pack(value.item())
    if isinstance(value, Mapping):
        return {str(key): pack(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [pack(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _type_for(array: np.ndarray) -> str:
    """The one of `DTYPES` that keeps every number of the array; small whole numbers with a sign are i4, too."""
    kind = array.dtype.kind
    if kind in "bui":
        low, high = (int(array.min()), int(array.max())) if array.size else (0, 0)
        if kind != "i" and high < 2**8:
            return "u1"
        if low >= -(2**31) and high < 2**31:
            return "i4"
    elif kind == "f" and array.dtype.itemsize <= 8:
        return "f8" if array.dtype.itemsize == 8 else "f4"
    raise ValueError(f"arrays are of 8 to 32 bit whole numbers or of floats, got {array.dtype}: {array!r:.80}")


def unpack(value: Any) -> Any:
    """The inverse of `pack`: base64 arrays become numpy arrays again."""
    if isinstance(value, Mapping):
        if set(value) == {"dtype", "shape", "bdata"}:
            raw = np.frombuffer(base64.b64decode(value["bdata"]), dtype=DTYPES[value["dtype"]])
            return raw.reshape(value["shape"])
        return {key: unpack(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unpack(item) for item in value]
    return value


def to_json(event: Event) -> dict[str, Any]:
    """``{"kind": "progress" | "snapshot" | "done", ...fields}``, ready for ``json.dumps``."""
    return {"kind": type(event).__name__.lower(), **pack(vars(event))}


def from_json(message: Mapping[str, Any]) -> Event:
    """The event that `to_json` packed; raises ValueError for anything else."""
    kinds = {"progress": Progress, "snapshot": Snapshot, "done": Done}
    try:
        fields = {key: unpack(item) for key, item in message.items() if key != "kind"}
        return kinds[message["kind"]](**fields)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"an event needs a kind of {sorted(kinds)} and its fields, got {message!r:.200}") from error
