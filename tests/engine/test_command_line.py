"""python -m dkdemo: what it prints, what it refuses, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

import dkdemo.__main__ as command_line
from dkdemo.__main__ import main
from dkdemo.experiments.recipe import Recipe
from dkdemo.jobs.events import Done, Event, Progress
from dkdemo.reproduce.finding import compare


@dataclass(frozen=True)
class Counting(Recipe):
    """Counts, and gives back what it was set to."""

    name = "counting"
    data: str = "digits"
    seed: int = 0
    rate: float = 0.5
    loud: bool = False
    widths: tuple[int, ...] = (3,)
    looks: tuple[int, ...] = ()

    def run(self) -> Iterator[Event]:
        for step in (1, 2):
            yield Progress(step, 2, {"loss": 1 / step})
        yield Done({"seeds": [self.seed], "curve": np.arange(3.0), "seconds": 0.1})


@pytest.fixture(autouse=True)
def _one_experiment(monkeypatch):
    monkeypatch.setattr("dkdemo.experiments.catalogue", lambda: {"counting": Counting})
    monkeypatch.setattr(command_line, "catalogue", lambda: {"counting": Counting})


def test_numbers_that_look_like_options_are_numbers(capsys):
    assert main(["softmax", "-1e3", "2"]) == 0
    assert capsys.readouterr().out.startswith("0.00000000 1.00000000\n")
    assert main(["softmax", "5"]) == 0
    assert "entropy 0.0000 nats" in capsys.readouterr().out


def test_softmax_prints_the_slides_digits(capsys):
    assert main(["softmax", "1.4", "2.8", ".9"]) == 0
    assert capsys.readouterr().out.startswith("0.17662444 0.71624742 0.10712814\n")
    assert main(["softmax", "1.4", "2.8", ".9", "--scale", ".3"]) == 0
    assert capsys.readouterr().out.startswith("0.29562450 0.44992913 0.25444637\nT = 3.333")
    assert main(["softmax", "1.4", "2.8", "-.9", "--temperature", "2"]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["softmax", "one"],
        ["softmax", "nan", "1"],
        ["softmax", "1", "2", "--temperature", "0"],
        ["softmax", "1", "2", "--temperature", "1e300"],
        ["softmax", "1", "2", "--temperature", "warm"],
        ["softmax", "1", "2", "--scale", "0"],
        ["run", "nothing"],
        ["run", "counting", "--seed", "x"],
        ["run", "counting", "--seed", "-1"],
        ["run", "counting", "--seed", "99999999999999999999"],
        ["softmax", "-inf", "1"],
        ["run", "counting", "--set", "rate"],
        ["run", "counting", "--set", "colour=red"],
        ["run", "counting", "--set", "loud=maybe"],
        ["run", "counting", "--set", "widths=3,x"],
    ],
)
def test_bad_input_gets_one_sentence_and_status_2(arguments, capsys):
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("dkdemo: ")
    assert printed.err.count("\n") == 1


def test_run_shows_progress_apart_from_the_result(capsys):
    assert main(["run", "counting", "--seed", "7", "--json"]) == 0
    printed = capsys.readouterr()
    answer = json.loads(printed.out)
    assert answer["settings"]["seed"] == 7
    assert answer["result"]["seeds"] == [7]
    assert "2/2  loss 0.5" in printed.err
    assert main(["run", "counting"]) == 0
    assert "curve: array of shape (3,)" in capsys.readouterr().out


def test_a_run_has_as_many_threads_as_a_worker(monkeypatch):
    import torch

    before = torch.get_num_threads()
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    torch.set_num_threads(2)
    try:
        assert main(["run", "counting"]) == 0
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def test_settings_take_the_type_of_their_default(capsys):
    sets = ["--set", "rate=1", "--set", "loud=true", "--set", "widths=4,5"]
    assert main(["run", "counting", "--json", "--data", "mnist", *sets]) == 0
    settings = json.loads(capsys.readouterr().out)["settings"]
    assert settings == {"data": "mnist", "seed": 0, "rate": 1.0, "loud": True, "widths": [4, 5], "looks": []}


def test_reproduce_ends_well_now_and_badly_after_a_disagreement(capsys, monkeypatch):
    assert main(["reproduce"]) == 0
    assert "0 unexplained" in capsys.readouterr().out
    monkeypatch.setattr(command_line, "findings", lambda: [compare(1, "two", [2.0], [3.0], 0)])
    assert main(["reproduce"]) == 1
    assert "DISAGREES" in capsys.readouterr().out


def test_help_says_of_each_experiment_what_it_does(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["run", "--help"])
    assert ended.value.code == 0
    assert "counting        Counts, and gives back what it was set to." in capsys.readouterr().out


def test_settings_that_are_lists_are_read_by_their_type(capsys):
    assert main(["run", "counting", "--json", "--set", "looks=4,5", "--set", "widths=1,2"]) == 0
    settings = json.loads(capsys.readouterr().out)["settings"]
    assert (settings["looks"], settings["widths"]) == ([4, 5], [1, 2])
    assert main(["run", "counting", "--set", "looks=crop"]) == 2
    assert "looks must be like ()" in capsys.readouterr().err


def test_a_recipe_for_one_data_set_may_be_told_so(monkeypatch, capsys):
    @dataclass(frozen=True)
    class Fixed(Recipe):
        """Knows its own data only."""

        name = "fixed"
        data: ClassVar[str] = "cifar10"
        seed: int = 0

        def run(self) -> Iterator[Event]:
            yield Done({"seeds": [self.seed]})

    monkeypatch.setattr("dkdemo.experiments.catalogue", lambda: {"fixed": Fixed})
    assert main(["run", "fixed", "--data", "cifar10"]) == 0
    assert main(["run", "fixed", "--data", "digits"]) == 2
    assert "got data" in capsys.readouterr().err


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("DefaultCPUAllocator: not enough memory: you tried")])
def test_out_of_memory_is_one_sentence(monkeypatch, capsys, error):
    def full(self):
        raise error
        yield

    monkeypatch.setattr(Counting, "run", full)
    assert main(["run", "counting"]) == 2
    assert "not enough memory" in capsys.readouterr().err


def test_other_faults_keep_their_traceback(monkeypatch):
    def broken(self):
        raise RuntimeError("a fault of ours")
        yield

    monkeypatch.setattr(Counting, "run", broken)
    with pytest.raises(RuntimeError, match="of ours"):
        main(["run", "counting"])
