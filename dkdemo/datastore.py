"""Finds and reads the pictures, as plain arrays: which data sets are here, where, and why one is not.

Two are always here: scikit-learn's digits (inside its package) and our shapes (drawn by a formula). The others
are files in the folder ``DKDEMO_DATA`` or in the user's own data folder: MNIST and Fashion-MNIST as torchvision
lays them out, everything else as numpy arrays that ``python -m dkdemo data`` wrote. Nothing here needs torch,
so the web server can ask what there is; nothing here unpickles.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import logging
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from os.path import isdir, isfile  # unlike those of Path they say no where they may not look
from pathlib import Path

import numpy as np

from dkdemo import shapes
from dkdemo.folders import data_folders

LOG = logging.getLogger(__name__)

EMBEDDED = ("digits", "shapes")
DOWNLOADABLE = ("mnist", "fashion-mnist", "cifar10")
DATA_NAMES = EMBEDDED + DOWNLOADABLE  # own sets come beside these, under the names they were added by

IDX_FOLDERS = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST"}
IDX_FILES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}
CLASSES = {
    "mnist": tuple("0123456789"),
    "fashion-mnist": (
        *("T-shirt", "trousers", "pullover", "dress", "coat"),
        *("sandal", "shirt", "sneaker", "bag", "boot"),
    ),
}
SPLIT_SEED = 0  # of the digits, 60 % to learn from and 40 % to be asked about
DIGITS_TRAIN, DIGITS_TEST = 1078, 719
SHAPES_TRAIN, SHAPES_TEST = 5000, 2000


@dataclass(frozen=True)
class Found:
    """A data set that can be used now."""

    name: str
    n: int  # training examples
    where: str
    embedded: bool


@dataclass(frozen=True)
class Arrays:
    """Images are uint8 (N, C, H, W), labels int64 (N,); hues only for the shapes."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    classes: tuple[str, ...]
    hues: tuple[np.ndarray, np.ndarray] | None = None


def present() -> dict[str, Found]:
    """The data sets that are here, without reading the pictures."""
    found = {
        "digits": Found("digits", DIGITS_TRAIN, "scikit-learn", True),
        "shapes": Found("shapes", SHAPES_TRAIN, "dkdemo", True),
    }
    for folder in data_folders():
        for name in IDX_FOLDERS:
            if name not in found and _idx_files(folder, name):
                found[name] = Found(name, _idx_count(folder, name), str(folder), False)
        for home in _own_sets(folder):
            if home.name not in found:
                found[home.name] = Found(home.name, _about(home)["train"], str(folder), False)
    return found


def missing_sentence(name: str) -> str:
    """Why ``name`` cannot be used now, and what to do about it."""
    if name in DOWNLOADABLE:
        return f"{name} is not on this machine; get it with: python -m dkdemo data get {name}"
    return f"data is one of {', '.join(present())}; got {name!r:.80}"


def load_arrays(name: str) -> Arrays:
    """Read one data set whole.

    Raises:
        ValueError: it is unknown, absent, or its files are damaged, in one sentence.
    """
    if name == "digits":
        return _digits()
    if name == "shapes":
        return _shapes()
    for folder in data_folders():
        if name in IDX_FOLDERS and (files := _idx_files(folder, name)):
            images, labels, test_images, test_labels = (_read_idx(files[part]) for part in IDX_FILES)
            grey, test_grey = images[:, None], test_images[:, None]  # one channel
            return _checked(Arrays(grey, labels, test_grey, test_labels, CLASSES[name]), name)
        if valid_name(name) and isfile(folder / name / "about.json"):
            return _checked(_read_own(folder / name), name)
    raise ValueError(missing_sentence(name))


def edition(name: str) -> str:
    """Tells one set of pictures added under ``name`` from the next; empty for a set that is always the same."""
    if name in (*EMBEDDED, *IDX_FOLDERS) or not valid_name(name):
        return ""
    homes = [folder / name for folder in data_folders() if isfile(folder / name / "about.json")]
    return str(_about(homes[0]).get("digest", "")) if homes else ""


def valid_name(name: str) -> bool:
    """Whether a data set may be called so: a name becomes a folder, so it must not be a path."""
    return re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", name) is not None


def _digits() -> Arrays:
    """1,797 handwritten digits of 8 x 8 pixels, their 17 shades stretched to 0-255."""
    # read from scikit-learn's own file: importing scikit-learn itself would cost a second
    spec = importlib.util.find_spec("sklearn")
    if spec is None or not spec.submodule_search_locations:
        raise ValueError("the digits need scikit-learn, which is not installed: pip install -r requirements.txt")
    path = Path(spec.submodule_search_locations[0]) / "datasets" / "data" / "digits.csv.gz"
    with gzip.open(path, "rt") as lines:
        table = np.loadtxt(lines, delimiter=",", dtype=np.float64)
    images = np.round(table[:, :64] * (255 / 16)).astype(np.uint8).reshape(-1, 1, 8, 8)
    labels = table[:, 64].astype(np.int64)
    order = np.random.default_rng(SPLIT_SEED).permutation(len(labels))
    train, test = order[:DIGITS_TRAIN], order[DIGITS_TRAIN:]
    return Arrays(images[train], labels[train], images[test], labels[test], CLASSES["mnist"])


def _shapes() -> Arrays:
    train_images, train_labels, train_hues = shapes.draw(SHAPES_TRAIN, seed=0)
    test_images, test_labels, test_hues = shapes.draw(SHAPES_TEST, seed=1)
    return Arrays(train_images, train_labels, test_images, test_labels, shapes.CLASSES, (train_hues, test_hues))


def _idx_files(folder: Path, name: str) -> dict[str, Path]:
    """The four files of an MNIST-like set, plain or gzipped, or nothing when one is absent."""
    raw = folder / IDX_FOLDERS[name] / "raw"
    files = {}
    for part, file in IDX_FILES.items():
        there = [path for path in (raw / file, raw / f"{file}.gz") if isfile(path)]
        if not there:
            return {}
        files[part] = there[0]
    return files


def _idx_count(folder: Path, name: str) -> int:
    """How many training examples the header promises; 0 where it cannot be read, which `load_arrays` explains."""
    path = _idx_files(folder, name)["train_labels"]
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            return int.from_bytes(file.read(8)[4:], "big")
    except (OSError, EOFError, zlib.error):
        return 0


def _read_idx(path: Path) -> np.ndarray:
    """LeCun's idx format: two zero bytes, the type (8 = unsigned bytes), the number of axes, their lengths, data."""
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{path.name} cannot be read ({error}); get the data again") from error
    axes = raw[3] if len(raw) >= 4 and raw[:3] == b"\0\0\x08" else 0
    shape = np.frombuffer(raw[4 : 4 + 4 * axes], dtype=">i4") if len(raw) >= 4 + 4 * axes else ()
    wanted = 4 + 4 * axes + int(np.prod(shape, dtype=np.int64)) if axes else -1
    if len(raw) != wanted:
        raise ValueError(f"{path.name} is damaged: its header promises {wanted} bytes, it has {len(raw)}; get it again")
    array = np.frombuffer(raw, dtype=np.uint8, offset=4 + 4 * axes).reshape([int(length) for length in shape])
    return array.astype(np.int64) if axes == 1 else array.copy()


def _own_sets(folder: Path) -> Iterator[Path]:
    """The folders of sets that `dkdemo.collect` wrote, complete ones only."""
    try:
        homes = sorted(folder.iterdir()) if isdir(folder) else []
    except OSError as error:  # a stick that was pulled out, a folder that is somebody else's
        _warn_once(str(folder), str(error))
        homes = []
    for home in homes:
        if valid_name(home.name) and _about(home):
            yield home


@cache
def _warn_once(folder: str, why: str) -> None:
    """Every rerun of every browser asks what there is; the log need not hear of it each time."""
    LOG.warning("%s cannot be read: %s", folder, why)


def _about(home: Path) -> dict:
    try:
        about = json.loads((home / "about.json").read_text(encoding="utf-8"))
        names, train = about["classes"], about["train"]
        sound = isinstance(names, list) and all(isinstance(name, str) for name in names) and isinstance(train, int)
        return about if sound else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _read_own(home: Path) -> Arrays:
    about = _about(home)
    if not about:
        raise ValueError(f"{home / 'about.json'} is damaged; add the data again")
    try:
        parts = {part: np.load(home / f"{part}.npy", allow_pickle=False) for part in IDX_FILES}
    except (OSError, ValueError, EOFError) as error:
        raise ValueError(f"the data set {home.name} is damaged ({error}); add it again") from error
    return Arrays(**parts, classes=tuple(about["classes"]))


def _checked(arrays: Arrays, name: str) -> Arrays:
    """The last look before anything trains on it: images and labels belong together."""
    for part in ("train", "test"):
        images, labels = getattr(arrays, f"{part}_images"), getattr(arrays, f"{part}_labels")
        fits = images.ndim == 4 and images.dtype == np.uint8 and labels.shape == images.shape[:1]
        if not fits or not len(labels) or labels.min() < 0 or labels.max() >= len(arrays.classes):
            raise ValueError(f"the {part} part of {name} is damaged: images {images.shape}, labels {labels.shape}")
    return arrays
