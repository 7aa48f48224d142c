"""The bench tells the truth: turns alternate, losing rows stay, quality that was sold fails the command."""

import json

import numpy as np
import pytest
import torch

from dkdemo import __main__, bench
from dkdemo.bench import command
from dkdemo.bench.measure import Absent, Contest, Curve, Lap, turns
from dkdemo.bench.plots import draw
from dkdemo.bench.readme import write
from dkdemo.bench.table import as_json, markdown

WON = Contest("a", "adding", "a slow peer", (1.0, 2.0, 1.0), (3.0, 4.0, 4.0), goal=2.0, worth="equal")
LOST = Contest("b", "dividing", "a fast peer", (1.0,), (0.5,), goal=1.0)
LAP = Lap("c", "weighing", (3.0, 1.0, 2.0), "MB", bound=2.5)


def test_turns_alternate_and_the_first_of_each_does_not_count():
    order = []
    ours, theirs = turns(lambda: order.append("o"), lambda: order.append("t"), torch.device("cpu"), 3)
    assert order == ["o", "t"] * 4
    assert len(ours) == len(theirs) == 3


def test_a_contest_is_the_median_of_paired_ratios():
    assert WON.ratios == (3.0, 2.0, 4.0)
    assert WON.ratio == 3.0
    assert WON.reached
    assert LOST.ratio == 0.5
    assert not LOST.reached
    assert LAP.value == 2.0
    assert LAP.reached
    with pytest.raises(ValueError, match="as many turns of ours as of theirs, got 1 and 2"):
        Contest("x", "x", "x", (1.0,), (1.0, 2.0), goal=1.0)


def test_rows_that_we_lose_stay_in_the_table():
    text = markdown([WON, LOST, LAP], "cpu")
    assert "**3x** (2 to 4)" in text
    assert "| dividing | a fast peer | 1.00 s | **0.5x** (0.5 to 0.5) | >= 1x, not reached |" in text
    assert torch.__version__ in text
    told = as_json([WON, LOST], "cpu")["rows"]
    assert [row["reached"] for row in told] == [True, False]
    assert told[0]["theirs"] == (3.0, 4.0, 4.0)


CURVE = Curve("d", "pairs", (16, 32, 64), ((1.0, 3.0, 2.0), (4.0,), (8.0,)), "ms a step")


def test_a_curve_says_what_twice_as_many_cost():
    assert CURVE.medians == (2.0, 4.0, 8.0)
    assert CURVE.doubling == pytest.approx(2)
    assert "| pairs: 16 to 64 | - | 2 to 8 ms a step | - | - | twice as many: 2x |" in markdown([CURVE], "cpu")
    assert as_json([CURVE], "cpu")["rows"][0]["medians"] == (2.0, 4.0, 8.0)
    with pytest.raises(ValueError, match="need rising sizes"):
        Curve("d", "pairs", (16, 8), ((1.0,), (1.0,)), "ms")
    with pytest.raises(ValueError, match=r"need turns for each of 2 sizes, got \[1, 0\]"):
        Curve("d", "pairs", (8, 16), ((1.0,), ()), "ms")


def test_curves_become_one_picture(tmp_path):
    draw([CURVE, CURVE], tmp_path / "growth.svg")
    assert (tmp_path / "growth.svg").read_text(encoding="utf-8").startswith("<?xml")
    with pytest.raises(ValueError, match="no curve was measured"):
        draw([], tmp_path / "none.svg")


def test_the_table_goes_between_its_marks_and_nowhere_else(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n", encoding="utf-8")
    write(readme, "new", command.MARK)
    assert readme.read_text(encoding="utf-8") == "before\n<!-- bench -->\nnew\n<!-- /bench -->\nafter\n"
    readme.write_text("no marks", encoding="utf-8")
    with pytest.raises(ValueError, match="must hold <!-- bench -->"):
        write(readme, "new", command.MARK)


@pytest.fixture
def peers(monkeypatch):
    monkeypatch.setattr(command, "PEERS", ())


def test_speed_bought_with_quality_fails(peers, monkeypatch, capsys):
    sold = Contest("epoch", "x", "y", (1.0,), (9.0,), goal=1.0, sound=False)
    monkeypatch.setattr(command, "rows", lambda name, terms: iter([sold]))
    assert __main__.main(["bench", "--only", "epoch", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["rows"][0]["sound"] is False
    monkeypatch.setattr(command, "rows", lambda name, terms: iter([LOST]))
    assert __main__.main(["bench", "--only", "epoch"]) == 0


def test_a_plot_without_curves_is_refused_before_anything_is_measured(peers, capsys):
    assert __main__.main(["bench", "--only", "epoch", "--plot", "x.svg"]) == 2
    assert "must be among those asked for; got ['epoch']" in capsys.readouterr().err


def test_a_row_whose_data_are_absent_says_not_measured(peers, monkeypatch, capsys):
    def lacking(name, terms):
        raise ValueError("this row needs MNIST")

    monkeypatch.setattr(command, "rows", lacking)
    assert __main__.main(["bench", "--only", "epoch"]) == 0
    told = capsys.readouterr()
    assert "not measured: this row needs MNIST" in told.err
    assert "| epoch | - | not measured | - | - | this row needs MNIST |" in told.out


def test_without_a_gpu_its_rows_stay_in_the_table_and_claim_nothing(peers, monkeypatch, capsys):
    monkeypatch.setattr(command, "rows", lambda name, terms: iter([LAP]))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert __main__.main(["bench", "--only", "photos", "--only", "events"]) == 0
    told = capsys.readouterr().out
    assert "| photos, on a GPU | - | not measured | - | - | no GPU here |" in told
    assert "events, on a GPU" not in told
    assert set(bench.ON_A_GPU) <= set(bench.ROWS)
    assert as_json([Absent("photos", "photos, on a GPU", "no GPU here")], "cpu")["rows"][0]["measured"] is False


@pytest.mark.training
@pytest.mark.cifar10
def test_a_lesson_on_photographs_below_its_floor_fails_the_bench():
    pytest.importorskip("torchvision")
    from dkdemo.bench import photos

    row = photos.lesson(
        photos.Photos(widths=(4, 4, 4), batch_size=64), lambda: photos.by_steps(3), torch.device("cpu"), "three steps"
    )
    assert not row.sound
    assert "floor 75%; 3 steps of 64" in row.worth


def test_a_goal_in_seconds_is_not_reached_by_a_run_that_came_to_too_little():
    pytest.importorskip("torchvision")
    from dkdemo.bench import live

    good, poor, slow, useless = (
        live.lap("digits", worth, seconds, on_a_gpu=True)
        for worth, seconds in ((0.992, 0.8), (0.986, 0.8), (0.992, 1.2), (0.98, 0.1))
    )
    assert [row.reached for row in (good, poor, slow, useless)] == [True, False, False, False]
    assert [row.sound for row in (good, poor, slow, useless)] == [True, True, True, False]
    assert good.worth == "99.20% of the test images"
    assert "wanted of a GPU: 99% within 1 s" in good.what
    here = live.lap("digits", 0.992, 12.0, on_a_gpu=False)
    assert here.reached
    assert "<=" not in markdown([here], "cpu")


def test_without_a_gpu_the_larger_runs_are_absent_and_say_what_was_wanted(monkeypatch):
    from dkdemo.bench import live

    asked = []
    found = {"gain_mean": [0.1] * 5, "teacher": 0.995, "table": np.ones((7, 7))}
    monkeypatch.setattr(live, "whole", lambda recipe, device: asked.append(recipe) or (found, 1.0))
    rows = list(live.live(bench.Terms()))
    assert asked == [live.GOALS[name].recipe for name in ("race", "digits", "matrix")]
    assert [type(row) for row in rows] == [Lap, Lap, Lap, Absent, Absent]
    assert "SimCLR on CIFAR-10, 8000 steps of 512; wanted of a GPU: 80% within 60 s" in markdown(rows, "cpu")


def test_every_row_can_be_imported():
    for place in bench.ROWS.values():
        module, _, function = place.partition(":")
        assert callable(getattr(pytest.importorskip(module), function))
    with pytest.raises(ValueError, match="a row is one of epoch"):
        list(bench.rows("nonsense", bench.Terms()))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--turns", "0"], "turns must be 1 to 50, got 0"),
        (["--device", "cuda"], "torch sees no GPU here"),
    ],
)
def test_bad_wishes_get_one_sentence(peers, monkeypatch, capsys, arguments, sentence):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert __main__.main(["bench", *arguments]) == 2
    assert sentence in capsys.readouterr().err


def test_absent_peers_are_named(monkeypatch, capsys):
    monkeypatch.setattr(command, "PEERS", ("no_such_library",))
    assert __main__.main(["bench"]) == 2
    assert "no_such_library, which is not installed: pip install -r requirements-bench.txt" in capsys.readouterr().err
