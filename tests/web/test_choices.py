"""Every choice of every scene, its run finished and half finished: none may break the picture.

Recipes and figures are tested apart, with results written by hand; here what a recipe really told, packed for the way
to the server and unpacked, meets the figure that draws it. Longer recipes than `LONGEST` stay without a run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dkdemo import datastore, jobs
from dkdemo.experiments.recipe import Recipe
from dkdemo.jobs import Job
from dkdemo.jobs.events import Event, from_json, to_json
from dkdemo.jobs.job import Record
from dkdemo.web.registry import CHAPTERS, ROOT, Chapter

MAIN = ROOT / "dkdemo" / "web" / "main.py"
LONGEST = 6.5  # seconds that a recipe may promise
PATIENCE = 300
CHOICES = ("button_group", "selectbox", "slider", "toggle")


class AtOnce:
    """A job manager that has run everything before it is asked; ``half``: and is still in the middle of it."""

    def __init__(self) -> None:
        self.half = False
        self._told: dict[str, list[Event]] = {}

    def device(self) -> str:
        return "cpu"

    def find(self, recipe: Recipe) -> Job | None:
        told = self._run(recipe)
        if not told:
            return None
        shown = told[: max(1, len(told) // 2)] if self.half and len(told) > 1 else told
        job = Job(recipe)
        job.start(1)
        job.records = [Record(number, "", True, event) for number, event in enumerate(shown)]
        if shown is told:
            job.end("done")
        return job

    def ask(self, recipe: Recipe, timeout: float = 20.0) -> dict[str, Any]:
        if not (told := self._run(recipe)):
            raise jobs.JobFailed("job_late")
        return dict(told[-1].result)

    def _run(self, recipe: Recipe) -> list[Event]:
        key = recipe.key()
        if key not in self._told:
            short = recipe.expected_seconds() <= LONGEST
            packed = [json.dumps(to_json(event), allow_nan=False) for event in recipe.run()] if short else []
            self._told[key] = [from_json(json.loads(text)) for text in packed]
        return self._told[key]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[AtOnce]:
    always = {name: one for name, one in datastore.present().items() if name in ("digits", "shapes")}
    monkeypatch.setattr("dkdemo.web.data.present", lambda: always)
    manager = AtOnce()
    jobs.use(manager)
    yield manager
    jobs.use(None)


def values(control: Any) -> list[Any]:
    """What there is to choose from; of a scale or a long list, the ends."""
    if control.type == "toggle":
        return [True, False]
    if control.type == "slider":
        return [control.min, control.max]
    options = list(control.options)
    return options if len(options) <= 4 else [*options[:2], options[-1]]


def controls(test: AppTest, chapter: Chapter) -> dict[str, Any]:
    found = [one for kind in CHOICES for one in getattr(test, kind)]
    return {one.key: one for one in found if one.key and one.key.startswith(f"{chapter.id}.")}


def complaints(test: AppTest) -> list[str]:
    late = "The answer took too long"  # of a recipe too long for this test
    said = [element.value for kind in (test.error, test.warning) for element in kind]
    return [str(one.value) for one in test.exception] + [text for text in said if not text.startswith(late)]


@pytest.mark.training
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda row: row.id)
def test_no_choice_breaks_its_picture(chapter: Chapter, at_once: AtOnce) -> None:
    for scene in chapter.scenes:
        test = AppTest.from_file(str(MAIN), default_timeout=PATIENCE)
        if chapter != CHAPTERS[0]:
            test.run().switch_page(f"../../pages/{chapter.file.name}")
        test.query_params.update({"scene": scene.id, "present": "revealed", "lang": "en"})
        test.run()
        for name, control in controls(test, chapter).items():
            first = control.value
            for value in [*values(control), first]:
                for at_once.half in (True, False):
                    if name not in controls(test, chapter):  # another choice took it away
                        continue
                    controls(test, chapter)[name].set_value(value).run()
                    assert not complaints(test), (scene.id, name, value, at_once.half)
