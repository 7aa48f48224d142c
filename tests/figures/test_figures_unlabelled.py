"""The chapter's pictures: what they bind to, what they claim, and that a loss is not told as a gain."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dkdemo.figures import few_labels, theme
from dkdemo.figures import unlabelled as figures
from dkdemo.figures.binding import fill
from dkdemo.figures.dashes import dashed
from dkdemo.jobs.events import Progress
from dkdemo.jobs.view import RunView
from dkdemo.kernels.unlabelled import augmix_js, guess_label, pseudo_label, uda_pull
from dkdemo.web.text import LANGUAGES, Words

TOLD = (("kept", "live_kept"), ("wrong", "live_wrong"))
CHANCE = np.random.default_rng(0)
CLASSES = [str(name) for name in range(10)]


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return Words(request.param, "unlabelled")


def answer() -> dict:
    """As `dkdemo.experiments.one_image.OneImage` gives it."""
    return {
        "clean": np.zeros((6, 6), np.uint8),
        "weak": CHANCE.integers(0, 256, (8, 6, 6), dtype=np.uint8),
        "strong": CHANCE.integers(0, 256, (11, 6, 6), dtype=np.uint8),
        "clean_logits": CHANCE.normal(size=10),
        "weak_logits": CHANCE.normal(size=(8, 10)),
        "strong_logits": CHANCE.normal(size=(11, 10)),
        "classes": CLASSES,
        "sure": [0.2, 0.6, 0.99, 0.97],
        "right": [0, 0, 1, 0],
        "labelled": np.zeros((6, 6), np.uint8),
        "label": 3,
    }


def bound(chart) -> set[str]:
    return {name for trace in chart.data for name in (trace.meta or {}).get("bind", {}).values()}


def test_one_image_draws_what_the_kernel_moves(words: Words) -> None:
    found = answer()
    values = pseudo_label(found["weak_logits"][0], found["strong_logits"][-1], found["sure"], found["right"], 0.95)
    chart = figures.one_image(found, values, words)
    assert bound(chart) == {"q", "p", "line", "here", "kept_share", "wrong_share"} <= set(values)
    colours = [trace.marker.color for trace in chart.data if trace.type == "bar"]
    assert colours == [theme.TEACHER, theme.STUDENT], "what writes the label teaches"
    assert fill(words["one_claim"], {**values, "verdict": words["one_dropped"]})


def test_the_crowd_is_counted_at_every_threshold() -> None:
    believed, wrong = figures.crowd([0.2, 0.6, 0.99, 0.97], [0, 0, 1, 0])
    at = dict(zip(np.round(figures.THRESHOLDS, 2).tolist(), zip(believed, wrong, strict=True), strict=True))
    assert at[0.0] == (1, 0.75)
    assert at[0.5] == (0.75, pytest.approx(2 / 3))
    assert at[0.98] == (0.25, 0)
    assert at[1.0] == (0, 0), "nobody believed is nobody wrong"


def test_the_guess_shows_every_answer_and_the_mixture(words: Words) -> None:
    found = answer()
    pair = found["labelled"].tolist(), found["weak"][0].tolist()
    values = guess_label(found["weak_logits"], 3, *pair, looks=3, temperature=0.5, lam=0.3)
    chart = figures.guess(found, values, words)
    answers = {"sharp", "sharp_text", "dots_x", "dots_y", "mean"}
    assert bound(chart) == answers | {"spare", "image", "target", "target_text"}
    dots = next(trace for trace in chart.data if (trace.meta or {}).get("bind", {}).get("y") == "dots_y")
    assert len(dots.x) == 3 * 10
    assert "0.70" in fill(words["guess_claim"], values)


def test_uda_shows_the_gap_and_three_schedules(words: Words) -> None:
    found = answer()
    values = uda_pull(found["strong"].tolist(), found["clean_logits"], found["strong_logits"], 0.5, 0.0)
    chart = figures.uda(found, values, words)
    assert bound(chart) == {"image", "wanted", "noisy", "here", "gap_here", "now", "eta"} <= set(values)
    curves = [trace for trace in chart.data if trace.xaxis == "x4" and trace.mode == "lines"]
    assert [curve.line.dash for curve in curves] == ["solid", "dash", "dot"]
    assert [curve.y[0] for curve in curves] == pytest.approx(values["eta"])
    assert max(values["gaps"]) <= chart.layout.yaxis3.range[1]


def test_augmix_bounds_its_gauge_by_ln_3(words: Words) -> None:
    picture = CHANCE.integers(0, 256, (6, 6, 3), dtype=np.uint8)
    found = {
        "picture": picture,
        "ends": CHANCE.integers(0, 256, (2, 3, 6, 6, 3), dtype=np.uint8),
        "weights": np.array([[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]]),
        "classes": CLASSES,
    }
    answers = CHANCE.dirichlet(np.ones(10), (21, 2)).tolist()
    values = augmix_js(picture.tolist(), [picture.tolist()] * 2, [0.1] * 10, answers, 4, 0.5)
    chart = figures.augmix(found, values, words)
    assert bound(chart) == {"first", "second", "p_orig", "p_first", "p_second", "mean", "js_bar"} <= set(values)
    assert chart.layout.yaxis4.tickvals == (0, math.log(3))
    texts = [note.text for note in chart.layout.annotations]
    assert [f"{weight:.2f}" for weight in found["weights"].ravel()] == texts[-6:]


def result(own: list[float]) -> dict:
    every = {"labels": [0.8] * len(own), "strong": [0.85] * len(own), "own": own}
    gains = [value - 0.85 for value in own]
    return {
        "accuracy": every,
        "mean": {name: float(np.mean(values)) for name, values in every.items()},
        "gain_mean": float(np.mean(gains)),
        "gain_worst": min(gains),
        "labelled": 40,
        "seeds": list(range(len(own))),
    }


@pytest.mark.parametrize(
    ("own", "key"),
    [
        ([0.95], "live_gain_one"),
        ([0.84], "live_loss_one"),
        ([0.95, 0.9], "live_gain"),
        ([0.95, 0.84], "live_mixed"),
        ([0.8, 0.84], "live_loss"),
    ],
)
def test_a_claim_is_what_was_measured(words: Words, own: list[float], key: str) -> None:
    found = result(own)
    told = few_labels.claimed(found, "fixmatch", words)
    numbers = {"method": words["fixmatch"], "labelled": 40, "runs": len(own), "worst": 100 * found["gain_worst"]}
    assert told == fill(words[key], {**numbers, **found["mean"]})
    assert f"{np.mean(own):.1%}" in told


def running(finished: bool) -> RunView:
    steps = []
    for name, value in (("labels", 0.7), ("strong", 0.8), ("own", 0.9)):
        facts = {"kept": 0.5, "wrong": 0.1} if name == "own" else {}
        for step in (1, 150, 300):
            steps.append(Progress(step, 900, {"lesson_step": step, "lesson_steps": 300, name: value, **facts}))
    return RunView(progress=steps, result=result([0.9]) if finished else None, running=not finished)


def test_three_curves_grow_on_one_axis(words: Words) -> None:
    chart = few_labels.lesson(running(False), "fixmatch", TOLD, words)
    grown = [trace.meta["progress"] for trace in chart.data if trace.meta]
    assert [one["y"] for one in grown] == ["labels", "strong", "own", "kept", "wrong"]
    assert {one["x"] for one in grown} == {"lesson_step"}
    assert chart.layout.xaxis.range[1] == chart.layout.xaxis2.range[1] == pytest.approx(306)
    assert chart.layout.meta["claim"] == words["live_running"]
    assert few_labels.lesson(RunView(), "uda", TOLD, words).layout.meta["claim"] == words["live_waiting"]


def test_the_names_at_the_end_do_not_lie_on_each_other(words: Words) -> None:
    chart = few_labels.lesson(running(True), "fixmatch", TOLD, words)
    heights = sorted(note.y for note in chart.layout.annotations if note.xanchor == "right" and note.xref != "x2")
    assert len(heights) == 3
    assert min(np.diff(heights)) >= 0.07
    ends = [trace for trace in chart.data if trace.mode == "markers"]
    assert [list(trace.y) for trace in ends] == [[0.8], [0.85], [0.9]]


def test_each_name_shows_the_dash_of_its_curve(words: Words) -> None:
    chart = few_labels.lesson(running(True), "fixmatch", TOLD, words)
    drawn = {trace.name: trace.line.dash for trace in chart.data if trace.mode == "lines"}
    texts = [note.text for note in chart.layout.annotations]
    names = {f"live_{name}": name for name in ("labels", "strong", "kept", "wrong")} | {"fixmatch": "own"}
    for key, name in names.items():
        assert any(text.startswith(dashed(drawn[name], words[key])) for text in texts), key


def test_the_means_of_several_seeds_are_told_from_the_curve_of_one(words: Words) -> None:
    def told(view: RunView) -> list[str]:
        return [note.text for note in few_labels.lesson(view, "uda", TOLD, words).layout.annotations]

    one = running(True)
    three = RunView(progress=one.progress, result=result([0.9, 0.91, 0.92]))
    assert set(told(three)) - set(told(one)) >= {fill(words["live_seeds"], {"seed": 0, "runs": 3})}
    assert not any(words["live_seeds"].partition("{")[0] in text for text in told(one))


def test_the_name_of_a_low_curve_stands_above_its_last_zigzags(words: Words) -> None:
    finished = running(True)
    for step, wrong in zip((200, 220, 240, 260, 280), (0.2, 0.05, 0.15, 0.02, 0.04), strict=True):
        facts = {"lesson_step": step, "lesson_steps": 300, "own": 0.9, "kept": 0.9, "wrong": wrong}
        finished.progress.append(Progress(step, 900, facts))
    notes = few_labels.lesson(finished, "uda", TOLD, words).layout.annotations
    (name,) = [note for note in notes if note.text == dashed("dash", words["live_wrong"])]
    assert (name.y, name.yanchor) == (0.15, "bottom")


def test_long_names_of_classes_take_turns_in_two_rows() -> None:
    axis = figures._classes(["airplane", "automobile", "bird", "cat"])
    assert [text.startswith("<br>") for text in axis["ticktext"]] == [False, True, False, True]
    assert axis["tickangle"] == 0
    assert figures._classes(CLASSES)["ticktext"] == CLASSES
