"""The grammar by which a figure stays alive: which of its properties follow which numbers.

A figure is drawn once in Python; while a slider moves or a training runs, the browser rewrites only the
properties named in ``meta``. The Python here and assets/live/format.js read the same templates by the
same rules, so a sentence filled by either side is the same sentence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

PLACE = re.compile(r"\{\{|\}\}|\{([A-Za-z_]\w*)((?:\[\d+\])*)(?::([^{}]*))?\}")
FORMATS = re.compile(r"d|\.(\d+)([f%g])|")
MINUS = "\N{MINUS SIGN}"
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")  # an exponent


def fill(template: str, values: Mapping[str, object]) -> str:
    """Write ``values`` into ``"At T = {temperature:.2f} ... {wrong:.0%}"``.

    A place is ``{name}`` or ``{name:format}``; ``{name[2]}`` takes one item of a list. The format is ``d``,
    ``.Nf``, ``.N%`` or ``.Ng``; ties round away from zero, as in JavaScript. ``{{`` and ``}}`` stand for braces.

    Raises:
        ValueError: a name without a value, or a format that is none of these.
    """

    def place(found: re.Match[str]) -> str:
        name, path, how = found.groups()
        if name is None:
            return found.group()[0]
        return written(value_at(values, name + path), how or "")

    return PLACE.sub(place, template)


def gains(before: float, after: float, worst: float) -> dict[str, float]:
    """What a claim tells of a gain, in percentage points: ``gain`` on the mean and ``worst``, of the unluckiest run.

    The gain is that between the two shares as they are written, to one digit, for readers subtract what they see;
    the unluckiest run's is then never told as the larger one.
    """
    gain = round(100 * after, 1) - round(100 * before, 1)
    return {"gain": gain, "worst": min(gain, 100 * worst)}


def value_at(values: Mapping[str, object], address: str) -> Any:
    """``values["q"][2]`` for the address ``q[2]``."""
    name, *path = re.findall(r"[^\[\]]+", address)
    if name not in values:
        raise ValueError(f"{address!r} must be one of {', '.join(sorted(map(str, values)))}")
    value: Any = values[name]
    for index in path:
        value = value[int(index)]
    return value


def written(value: object, how: str) -> str:
    """One number in one format; words pass through unchanged."""
    kind = FORMATS.fullmatch(how)
    if kind is None:
        raise ValueError(f"a format is d, .Nf, .N% or .Ng; got {how!r}")
    if isinstance(value, str):
        return value
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number):
        return "–" if math.isnan(number) else (MINUS if number < 0 else "") + "∞"
    sign, size = (MINUS if number < 0 else ""), abs(number)
    digits, letter = int(kind[1] or 0), kind[2]
    if letter == "g":
        text = _significant(size, digits)
    elif letter or how == "d":
        text = str(_decimal(100 * size if letter == "%" else size, digits)) + ("%" if letter == "%" else "")
    else:
        text = _shortest(size)
    return (sign if any(digit in text for digit in "123456789") else "") + text


def _decimal(size: float, digits: int) -> Decimal:
    """Round the exact binary value, ties away from zero, as Number.toFixed does."""
    return Decimal(size).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, Context(prec=400))


def _significant(size: float, digits: int) -> str:
    """N significant digits without trailing zeros; tiny and huge numbers as 1.2·10⁻⁷."""
    if size == 0:
        return "0"
    rounded = Context(prec=max(digits, 1), rounding=ROUND_HALF_UP).create_decimal(Decimal(size))
    exponent = rounded.adjusted()
    if -5 < exponent < max(digits, 1):
        text = f"{rounded:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa = f"{rounded.scaleb(-exponent):f}"
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}·10{str(exponent).translate(RAISED)}"


def _shortest(size: float) -> str:
    """The shortest text that reads back as the number, whole numbers without a point."""
    exact = Decimal(repr(size))
    if size == 0 or 1e-6 <= size < 1e21:  # the range in which JavaScript writes no exponent
        return f"{exact:f}".removesuffix(".0")
    exponent = exact.adjusted()
    return f"{exact.scaleb(-exponent).normalize():f}e{exponent}"


def bind(trace: Any, **paths: str) -> Any:
    """Let properties of a trace follow values: ``bind(bar, y="q", text="q_text", marker__color="q_color")``.

    ``__`` stands for a dot in the property's path. A value with ``{`` in it is a template for `fill`; a single
    number given to x or y is one point. Returns the trace.
    """
    trace.meta = {**(trace.meta or {}), "bind": {name.replace("__", "."): value for name, value in paths.items()}}
    return trace


def bind_snapshot(trace: Any, snapshot: str, **paths: str) -> Any:
    """Let properties of a trace follow the arrays of the running job's snapshot of that name."""
    bind(trace, **paths)
    trace.meta = {**trace.meta, "snapshot": snapshot}
    return trace


def grow(trace: Any, y: str, x: str = "step") -> Any:
    """Let a curve grow by a point with each Progress event that tells both numbers. Returns the trace."""
    trace.meta = {**(trace.meta or {}), "progress": {"x": x, "y": y}}
    return trace
