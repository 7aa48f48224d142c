"""python -m dkdemo data: what data there is, fetching more, adding one's own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from dkdemo import datastore
from dkdemo.folders import data_folders

BAR = 30  # characters


def add_parser(commands: Any) -> None:
    """Add ``data`` to the command line's commands."""
    parser = commands.add_parser("data", help="list the data sets; get a known one; add your own pictures")
    parser.set_defaults(handler=_list)
    actions = parser.add_subparsers(metavar="ACTION")
    actions.add_parser("list", help="what is here, and where").set_defaults(handler=_list)
    fetch = actions.add_parser("get", help=f"download {', '.join(datastore.DOWNLOADABLE)}")
    fetch.add_argument("name", metavar="NAME")
    fetch.set_defaults(handler=_get)
    own = actions.add_parser("add", help="make a data set of a folder, or a zip file, of class folders")
    own.add_argument("name", metavar="NAME")
    own.add_argument("path", metavar="PATH", type=Path)
    own.set_defaults(handler=_add)


def _list(_: argparse.Namespace) -> int:
    found = datastore.present()
    for one in found.values():
        print(f"{one.name:<16}{one.n:>8,} to learn from   {one.where}")
    for name in datastore.DOWNLOADABLE:
        if name not in found:
            print(f"{name:<16}{'-':>8}                 python -m dkdemo data get {name}")
    print(f"\nlooked in: {', '.join(map(str, data_folders()))}")
    return 0


def _get(options: argparse.Namespace) -> int:
    from dkdemo.download import get

    where = get(options.name, data_folders()[0])
    print(f"{options.name} is in {where}")
    return 0


def _add(options: argparse.Namespace) -> int:
    from dkdemo.collect import CIFAR10, check_name, collect, save

    check_name(options.name)
    collected = collect(options.path, _progress)
    arrays, skipped = collected.arrays, collected.skipped
    if options.name == "cifar10" and arrays.classes != CIFAR10:
        raise ValueError(f"cifar10 has the classes {', '.join(CIFAR10)}; got {', '.join(arrays.classes):.200}")
    where = save(options.name, arrays, data_folders()[-1])
    if skipped:
        path, reason = skipped[0]
        print(f"{len(skipped)} files were left out, the first is {path}: {reason}")
    counts = f"{len(arrays.train_labels):,} pictures to learn from, {len(arrays.test_labels):,} to be asked about"
    print(f"{options.name}: {counts}, {len(arrays.classes)} classes, in {where}")
    return 0


def _progress(done: int, of: int) -> None:
    if done % 100 == 0 or done == of:
        full = BAR * done // of
        end = "\n" if done == of else ""
        print(f"\r[{'#' * full}{'.' * (BAR - full)}] {done:,}/{of:,} pictures", end=end, file=sys.stderr, flush=True)
