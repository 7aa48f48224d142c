"""The chapter's pictures: what they bind to, and that they claim what was measured."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dkdemo.figures import coding
from dkdemo.figures import others as figures
from dkdemo.figures.binding import fill
from dkdemo.figures.futures import ACROSS, futures
from dkdemo.jobs.events import Progress, Snapshot
from dkdemo.jobs.view import RunView
from dkdemo.kernels.others import LOSSES, SAMPLES, gradient_reach, log_n_bound, metric_forces, switch_board
from dkdemo.web.parts import compared
from dkdemo.web.text import LANGUAGES, Words


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return Words(request.param, "others")


def bound(chart) -> set[str]:
    """Every value that a trace or the layout of the chart follows."""
    paths = [value for trace in chart.data for value in (trace.meta or {}).get("bind", {}).values()]
    return {path.removeprefix("=") for path in [*paths, *(chart.layout.meta or {}).get("bind", {}).values()]}


@pytest.mark.parametrize("loss", LOSSES)
def test_metric_binds_only_what_the_kernel_gives_and_claims_it(words: Words, loss: str) -> None:
    (sample, *_) = [sample for sample in SAMPLES["metric_forces"] if sample["loss"] == loss]
    values = metric_forces(**sample)
    chart = figures.metric(values, loss, words)
    assert bound(chart) <= set(values)
    assert chart.data[figures.HANDLES].meta["bind"] == {"x": "x", "y": "y"}, "the handles lie on the points"
    claim = fill(chart.layout.meta["claim"], values)
    assert f"{values['loss']:.2f}" in claim
    assert str(values["pushing"]) in claim


@pytest.mark.parametrize(("loss", "margin"), [("contrastive", 3), ("triplet", 3), ("triplet_plain", 1)])
def test_the_border_round_the_anchor_fits_the_plane(words: Words, loss: str, margin: float) -> None:
    values = metric_forces(**compared.POINTS, loss=loss, margin=margin)
    low, high = figures.metric(values, loss, words).layout.yaxis.range
    assert low < min(values["ring_y"]) < max(values["ring_y"]) < high


def test_reach_binds_only_what_the_kernel_gives(words: Words) -> None:
    values = gradient_reach(0.9, 50)
    chart = figures.reach(values, words)
    assert bound(chart) <= set(values)
    assert "0.00515" in fill(chart.layout.meta["claim"], values)


def weights(w: float, u: float) -> RunView:
    seen = {f"{name}_{run}": value for name, value in (("w", w), ("u", u)) for run in range(8)}
    off = max(abs(w - 2), abs(u - 3))
    result = {"w": [w] * 8, "u": [u] * 8, "off": off}
    return RunView(progress=[Progress(step, 300, seen) for step in (1, 300)], result=result)


def test_rnn_says_found_only_when_both_are_within_a_hundredth(words: Words) -> None:
    found = figures.rnn(weights(2.001, 3.001), 4, words).layout.meta["claim"]
    missed = figures.rnn(weights(2.1, 2.6), 4, words).layout.meta["claim"]
    assert found == fill(words["rnn_claim_found"], {"w": 2.001, "u": 3.001, "off": 0.001})
    assert missed == fill(words["rnn_claim_missed"], {"w": 2.1, "u": 2.6, "off": 0.4})


@pytest.mark.parametrize("length", [4, 16])
def test_rnn_draws_what_each_input_counts(words: Words, length: int) -> None:
    chart = figures.rnn(weights(2.0, 3.0), length, words)
    assert chart.data[-1].y.tolist() == [3 * 2 ** (length - t) for t in range(1, length + 1)]
    assert chart.data[-2].y == pytest.approx(chart.data[-1].y)
    assert 10 ** chart.layout.yaxis2.range[1] > chart.data[-1].y[0], "the highest point lies within the picture"


def test_rnn_curves_exist_before_the_run_and_grow(words: Words) -> None:
    chart = figures.rnn(RunView(), 4, words)
    grown = {trace.meta["progress"]["y"] for trace in chart.data if trace.meta}
    assert grown == {f"{name}_{run}" for name in "wu" for run in range(8)}


def test_switches_bind_the_board_and_the_mark(words: Words) -> None:
    tables, unread = [np.eye(2) * d / 3 for d in (1, 2, 3)], np.array([[0.5, 0.6], [0.2, 0.1], [0.0, 0.0]])
    values = switch_board([table.tolist() for table in tables], unread.mean(1).tolist(), 2)
    answer = {"length": 2, "dimensions": [1, 2, 3], "unread": unread}
    chart = coding.switches(answer, values, words)
    assert bound(chart) <= set(values)
    assert np.array(chart.data[0].z) == pytest.approx(tables[1])
    assert chart.data[2].y.tolist() == unread.ravel().tolist()
    assert chart.data[1].y.tolist() == [1, 0, 0], "one minus d over L"
    assert "15.0%" in fill(chart.layout.meta["claim"], values)


def run(choices: int, **more) -> RunView:
    accuracy = np.array([[0.5, 0.4, 0.3], [0.7, 0.6, 0.5]])
    result = {
        "accuracy": accuracy, "estimate": accuracy * 2, "spread": [0.01, 0.03], "untrained_spread": 0.6,
        "asked": 16, "choices": choices, "cap": math.log(16),
    }  # fmt: skip
    ahead = Snapshot("ahead", {"accuracy": accuracy.mean(0), "estimate": 2 * accuracy.mean(0)})
    return RunView(snapshots={"ahead": ahead}, result=result, **more)


def test_cpc_claims_near_far_and_the_cap(words: Words) -> None:
    chart = coding.cpc(run(16), words, ahead=3, cap=math.log(16), ceiling=[1.5, 1.2, 0.9])
    claim = chart.layout.meta["claim"]
    assert all(part in claim for part in ("60%", "40%", "1.40", "2.77"))
    told = [[0.9, 1.6], [0.8, 0.7]]
    facts = {"accuracy": [[0.5, 0.4]] * 2, "estimate": told, "spread": [0.1], "untrained_spread": 1, "asked": 16}
    best = coding.cpc_claim({**facts, "choices": 16, "cap": 2.77}, words)
    assert "0.90" in best, "the best of the seeds, one step ahead as the words say"
    alone = coding.cpc(run(1), words, ahead=3, cap=math.log(16), ceiling=[]).layout.meta["claim"]
    assert "0.02" in alone
    assert "0.6" in alone


def test_cpc_follows_the_snapshot_and_shows_every_seed_and_the_run_before(words: Words) -> None:
    chart = coding.cpc(run(16, ghost=run(4)), words, ahead=3, cap=math.log(16), ceiling=[1.5, 1.2, 0.9])
    live = [trace for trace in chart.data if trace.meta]
    assert [trace.meta["bind"] for trace in live] == [{"y": "accuracy"}, {"y": "estimate"}]
    assert {trace.meta["snapshot"] for trace in live} == {"ahead"}
    assert sum(len(trace.y) == 6 for trace in chart.data) == 2  # two seeds, three steps, two panels
    labels = [note.text for note in chart.layout.annotations]
    assert {words["cpc_cap"], words["cpc_ceiling"]} <= set(labels)
    assert any(list(trace.y) == pytest.approx([1 / 16] * 3) for trace in chart.data), "the line of guessing"
    without = coding.cpc(run(16), words, ahead=3, cap=math.log(16), ceiling=[])
    assert words["cpc_ceiling"] not in [note.text for note in without.layout.annotations]


def answered(data: str, shares: list[float]) -> dict:
    count, wide = len(shares), 64 if data == "digits" else 4
    rng = np.random.default_rng(0)
    examples = {
        "past": rng.normal(size=(1, 6, wide)), "next": rng.normal(size=(1, count, wide)),
        "share": np.array([shares]), "truth": [2],
    }  # fmt: skip
    return {"data": data, "examples": examples}


@pytest.mark.parametrize("data", ["digits", "waves"])
@pytest.mark.parametrize(("shares", "right"), [([0.2, 0.1, 0.6, 0.1], True), ([0.5, 0.1, 0.3, 0.1], False)])
def test_futures_say_whether_the_true_one_came_first(words: Words, data: str, shares: list[float], right: bool) -> None:
    claim = futures(answered(data, shares), 0, words).layout.meta["claim"]
    if right:
        assert claim == fill(words["futures_claim_right"], {"asked": 4, "share": 0.6})
    else:
        assert claim == fill(words["futures_claim_wrong"], {"asked": 4, "share": 0.3, "place": 2})


def test_futures_show_the_favourites_first_and_frame_the_true_one(words: Words) -> None:
    result = answered("digits", [0.5, 0.1, 0.3, 0.1])
    chart = futures(result, 0, words)
    assert [note.text for note in chart.layout.annotations][:4] == ["50%", "30%", "10%", "10%"]
    sheet, (frame,) = np.array(chart.data[0].z, dtype=float), chart.layout.shapes
    second = sheet[int(frame.y0) + 1 : int(frame.y1), int(frame.x0) + 1 : int(frame.x1)]
    picture = result["examples"]["next"][0, 2].reshape(8, 8)
    assert np.corrcoef(second.ravel(), picture.ravel())[0, 1] == pytest.approx(1)
    assert sheet.shape[1] >= ACROSS * 8


def test_before_the_run_the_futures_wait(words: Words) -> None:
    assert futures(None, 0, words).layout.meta["claim"] == words["futures_waiting"]


def test_the_bound_binds_only_what_the_kernel_gives_and_the_label_rides_on_the_truth(words: Words) -> None:
    values = log_n_bound(4.15, 64)
    chart = coding.bound(values, words)
    assert bound(chart) <= set(values)
    (label,) = [trace for trace in chart.data if trace.mode == "markers+text"]
    assert label.meta["bind"] == {"y": "information"}
    assert (label.text, list(label.y)) == (words["bound_truth"], [values["information"]])
    assert "4.16" in fill(chart.layout.meta["claim"], values)
