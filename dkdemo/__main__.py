"""python -m dkdemo softmax | reproduce | run | data | bench: the engine without the web app."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import fields
from typing import Any, get_args, get_type_hints

from dkdemo import __version__
from dkdemo.bench.command import add_parser as add_bench_parser
from dkdemo.datastore_cli import add_parser as add_data_parser
from dkdemo.experiments import catalogue, find
from dkdemo.experiments.recipe import Recipe, from_values
from dkdemo.jobs.events import Done, Event, Progress, pack
from dkdemo.jobs.faults import out_of_memory
from dkdemo.probability import check_temperature, entropy, softmax
from dkdemo.reproduce import findings, report

BAR = 30  # characters


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it worked, 1 when `reproduce` found a disagreement, 2 for bad input."""
    parser = argparse.ArgumentParser(prog="python -m dkdemo", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_softmax(commands)
    _add_run(commands)
    reproduce = commands.add_parser(
        "reproduce", help="print every number on the slides beside what the engine computes"
    )
    reproduce.set_defaults(handler=_reproduce)
    add_data_parser(commands)
    add_bench_parser(commands)
    given = sys.argv[1:] if arguments is None else arguments
    # argparse takes -1e3 and -inf for options; with a space before it a number is a number
    options = parser.parse_args([f" {text}" if text.startswith("-") and _is_number(text) else text for text in given])
    try:
        return options.handler(options) or 0
    except (ValueError, OSError) as error:
        print(f"dkdemo: {error}", file=sys.stderr)
        return 2
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        print("dkdemo: there was not enough memory; smaller settings may fit", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("dkdemo: stopped", file=sys.stderr)
        return 130


def _add_softmax(commands: Any) -> None:
    parser = commands.add_parser("softmax", help="softmax of some logits: softmax 1.4 2.8 .9 --temperature 2")
    parser.add_argument("logits", nargs="+", metavar="LOGIT")
    heat = parser.add_mutually_exclusive_group()
    heat.add_argument("--temperature", "-T", default="1", help="T > 0; the logits are divided by it (default 1)")
    heat.add_argument("--scale", help="the slide's way of saying it: the logits are multiplied by it; T = 1 / SCALE")
    parser.set_defaults(handler=_softmax)


def _softmax(options: argparse.Namespace) -> int:
    if options.scale is None:
        temperature = _number(options.temperature, "temperature")
    else:
        scale = _number(options.scale, "scale")
        if not scale > 0:
            raise ValueError(f"scale must be > 0, got {options.scale}")
        temperature = 1 / scale
    q = softmax([_number(text, "logits") for text in options.logits], check_temperature(temperature))
    print(" ".join(f"{share:.8f}" for share in q))
    print(f"T = {temperature:.4g}, all but the largest hold {1 - q.max():.1%}, entropy {entropy(q) + 0.0:.4f} nats")
    return 0


def _add_run(commands: Any) -> None:
    told = "\n".join(f"  {name:<16}{_first_line(kind)}" for name, kind in catalogue().items())
    parser = commands.add_parser(
        "run",
        help="run a live experiment without the web app",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"experiments, in the talk's order:\n{told}",
    )
    parser.add_argument("experiment", metavar="EXPERIMENT")
    parser.add_argument("--data", help="the data set: digits, shapes, mnist, ...")
    parser.add_argument("--seed", help="the number that all chance comes from")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="any other setting; repeatable")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
    parser.set_defaults(handler=_run)


def _first_line(kind: type[Recipe]) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]


def _run(options: argparse.Namespace) -> int:
    kind = find(options.experiment)
    asked = dict(_setting(text) for text in options.set)
    asked |= {key: text for key in ("data", "seed") if (text := getattr(options, key)) is not None}
    if "data" not in {field.name for field in fields(kind)} and asked.get("data") == getattr(kind, "data", None):
        asked.pop("data", None)  # it knows this data set only
    recipe = from_values(kind, {key: _parse(kind, key, text) for key, text in asked.items()})
    result = None
    from dkdemo.device import configure_torch

    configure_torch()  # as a worker of the web app is, so that both compute and time the same
    for event in recipe.run():
        _show(event)
        if isinstance(event, Done):
            result = event.result
    print(file=sys.stderr)
    if result is None:
        raise ValueError(f"{kind.name} ended without a result")
    packed = {"experiment": kind.name, "settings": recipe.values(), "result": pack(result)}
    print(json.dumps(packed) if options.json else _readable(result))
    return 0


def _reproduce(_: argparse.Namespace) -> int:
    rows = findings()
    print(report(rows))
    return int(any(row.verdict == "DISAGREES" for row in rows))


def _setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise ValueError(f"--set takes KEY=VALUE, got {text!r:.80}")
    return key, value


def _parse(kind: type[Recipe], key: str, text: str) -> Any:
    """``text`` as the type of that setting's default; an unknown key is left to `from_values` to refuse."""
    default: Any = next((field.default for field in fields(kind) if field.name == key), text)
    try:
        if isinstance(default, bool):
            return {"true": True, "false": False}[text.lower()]
        if isinstance(default, tuple):
            one = get_args(get_type_hints(kind)[key])[0]  # tuple[int, ...]
            return tuple(one(part) for part in text.split(",") if part)
        return type(default)(text)
    except (KeyError, ValueError):
        raise ValueError(f"{key} must be like {default!r}, got {text!r:.80}") from None


def _show(event: Event) -> None:
    """The progress bar, on stderr so that the result on stdout stays clean."""
    if not isinstance(event, Progress):
        return
    done = round(BAR * event.step / max(event.steps, 1))
    metrics = "  ".join(f"{name} {value:.4g}" for name, value in list(event.metrics.items())[:5])
    line = f"[{'#' * done}{'.' * (BAR - done)}] {event.step}/{event.steps}  {metrics}"
    print(f"\r{line:<110.110}", end="", file=sys.stderr, flush=True)


def _readable(result: Any) -> str:
    lines = []
    for key, value in result.items():
        shape = getattr(value, "shape", None)
        lines.append(f"{key}: {f'array of shape {tuple(shape)}' if shape else value}")
    return "\n".join(lines)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _number(text: str, what: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{what} must be given in numbers, got {text!r:.80}") from None


if __name__ == "__main__":
    sys.exit(main())
