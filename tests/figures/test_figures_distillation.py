"""The pictures of temperature and distillation: every binding has its number, every claim fills, in both languages."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest

from dkdemo import datasets
from dkdemo.experiments.race import hyperparameters, students_for, teacher_for
from dkdemo.figures import distillation, temperature
from dkdemo.figures.binding import fill, value_at
from dkdemo.kernels import KERNELS, SAMPLES
from dkdemo.models import MeanLogits
from dkdemo.web.parts import lessons
from dkdemo.web.text import LANGUAGES, Words

NAMES = ["5", "9", "1", "0", "3", "8", "6", "2", "4", "7"]


def hold(figure, values):
    """Each property that follows a value starts at that value, and the claim can be written."""
    drawn = figure.to_plotly_json()
    for trace in drawn["data"]:
        for path, name in (trace.get("meta") or {}).get("bind", {}).items():
            found = trace
            for step in path.split("."):
                found = found[step]
            np.testing.assert_array_equal(np.asarray(found, dtype=object), np.asarray(values[name], dtype=object))
    meta = drawn["layout"]["meta"]
    for path, name in meta.get("bind", {}).items():
        index = int(re.fullmatch(r"annotations\[(\d+)\]\.\w+", path)[1])
        assert drawn["layout"]["annotations"][index][path.rsplit(".", 1)[1]] == value_at(values, name.removeprefix("="))
    claim = fill(meta["claim"], values)
    assert "{" not in claim
    return claim


@pytest.fixture(params=list(LANGUAGES))
def language(request):
    return request.param


@pytest.mark.parametrize("sample", SAMPLES["dominates"])
def test_the_winner_and_the_whisper(sample, language):
    values = KERNELS["dominates"](**sample)
    hold(temperature.dominates(values, NAMES[: len(values["q"])], Words(language, "temperature")), values)


@pytest.mark.parametrize("sample", SAMPLES["softmax_bars"])
def test_the_slider_and_the_trained_answer(sample, language):
    values, words = KERNELS["softmax_bars"](**sample), Words(language, "temperature")
    names = NAMES[: len(values["q"])]
    hold(temperature.slider(values, names, words), values)
    for image in (np.zeros((28, 28), np.uint8), np.zeros((32, 32, 3), np.uint8)):
        hold(temperature.trained(image, values, names, words), values)


def test_the_slider_claims_what_it_shows():
    values = KERNELS["softmax_bars"](logits=[1.4, 2.8, 0.9], temperature=10)
    claim = hold(temperature.slider(values, NAMES[:3], Words("en", "temperature")), values)
    assert "At T = 10.00 the wrong classes hold 63%" in claim


@pytest.mark.parametrize("sample", SAMPLES["kd_batch"])
def test_the_batch(sample, language):
    values, squared = KERNELS["kd_batch"](**sample), sample["squared"]
    names = NAMES[: len(values["push"])]
    hold(distillation.batch(values, names, Words(language, "distillation"), squared=squared), values)


@pytest.mark.parametrize("sample", SAMPLES["darkness"])
def test_equal_losses(sample, language):
    values = KERNELS["darkness"](**sample)
    hold(distillation.darkness(values, NAMES[:3], Words(language, "distillation")), values)


def test_the_caterpillar_is_counted_not_guessed(language):
    assert distillation.parameters((64, 32, 10)) == 64 * 32 + 32 + 32 * 10 + 10
    nets = lessons.TEACHER, lessons.MEMBERS, lessons.STUDENT
    figure = distillation.larva(*nets, Words(language, "distillation"))
    texts = " ".join(note.text for note in figure.layout.annotations)
    assert "340,008" in texts
    assert "2,410" in texts
    assert "141" in figure.layout.meta["claim"]


def test_the_caterpillar_shows_the_nets_of_the_race_on_digits():
    usual, (train, _) = hyperparameters("digits"), datasets.load("digits", "cpu")
    teacher = teacher_for("digits", usual.shift, 0).build()
    student = students_for(train, usual.hidden, [0], configs=1)
    assert isinstance(teacher, MeanLogits)
    for stack, copies, layers in ((teacher.stack, lessons.MEMBERS, lessons.TEACHER), (student, 1, lessons.STUDENT)):
        assert [tuple(weight.shape) for weight in stack.weights] == [(copies, *pair) for pair in pairwise(layers)]
