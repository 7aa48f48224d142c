"""Make a data set of one's own pictures: class folders, or a zip of them, decoded once into plain arrays.

The layout is the usual one: ``cats/1.jpg``, ``dogs/2.png``, or the same inside ``train/`` and ``test/``. Nothing is
ever extracted from an archive, and nothing is pickled; a set appears whole or not at all.
"""

from __future__ import annotations

import errno
import hashlib
import json
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dkdemo import datastore
from dkdemo.images import MAX_BYTES, read_upload, to_square

SIDE = 32  # pixels of a saved picture
MAX_IMAGES = 200_000  # 600 MB of them
MAX_CLASSES = 1000
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
TRAIN, TEST = ("train", "training"), ("test", "testing", "val", "valid", "validation")
TRAIN_SHARE = 0.8  # where the folders bring no test pictures of their own
CIFAR10 = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


@dataclass(frozen=True)
class Entry:
    """A file not yet read: its path inside the folder or archive, and how to read it."""

    parts: tuple[str, ...]
    read: Callable[[], bytes]

    @property
    def name(self) -> str:
        return "/".join(self.parts)


@dataclass(frozen=True)
class Collected:
    """The data set, and what was left out: ``(path, reason)`` each."""

    arrays: datastore.Arrays
    skipped: tuple[tuple[str, str], ...]


def check_name(name: str) -> None:
    """Refuse a name that is no name, belongs to another set, or is taken.

    Raises:
        ValueError: in one sentence.
    """
    if not datastore.valid_name(name):
        raise ValueError(f"a data set's name is of a-z, 0-9, - and _, at most 40 characters; got {name!r:.80}")
    if name in datastore.DATA_NAMES and name != "cifar10":
        raise ValueError(f"{name} is the name of another data set; choose one of your own")
    there = datastore.present().get(name)
    if there:
        raise ValueError(f"{name} is here already, in {there.where}; delete its folder there or choose another name")


def collect(source: Path, progress: Callable[[int, int], None] = lambda done, of: None) -> Collected:
    """Read every picture of a folder or zip of class folders, as (N, 3, 32, 32) squares of their middles.

    Raises:
        ValueError: no such file, a path that leads outside the archive, fewer than two classes, or a class with
            too few pictures; one sentence.
    """
    with ExitStack() as stack:
        entries = _zip_entries(source, stack) if source.is_file() else _folder_entries(source)
        pictures, skipped = _sorted_out(entries)
        if len(pictures) > MAX_IMAGES:
            raise ValueError(f"a data set may have {MAX_IMAGES:,} pictures, got {len(pictures):,}")
        squares: list[np.ndarray] = []
        kept: list[tuple[str, str]] = []  # the part (train, test or empty) and the class of each
        for number, (part, kind, entry) in enumerate(pictures, 1):
            try:
                squares.append(to_square(read_upload(entry.read(), 4 * SIDE), SIDE))
                kept.append((part, kind))
            except ValueError as error:
                skipped.append((entry.name, str(error)))
            progress(number, len(pictures))
    return Collected(_arranged(squares, kept), tuple(skipped))


def save(name: str, arrays: datastore.Arrays, folder: Path) -> Path:
    """Write a data set into ``folder / name``: into a folder beside it first, renamed when all is written.

    Raises:
        ValueError: the disk is full or cannot be written; nothing is left behind.
    """
    with making(folder, name) as partial:
        for part in datastore.IDX_FILES:
            np.save(partial / f"{part}.npy", getattr(arrays, part), allow_pickle=False)
        digest = hashlib.sha256(str(arrays.classes).encode())
        for part in datastore.IDX_FILES:
            digest.update(np.ascontiguousarray(getattr(arrays, part)).data)
        about = {
            "classes": arrays.classes,
            "train": len(arrays.train_labels),
            "test": len(arrays.test_labels),
            "digest": digest.hexdigest()[:16],  # other pictures under the same name are other data
        }
        (partial / "about.json").write_text(json.dumps(about), encoding="utf-8")
        partial.rename(folder / name)
    return folder / name


@contextmanager
def making(folder: Path, name: str) -> Iterator[Path]:
    """A fresh folder to write in, gone afterwards unless renamed; what an interrupted attempt left is cleared first."""
    partial = folder / f".partial-{name}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        yield partial
    except OSError as error:
        # None: numpy tells a short write in words of its own
        full = error.errno in (None, errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        why = "the disk is full" if full else error.strerror or str(error)
        raise ValueError(f"{name} could not be saved in {folder}: {why}; nothing was kept") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _folder_entries(source: Path) -> list[Entry]:
    if not source.is_dir():
        raise ValueError(f"PATH must be a folder or a zip file, got {str(source)!r:.200}")
    files = sorted(path for path in source.rglob("*") if path.is_file())
    return [Entry(path.relative_to(source).parts, lambda path=path: _bounded(path)) for path in files]  # type: ignore[misc]


def _bounded(path: Path) -> bytes:
    """At most one byte more than is allowed, which is enough to be refused."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _zip_entries(source: Path, stack: ExitStack) -> list[Entry]:
    try:
        archive = stack.enter_context(zipfile.ZipFile(source))
    except (zipfile.BadZipFile, OSError) as error:
        raise ValueError(f"{source.name} is no zip file, or is cut short ({error})") from error

    def read(info: zipfile.ZipInfo) -> bytes:
        try:
            with archive.open(info) as file:
                return file.read(MAX_BYTES + 1)  # whatever size its header claims
        except (zipfile.BadZipFile, OSError, EOFError, zlib.error, RuntimeError, NotImplementedError) as error:
            raise ValueError(f"cannot be read ({error})") from error

    entries = []
    for info in archive.infolist():
        name = info.orig_filename.replace("\\", "/")
        parts = tuple(part for part in name.split("/") if part not in ("", "."))
        if name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name) or "\0" in name:
            raise ValueError(f"{source.name} has a path that leads outside it, {name!r:.120}; it is refused")
        if not info.is_dir() and parts:
            entries.append(Entry(parts, lambda info=info: read(info)))  # type: ignore[misc]
    return sorted(entries, key=lambda entry: entry.parts)


def _sorted_out(entries: Sequence[Entry]) -> tuple[list[tuple[str, str, Entry]], list[tuple[str, str]]]:
    """Each picture with its part and class; and what is no picture or lies in no class folder."""
    skipped = []
    candidates = []
    for entry in entries:
        if any(part.startswith(".") or part == "__MACOSX" for part in entry.parts):
            continue  # what file managers leave about
        if entry.parts[-1].lower().endswith(SUFFIXES):
            candidates.append((entry.parts, entry))
        else:
            skipped.append((entry.name, "no PNG, JPEG or WebP"))
    while candidates and len({parts[0] for parts, _ in candidates}) == 1 and min(len(p) for p, _ in candidates) > 2:
        candidates = [(parts[1:], entry) for parts, entry in candidates]  # a folder around all the others
    tops = {parts[0].lower() for parts, _ in candidates}
    divided = bool(tops & set(TRAIN)) and bool(tops & set(TEST))
    pictures = []
    for parts, entry in candidates:
        part = ""
        if divided:
            top = parts[0].lower()
            part = "train" if top in TRAIN else "test" if top in TEST else "neither"
            parts = parts[1:]
        if len(parts) < 2 or part == "neither":
            skipped.append((entry.name, "in no class folder"))
        else:
            pictures.append((part, parts[0], entry))
    return pictures, skipped


def _arranged(squares: Sequence[np.ndarray], kept: Sequence[tuple[str, str]]) -> datastore.Arrays:
    """Arrays with the classes in alphabetical order, divided as the folders were, or by the fixed split."""
    classes = tuple(sorted({kind for _, kind in kept}))
    if not 2 <= len(classes) <= MAX_CLASSES:
        found = ", ".join(classes[:3]) or "none"
        raise ValueError(f"need pictures (PNG, JPEG, WebP) in 2 to {MAX_CLASSES} class folders, got {found}")
    strange = [name for name in classes if not name.isprintable() or set(name) & set("<>&") or len(name) > 60]
    if strange:
        raise ValueError(f"a class's name is printable, without < > &, at most 60 characters; got {strange[0]!r:.80}")
    labels = np.array([classes.index(kind) for _, kind in kept], dtype=np.int64)
    images = np.stack(squares).transpose(0, 3, 1, 2)
    if kept[0][0]:
        is_test = np.array([part == "test" for part, _ in kept])
        train, test = np.flatnonzero(~is_test), np.flatnonzero(is_test)
    else:
        train, test = _split(labels)
    for name, count in zip(classes, np.bincount(labels[train], minlength=len(classes)), strict=True):
        if not count:
            raise ValueError(f"every class needs pictures to learn from, {name!r:.80} has none")
    asked = len(set(labels[test].tolist()))
    if asked < 2:
        raise ValueError(f"there must be test pictures of two classes at least, got {len(test)} of {asked}")
    parts = [np.ascontiguousarray(images[index]) for index in (train, test)]
    return datastore.Arrays(parts[0], labels[train], parts[1], labels[test], classes)


def _split(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """80 % of each class to learn from, the rest to be asked about; the same at every call."""
    rng = np.random.default_rng(datastore.SPLIT_SEED)
    train, test = [], []
    for label in range(labels.max() + 1):
        members = rng.permutation(np.flatnonzero(labels == label))
        if len(members) < 2:
            raise ValueError("every class needs two pictures at least: one to learn from, one to be asked about")
        cut = min(round(TRAIN_SHARE * len(members)), len(members) - 1)
        train.append(members[:cut])
        test.append(members[cut:])
    return np.sort(np.concatenate(train)), np.sort(np.concatenate(test))
