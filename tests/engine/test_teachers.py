"""Teachers are trained once, kept whole or not at all, and never mistaken for one another."""

import errno
from dataclasses import replace

import numpy as np
import pytest
import torch

from dkdemo import datasets, datastore, teachers
from dkdemo.evaluation import accuracy
from dkdemo.students import Student
from dkdemo.teachers import Committee, ConvNet, trained, trained_with_progress
from dkdemo.training import logits_of

SMALL = Committee(members=2, hidden=6, steps=4, batch_size=16)
CONV = ConvNet("shapes", channels=(2, 3), steps=2, batch_size=16, shift=1)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An empty folder and an empty memory."""
    monkeypatch.setenv("DKDEMO_HOME", str(tmp_path))
    monkeypatch.setattr(teachers, "_memory", teachers.OrderedDict())
    return tmp_path


@pytest.fixture
def trainings(monkeypatch):
    """Which recipes were trained."""
    told = []
    for kind in (Committee, ConvNet, Student):

        def teach(self, net, original=kind.teach):
            told.append(self)
            yield from original(self, net)

        monkeypatch.setattr(kind, "teach", teach)
    return told


def forget() -> None:
    """As in another process: only the files are left."""
    teachers._memory.clear()


def same(first: torch.nn.Module, second: torch.nn.Module) -> bool:
    one, other = first.state_dict(), second.state_dict()
    return all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("recipe", [SMALL, CONV, Student(SMALL, hidden=5, steps=3, unseen_class=3)])
def test_trained_once_then_remembered_then_read(recipe, trainings, home) -> None:
    first = trained(recipe)
    told = list(trainings)
    assert told[0] == recipe
    assert trained(recipe) is first
    forget()
    again = trained(recipe)
    assert trainings == told, "the file must do"
    assert same(first, again)
    assert not first.training
    assert not again.training
    assert not list(home.rglob("*.part"))
    forget()
    for path in home.rglob("*.npz"):
        path.unlink()
    assert same(first, trained(recipe)), "the same seed is the same teacher, bit for bit"


def test_the_learning_curve_is_told_and_told_again(trainings) -> None:
    def lessons():
        nets.append((yield from trained_with_progress(SMALL, of=100)))

    nets: list[torch.nn.Module] = []
    told = list(lessons())
    assert nets == [trained(SMALL)]
    assert [event.step for event in told] == [1, 2, 3, 4]
    assert {event.steps for event in told} == {100}
    assert all(0 <= event.metrics["teacher"] <= 1 for event in told)
    again = [replace(event, metrics={**event.metrics, "kept": 1.0}) for event in told]
    assert list(lessons()) == again, "from memory"
    forget()
    assert list(lessons()) == again, "from the file"
    assert list(trained_with_progress(SMALL, again=False)) == []
    assert trainings == [SMALL]


def test_the_second_of_two_teachers_is_told_after_the_first_and_by_a_name_of_its_own() -> None:
    told = list(trained_with_progress(SMALL, of=100, before=50, name="second"))
    assert [event.step for event in told] == [51, 52, 53, 54]
    assert all(set(event.metrics) == {"second"} for event in told)


@pytest.mark.parametrize("change", [{"seed": 1}, {"steps": 5}, {"smoothing": 0.1}, {"warp": 0.5}, {"noise": 0.0}])
def test_another_recipe_is_another_teacher(change) -> None:
    assert not same(trained(SMALL), trained(replace(SMALL, **change)))


def test_another_data_set_of_the_same_name_is_another_teacher(monkeypatch) -> None:
    before = teachers._key(SMALL)
    train, test = datasets.load("digits")
    images = train.images.clone()
    images[0, 0, 0, 0] ^= 1
    monkeypatch.setattr(datasets, "load", lambda name, device: (replace(train, images=images), test))
    monkeypatch.setattr(datastore, "edition", lambda name: "added anew")
    assert teachers._key(SMALL) != before


def test_a_kept_teacher_is_examined_once(monkeypatch) -> None:
    """Each stroke on the board asks for its marks; reading ten thousand images took a tenth of a second."""
    _, test = datasets.load("digits")
    net = trained(SMALL)
    marks = teachers.accuracy_on_test(net, test)
    assert marks == accuracy(logits_of(net, test), test.labels).item()
    monkeypatch.setattr(teachers, "logits_of", lambda *_: pytest.fail("examined again"))
    assert teachers.accuracy_on_test(net, test) == marks


def _truncate(path):
    path.write_bytes(path.read_bytes()[:-200])


def _flip(path):
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 255
    path.write_bytes(raw)


def _other_shapes(path):
    np.savez(path, **{"stack.weights.0": np.zeros((1, 2, 3), np.float32)})


def _not_finite(path):
    with np.load(path) as kept:
        state = dict(kept)
    state["stack.biases.0"][...] = np.nan
    np.savez(path, **state)


def _pickle(path):
    np.savez(path, **{"stack.weights.0": np.array([{"evil": 1}], dtype=object)})


@pytest.mark.parametrize(
    "damage",
    [
        _truncate,
        _flip,
        _other_shapes,
        _not_finite,
        _pickle,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("no"),
    ],
)
def test_a_damaged_file_is_trained_anew(damage, trainings, home, caplog) -> None:
    first = trained(SMALL)
    (path,) = home.rglob("*.npz")
    damage(path)
    forget()
    assert same(first, trained(SMALL))
    assert len(trainings) == 2
    assert "trained anew" in caplog.text
    forget()
    assert same(first, trained(SMALL))
    assert len(trainings) == 2, "the file was mended"


def test_a_full_disk_costs_only_the_keeping(trainings, home, monkeypatch, caplog) -> None:
    def full(file, **arrays):
        file.write(b"a beginning")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    assert trained(SMALL) is trained(SMALL)
    assert len(trainings) == 1
    assert "could not be kept" in caplog.text
    assert not [path for path in home.rglob("*") if path.is_file()]


def test_memory_is_bounded(monkeypatch) -> None:
    monkeypatch.setattr(teachers, "KEPT", 2)
    nets = [trained(replace(SMALL, seed=seed)) for seed in range(3)]
    assert len(teachers._memory) == 2
    assert trained(replace(SMALL, seed=2)) is nets[2]
    assert same(trained(SMALL), nets[0])


def test_moved_images_move_their_pixels_and_bring_in_black() -> None:
    train, _ = datasets.load("shapes")
    x = train.normalised(torch.arange(3))
    got = teachers.shift_normalised(x, train, torch.tensor([0, 2, -1]), torch.tensor([0, 1, 3]))
    torch.testing.assert_close(got[0], x[0], rtol=0, atol=1e-5)
    torch.testing.assert_close(got[1, :, 1:, 2:], x[1, :, :-1, :-2], rtol=0, atol=1e-5)
    black = train.normalise(torch.zeros(1, 3, 32, 32, dtype=torch.uint8))[0]
    torch.testing.assert_close(got[1, :, 0], black[:, 0], rtol=0, atol=1e-5)
    torch.testing.assert_close(got[2, :, :, -1], black[:, :, -1], rtol=0, atol=1e-5)


def test_shifts_are_drawn_evenly() -> None:
    right, down = teachers.draw_shifts(5000, 2, torch.Generator().manual_seed(0))
    for drawn in (right, down):
        assert drawn.unique().tolist() == [-2, -1, 0, 1, 2]
        assert torch.bincount(drawn + 2).min() > 850


def test_warping_by_nothing_changes_nothing() -> None:
    train, _ = datasets.load("digits")
    x = train.normalised(torch.arange(4))
    generator = torch.Generator().manual_seed(0)
    torch.testing.assert_close(teachers.warped(x, train, 1e-9, generator), x, rtol=0, atol=1e-4)
    assert (teachers.warped(x, train, 1.0, generator) - x).abs().max() > 0.5
