"""Jobs as the room sees them: shared, queued, one a browser, stopped within a step, replayed."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from dkdemo.jobs import Busy, JobFailed
from dkdemo.jobs.events import Done, Progress, Snapshot
from dkdemo.jobs.job import MAX_PROGRESS
from dkdemo.jobs.scheduler import MAX_QUEUE


def ended(job, patience: float = 60.0):
    assert job.ended.wait(patience), f"still {job.state}"
    return job


def test_the_lecturer_goes_first_and_may_stop_any_run(manager, recipes, ear, tmp_path):
    gates = [recipes.Gate(gate=str(tmp_path / f"gate {number}")) for number in range(4)]
    running, first, second = (manager.submit(gate, f"student {n}") for n, gate in enumerate(gates[:3]))
    ear.first_point(running)
    stage = manager.submit(gates[3], "lecturer", lecturer=True)
    assert [job.position for job in (stage, first, second)] == [1, 2, 3]
    manager.submit(gates[2], "lecturer's phone", lecturer=True)
    assert [job.position for job in (second, stage, first)] == [1, 2, 3], "a run that waits is called forward"
    manager.stop(running.key, "a stranger")
    assert not running.stopping
    manager.stop(running.key, "lecturer", lecturer=True)
    assert ended(running).state == "stopped"
    for number in range(4):
        (tmp_path / f"gate {number}").touch()
    assert ended(first).state == "done"


def test_a_run_tells_its_curve_its_pictures_and_its_exact_result(manager, recipes, ear):
    job = ended(manager.submit(recipes.Count(steps=4), "ann"))
    assert (job.state, job.error, job.replay) == ("done", "", False)
    points = [event for event in job.events if isinstance(event, Progress)]
    assert [(point.step, point.metrics["square"]) for point in points] == [(1, 1.0), (2, 4.0), (3, 9.0), (4, 16.0)]
    assert points[0].metrics["nothing"] is None, "NaN travels as null"
    [picture] = [event for event in job.events if isinstance(event, Snapshot)]
    assert np.array_equal(picture.arrays["pixels"], np.arange(6).reshape(2, 3))
    assert job.result["total"] == 0.1 + 0.2, "not one bit is lost on the way"
    assert np.array_equal(job.result["row"], np.linspace(0, 1, 7))
    assert isinstance(job.events[-1], Done)
    assert ear.states(job)[-2:] == ["running", "done"]
    assert 0 <= job.seconds < 60
    assert job.finished_at == pytest.approx(time.time(), abs=60)


def test_what_the_browsers_get_is_numbered_in_order_and_is_json(manager, recipes, ear):
    job = ended(manager.submit(recipes.Count(), "ann"))
    numbers = [message["seq"] for message in ear.of(job)]
    assert numbers == sorted(set(numbers))
    history = manager.history(job.topic)
    assert [record.seq for record in history] == sorted({record.seq for record in history})
    messages = [json.loads(record.text) for record in history]
    assert {message["topic"] for message in messages} == {job.topic}
    kinds = [message["message"]["kind"] for message in messages]
    assert kinds == [*["progress"] * 5, "snapshot", "state"], "the result stays here: pages get it from their script"
    assert {message["kind"] for message in ear.of(job)} == {"progress", "snapshot", "state"}
    assert manager.history("job:unheard-of") == manager.history("nonsense") == []


def test_equal_recipes_share_one_run(manager, recipes, ear, tmp_path):
    gate = recipes.Gate(gate=str(tmp_path / "gate"))
    with ThreadPoolExecutor(20) as room:
        jobs = list(room.map(lambda student: manager.submit(gate, f"student {student}"), range(100)))
    assert len({id(job) for job in jobs}) == 1
    assert len(jobs[0].wishes) == 100
    ear.first_point(jobs[0])
    (tmp_path / "gate").touch()
    assert ended(jobs[0]).state == "done"
    assert ear.states(jobs[0]).count("done") == 1


def test_the_queue_is_served_in_order_and_everyone_sees_their_place(manager, recipes, ear, tmp_path):
    gates = [recipes.Gate(gate=str(tmp_path / f"gate {number}")) for number in range(4)]
    jobs = [manager.submit(gate, f"browser {number}") for number, gate in enumerate(gates)]
    ear.first_point(jobs[0])
    assert [job.position for job in jobs] == [0, 1, 2, 3]
    assert [job.state for job in jobs] == ["running", "queued", "queued", "queued"]
    assert manager.health()["jobs"] == {"running": 1, "queued": 3}
    manager.stop(jobs[2].key, "browser 2")
    assert ended(jobs[2]).state == "stopped"
    assert [job.position for job in jobs] == [0, 1, 0, 2]
    for number in (0, 1, 3):
        ear.first_point(jobs[number])
        assert [job.state for job in jobs].count("running") == 1, "one long run at a time"
        (tmp_path / f"gate {number}").touch()
        assert ended(jobs[number]).state == "done"
    places = [message["position"] for message in ear.of(jobs[3]) if message["kind"] == "state"]
    assert places == [3, 2, 1, 0, 0] or places == [4, 3, 2, 1, 0, 0]  # the first if the worker was ready at once


def test_a_browser_has_one_long_run_at_a_time(manager, recipes, ear, tmp_path):
    first, second = (recipes.Gate(gate=str(tmp_path / name)) for name in ("one", "two"))
    job = manager.submit(first, "ann")
    with pytest.raises(Busy) as refusal:
        manager.submit(second, "ann")
    assert (refusal.value.key, refusal.value.run) == ("run_busy", job.key)
    assert manager.submit(first, "ann") is job, "pressing the same button again is no second wish"
    other = manager.submit(second, "bob")
    with pytest.raises(Busy):
        manager.submit(second, "ann")
    manager.stop(job.key, "ann")
    assert ended(job).state == "stopped"
    assert manager.submit(second, "ann") is other
    (tmp_path / "two").touch()
    assert ended(other).state == "done"
    assert manager.submit(recipes.Count(), "ann").state != "failed"


def test_the_queue_is_bounded(manager, recipes, tmp_path):
    manager.submit(recipes.Gate(gate=str(tmp_path / "gate")), "first")
    refused = []
    for number in range(MAX_QUEUE + 5):
        try:
            manager.submit(recipes.Count(seed=number), f"browser {number}")
        except Busy as refusal:
            refused.append(refusal.key)
    assert set(refused) == {"run_queue_full"}
    assert len(refused) in (5, 6)  # the gate may be running already, or still wait for its worker


def test_stop_withdraws_one_wish_and_the_last_one_ends_the_run(manager, recipes, ear):
    job = manager.submit(recipes.Stubborn(), "ann")
    manager.submit(recipes.Stubborn(), "bob")
    ear.first_point(job)
    manager.stop(job.key, "a stranger")
    manager.stop(job.key, "ann")
    assert job.state == "running"
    before = manager.health()["workers"]["long"]
    manager.stop(job.key, "bob")
    asked = time.monotonic()
    assert ended(job).state == "stopped"
    assert time.monotonic() - asked < 2, "within one step, although the recipe tells nothing"
    assert manager.health()["workers"]["long"]["deaths"] == before["deaths"] == 0
    count = ended(manager.submit(recipes.Count(), "bob"))
    assert count.result["pid"] == before["pid"], "the worker stays warm"


def test_stop_and_run_again_at_once(manager, recipes, ear):
    """The second wish comes while the first run is still being interrupted; many times, to meet every moment."""
    for turn in range(15):
        job = manager.submit(recipes.Stubborn(), "ann")
        if turn % 2:
            ear.wait(lambda job=job: "running" in ear.states(job))
        manager.stop(job.key, "ann")
        again = manager.submit(recipes.Count(seed=turn), "ann")
        assert ended(job).state == "stopped"
        assert ended(again).state == "done"
    assert manager.health()["workers"]["long"]["deaths"] == 0


def test_a_run_wished_for_anew_while_it_is_being_stopped_is_a_new_run(manager, recipes, ear, tmp_path):
    gate = recipes.Gate(gate=str(tmp_path / "gate"))
    first = manager.submit(gate, "ann")
    ear.first_point(first)
    manager.stop(first.key, "ann")
    second = manager.submit(gate, "ann")
    (tmp_path / "gate").touch()
    assert ended(second).state == "done"
    assert ended(first).state in ("stopped", "done")
    if first is not second:
        assert manager.find(gate) is second


def test_the_same_click_later_is_a_replay_and_can_be_run_anew(manager, recipes):
    recipe = recipes.Count(steps=3)
    first = ended(manager.submit(recipe, "ann"))
    assert not first.replay
    again = manager.submit(recipe, "bob")
    assert again.state == "done"
    assert again.replay
    assert again.finished_at == first.finished_at
    anew = manager.submit(recipe, "bob", anew=True)
    assert anew is not first
    assert ended(anew).state == "done"
    assert not anew.replay
    assert manager.find(recipe) is anew


def test_a_restarted_server_replays(open_manager, recipes):
    recipe = recipes.Count(steps=6, seed=3)
    first_server = open_manager()
    first = ended(first_server.submit(recipe, "ann"))
    first_server.close()
    second_server = open_manager()
    assert second_server.find(recipe) is None
    replay = second_server.submit(recipe, "bob")
    assert (replay.state, replay.replay) == ("done", True)
    assert replay.finished_at == pytest.approx(first.finished_at, abs=5)
    assert replay.seconds == pytest.approx(first.seconds)
    assert np.array_equal(replay.result["row"], first.result["row"])
    assert [type(event) for event in replay.events] == [type(event) for event in first.events]
    assert second_server.history(replay.topic)[-1].keep
    other = ended(second_server.submit(recipes.Count(steps=6, seed=4), "bob"))
    assert not other.replay, "another seed is another run"


@pytest.mark.parametrize(
    "strange",
    [
        {"kind": "progress", "moon": "full"},
        ["x"],
        {"kind": "done", "result": {"row": {"dtype": "i8", "shape": [1], "bdata": "AAAAAAAAAAA="}}},
    ],
)
def test_a_saved_run_that_these_events_do_not_know_is_computed_again(open_manager, recipes, caplog, strange):
    recipe = recipes.Count(seed=8)
    server = open_manager()
    server._store.save(recipe.key(), recipe.name, recipe.values(), 1.0, [strange])
    job = ended(server.submit(recipe, "ann"))
    assert (job.state, job.replay) == ("done", False)
    assert "is not used" in caplog.text


def test_looking_at_the_disk_holds_up_nobody(manager, recipes):
    """A key asks the disk which edition of the data is there: never while the bus waits for the lock."""
    owned = []

    class Looking(recipes.Count):
        name = "count"

        def key(self):
            owned.append(manager._lock._is_owned())
            return super().key()

    manager.find(Looking())
    with pytest.raises(JobFailed):
        manager.ask(Looking(), 0.001)
    ended(manager.submit(Looking(steps=2), "ann"))
    assert len(owned) >= 3
    assert not any(owned)


def test_other_code_is_another_run(open_manager, recipes, monkeypatch):
    recipe = recipes.Count(seed=9)
    server = open_manager()
    ended(server.submit(recipe, "ann"))
    server.close()
    monkeypatch.setattr("dkdemo.experiments.recipe.code_version", lambda: "changed")
    assert not ended(open_manager().submit(recipe, "ann")).replay


def test_an_answer_does_not_wait_for_a_training(manager, recipes, ear, tmp_path):
    training = manager.submit(recipes.Gate(gate=str(tmp_path / "gate")), "ann")
    ear.first_point(training)
    assert manager.ask(recipes.Answer())["total"] == 0.1 + 0.2
    assert training.state == "running"


def test_a_room_that_asks_the_same_gets_one_answer(manager, recipes):
    with ThreadPoolExecutor(30) as room:
        answers = list(room.map(lambda _: manager.ask(recipes.Answer(), 60), range(60)))
    assert len({answer["pid"] for answer in answers}) == 1
    assert manager.submit(recipes.Count(), "ann").replay is False


def test_answers_are_not_stored(open_manager, recipes):
    first = open_manager()
    pid = first.ask(recipes.Answer(), 60)["pid"]
    first.close()
    assert open_manager().ask(recipes.Answer(), 60)["pid"] != pid


def test_a_late_answer_is_given_up_and_the_next_one_comes(manager, recipes, pid):
    pid(manager, "short")
    with pytest.raises(JobFailed) as late:
        manager.ask(recipes.ShortGate(gate="/nowhere/gate"), timeout=0.5)
    assert late.value.key == "job_late"
    assert manager.ask(recipes.Answer(), 60)["total"] == 0.1 + 0.2
    assert manager.health()["workers"]["short"]["deaths"] == 0


def test_memory_stays_bounded_however_much_a_run_tells(manager, recipes, ear):
    job = ended(manager.submit(recipes.Flood(points=3000), "ann"))
    points = [event for event in job.events if isinstance(event, Progress)]
    assert len(points) <= MAX_PROGRESS
    assert [point.step for point in points] == sorted(point.step for point in points)
    assert points[-1].step == 3000
    [picture] = [event for event in job.events if isinstance(event, Snapshot)]
    assert picture.arrays["step"][0] == 3000, "only the last picture of a name is kept"


def test_pages_read_while_the_worker_tells(manager, recipes):
    job = manager.submit(recipes.Flood(points=300), "ann")
    while not job.ended.wait(0.002):
        steps = [event.step for event in job.events if isinstance(event, Progress)]
        assert steps == list(range(1, len(steps) + 1))
    assert job.state == "done"
