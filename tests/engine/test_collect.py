"""Own pictures: folders and zips of class folders become data sets; bad ones get one sentence and leave nothing."""

import io
import shutil
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

from dkdemo import __main__, collect, datasets, datastore
from dkdemo.experiments.race import Race
from dkdemo.images import MAX_BYTES


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.delenv("DKDEMO_DATA", raising=False)
    monkeypatch.setenv("DKDEMO_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "data"


def picture(grey, side=40):
    out = io.BytesIO()
    Image.new("RGB", (side, side + 7), (grey, 255 - grey, 7)).save(out, "PNG")
    return out.getvalue()


def files(tops=("",), classes=("cat", "dog"), count=5):
    """``{path: bytes}``; every picture's red is its number."""
    paths = [f"{top}{kind}/{n}.png" for top in tops for kind in classes for n in range(count)]
    return {path: picture(number) for number, path in enumerate(paths)}


def unpacked(folder, contents):
    for name, data in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def zipped(path, contents):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return path


def put(tmp_path, contents, kind):
    return unpacked(tmp_path / "own", contents) if kind == "folder" else zipped(tmp_path / "own.zip", contents)


both = pytest.mark.parametrize("kind", ["folder", "zip"])


@both
def test_class_folders_become_a_data_set_that_loads(tmp_path, home, kind, capsys):
    source = put(tmp_path, files(), kind)
    assert __main__.main(["data", "add", "pets", str(source)]) == 0
    assert "8 pictures to learn from, 2 to be asked about, 2 classes" in capsys.readouterr().out
    assert datastore.present()["pets"].n == 8
    train, test = datasets.load("pets")
    assert train.images.shape == (8, 3, 32, 32)
    assert train.classes == ("cat", "dog")
    assert train.labels.bincount().tolist() == [4, 4]
    reds = sorted([*train.images[:, 0, 0, 0].tolist(), *test.images[:, 0, 0, 0].tolist()])
    assert reds == list(range(10))  # each picture once, on one side only
    for part in (train, test):
        assert ((part.images[:, 0, 0, 0] >= 5).long() == part.labels).all()
    assert sorted(path.name for path in home.iterdir()) == ["pets"]


@both
@pytest.mark.parametrize("around", ["", "pets/", "a/b/"])
@pytest.mark.parametrize("tops", [("train/", "test/"), ("Training/", "val/")])
def test_train_and_test_folders_are_kept_apart(tmp_path, kind, around, tops):
    contents = files([around + top for top in tops])
    arrays = collect.collect(put(tmp_path, contents, kind)).arrays
    assert arrays.train_images[:, 0, 0, 0].tolist() == list(range(10))
    assert arrays.test_images[:, 0, 0, 0].tolist() == list(range(10, 20))
    assert arrays.test_labels.tolist() == [0] * 5 + [1] * 5


@both
def test_what_is_no_picture_is_left_out_and_counted(tmp_path, kind, capsys):
    rubbish = {
        "cat/notes.txt": b"words",
        "cat/broken.png": picture(3)[:50],
        "cat/page.jpg": b"<html>",
        "loose.png": picture(1),
        ".DS_Store": b"x",
        "__MACOSX/cat/._0.png": b"x",
        "dog/empty.png": b"",
        "dog/huge.png": b"\0" * (MAX_BYTES + 1),
    }
    source = put(tmp_path, files() | rubbish, kind)
    collected = collect.collect(source)
    reasons = dict(collected.skipped)
    assert set(reasons) == {
        "cat/notes.txt",
        "cat/broken.png",
        "cat/page.jpg",
        "loose.png",
        "dog/empty.png",
        "dog/huge.png",
    }
    assert "MB" in reasons["dog/huge.png"]
    assert len(collected.arrays.train_labels) + len(collected.arrays.test_labels) == 10
    assert __main__.main(["data", "add", "pets", str(source)]) == 0
    assert "6 files were left out" in capsys.readouterr().out


@pytest.mark.parametrize(
    "name",
    ["../outside.png", "cat/../../outside.png", "/etc/outside.png", "..\\outside.png", "C:\\outside.png", "c:/x.png"],
)
def test_a_zip_with_a_path_outside_it_is_refused_whole(tmp_path, home, name, capsys):
    source = zipped(tmp_path / "evil.zip", files() | {name: picture(1)})
    before = sorted(tmp_path.rglob("*"))
    assert __main__.main(["data", "add", "evil", str(source)]) == 2
    assert "path that leads outside it" in one_sentence(capsys)
    assert sorted(tmp_path.rglob("*")) == before


def one_sentence(capsys):
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("dkdemo: ")]
    assert len(line) < 400
    return line


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_pixel_bomb_is_left_out(tmp_path):
    out = io.BytesIO()
    Image.new("L", (10_000, 10_000)).save(out, "PNG")
    collected = collect.collect(zipped(tmp_path / "bomb.zip", files() | {"cat/bomb.png": out.getvalue()}))
    assert [(name, "megapixels" in why) for name, why in collected.skipped] == [("cat/bomb.png", True)]


def test_a_zip_bomb_is_read_no_further_than_a_picture_may_be(tmp_path):
    source = zipped(tmp_path / "bomb.zip", files() | {"cat/bomb.png": b"\0" * 300_000_000})
    collected = collect.collect(source)
    assert [(name, "MB" in why) for name, why in collected.skipped] == [("cat/bomb.png", True)]


@pytest.mark.parametrize("keep", [0, 10, 0.5, -1])
def test_a_truncated_zip(tmp_path, capsys, home, keep):
    source = zipped(tmp_path / "cut.zip", files())
    data = source.read_bytes()
    source.write_bytes(data[: int(keep * len(data)) if isinstance(keep, float) else keep])
    assert __main__.main(["data", "add", "cut", str(source)]) == 2
    assert "no zip file, or is cut short" in one_sentence(capsys)
    assert not home.exists() or not list(home.iterdir())


def test_a_damaged_member_is_left_out(tmp_path):
    source = zipped(tmp_path / "scratched.zip", files())
    data = bytearray(source.read_bytes())
    with zipfile.ZipFile(source) as archive:
        start = archive.infolist()[0].header_offset + 30 + len("cat/0.png")
    data[start : start + 20] = bytes(20)
    source.write_bytes(data)
    assert [name for name, _ in collect.collect(source).skipped] == ["cat/0.png"]


@both
@pytest.mark.parametrize(
    ("contents", "sentence"),
    [
        ({"readme.txt": b"x"}, "class folders, got none"),
        (files(classes=("cat",)), "class folders, got cat"),
        (files(count=1), "two pictures at least"),
        ({"a.png": picture(1), "b.png": picture(2)}, "class folders, got none"),
        (files(["train/"]) | files(["test/"], ("cow",)), "to learn from, 'cow' has none"),
        (files(classes=("<b>cat", "dog")), "without < > &"),
    ],
)
def test_folders_that_are_no_data_set(tmp_path, home, capsys, kind, contents, sentence):
    assert __main__.main(["data", "add", "pets", str(put(tmp_path, contents, kind))]) == 2
    assert sentence in one_sentence(capsys)
    assert not home.exists()


@pytest.mark.parametrize("name", ["", "Pets", "../pets", "a/b", ".partial-x", "x" * 41])
def test_names_that_are_no_names(tmp_path, name, capsys):
    assert __main__.main(["data", "add", name, str(unpacked(tmp_path / "own", files()))]) == 2
    assert "a data set's name" in one_sentence(capsys)


@pytest.mark.parametrize("name", ["digits", "shapes", "mnist", "fashion-mnist"])
def test_names_that_mean_something_else(tmp_path, name, capsys):
    assert __main__.main(["data", "add", name, str(unpacked(tmp_path / "own", files()))]) == 2
    assert "the name of another data set" in one_sentence(capsys)


def test_a_name_that_is_taken(tmp_path, capsys):
    source = unpacked(tmp_path / "own", files())
    assert __main__.main(["data", "add", "pets", str(source)]) == 0
    assert __main__.main(["data", "add", "pets", str(source)]) == 2
    assert "pets is here already" in one_sentence(capsys)


def test_other_pictures_under_the_same_name_are_other_data(tmp_path, home):
    """No replay of a run on the old pictures, and no old pictures in a worker that read them before."""
    source = unpacked(tmp_path / "own", files())
    keys, firsts = [], []
    for last in (picture(9), picture(200), picture(9)):
        (source / "dog" / "4.png").write_bytes(last)
        assert __main__.main(["data", "add", "pets", str(source)]) == 0
        train, test = datasets.load("pets")
        keys.append(Race(data="pets").key())
        firsts.append({*train.images[:, 0, 0, 0].tolist(), *test.images[:, 0, 0, 0].tolist()})
        shutil.rmtree(home / "pets")
    assert keys[0] == keys[2] != keys[1]
    assert 200 in firsts[1]
    assert firsts[0] == firsts[2]
    assert Race(data="digits").key() != Race(data="pets").key()


def test_cifar10_must_be_cifar10(tmp_path, capsys):
    assert __main__.main(["data", "add", "cifar10", str(unpacked(tmp_path / "own", files()))]) == 2
    assert "cifar10 has the classes airplane" in one_sentence(capsys)
    ten = zipped(tmp_path / "ten.zip", files(("train/", "test/"), collect.CIFAR10, 2))
    assert __main__.main(["data", "add", "cifar10", str(ten)]) == 0
    assert datastore.load_arrays("cifar10").classes == collect.CIFAR10


def test_a_path_that_is_not_there(tmp_path, capsys):
    assert __main__.main(["data", "add", "pets", str(tmp_path / "nowhere")]) == 2
    assert "PATH must be a folder or a zip file" in one_sentence(capsys)


def test_too_many_pictures_are_refused_before_any_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(collect, "MAX_IMAGES", 9)
    monkeypatch.setattr(collect, "read_upload", lambda *_: pytest.fail("read"))
    with pytest.raises(ValueError, match="may have 9 pictures, got 10"):
        collect.collect(unpacked(tmp_path / "own", files()))


def test_a_full_disk_gets_a_sentence_and_leaves_nothing(tmp_path, home):
    """Real: the operating system refuses to write more than 20 kB, as a full disk would."""
    source = unpacked(tmp_path / "own", files(count=20))
    line = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000));"
    line += f"from dkdemo.__main__ import main; sys.exit(main(['data', 'add', 'pets', {str(source)!r}]))"
    done = subprocess.run([sys.executable, "-B", "-c", line], capture_output=True, text=True)
    assert done.returncode == 2
    assert "dkdemo: pets could not be saved" in done.stderr
    assert "the disk is full; nothing was kept" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(home.iterdir()) == []


def test_what_an_interrupted_attempt_left_is_cleared(tmp_path, home):
    (home / ".partial-pets").mkdir(parents=True)
    (home / ".partial-pets" / "train_images.npy").write_bytes(b"half")
    assert "pets" not in datastore.present()
    assert __main__.main(["data", "add", "pets", str(unpacked(tmp_path / "own", files()))]) == 0
    assert [path.name for path in home.iterdir()] == ["pets"]


def test_stopping_halfway_leaves_nothing(tmp_path, home, monkeypatch):
    arrays = collect.collect(unpacked(tmp_path / "own", files())).arrays

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(collect.np, "save", interrupted)
    with pytest.raises(KeyboardInterrupt):
        collect.save("pets", arrays, home)
    assert list(home.iterdir()) == []


def test_the_list_names_what_is_here_and_what_is_not(capsys):
    assert __main__.main(["data"]) == 0
    out = capsys.readouterr().out
    assert "digits" in out
    assert "python -m dkdemo data get mnist" in out
    assert np.all([line.strip() for line in out.splitlines()[:5]])
