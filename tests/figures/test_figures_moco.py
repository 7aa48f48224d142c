"""The chapter's pictures: what they bind to, and that their claims are computed from what is shown."""

from __future__ import annotations

import pytest

from dkdemo.figures import moco as figures
from dkdemo.figures import moco_runs as runs
from dkdemo.figures import moco_tables as tables
from dkdemo.figures.binding import fill
from dkdemo.jobs.events import Progress
from dkdemo.jobs.view import RunView
from dkdemo.kernels.moco import SAMPLES, queue_belt, swapped
from dkdemo.web.text import LANGUAGES, Words

REACH = (-5.0, 20.0)


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return Words(request.param, "moco")


def bound(chart) -> set[str]:
    return {path for trace in chart.data for path in (trace.meta or {}).get("bind", {}).values()}


def test_the_belt_binds_only_what_the_kernel_gives(words: Words) -> None:
    values = queue_belt(**SAMPLES["queue_belt"][2])
    chart = figures.queue(values, REACH, words)
    assert {"query", "key", "kept", "freshness", "band"} <= bound(chart) <= set(values)
    assert list(chart.data[-1].marker.opacity) == values["freshness"]
    assert fill(words["queue_claim"], values)


def test_both_rules_are_drawn(words: Words) -> None:
    values = swapped(**SAMPLES["swapped"][3])
    chart = figures.swapped(values, REACH, words)
    assert {"query", "right", "slide"} <= bound(chart) <= set(values)
    assert "0.999" in fill(words["swapped_claim"], values)


def momentum_run() -> RunView:
    steps = [Progress(step, 8, {f"loss_{k}": 6.0 - k / 2 for k in range(5)}) for step in (1, 4, 8)]
    result = {
        "loss": [[6.9] * 3, [6.9] * 3, [5.0] * 3, [4.0] * 3, [5.5] * 3],
        "knn": [[0.4] * 3, [0.2] * 3, [0.8, 0.7, 0.6], [0.9, 0.9, 0.7], [0.95] * 3],
        "stale": [[0.1] * 3] * 5,
        "untrained": [0.94] * 3,
        "chance": 6.93,
    }
    return RunView(progress=steps, result=result)


@pytest.mark.parametrize("measure", list(runs.MEASURES))
def test_momentum_claims_what_its_dots_show(words: Words, measure: str) -> None:
    view = momentum_run()
    chart = runs.momentum(view, measure, words)
    facts = {
        "stuck": 6.9, "hasty": 6.9, "chance": 6.93, "learned": 4.0, "slow": 2.5 / 3, "fast": 0.7, "frozen": 0.95,
        "worst": 10,
    }  # fmt: skip
    assert chart.layout.meta["claim"] == fill(words["momentum_claim"], facts)
    dots = [trace for trace in chart.data if trace.mode == "markers"]
    assert [list(trace.y) for trace in dots] == [list(row) for row in view.result[measure]]
    growing = [trace.meta["progress"]["y"] for trace in chart.data if (trace.meta or {}).get("progress")]
    assert growing == [f"loss_{k}" for k in range(5)]


def test_stale_keys_stay_in_the_picture_and_are_told_by_their_median(words: Words) -> None:
    view = momentum_run()
    measured = [4.0, 0.012, 0.001], [24.5, 0.024, 14.0], [0.02, 0.03, 0.005], [0.0, 0.0005, 0.0], [-0.0] * 3
    view.result["stale"] = list(measured)
    chart = runs.momentum(view, "stale", words)
    low, high = (10**end for end in chart.layout.yaxis2.range)
    assert all(low < height < high for trace in chart.data if trace.mode == "markers" for height in trace.y)
    told = [note.text for note in chart.layout.annotations if note.yref == "y2 domain"]
    assert told == ["1.2%", "≥1000%", "2%", "≤0.1%", "≤0.1%"]


def test_agreement_names_both_kinds(words: Words) -> None:
    metrics = {f"{name}_{kind}": 0.5 for name in ("agreement", "spread") for kind in ("queue", "alone")}
    result = {
        "kinds": ["alone", "queue"],
        "agreement": [[0.999], [0.8]],
        "spread": [[0.05], [0.85]],
        "knn": [[0.86], [0.91]],
    }
    chart = runs.agreement(RunView([Progress(1, 2, metrics)], {}, result), words)
    assert "99.9%" in chart.layout.meta["claim"]
    assert "0.85" in chart.layout.meta["claim"]
    names = [note for note in chart.layout.annotations if note.text == words["agreement_queue"]]
    assert {note.yref: note.yanchor for note in names} == {"y": "top", "y2": "bottom"}, "below its curve, and above it"
    assert runs.agreement(RunView(), words).layout.meta["claim"] == words["agreement_running"]


@pytest.mark.parametrize("order", ["plain", "shuffled"])
def test_the_table_of_guesses_frames_the_right_ones(words: Words, order: str) -> None:
    named = {"plain": [[0.9, 0.1], [0.2, 0.8]], "shuffled": [[0.4, 0.6], [0.5, 0.5]]}
    result = {"plain": [0.9, 0.8], "shuffled": [0.5, 0.4], "chance": 0.5, "named": named}
    chart = runs.shuffling(result, order, words)
    assert [list(row) for row in chart.data[0].z] == named[order]
    frames = [(shape.x0 + 0.5, shape.y0 + 0.5) for shape in chart.layout.shapes if shape.type == "rect"]
    assert frames == [(0, 0), (1, 1)]
    assert "85%" in chart.layout.meta["claim"]
    assert "45%" in chart.layout.meta["claim"]


def test_version2_lights_the_papers_row_and_knows_what_the_paper_lacks(words: Words) -> None:
    assert dict(tables.PAPER_ROWS)["mlp", "aug", "cos"] == 67.5
    assert tables.PAPER_MLP[tables.PAPER_TEMPERATURES.index(0.2)] == dict(tables.PAPER_ROWS)["mlp",]
    assert tables.PAPER_PLAIN[0] == dict(tables.PAPER_ROWS)[()]
    claim = tables.version2(("aug", "mlp"), 0.2, words).layout.meta["claim"]
    assert claim == fill(words["v2_claim"], {"score": 67.3, "gain": 6.7, "left": 9.2})
    assert tables.version2(("cos",), 0.2, words).layout.meta["claim"] == words["v2_no_row"]
    unmeasured = tables.version2(("aug", "mlp"), 0.07, words)
    facts = {"temperature": 0.07, "own": 0.2, "score": 67.3}
    assert unmeasured.layout.meta["claim"] == fill(words["v2_no_heat"], facts)
    assert tables.theme.STUDENT not in next(trace for trace in unmeasured.data if trace.text).marker.color
    assert "64.9" in tables.version2(("mlp",), 0.1, words).layout.meta["claim"], "Table 2 has this row at every T"
    plain = tables.version2((), 0.07, words).layout.meta["claim"]
    assert "60.6" in plain
