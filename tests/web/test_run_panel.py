"""Around a live run: what the picture is told, where its numbers come from, and the script that repeats them."""

from __future__ import annotations

import ast
import itertools
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from toys import DONE, Toy

from dkdemo import jobs
from dkdemo.experiments import catalogue, find
from dkdemo.experiments.recipe import Recipe
from dkdemo.jobs import Job
from dkdemo.jobs.events import Event, Progress, Snapshot, to_json
from dkdemo.jobs.view import view_of
from dkdemo.web import provenance, source
from dkdemo.web.run_panel import script_for
from dkdemo.web.text import LANGUAGES, Words

POINT = Progress(1, 2, {"soft": 0.5})
OLD, NEW = Snapshot("plane", {"x": np.zeros(2)}), Snapshot("plane", {"x": np.ones(2)})


class Known:
    """A job manager that knows what it is told to know."""

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.wishes: list[tuple[str, bool]] = []
        self.busy: str | None = None
        self.other = ""

    def put(self, recipe: Recipe, state: str, *events: Event) -> Job:
        job = self.jobs[recipe.key()] = Job(recipe)
        job.start(1)
        for number, event in enumerate(events):
            job.tell(to_json(event), number)
        if state != "running":
            job.end(state, "job_died" if state == "failed" else "")
        return job

    def find(self, recipe: Recipe) -> Job | None:
        return self.jobs.get(recipe.key())

    def submit(self, recipe: Recipe, browser: str, *, anew: bool = False, lecturer: bool = False) -> Job:
        if self.busy:
            raise jobs.Busy(self.busy, self.other)
        self.wishes.append((recipe.key(), anew))
        job = self.put(recipe, "running", POINT)
        job.wishes.add(browser)
        return job

    def stop(self, key: str, browser: str, *, lecturer: bool = False) -> None:
        self.jobs[key].wishes.discard(browser)
        if lecturer or not self.jobs[key].wishes:
            self.jobs[key].end("stopped")


@pytest.fixture
def manager() -> Iterator[Known]:
    known = Known()
    jobs.use(known)
    yield known
    jobs.use(None)


def panel(recipe, seen):
    import plotly.graph_objects as go
    from toys import stage

    from dkdemo.web.run_panel import run_panel

    def draw(view):
        seen.append(view)
        return go.Figure()

    run_panel(stage(), recipe, draw, key="toy", alt="nothing")


def shown(recipe, seen=None, before=None):
    test = AppTest.from_function(panel, args=(recipe, [] if seen is None else seen), default_timeout=30)
    if before:
        test.session_state["dk.finished.distillation.toy"] = before.session_state["dk.finished.distillation.toy"]
    return test.run()


@pytest.fixture(autouse=True)
def _nobody_presses_twice(monkeypatch):
    """Each look at the clock is a second later: two presses are two."""
    seconds = itertools.count(1.0)
    monkeypatch.setattr("dkdemo.web.run_panel.monotonic", lambda: next(seconds))


@pytest.fixture(autouse=True)
def _toy_has_a_source(monkeypatch):
    monkeypatch.setattr(source, "read", lambda place: "source of " + place)


def test_a_view_sorts_events_and_keeps_the_last_snapshot():
    view = view_of([POINT, OLD, NEW, DONE], running=True)
    assert view.progress == [POINT]
    assert view.snapshots == {"plane": NEW}
    assert view.result == DONE.result
    assert view.running
    assert view_of([]).result is None


def test_before_the_first_run_the_button_promises_seconds_and_the_picture_is_empty(manager):
    seen = []
    test = shown(Toy(), seen)
    assert [button.label for button in test.button] == ["Run (about 2 s)"]
    assert seen[-1].progress == []
    assert seen[-1].result is None
    assert not test.caption or "measured" not in test.caption[0].value


def test_run_stop_and_run_again(manager):
    test = shown(Toy())
    test.button[0].click().run()
    assert manager.wishes == [(Toy().key(), False)]
    assert [button.label for button in test.button] == ["Stop"]
    test.button[0].click().run()
    assert manager.find(Toy()).state == "stopped"
    assert [button.label for button in test.button] == ["Run (about 2 s)"]


def test_a_double_press_is_one(manager, monkeypatch):
    """Stop comes to stand where Run was, and Run where Stop was: the second half of a double press must not hit it."""
    at = 100.0
    monkeypatch.setattr("dkdemo.web.run_panel.monotonic", lambda: at)
    test = shown(Toy())
    test.button[0].click().run()
    at += 0.3
    test.button[0].click().run()
    assert manager.find(Toy()).state == "running"
    at += 1
    test.button[0].click().run()
    assert manager.find(Toy()).state == "stopped"
    at += 0.3
    test.button[0].click().run()
    assert manager.find(Toy()).state == "stopped"
    assert len(manager.wishes) == 1
    at += 0.4  # .7 s after the press that counted, though only .4 after the one that did not
    test.button[0].click().run()
    assert len(manager.wishes) == 2


def test_a_double_press_on_a_refused_run_leaves_the_refusal_standing(manager, monkeypatch):
    at = 100.0
    monkeypatch.setattr("dkdemo.web.run_panel.monotonic", lambda: at)
    manager.busy, manager.other = "run_busy", "another"
    test = shown(Toy())
    for later in (0.0, 0.3):
        at += later
        test.button[0].click().run()
        assert [warning.value for warning in test.warning] == [Words("en", "common")["run_busy"]]
        assert [button.label for button in test.button][1:] == [Words("en", "common")["run_instead"]]
    at += 1
    assert not test.run().warning, "told once, not for ever"


@pytest.fixture
def from_afar(monkeypatch):
    monkeypatch.setattr("dkdemo.web.run_panel.is_lecturer", lambda: False)


def test_who_only_watches_is_told_so_and_has_no_stop(manager, from_afar):
    job = manager.put(Toy(), "running", POINT)
    job.wishes.add("someone else")
    test = shown(Toy())
    assert not test.button
    assert Words("en", "common")["run_others"] in [caption.value for caption in test.caption]


def test_one_of_two_who_wished_leaves_and_the_run_goes_on(manager, from_afar):
    job = manager.put(Toy(), "running", POINT)
    job.wishes.update({"someone", "someone else"})
    test = shown(Toy())
    assert [button.label for button in test.button] == ["Stop"]
    test.button[0].click().run()
    assert job.state == "running"
    assert not test.button
    assert Words("en", "common")["run_others"] in [caption.value for caption in test.caption]


def test_the_lecturer_stops_any_run(manager, monkeypatch):
    monkeypatch.setattr("dkdemo.web.run_panel.is_lecturer", lambda: True)
    job = manager.put(Toy(), "running", POINT)
    job.wishes.add("someone else")
    shown(Toy()).button[0].click().run()
    assert job.state == "stopped"


def test_a_finished_run_says_where_its_numbers_come_from_and_can_be_run_anew(manager):
    manager.put(Toy(), "done", POINT, DONE)
    test = shown(Toy())
    assert "**measured here** · seeds 0, 1 · n = train 30, test 360 · cpu · 1.2 s" in [c.value for c in test.caption]
    assert [button.label for button in test.button] == ["Run anew (about 2 s)"]
    test.button[0].click().run()
    assert manager.wishes == [(Toy().key(), True)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_replay_says_so_with_its_date(language):
    job = Known().put(Toy(), "done", DONE)
    job.replay, job.finished_at = True, 1_700_000_000.0
    words = Words(language, "common")
    caption = provenance.caption(words, job, DONE.result)
    assert "2023-11-1" in caption
    assert words["measured"] not in caption
    assert "{" not in caption


def test_a_failed_run_says_a_sentence_and_offers_a_retry(manager):
    manager.put(Toy(), "failed", POINT)
    test = shown(Toy())
    assert [error.value for error in test.error] == [Words("en", "common")["job_died"]]
    assert [button.label for button in test.button] == ["Try again (about 2 s)"]


def test_a_refused_wish_is_told_once(manager):
    manager.busy = "run_busy"
    test = shown(Toy())
    test.button[0].click().run()
    assert [warning.value for warning in test.warning] == [Words("en", "common")["run_busy"]]
    assert not test.run().warning


def test_who_is_busy_may_run_this_instead(manager):
    other = manager.put(Toy(1), "running", POINT)
    test = shown(Toy())
    other.wishes.add("someone")
    manager.busy, manager.other = "run_busy", other.key
    test.button[0].click().run()
    manager.busy = ""
    (instead,) = [button for button in test.button if button.label == Words("en", "common")["run_instead"]]
    instead.click().run()
    assert other.state == "stopped"
    assert manager.find(Toy()).wishes == {"someone"}
    assert not test.warning


def test_the_run_finished_before_stays_as_a_ghost(manager):
    manager.put(Toy(0), "done", POINT, DONE)
    first = shown(Toy(0))
    seen = []
    shown(Toy(1), seen, before=first)
    assert seen[-1].result is None
    assert seen[-1].ghost is not None
    assert seen[-1].ghost.result["best"] == 0.9


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_the_script_of_every_recipe_is_python_that_builds_an_equal_recipe(name):
    recipe = find(name)()
    text = script_for(recipe)
    ast.parse(text)
    scope: dict[str, object] = {}
    exec(text[: text.index("for event")], scope)
    assert scope["recipe"] == recipe


def test_the_script_prints_the_numbers(tmp_path):
    path = tmp_path / "again.py"
    path.write_text(script_for(find("samples")(data="digits")), encoding="utf-8")
    paths = {"PYTHONPATH": str(source.ROOT), "PATH": "", "HOME": str(tmp_path), "OMP_NUM_THREADS": "1"}
    run = subprocess.run([sys.executable, path], capture_output=True, text=True, env=paths, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    assert "'seconds'" in run.stdout
