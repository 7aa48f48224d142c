"""The last chapter's pictures: who is alive, what the claims say, and that the wall's axis tells warm from cold."""

from __future__ import annotations

import re

import pytest

from dkdemo.figures import dual as figures
from dkdemo.figures.binding import fill
from dkdemo.jobs.events import Progress
from dkdemo.jobs.view import RunView
from dkdemo.kernels.dual import SAMPLES, still_target
from dkdemo.web.methods import METHODS
from dkdemo.web.text import LANGUAGES, Words


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return Words(request.param, "dual")


def metrics(spread: float, loss: float, prefix: str = "") -> dict[str, float]:
    values = {"spread": spread, "loss": loss, "rank": 60 * spread, "probe": 0.5}
    return {f"{prefix}{name}{end}": value for name, value in values.items() for end in ("", "_low", "_high")}


def finished(spread: float, loss: float, *, healthy: bool = False) -> RunView:
    end = metrics(spread, loss) | ({} if healthy else metrics(0.75, -0.7, "healthy_"))
    steps = [Progress(step, 60, end) for step in (1, 30, 60)]
    return RunView(progress=steps, result={"end": end, "healthy": healthy})


def test_a_lower_loss_is_called_better_only_when_it_is_lower_in_every_seed(words: Words) -> None:
    dead = finished(0.012, -1.0)
    claim = figures.collapse(dead, words).layout.meta["claim"]
    assert claim == fill(words["collapse_claim_dead"], dead.result["end"])
    assert "0.012" in claim
    assert "0.75" in claim
    higher = finished(0.012, -0.69)
    assert figures.collapse(higher, words).layout.meta["claim"] == fill(
        words["collapse_claim_dead_higher"], higher.result["end"]
    )
    alive = finished(0.7, -0.7)
    assert figures.collapse(alive, words).layout.meta["claim"] == fill(
        words["collapse_claim_alive"], alive.result["end"]
    )


def test_every_seed_must_be_blank_to_be_called_dead(words: Words) -> None:
    end = {**metrics(0.05, -0.99), "spread_high": 0.3, **metrics(0.75, -0.7, "healthy_")}
    assert figures.collapse_claim({"end": end}, words) == fill(words["collapse_claim_alive"], end)


def test_the_curves_grow_with_the_run_and_keep_their_axes(words: Words) -> None:
    empty = figures.collapse(RunView(), words)
    growing = {trace.meta["progress"]["y"] for trace in empty.data if trace.meta}
    bare = {name for name in growing if not name.endswith(("_low", "_high"))}
    assert bare == {f"{who}{what}" for who in ("", "healthy_") for what in figures.MEASURES}
    done = figures.collapse(finished(0.012, -1.0), words)
    for axis in ("yaxis", "yaxis2", "yaxis3"):
        assert empty.layout[axis].range == done.layout[axis].range
    assert empty.layout.meta["claim"] == words["collapse_waiting"]
    assert figures.collapse(RunView(running=True), words).layout.meta["claim"] == words["collapse_running"]


def test_simsiam_alone_is_not_drawn_beside_itself(words: Words) -> None:
    chart = figures.collapse(finished(0.7, -0.7, healthy=True), words)
    written = [note.text for note in chart.layout.annotations]
    assert words["collapse_healthy"] not in written
    assert words["collapse_yours"] in written


def test_a_ghost_stays_grey(words: Words) -> None:
    chart = figures.collapse(RunView(ghost=finished(0.5, -0.8)), words)
    ghosts = [trace for trace in chart.data if not trace.meta]
    assert [trace.y[0] for trace in ghosts] == [0.5, -0.8, 30]
    assert {trace.line.color for trace in ghosts} == {figures.theme.REST}


def test_the_smallest_pair_binds_only_what_the_kernel_gives(words: Words) -> None:
    values = still_target(**SAMPLES["still_target"][0])
    chart = figures.still_target(values, words)
    words_that_move = [trace for trace in chart.data if trace.mode == "markers+text"]
    assert len(words_that_move) == 3
    for text in words_that_move:
        assert text.text == fill(text.meta["bind"]["text"], values)
    for trace in chart.data:
        if trace.mode != "markers+text":
            assert set(trace.meta["bind"].values()) <= set(values)
    assert max(values["both_w"]) < chart.layout.yaxis.range[1]


def test_at_s_0_no_curve_runs_through_the_names(words: Words) -> None:
    values = still_target(noise=0.0, decay=0.0)
    chart = figures.still_target(values, words)
    names = [trace.y[0] for trace in chart.data if trace.mode == "markers+text"]
    line = names[0] - names[1]
    assert min(names) - line > max(max(values[f"{name}_w"]) for name in figures.PAIRS)


def test_names_at_curves_that_end_together_stand_on_either_side(words: Words) -> None:
    for spread, below in ((0.73, "collapse_yours"), (0.77, "collapse_healthy")):
        notes = figures.collapse(finished(spread, -0.7), words).layout.annotations
        sides = {note.text: note.yanchor for note in notes if note.yref == "y"}
        assert sides.pop(words[below]) == "top"
        assert list(sides.values()) == ["bottom"]


def test_temperatures_puts_each_method_on_its_side_of_one(words: Words) -> None:
    rows = [(one.id, one.side, one.temperature) for one in METHODS]
    chart = figures.temperatures(rows, words)
    drawn = {chart.layout.yaxis.ticktext[trace.y[0]]: trace for trace in chart.data}
    assert set(drawn) == {one.id for one in METHODS if one.temperature}
    assert min(drawn["distillation"].x) > 1 > max(drawn["simclr"].x)
    assert {drawn[one.id].marker.symbol for one in METHODS if one.side == "cold"} == {"diamond"}
    sides = [one.side for one in METHODS]
    facts = {side: float(sides.count(side)) for side in ("warm", "cold", "none")}
    assert chart.layout.meta["claim"] == fill(words["temperatures_claim"], facts)
    assert sum(facts.values()) == len(METHODS)


def test_history_claims_the_years_it_draws(words: Words) -> None:
    chart = figures.history(words)
    assert {"1992", "2006", "2019"} <= set(re.findall(r"\d{4}", chart.layout.meta["claim"]))
    assert len(chart.layout.annotations) == len(figures.HISTORY)
