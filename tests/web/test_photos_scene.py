"""The scene on photographs: what it says without its data, what it offers where a GPU was found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dkdemo import datastore, jobs
from dkdemo.experiments import figure5, photos
from dkdemo.jobs.events import Done, Progress, to_json
from dkdemo.web.registry import ROOT, chapter
from dkdemo.web.text import LANGUAGES, Words

MAIN = ROOT / "dkdemo" / "web" / "main.py"
FOUND = datastore.Found("cifar10", 50_000, "here", False)


class Machine:
    """A job manager of a machine with this device; it knows no run and notes what is looked for."""

    def __init__(self, device):
        self.told, self.asked, self.done = device, [], {}

    def device(self):
        return self.told

    def find(self, recipe):
        self.asked.append(recipe)
        return self.done.get(recipe)


@pytest.fixture
def machine(monkeypatch):
    def on(device, *here):
        monkeypatch.setattr("dkdemo.web.data.present", lambda: {name: FOUND for name in ("digits", "shapes", *here)})
        found = Machine(device)
        jobs.use(found)
        return found

    yield on
    jobs.use(None)


def opened(name, scene, **query):
    test = AppTest.from_file(str(MAIN), default_timeout=60).run()
    test.switch_page(f"../../pages/{chapter(name).file.name}")
    test.query_params.update({"scene": scene, "present": "revealed", "lang": "en", **query})
    return test.run()


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_cifar10_it_says_how_to_get_it_and_runs_nothing(machine, language):
    asked = machine("cpu").asked
    test = opened("distillation", "photos", lang=language)
    assert not test.exception
    assert "`python -m dkdemo data get cifar10`" in test.info[0].value
    assert not any(isinstance(recipe, photos.Photos) for recipe in asked)


def test_with_it_the_button_promises_the_seconds_and_says_that_the_run_is_long(machine):
    asked = machine("cpu", "cifar10").asked
    test = opened("distillation", "photos", seed="3")
    assert not test.exception
    assert not test.toggle
    assert test.button(key="distillation.photos.run").label == "Run (about 90 s)"
    assert Words("en", "common")["run_long"] in [caption.value for caption in test.caption]
    assert photos.Photos(seed=3) in asked
    assert any("Photos(seconds=60.0" in code.value for code in test.code)


def test_a_finished_run_tells_the_teachers_minute_and_where_its_numbers_come_from(machine):
    recipe = photos.Photos()
    result = {
        "accuracy": np.array([[0.5, 0.48, 0.49], [0.56, 0.53, 0.55]]),
        **{"mean": [0.49, 0.547], "gain_mean": 0.057, "gain_worst": 0.05, "teacher": 0.771, "teacher_seconds": 60.4},
        **{"teacher_steps": 831, "epochs": 4.25, "parameters": [146_432, 38_656], "seeds": [0, 1, 2], "device": "cpu"},
        **{"n": {"labelled": 1000, "test": 10_000}, "seconds": 91.0},
    }
    job = machine("cpu", "cifar10").done[recipe] = jobs.Job(recipe)
    for seq, event in enumerate((Progress(1, 951, {"spent": 0.5, "teacher": 0.6}), Done(result))):
        job.tell(to_json(event), seq)
    job.end("done")
    test = opened("distillation", "photos")
    assert not test.exception
    assert any("77.1% of the test photographs after 60 s: 831 steps" in text.value for text in test.markdown)
    assert any("seeds 0, 1, 2 · n = labelled 1000, test 10000 · cpu · 91.0 s" in text.value for text in test.caption)
    assert Words("en", "common")["run_long"] not in [caption.value for caption in test.caption]


def test_where_a_gpu_was_found_the_larger_recipes_are_offered(machine):
    asked = machine("cuda:0 Some GPU", "cifar10").asked
    test = opened("distillation", "photos")
    assert "Some GPU" in test.toggle[0].label
    test.toggle[0].set_value(True).run()
    assert asked[-1] == photos.LARGE
    assert test.button(key="distillation.photos.run").label == f"Run (about {photos.LARGE_SECONDS:.0f} s)"
    test = opened("simclr", "figure5", data="cifar10", larger="True")
    assert not test.exception
    assert asked[-1] == replace(figure5.LARGE, looks="crop")
    assert test.button(key="simclr.figure5.run").label == f"Run (about {figure5.LARGE_SECONDS:.0f} s)"
    assert not opened("simclr", "figure5", data="shapes", larger="True").toggle
