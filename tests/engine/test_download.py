"""Downloads through torchvision, from a server of our own on this machine: whole, checked, or not at all."""

import gzip
import hashlib
import io
import pickle
import struct
import tarfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from dkdemo import __main__, collect, datastore
from dkdemo.datastore import IDX_FILES

torchvision = pytest.importorskip("torchvision")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.delenv("DKDEMO_DATA", raising=False)
    monkeypatch.setenv("DKDEMO_HOME", str(tmp_path / "home"))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "home" / "data"


@pytest.fixture
def server(tmp_path):
    """A folder served on the loopback: ``(folder, address)``."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{listening.server_port}/"
        listening.shutdown()


@pytest.fixture
def mnist(server, monkeypatch):
    """A tiny MNIST with checksums of its own, in the place of the real one; returns its folder."""
    folder, address = server
    resources = []
    for part, file in IDX_FILES.items():
        shape = (20, 28, 28) if "images" in part else (20,)
        values = (np.arange(np.prod(shape)) % 10).astype(np.uint8)
        head = struct.pack(f">I{len(shape)}I", 0x800 + len(shape), *shape)
        data = gzip.compress(head + values.tobytes())
        (folder / f"{file}.gz").write_bytes(data)
        resources.append((f"{file}.gz", hashlib.md5(data).hexdigest()))
    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", [address])
    monkeypatch.setattr(torchvision.datasets.MNIST, "resources", resources)
    return folder


@pytest.fixture
def cifar10(server, monkeypatch):
    folder, address = server
    rng = np.random.default_rng(0)
    kind, members, sums = torchvision.datasets.CIFAR10, {}, {}
    for name in ("data_batch_1", "test_batch"):
        data = rng.integers(256, size=(10, 3072)).astype(np.uint8)
        members[name] = pickle.dumps({"data": data, "labels": list(range(10))})
    members["batches.meta"] = pickle.dumps({"label_names": list(collect.CIFAR10)})
    sums = {name: hashlib.md5(data).hexdigest() for name, data in members.items()}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(f"{kind.base_folder}/{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    (folder / "cifar.tar.gz").write_bytes(out.getvalue())
    monkeypatch.setattr(kind, "url", f"{address}cifar.tar.gz")
    monkeypatch.setattr(kind, "filename", "cifar.tar.gz")
    monkeypatch.setattr(kind, "tgz_md5", hashlib.md5(out.getvalue()).hexdigest())
    monkeypatch.setattr(kind, "train_list", [["data_batch_1", sums["data_batch_1"]]])
    monkeypatch.setattr(kind, "test_list", [["test_batch", sums["test_batch"]]])
    meta = {"filename": "batches.meta", "key": "label_names", "md5": sums["batches.meta"]}
    monkeypatch.setattr(kind, "meta", meta)
    return pickle.loads(members["data_batch_1"])["data"]


def sentence(capsys):
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("dkdemo: ")]
    return line


def test_mnist_comes_whole_with_a_bar(mnist, home, capsys):
    assert __main__.main(["data", "get", "mnist"]) == 0
    assert "100%" in capsys.readouterr().err
    assert datastore.present()["mnist"].n == 20
    assert datastore.load_arrays("mnist").test_labels.tolist() == [n % 10 for n in range(20)]
    assert [path.name for path in home.iterdir()] == ["MNIST"]
    assert not list(home.rglob("*.gz"))


def test_cifar10_is_kept_as_plain_arrays(cifar10, home, capsys):
    assert __main__.main(["data", "get", "cifar10"]) == 0
    arrays = datastore.load_arrays("cifar10")
    assert np.array_equal(arrays.train_images.reshape(10, 3072), cifar10)
    assert arrays.classes == collect.CIFAR10
    assert [path.name for path in home.iterdir()] == ["cifar10"]
    assert sorted({path.suffix for path in home.rglob("*") if path.is_file()}) == [".json", ".npy"]


def test_it_goes_where_dkdemo_data_says(mnist, tmp_path, monkeypatch):
    monkeypatch.setenv("DKDEMO_DATA", str(tmp_path / "chosen"))
    assert __main__.main(["data", "get", "mnist"]) == 0
    assert (tmp_path / "chosen" / "MNIST" / "raw").is_dir()


def test_what_is_here_is_not_fetched_again(mnist, capsys):
    assert __main__.main(["data", "get", "mnist"]) == 0
    assert __main__.main(["data", "get", "mnist"]) == 2
    assert "mnist is here already" in sentence(capsys)


@pytest.mark.parametrize("name", ["mnist", "cifar10"])
def test_what_is_here_but_cut_short_is_fetched_again(name, home, capsys, request):
    request.getfixturevalue(name)
    assert __main__.main(["data", "get", name]) == 0
    victim = next(home.rglob("train-images-idx3-ubyte" if name == "mnist" else "train_images.npy"))
    victim.write_bytes(victim.read_bytes()[:-5])
    with pytest.raises(ValueError, match="damaged"):
        datastore.load_arrays(name)
    assert __main__.main(["data", "get", name]) == 0
    datastore.load_arrays(name)


def test_a_wrong_checksum_is_refused(mnist, home, capsys):
    path = mnist / "t10k-labels-idx1-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-1])
    assert __main__.main(["data", "get", "mnist"]) == 2
    assert "could not be fetched whole" in sentence(capsys)
    assert list(home.iterdir()) == []


def test_an_interrupted_download_starts_anew(mnist, home, monkeypatch):
    class Interrupted(torchvision.datasets.MNIST):
        def __init__(self, root, download):
            (root / "MNIST" / "raw").mkdir(parents=True)
            (root / "MNIST" / "raw" / "train-images-idx3-ubyte").write_bytes(b"half")
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(torchvision.datasets, "MNIST", Interrupted)
        assert __main__.main(["data", "get", "mnist"]) == 130
    assert list(home.iterdir()) == []
    (home / ".partial-download-mnist" / "MNIST").mkdir(parents=True)  # as a power cut leaves it
    assert "mnist" not in datastore.present()
    assert __main__.main(["data", "get", "mnist"]) == 0
    assert [path.name for path in home.iterdir()] == ["MNIST"]


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "cifar10"])
def test_no_network_gets_one_sentence(monkeypatch, capsys, home, name, server):
    nobody = "http://127.0.0.1:9/"
    for kind in (torchvision.datasets.MNIST, torchvision.datasets.FashionMNIST):
        monkeypatch.setattr(kind, "mirrors", [nobody])
    monkeypatch.setattr(torchvision.datasets.CIFAR10, "url", f"{nobody}cifar.tar.gz")
    assert __main__.main(["data", "get", name]) == 2
    assert "no network" in sentence(capsys)
    assert list(home.iterdir()) == []


def test_a_missing_file_on_the_server_gets_one_sentence(mnist, capsys):
    (mnist / "t10k-labels-idx1-ubyte.gz").unlink()
    assert __main__.main(["data", "get", "mnist"]) == 2
    assert "mnist could not be fetched" in sentence(capsys)


@pytest.mark.parametrize("name", ["digits", "imagenet", "../mnist", ""])
def test_only_three_can_be_fetched(capsys, name):
    assert __main__.main(["data", "get", name]) == 2
    assert "what can be downloaded is mnist, fashion-mnist, cifar10" in sentence(capsys)
