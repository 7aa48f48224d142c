"""The command: python -m dkdemo bench [--device cuda] [--only NAME] [--json] [--write]."""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

from dkdemo.bench import ON_A_GPU, ROWS, Terms, rows
from dkdemo.bench.readme import write

ROOT = Path(__file__).resolve().parents[2]
MARK = ("<!-- bench -->", "<!-- /bench -->")
PEERS = ("kornia", "lightly", "timm", "pytorch_metric_learning", "matplotlib")


def add_parser(commands: Any) -> None:
    """``bench``, beside the other commands of ``python -m dkdemo``."""
    parser = commands.add_parser("bench", help="the engine beside its peers, as a table")
    parser.add_argument("--only", action="append", choices=ROWS, help="these rows only; repeatable")
    parser.add_argument("--device", default="cpu", help="where to measure (default cpu)")
    parser.add_argument("--turns", type=int, default=5, help="turns of each side, 1 to 50 (default 5)")
    parser.add_argument("--json", action="store_true", help="print every turn as one JSON object")
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="draw how cost grows (needs the row growth)")
    parser.set_defaults(handler=_bench)


def _bench(options: argparse.Namespace) -> int:
    """0 when no speed was bought with quality; rows below their goal stay in the table and change nothing."""
    absent = [name for name in PEERS if importlib.util.find_spec(name) is None]
    if absent:
        raise ValueError(
            f"the bench needs {', '.join(absent)}, which is not installed: pip install -r requirements-bench.txt"
        )
    if not 1 <= options.turns <= 50:
        raise ValueError(f"turns must be 1 to 50, got {options.turns}")
    if options.plot and options.only and "growth" not in options.only:
        raise ValueError(f"--plot draws the row growth, which must be among those asked for; got {options.only}")
    import torch

    from dkdemo.bench.measure import Absent, Curve
    from dkdemo.bench.plots import draw
    from dkdemo.bench.table import as_json, markdown
    from dkdemo.device import configure_torch

    device = torch.device(options.device)
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ValueError("device cuda was asked for, and torch sees no GPU here")
    if device.type == "cpu":
        configure_torch()  # as our workers are
    found: list[Any] = []
    for name in options.only or ROWS:
        try:
            for row in rows(name, Terms(str(device), options.turns)):
                found.append(row)
                print(f"{name:10}{getattr(row, 'what', '')}", file=sys.stderr, flush=True)
        except ValueError as lack:  # data or a device that is not here
            found.append(Absent(name, name, str(lack)))
            print(f"{name:10}not measured: {lack}", file=sys.stderr, flush=True)
    if device.type == "cpu":
        why = "ask for it with --device cuda" if torch.cuda.is_available() else "no GPU here"
        found += [Absent(name, f"{name}, on a GPU", why) for name in options.only or ROWS if name in ON_A_GPU]
    text = markdown(found, str(device))
    print(json.dumps(as_json(found, str(device))) if options.json else text)
    if options.write:
        write(ROOT / "README.md", text, MARK)
    if options.plot:
        draw([row for row in found if isinstance(row, Curve)], options.plot)
    return int(not all(row.sound for row in found))
