"""The slide's Python prompt, safe to hand to three hundred students: it knows softmax, arrays and arithmetic.

The text is parsed, never executed: only numbers, names, lists, + - * / and the functions below exist in it.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from dkdemo.probability import as_array, entropy, log_softmax, softmax

LINES, WIDTH = 12, 200  # what fits on a screen
LONGEST = 4 * LINES * WIDTH  # characters, blank lines and comments included
MOST = 100  # numbers in a list
OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "softmax": softmax,
    "log_softmax": log_softmax,
    "entropy": entropy,
    "np.array": lambda values: as_array(values, "the array")[0],
    "np.sum": np.sum,
    "np.max": np.max,
}


@lru_cache(maxsize=64)  # most of the room looks at the slide's own lines
def run(text: str) -> tuple[tuple[str, str], ...]:
    """Each line with what Python would have echoed: ``(("softmax(a)", "array([...])"), ...)``.

    Raises:
        ValueError: one sentence naming the line that this prompt does not understand.
    """
    if len(text) > LONGEST:
        raise ValueError(f"the prompt takes {LONGEST} characters at most, got {len(text)}")
    lines = [line.removeprefix(">>>").strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    longest = max(map(len, lines), default=0)
    if len(lines) > LINES or longest > WIDTH:
        raise ValueError(
            f"the prompt takes {LINES} lines of at most {WIDTH} characters, got {len(lines)} of up to {longest}"
        )
    names: dict[str, Any] = {}
    return tuple((line, _line(line, names)) for line in lines)


def _line(line: str, names: dict[str, Any]) -> str:
    try:
        (statement,) = ast.parse(line).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"each line must be one expression or assignment, got {line!r:.80}") from None
    try:
        with np.errstate(all="ignore"):
            if (
                isinstance(statement, ast.Assign)
                and len(statement.targets) == 1
                and isinstance(statement.targets[0], ast.Name)
            ):
                names[statement.targets[0].id] = _value(statement.value, names)
                return ""
            if isinstance(statement, ast.Expr):
                return _echo(_value(statement.value, names))
    except (TypeError, ZeroDivisionError, OverflowError, RecursionError):
        pass
    raise ValueError(f"this prompt knows softmax, np.array and + - * /, got {line!r:.80}")


def _value(node: ast.expr, names: dict[str, Any]) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return float(node.value)
    if isinstance(node, ast.Name):
        if node.id not in names:
            raise ValueError(f"a name needs a value from a line above, got {node.id!r:.40}")
        return names[node.id]
    if isinstance(node, ast.List | ast.Tuple):
        items = [_value(item, names) for item in node.elts]
        if len(items) > MOST or not all(isinstance(item, float | np.floating) for item in items):
            raise TypeError  # lists of lists would multiply from line to line
        return items
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        value = _value(node.operand, names)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        sides = _value(node.left, names), _value(node.right, names)
        if not any(isinstance(side, list) for side in sides):  # a list times a number would repeat it
            return OPERATORS[type(node.op)](*sides)
    if isinstance(node, ast.Call) and not node.keywords and ast.unparse(node.func) in FUNCTIONS:
        return FUNCTIONS[ast.unparse(node.func)](*(_value(item, names) for item in node.args))
    raise TypeError


def _echo(value: Any) -> str:
    return np.array_repr(value, precision=8) if isinstance(value, np.ndarray) else f"{float(value):.8g}"
