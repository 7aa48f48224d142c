"""The pictures of live runs on distillation, from made-up results: they claim what the result says."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from dkdemo.figures import answers, race, unseen
from dkdemo.figures.binding import fill
from dkdemo.jobs.events import Progress
from dkdemo.kernels import KERNELS
from dkdemo.web.text import LANGUAGES, Words

TEMPERATURES = [1.0, 2.0, 4.0, 8.0, 20.0]
ACCURACY = np.linspace(0.7, 0.95, 18).reshape(6, 3)
RACE = {
    "configs": ["hard", *(f"soft_{t:g}" for t in TEMPERATURES)],
    "temperatures": TEMPERATURES,
    "accuracy": ACCURACY,
    "mean": ACCURACY.mean(1).tolist(),
    "std": ACCURACY.std(1, ddof=1).tolist(),
    "gain_mean": (ACCURACY[1:] - ACCURACY[0]).mean(1).tolist(),
    "gain_worst": (ACCURACY[1:] - ACCURACY[0]).min(1).tolist(),
    "teacher": 0.98,
    "claim": "soft_8",
    "n": {"labelled": 30},
}
BIASES = np.linspace(-2, 20, 221)
RISE = 1 / (1 + np.exp(-(BIASES - np.array([[-3], [16], [8]]))))
HIDDEN = {
    "configs": ["soft", "hard", "shuffled"],
    "classes": list("0123456789"),
    "hidden": [3],
    "biases": BIASES,
    "curve": RISE,
    "curve_all": np.clip(1 - RISE / 2, 0, 1),
    "before_mean": [0.88, 0.0, 0.0],
    "after_mean": [0.99, 0.6, 0.7],
    "bias_mean": [3.4, 15.8, 7.7],
    "whispers": np.array([0.006, 0.03, 0.05, np.nan, 0.001, 0.06, 0.007, 0.03, 0.05, 0.07]),
}
SURE = {"teacher": [0.978, 0.986], "before_mean": [0.88, 0.0], "whisper": [0.034, 0.003]}


def view(
    result=None, ghost=None, running=False, metrics=("teacher", "hard", "soft_8", "soft", "shuffled", "light", "sure")
):
    points = [Progress(s, 100, {"student_step": float(s), **dict.fromkeys(metrics, s / 100)}) for s in (1, 50, 100)]
    return SimpleNamespace(progress=points if result else [], result=result, running=running, ghost=ghost)


def test_while_it_runs_nobody_is_asked_to_press_run(words):
    for figure in (
        race.race(view(running=True), words, best="soft_8", floor=0.5),
        unseen.learning(view(running=True), words),
        unseen.overconfident(view(running=True), words),
    ):
        assert claim(figure) == words["lesson_running"]


def claim(figure):
    return figure.layout.meta["claim"]


@pytest.fixture(params=list(LANGUAGES))
def words(request):
    return Words(request.param, "distillation")


def test_the_race_claims_its_mean_and_its_unluckiest_seed(words):
    done = view(RACE)
    figure = race.race(done, words, best="soft_8", floor=0.5)
    gain = 100 * RACE["gain_mean"][3]
    assert f"{gain:.1f}" in claim(figure)
    assert f"{100 * RACE['gain_worst'][3]:.1f}" in claim(figure)
    seeds = [trace for trace in figure.data if trace.mode == "markers"]
    np.testing.assert_array_equal(seeds[0].y, ACCURACY[1:].ravel())
    assert claim(race.race(view(ghost=done), words, best="soft_8", floor=0.5)) == words["race_waiting"]


def test_the_full_data_race_tells_its_own_story(words):
    figure = race.race(view(RACE), words, best="soft_8", floor=0.8, telling="everything")
    assert "30" in claim(figure)
    assert (
        claim(race.race(view(), words, best="soft_8", floor=0.8, telling="everything")) == words["everything_waiting"]
    )


def test_every_curve_of_the_race_grows_while_it_lasts(words):
    grown = {
        (trace.meta or {}).get("progress", {}).get("y")
        for trace in race.race(view(), words, best="soft_4", floor=0).data
    }
    assert {"teacher", *RACE["configs"]} <= grown


def test_the_hidden_digit_before_and_after(words):
    assert claim(unseen.learning(view(), words)) == words["unseen_waiting"]
    text = claim(unseen.learning(view(HIDDEN), words))
    assert all(part in text for part in ("3", "88%", "99%", "0%"))


def test_the_bias_follows_its_slider(words):
    inputs = {key: np.asarray(HIDDEN[key]).tolist() for key in ("biases", "curve", "curve_all")}
    values = KERNELS["bias_slide"](**inputs, bias=8.0)
    figure = unseen.bias(HIDDEN, values, words)
    (marks,) = [trace for trace in figure.data if trace.mode == "markers"]
    np.testing.assert_allclose(marks.y, RISE[:, 100])
    assert "50%" in fill(claim(figure), values)  # the shuffled student at its turning point


def test_whispers_name_the_loudest(words):
    assert "9" in claim(unseen.whispers(HIDDEN, words))
    assert "7.0%" in claim(unseen.whispers(HIDDEN, words))
    several = {**HIDDEN, "hidden": [0, 3], "whispers": np.array([np.nan, *HIDDEN["whispers"][1:]])}
    assert len(unseen.whispers(several, words).data[0].x) == 8


def test_two_teachers_before_and_after(words):
    assert claim(unseen.overconfident(view(), words)) == words["overconfident_waiting"]
    text = claim(unseen.overconfident(view(SURE), words))
    assert all(part in text for part in ("97.8%", "98.6%", "88%", "0%"))


@pytest.mark.parametrize("side", [8, 28])
def test_the_gallery_shows_every_picture_whole(words, side):
    images = np.full((8, side, side), 255, np.uint8)
    result = {
        "images": images,
        "classes": list("0123456789"),
        "labels": [5] * 8,
        "looks_like": [9] * 8,
        "share": np.array([0.89, *[1e-6] * 7]),
    }
    figure = answers.gallery(result, words)
    sheet = np.stack([np.asarray(trace.z, dtype=float) for trace in figure.data])
    factor = max(1, 32 // side)
    assert np.isfinite(sheet).sum() == 8 * (side * factor) ** 2
    named = [note for note in figure.layout.annotations if note.text]
    assert len(named) == 8
    assert "89%" in claim(figure)
    assert "<0.1%" in named[1].text


def test_two_answers_say_which_class_they_prefer(words):
    values = KERNELS["two_answers"](teacher=[3, 1], student=[0, 2], names=["4", "9"], temperature=4)
    text = fill(claim(answers.two_answers(values, ["4", "9"], words)), values)
    assert "62%" in text
    assert "4" in text
    assert "9" in text
