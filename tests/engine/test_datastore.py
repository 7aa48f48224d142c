"""What is on the disk is found and read exactly; what is damaged gets one sentence."""

import gzip
import hashlib
import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dkdemo import datastore, shapes
from dkdemo.datastore import IDX_FILES, load_arrays, missing_sentence, present


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty machine: no data but what the test puts into the folder."""
    monkeypatch.setenv("DKDEMO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DKDEMO_HOME", str(tmp_path / "home"))
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def write_mnist(folder, train=30, test=20, zipped=False):
    """A tiny MNIST in the real format; returns its arrays by part."""
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    rng = np.random.default_rng(0)
    written = {}
    for part, file in IDX_FILES.items():
        count = train if part.startswith("train") else test
        if "images" in part:
            array = rng.integers(256, size=(count, 28, 28)).astype(np.uint8)
        else:
            array = (np.arange(count) % 10).astype(np.uint8)
        data = struct.pack(f">I{array.ndim}I", 0x800 + array.ndim, *array.shape) + array.tobytes()
        path = raw / (f"{file}.gz" if zipped else file)
        path.write_bytes(gzip.compress(data) if zipped else data)
        written[part] = array
    return written


def test_digits_are_scikit_learns_split_once_for_all():
    from sklearn.datasets import load_digits

    arrays, theirs = load_arrays("digits"), load_digits()
    assert arrays.train_images.shape == (1078, 1, 8, 8)
    assert arrays.test_images.shape == (719, 1, 8, 8)
    assert (datastore.DIGITS_TRAIN, datastore.DIGITS_TEST) == (1078, 719)
    ours = np.concatenate([arrays.train_images, arrays.test_images]).reshape(-1, 64)
    labels = np.concatenate([arrays.train_labels, arrays.test_labels])
    grey = np.round(ours * (16 / 255))  # 17 shades survive the stretch to 0-255
    mine = sorted((*row, label) for row, label in zip(grey.tolist(), labels.tolist(), strict=True))
    wanted = sorted((*row, label) for row, label in zip(theirs.data.tolist(), theirs.target.tolist(), strict=True))
    assert mine == wanted
    digest = hashlib.sha256(arrays.test_labels.astype("<i8").tobytes()).hexdigest()
    assert digest.startswith("86624b1bf567693d")  # a published number rests on this very split


def test_shapes_are_the_generators():
    arrays = load_arrays("shapes")
    images, labels, hues = shapes.draw(2000, seed=1)
    assert np.array_equal(arrays.test_images, images)
    assert np.array_equal(arrays.test_labels, labels)
    assert arrays.hues is not None
    assert np.array_equal(arrays.hues[1], hues)
    assert arrays.train_images.shape == (5000, 3, 32, 32)


def test_asking_what_is_here_loads_neither_torch_nor_scikit_learn():
    line = "import sys; from dkdemo import datastore; datastore.present(); datastore.load_arrays('digits');"
    line += "sys.exit(str({'torch', 'sklearn', 'torchvision'} & set(sys.modules) or ''))"
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True)
    assert done.stderr.strip() == ""


@pytest.mark.parametrize("zipped", [False, True])
def test_mnist_is_read_as_written(folder, zipped):
    written = write_mnist(folder, zipped=zipped)
    assert present()["mnist"].n == 30
    assert not present()["mnist"].embedded
    arrays = load_arrays("mnist")
    for part, array in written.items():
        assert np.array_equal(getattr(arrays, part).reshape(array.shape), array)
    assert arrays.train_images.shape == (30, 1, 28, 28)
    assert arrays.classes == tuple("0123456789")


@pytest.mark.mnist
def test_the_real_mnist():
    arrays = load_arrays("mnist")
    assert arrays.train_images.shape == (60_000, 1, 28, 28)
    assert arrays.train_labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert np.bincount(arrays.test_labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_the_users_folder_is_the_second_place(folder, tmp_path):
    write_mnist(tmp_path / "home" / "data", train=40)
    assert present()["mnist"].n == 40
    write_mnist(folder, train=30)
    assert present()["mnist"].n == 30


def test_absent_data_say_how_to_get_them(folder):
    assert list(present()) == ["digits", "shapes"]
    for name in ("mnist", "fashion-mnist", "cifar10"):
        assert missing_sentence(name).endswith(f"python -m dkdemo data get {name}")
        with pytest.raises(ValueError, match=f"data get {name}"):
            load_arrays(name)


@pytest.mark.parametrize("name", ["nothing", "", "../MNIST", "/etc", "DIGITS", "a" * 10_000])
def test_unknown_data_are_refused_in_one_short_sentence(folder, name):
    with pytest.raises(ValueError, match="data is one of digits, shapes") as caught:
        load_arrays(name)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("keep", [0, 3, 7, 1000, -1])
def test_a_truncated_file_is_named(folder, zipped, keep):
    write_mnist(folder, zipped=zipped)
    path = next((folder / "MNIST" / "raw").glob("train-images*"))
    path.write_bytes(path.read_bytes()[:keep])
    present()  # must not fail: /health asks it
    with pytest.raises(ValueError, match="train-images-idx3-ubyte"):
        load_arrays("mnist")


def test_files_that_do_not_belong_together(folder, tmp_path):
    write_mnist(folder)
    write_mnist(tmp_path / "other", train=29)
    name = "train-labels-idx1-ubyte"
    (folder / "MNIST/raw" / name).write_bytes((tmp_path / "other/MNIST/raw" / name).read_bytes())
    with pytest.raises(ValueError, match="train part of mnist is damaged"):
        load_arrays("mnist")


def own(folder, **changes):
    home = folder / "mine"
    home.mkdir(parents=True)
    arrays = {part: np.zeros((4, 3, 32, 32) if "images" in part else 4, np.uint8) for part in IDX_FILES} | changes
    for part, array in arrays.items():
        array = array.astype(np.int64) if part.endswith("labels") and array.dtype == np.uint8 else array
        np.save(home / f"{part}.npy", array, allow_pickle=True)
    (home / "about.json").write_text(json.dumps({"classes": ["a", "b"], "train": 4, "test": 4}))
    return home


def test_an_own_set_is_found_by_its_name(folder):
    own(folder)
    assert present()["mine"].n == 4
    assert load_arrays("mine").classes == ("a", "b")


def test_nothing_is_unpickled(folder):
    own(folder, train_labels=np.array([print] * 4, dtype=object))
    with pytest.raises(ValueError, match="mine is damaged"):
        load_arrays("mine")


@pytest.mark.parametrize(
    "changes",
    [
        {"train_labels": np.array([0, 1, 2, 0])},
        {"train_labels": np.array([0, 1, -1, 0])},
        {"train_labels": np.array([0, 1])},
        {"test_images": np.zeros((4, 3, 32, 32), np.float32)},
        {"test_images": np.zeros((4, 32, 32), np.uint8)},
        {"test_images": np.zeros((0, 3, 32, 32), np.uint8), "test_labels": np.zeros(0, np.int64)},
    ],
)
def test_impossible_arrays_are_refused(folder, changes):
    own(folder, **changes)
    with pytest.raises(ValueError, match="damaged"):
        load_arrays("mine")


@pytest.mark.parametrize("keep", [0, 5, 100, -1])
def test_a_truncated_own_set_is_named(folder, keep):
    path = own(folder) / "train_images.npy"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ValueError, match="mine is damaged"):
        load_arrays("mine")


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"classes": ["a"]}', '{"classes": 3, "train": "x", "test": 1}'])
def test_a_broken_description_hides_the_set(folder, text):
    (own(folder) / "about.json").write_text(text)
    assert "mine" not in present()
    with pytest.raises(ValueError, match="mine"):
        load_arrays("mine")


def test_names_are_no_paths():
    for name in ("a", "my-cats_2", "cifar10"):
        assert datastore.valid_name(name)
    for name in ("", "A", ".partial-a", "../a", "a/b", "a\\b", "a b", "a\n", "a" * 41, "é"):
        assert not datastore.valid_name(name)


@pytest.mark.skipif(os.name == "nt", reason="folders there have no such modes")
def test_a_folder_that_may_not_be_read_hides_its_sets_and_breaks_nothing(folder, monkeypatch, caplog):
    """As root every folder may be read, so the refusal is the system's own, put in its mouth."""
    (folder / "locked").mkdir()
    real = Path.iterdir

    def refused(self):
        if self == folder:
            raise PermissionError(13, "Permission denied", str(self))
        return real(self)

    monkeypatch.setattr(Path, "iterdir", refused)
    assert set(datastore.present()) >= {"digits", "shapes"}
    assert "cannot be read" in caplog.text
