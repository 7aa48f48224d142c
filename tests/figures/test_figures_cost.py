"""The chapter's pictures: what they bind to, what they claim, and that the claims follow the numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest

from dkdemo.figures import cost, smaller
from dkdemo.figures.binding import fill
from dkdemo.jobs.events import Progress, Snapshot
from dkdemo.jobs.view import RunView
from dkdemo.kernels.cost import SAMPLES, bits_slide, budget, prune_slide
from dkdemo.networks import NETWORKS, named
from dkdemo.web.text import LANGUAGES, Words


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return Words(request.param, "cost")


def bound(trace) -> set[str]:
    return set((trace.meta or {}).get("bind", {}).values())


# The map of networks


@pytest.mark.parametrize("axis", cost.AXES)
def test_every_network_stands_at_its_numbers_and_inside(words: Words, axis: str) -> None:
    chart = cost.networks(axis, words)
    shown = [trace for trace in chart.data if trace.text]
    dots = {trace.hovertemplate.split(":")[0]: (trace.x[0], trace.y[0]) for trace in shown}
    assert dots == {one.name: (cost.cost(one, axis), one.accuracy) for one in NETWORKS}
    names = {trace.text[0] for trace in shown} - {""}
    assert {one.name for one in cost.wasted(axis)[:2]} <= names, "whom the claim names is named"
    assert {one.name for one in NETWORKS} - names <= set(cost.NAMELESS)
    low, high = chart.layout.xaxis.range
    assert all(low < np.log10(x) < high and 53 < y < 92 for x, y in dots.values())
    twins = [trace for trace in chart.data if not trace.text]
    assert len(twins) == (sum(bool(one.small) for one in NETWORKS) if axis == "megabytes" else 0)


@pytest.mark.parametrize("axis", cost.AXES)
def test_the_claim_is_the_greatest_waste(words: Words, axis: str) -> None:
    dear, cheap, ratio = cost.wasted(axis)
    assert cheap.accuracy > dear.accuracy
    for one in NETWORKS:
        for other in NETWORKS:
            assert one.accuracy <= other.accuracy or cost.cost(other, axis) <= ratio * cost.cost(one, axis) * (
                1 + 1e-12
            )
    claim = cost.networks(axis, words).layout.meta["claim"]
    assert dear.name in claim
    assert f"{ratio:.0f}" in claim
    known = ("VGG-16", "MobileNetV2") if axis == "gmacs" else ("AlexNet", "SqueezeNet 1.1")
    assert (dear, cheap) == tuple(map(named, known))


@pytest.mark.parametrize("sample", SAMPLES["budget"])
def test_budget_binds_what_the_kernel_gives_and_its_axis_holds_all(words: Words, sample: dict) -> None:
    values = budget(**sample)
    chart = cost.budget(values, sample["names"], words)
    assert {name for trace in chart.data for name in bound(trace)} == {"fit", "over"} <= set(values)
    assert fill(chart.layout.meta["claim"], values).count(str(values["fitting"])) >= 1
    extremes = [
        budget([one.name for one in NETWORKS], [one.gmacs for one in NETWORKS], 50, rate) for rate in (0.1, 1000)
    ]
    shares = [share for found in extremes for share in (*found["fit"], *found["over"]) if share is not None]
    assert 10 ** chart.layout.xaxis.range[0] < min(shares)
    assert max(shares) < 10 ** chart.layout.xaxis.range[1]


# Weights that go


def cut_run() -> RunView:
    told = [
        Progress(1, 4, {"dense": 0.9}),
        Progress(2, 4, {"percent": 0.0, "magnitude": 0.02, "random": 0.02}),
        Progress(3, 4, {"percent": 80.0, "magnitude": 0.04, "random": 0.5}),
        Progress(4, 4, {"tuned_percent": 80.0, "magnitude_tuned": 0.02, "random_tuned": 0.07}),
    ]
    return RunView(progress=told, result={"edges": np.array(SAMPLES["prune_slide"][0]["edges"])})


def test_pruning_grows_then_follows_the_slider(words: Words) -> None:
    growing = smaller.pruning(RunView(running=True), None, words)
    followed = {
        trace.meta["progress"]["y"]: trace.meta["progress"]["x"]
        for trace in growing.data
        if "progress" in (trace.meta or {})
    }
    assert followed == {key: x for key, x, *_ in smaller.CURVES}
    assert growing.layout.meta["claim"] == words["running"]
    values = prune_slide(**SAMPLES["prune_slide"][3])
    chart = smaller.pruning(cut_run(), values, words)
    curve = next(trace for trace in chart.data if (trace.meta or {}).get("progress", {}).get("y") == "random")
    assert (list(curve.x), list(curve.y)) == ([0, 80], [0.02, 0.5])
    assert {name for trace in chart.data for name in bound(trace)} == {"stay", "gone", "now_x", "now"} <= set(values)
    claim = fill(chart.layout.meta["claim"], values)
    assert "80%" in claim
    assert "4.0%" in claim
    assert "50.0%" in claim
    assert smaller.pruning(RunView(), None, words).layout.meta["claim"] == words["pruning_waiting"]


def test_errors_have_one_axis_in_all_scenes(words: Words) -> None:
    charts = smaller.pruning(RunView(), None, words), smaller.bits(RunView(), None, words)
    assert (
        len(
            {tuple(chart.layout.yaxis2.range) for chart in charts}
            | {tuple(smaller.plane(RunView(), words).layout.yaxis.range)}
        )
        == 1
    )


def bits_run() -> RunView:
    told = [Progress(step, 2, {"bits": width, "widest": 0.02, "fitted": 0.03}) for step, width in ((1, 8.0), (2, 2.0))]
    return RunView(progress=told, result={"edges": np.linspace(-0.14, 0.14, 8), "counts": np.arange(1, 8)})


@pytest.mark.parametrize("sample", SAMPLES["bits_slide"])
def test_bits_draw_their_rungs(words: Words, sample: dict) -> None:
    values = bits_slide(**sample)
    chart = smaller.bits(bits_run(), values, words)
    assert (
        {name for trace in chart.data for name in bound(trace)} == {"rung_x", "rung_y", "now_x", "now"} <= set(values)
    )
    assert max(chart.data[0].y) == 1
    low, high = chart.layout.xaxis2.range
    assert low > 8 > 1 > high, "fewer bits to the right"
    claim = fill(chart.layout.meta["claim"], values)
    assert str(values["rungs"]) in claim


# Eight bits, really run


def ran(**more: object) -> RunView:
    result = {
        "errors": np.array([[0.0357, 0.0382, 0.0377], [0.036, 0.0384, 0.0376]]),
        "same": [0.9988, 0.9994, 0.9994],
        "bytes": [1_317_973, 335_295],
        "crowds": [1, 1000],
        "seconds_each": [[7e-5, 8e-5], [0.0108, 0.0024]],
        "kernel": "x86",
        "n": {"test": 10_000},
        **more,
    }
    return RunView(result=result)


def test_int8_claims_what_was_measured(words: Words) -> None:
    claim = smaller.int8(ran(), words).layout.meta["claim"]
    for part in ("25%", "373", "372", "4.5", "1000"):
        assert part in claim
    slower = smaller.int8(ran(seconds_each=[[1e-4, 3e-4], [0.01, 0.02]]), words).layout.meta["claim"]
    facts = {"share": 335_295 / 1_317_973, "small": 373.33, "plain": 372, "n": 10_000, "times": 2, "crowd": 1000}
    assert slower == fill(words["int8_claim_slower"], facts)
    bars = smaller.int8(ran(), words).data
    assert list(bars[0].text) == ["1318", "335"]


@pytest.mark.parametrize(
    ("compiled", "key"),
    [
        (None, "int8_not_compiled"),
        ({"fault": "no ptxas"}, "int8_compile_fault"),
        ({"compile_seconds": 31.4, "before": 0.01, "after": 0.002}, "int8_compiled"),
    ],
)
def test_what_a_compiler_did_is_told_with_its_numbers(words: Words, compiled: dict | None, key: str) -> None:
    told = smaller.told_compiler({"compiled": compiled}, words)
    assert told == fill(words[key], compiled or {})
    assert "{" not in told
    assert smaller.told_compiler(None, words) == words["int8_not_compiled"]


def test_int8_by_our_own_hand_shows_no_time(words: Words) -> None:
    chart = smaller.int8(ran(kernel="own", bytes=None, seconds_each=[[None, None]] * 2), words)
    assert "99.9%" in chart.layout.meta["claim"]
    assert [list(bar.text) for bar in chart.data][2:] == [["", ""]] * 2
    json.loads(chart.to_json())


# The plane


def spot(family: str, size: int, mean: float, setting: int = 0, bits: int = 32) -> dict:
    return {
        "family": family,
        "setting": setting,
        "bits": bits,
        "bytes": size,
        "errors": [mean - 0.001, mean + 0.002],
        "mean": mean,
    }


def test_the_plane_names_the_smallest_that_is_as_good(words: Words) -> None:
    points = [
        spot("dense", 1000, 0.05),
        spot("dense", 1000, 0.02, 100),
        spot("rounded", 250, 0.021, bits=8),
        spot("pruned", 100, 0.0249, 90),
        spot("alone", 10, 0.03, 30),
    ]
    so_far = Snapshot("plane", {"pruned_x": [0.1], "pruned_y": [0.0249]})
    chart = smaller.plane(RunView(result={"points": points}, snapshots={"plane": so_far}), words)
    assert "10" in chart.layout.meta["claim"]
    assert smaller.named(points[3], words) in chart.layout.meta["claim"]
    pruned = next(trace for trace in chart.data if (trace.meta or {}).get("bind", {}).get("x") == "pruned_x")
    assert list(pruned.x) == [0.1]
    assert pruned.error_y.array == pytest.approx([0.002])
    swapped = [spot("dense", 1000, 0.02), spot("dense", 1000, 0.05, 100), *points[2:]]
    claim = smaller.plane(RunView(result={"points": swapped}), words).layout.meta["claim"]
    assert claim == chart.layout.meta["claim"], "the better of the two dense nets, whichever that is"
    worse = [*points[:2], spot("pruned", 100, 0.03, 90)]
    assert (
        smaller.named(points[1], words) in smaller.plane(RunView(result={"points": worse}), words).layout.meta["claim"]
    )


def test_the_plane_grows_by_its_snapshot(words: Words) -> None:
    chart = smaller.plane(RunView(running=True), words)
    assert {trace.meta["snapshot"] for trace in chart.data} == {"plane"}
    assert {name for trace in chart.data for name in bound(trace)} == {
        f"{family}_{axis}" for family, *_ in smaller.FAMILIES for axis in "xy"
    }
