"""The code that computed a picture, read from its file: showing the engine must not import torch."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def read(place: str) -> str:
    """The source of ``package.module:name`` or ``package.module:Class.method``, decorators included.

    Raises:
        ValueError: no such module or name.
    """
    module, _, name = place.partition(":")
    stem = ROOT.joinpath(*module.split("."))
    path = next((file for file in (stem.with_suffix(".py"), stem / "__init__.py") if file.is_file()), None)
    if path is None or not name:
        raise ValueError(f"a place in the code is package.module:name, got {place!r:.80}")
    text = path.read_text(encoding="utf-8")
    node: ast.AST = ast.parse(text)
    for part in name.split("."):
        found = [
            child
            for child in ast.iter_child_nodes(node)
            if isinstance(child, ast.FunctionDef | ast.ClassDef) and child.name == part
        ]
        if not found:
            raise ValueError(f"{module} has no {name}")
        node = found[-1]
    assert isinstance(node, ast.FunctionDef | ast.ClassDef)
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return "\n".join(text.splitlines()[first - 1 : node.end_lineno])


def address_of(place: str) -> str:
    """Where to look for it in the repository: ``dkdemo/probability.py: softmax``."""
    module, _, name = place.partition(":")
    return f"{module.replace('.', '/')}.py: {name}"
