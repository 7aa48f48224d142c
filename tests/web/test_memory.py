"""When memory runs out a smaller batch is offered, and asked for by one click; a link names it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest
from toys import Batches, Toy

from dkdemo import jobs
from dkdemo.jobs import Job
from dkdemo.web import memory, source
from dkdemo.web.text import LANGUAGES, Words


class Full:
    """A job manager of a machine without memory: every run fails."""

    def __init__(self, error: str = "job_memory") -> None:
        self.error, self.jobs, self.wishes = error, {}, []

    def find(self, recipe):
        return self.jobs.get(recipe.key())

    def submit(self, recipe, browser, *, anew=False, lecturer=False):
        self.wishes.append(recipe)
        job = self.jobs[recipe.key()] = Job(recipe)
        job.end("failed", self.error)
        return job


@pytest.fixture
def manager(monkeypatch):
    monkeypatch.setattr(source, "read", lambda place: "source of " + place)
    full = Full()
    jobs.use(full)
    yield full
    jobs.use(None)


def panel(recipe, language):
    import plotly.graph_objects as go
    from toys import stage

    from dkdemo.web.run_panel import run_panel

    run_panel(stage(language), recipe, lambda view: go.Figure(), key="toy", alt="nothing")


def shown(recipe, language="en", **query):
    test = AppTest.from_function(panel, args=(recipe, language))
    test.query_params.update({"lang": language, **query})
    return test.run()


def labels(test):
    return [button.label for button in test.button]


@pytest.mark.parametrize("error", ["job_memory", "job_killed"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_out_of_memory_gets_a_sentence_and_half_the_batch(manager, language, error):
    manager.error = error
    test = shown(Batches(), language)
    test.button(key="distillation.toy.run").click().run()
    assert [error.value for error in test.error] == [Words(language, "common")[error]]
    test.button(key="distillation.toy.halve").click().run()
    assert manager.wishes == [Batches(), Batches(batch_size=48)]
    assert test.query_params["toy_halved"] in ("1", ["1"])
    assert any("batch_size=48" in code.value for code in test.code), "the script names the batch that is shown"


def test_batches_are_halved_until_the_recipe_refuses(manager):
    test = shown(Batches())
    test.button(key="distillation.toy.run").click().run()
    for size in (48, 24):
        assert any(f"{size} (about 100 s)" in label for label in labels(test))
        test.button(key="distillation.toy.halve").click().run()
    assert [recipe.batch_size for recipe in manager.wishes] == [96, 48, 24]
    assert not any(button.key.endswith("halve") for button in test.button)
    test.button(key="dk.reset.distillation.toy").click().run()
    assert "toy_halved" not in test.query_params
    assert any("batch_size=96" in code.value for code in test.code)


def test_a_link_names_the_smaller_batch_and_nonsense_is_told(manager):
    test = shown(Batches(), toy_halved="1")
    test.button(key="distillation.toy.run").click().run()
    assert manager.wishes == [Batches(batch_size=48)]
    odd = shown(Batches(), toy_halved="-3")
    assert not odd.exception
    assert odd.warning


@pytest.mark.parametrize("error", ["job_broken", "job_died"])
def test_nothing_smaller_is_offered_for_other_faults(manager, error):
    manager.error = error
    test = shown(Batches())
    test.button(key="distillation.toy.run").click().run()
    assert not any(button.key.endswith("halve") for button in test.button)


def test_a_recipe_without_a_batch_gets_the_sentence_alone(manager):
    test = shown(Toy())
    test.button(key="distillation.toy.run").click().run()
    assert test.error
    assert not any(button.key.endswith("halve") for button in test.button)
    assert memory.halved(Toy()) is None


def test_a_long_run_says_that_it_goes_on_in_the_background(manager):
    said = Words("en", "common")["run_long"]
    assert said in [caption.value for caption in shown(Batches()).caption]
    assert said not in [caption.value for caption in shown(Toy()).caption]
