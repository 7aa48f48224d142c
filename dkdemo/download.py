"""Fetch MNIST, Fashion-MNIST or CIFAR-10 by torchvision's own download, with its bar and its checksums.

From the command line only: no browser can make the lecturer's machine download anything. Files go to a folder
of their own first and are moved when whole, so that an interrupted download leaves nothing that looks complete.
"""

from __future__ import annotations

import http.client
import shutil
import socket
import tarfile
import urllib.error
from pathlib import Path

import numpy as np

from dkdemo import collect, datastore

PATIENCE = 30.0  # seconds without a byte


def get(name: str, folder: Path) -> Path:
    """Download ``name`` into ``folder``; returns where it lies now.

    Raises:
        ValueError: not one of those that can be downloaded, no network, a wrong checksum or a full disk; one
            sentence.
    """
    if name not in datastore.DOWNLOADABLE:
        raise ValueError(f"what can be downloaded is {', '.join(datastore.DOWNLOADABLE)}; got {name!r:.80}")
    if name in datastore.present() and _sound(name):
        raise ValueError(f"{name} is here already, in {datastore.present()[name].where}")
    patience = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        with collect.making(folder, f"download-{name}") as partial:
            try:
                return _cifar10(partial, folder) if name == "cifar10" else _idx(name, partial, folder)
            except (urllib.error.URLError, ConnectionError, TimeoutError, http.client.HTTPException) as error:
                raise ValueError(_unreachable(name, error)) from error
            except (RuntimeError, EOFError, tarfile.TarError) as error:  # RuntimeError: torchvision's word for both
                reason = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
                if "urlopen error" in reason:  # MNIST's mirrors are tried in turn, and their errors become text
                    raise ValueError(_unreachable(name, reason)) from error
                raise ValueError(f"{name} could not be fetched whole ({reason:.200})") from error
    finally:
        socket.setdefaulttimeout(patience)


def _sound(name: str) -> bool:
    """Whether what is here can be read; what cannot is fetched anew."""
    try:
        datastore.load_arrays(name)
    except ValueError:
        return False
    return True


def _unreachable(name: str, reason: object) -> str:
    return f"{name} could not be fetched: no network, or no answer from where it lies ({reason})"


def _idx(name: str, partial: Path, folder: Path) -> Path:
    """The four files as they are; the archives they came in are not kept."""
    from torchvision import datasets

    kind = {"mnist": datasets.MNIST, "fashion-mnist": datasets.FashionMNIST}[name]
    kind(partial, download=True)
    raw = partial / datastore.IDX_FOLDERS[name] / "raw"
    for archive in raw.glob("*.gz"):
        archive.unlink()
    target = folder / datastore.IDX_FOLDERS[name]
    shutil.rmtree(target, ignore_errors=True)  # an incomplete or a damaged one
    raw.parent.rename(target)
    return target


def _cifar10(partial: Path, folder: Path) -> Path:
    """CIFAR-10 comes pickled; once its checksum has been verified it is written as plain arrays."""
    from torchvision import datasets

    train, test = (datasets.CIFAR10(partial, train=part, download=True) for part in (True, False))
    arrays = datastore.Arrays(
        np.ascontiguousarray(train.data.transpose(0, 3, 1, 2)),
        np.array(train.targets, dtype=np.int64),
        np.ascontiguousarray(test.data.transpose(0, 3, 1, 2)),
        np.array(test.targets, dtype=np.int64),
        collect.CIFAR10,
    )
    shutil.rmtree(folder / "cifar10", ignore_errors=True)  # a damaged one
    return collect.save("cifar10", arrays, folder)
