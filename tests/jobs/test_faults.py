"""Everything that may go wrong around a run costs that run at most, and is told in one sentence."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dkdemo.jobs import JobFailed
from dkdemo.jobs.store import Store
from dkdemo.web.registry import ROOT
from dkdemo.web.text import LANGUAGES, Words


def ended(job, patience: float = 60.0):
    assert job.ended.wait(patience), f"still {job.state}"
    return job


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("broken", "job_broken"),
        ("memory", "job_memory"),
        ("torch_memory", "job_memory"),
        ("gpu_memory", "job_memory"),
        ("library_memory", "job_memory"),
        ("windows_memory", "job_memory"),
        ("refused", "job_refused"),
        ("late_value", "job_broken"),
        ("too_large", "job_broken"),
        ("exit", "job_died"),
        ("unsendable", "job_broken"),
    ],
)
def test_a_fault_costs_its_run_and_is_told_in_both_languages(manager, recipes, kind, error):
    job = ended(manager.submit(recipes.Fault(kind=kind), "ann"))
    assert (job.state, job.error) == ("failed", error)
    assert job.sentence == ("the moon must be full, got a half" if kind == "refused" else "")
    for language in LANGUAGES:
        assert Words(language, "common")[error]
    assert ended(manager.submit(recipes.Count(), "ann")).state == "done", "the browser may try something else"
    retry = manager.submit(recipes.Fault(kind=kind), "ann")
    assert retry is not job
    assert ended(retry).state == "failed"


def test_a_killed_worker_fails_only_its_run(manager, recipes, ear, tmp_path, pid, wait_until):
    gates = [recipes.Gate(gate=str(tmp_path / name)) for name in ("one", "two")]
    running = manager.submit(gates[0], "ann")
    waiting = manager.submit(gates[1], "bob")
    ear.first_point(running)
    os.kill(pid(manager, "long"), signal.SIGKILL)
    assert ended(running).error == ("job_killed" if sys.platform != "win32" else "job_died")
    assert ear.states(running)[-1] == "failed"
    assert manager.ask(recipes.Answer(), 60)["total"] == 0.1 + 0.2, "the other lane knows nothing of it"
    ear.first_point(waiting)
    (tmp_path / "one").touch()
    (tmp_path / "two").touch()
    assert ended(waiting).state == "done", "the next in the queue is served by the new worker"
    assert ended(manager.submit(gates[0], "ann")).state == "done", "and a retry works"
    assert manager.health()["workers"]["long"]["deaths"] == 1


def test_a_worker_killed_while_it_answers(manager, recipes, ear, tmp_path, pid, wait_until):
    process = pid(manager, "short")
    gate = recipes.ShortGate(gate=str(tmp_path / "gate"))
    with ThreadPoolExecutor(1) as student:
        answer = student.submit(manager.ask, gate, 60)
        wait_until(lambda: manager.health()["workers"]["short"]["state"] == "busy")
        os.kill(process, signal.SIGKILL)
        with pytest.raises(JobFailed) as failure:
            answer.result()
    assert failure.value.key == ("job_killed" if sys.platform != "win32" else "job_died")
    (tmp_path / "gate").touch()
    assert manager.ask(gate, 60)["gate"].endswith("gate")


def test_stray_prints_do_not_reach_the_server(manager, recipes):
    job = ended(manager.submit(recipes.Chatter(), "ann"))
    assert job.result == {"said": 2}
    assert manager.health()["workers"]["long"]["device"] == "none"


def test_a_worker_that_cannot_start_is_told(open_manager, recipes, monkeypatch, wait_until):
    monkeypatch.setattr(sys, "executable", sys.executable + "-that-is-not-there")
    manager = open_manager()
    job = manager.submit(recipes.Count(), "ann")
    assert ended(job).error == "job_no_worker"
    assert manager.health()["workers"]["long"]["state"] == "restarting"


def test_interrupting_torch_leaves_its_switches_alone(manager, recipes, ear):
    """Stopped inside ``no_grad`` again and again, the next run must still learn."""
    for turn in range(6):
        job = manager.submit(recipes.Torch(), f"browser {turn}")
        ear.first_point(job)
        manager.stop(job.key, f"browser {turn}")
        assert ended(job).state == "stopped"
        ear.messages.clear()
    learnt = ended(manager.submit(recipes.Torch(steps=200), "ann"))
    assert learnt.state == "done"
    assert learnt.result["weight"] == pytest.approx([1.0] * 4, abs=1e-3)
    assert manager.health()["workers"]["long"]["deaths"] == 0


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
@pytest.mark.parametrize("lane", ["idle", "busy"])
def test_workers_end_with_a_server_that_is_killed(cold_workers, tmp_path, lane, wait_until):
    """SIGKILL gives the server no chance to tidy up; its workers notice the closed pipe."""
    server = textwrap.dedent(
        """
        import importlib, os, sys, threading
        from dkdemo.jobs.scheduler import Manager
        from dkdemo.jobs.store import Store
        recipes = importlib.import_module("machine_recipes")
        point = threading.Event()
        manager = Manager(Store(None), lambda topic, record: record.event and point.set())
        manager.open()
        if sys.argv[1] == "busy":
            manager.submit(recipes.Stubborn(), "ann")
            assert point.wait(60)
        while "pid" not in manager.health()["workers"]["long"]: pass
        while "pid" not in manager.health()["workers"]["short"]: pass
        print(*(worker["pid"] for worker in manager.health()["workers"].values()), flush=True)
        threading.Event().wait()
        """
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ["PYTHONPATH"]])}
    command = [sys.executable, "-c", server, lane]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        workers = [int(word) for word in process.stdout.readline().split()]
        assert len(workers) == 2
        process.send_signal(signal.SIGKILL)
        process.wait()
        wait_until(lambda: not any(_lives(worker) for worker in workers), 20)


def _lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


# The store


def test_a_full_disk_costs_the_replay_and_nothing_else(open_manager, recipes, tmp_path, monkeypatch, wait_until):
    path = tmp_path / "full" / "results.sqlite3"
    manager = open_manager(path)

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("dkdemo.jobs.store._connect", full)
        job = ended(manager.submit(recipes.Count(), "ann"))
        assert job.state == "done"
        wait_until(lambda: not manager.health()["storage"]["saving"])
        assert "disk is full" in manager.health()["storage"]["trouble"]
        assert manager.submit(recipes.Count(), "bob").replay, "memory still has it"
    ended(manager.submit(recipes.Count(seed=2), "ann"))
    wait_until(lambda: manager.health()["storage"] == {"saving": True, "trouble": ""})


def test_a_disk_that_is_really_full(tmp_path):
    """SQLite itself reports it when the file may not grow."""
    store = Store(tmp_path / "results.sqlite3")
    assert store.save("small", "count", {}, 1.0, [{"kind": "done", "result": {}}])
    pages = store._open().execute("PRAGMA page_count").fetchone()[0]
    store._open().execute(f"PRAGMA max_page_count = {pages}")
    big = [{"kind": "done", "result": {"noise": os.urandom(200_000).hex()}}]
    assert not store.save("big", "count", {}, 1.0, big)
    assert "full" in store.trouble
    assert store.load("small").events == [{"kind": "done", "result": {}}]
    assert store.load("big") is None


def test_a_damaged_file_is_put_aside(tmp_path):
    path = tmp_path / "results.sqlite3"
    path.write_bytes(b"this was a database once " * 100)
    store = Store(path)
    assert store.load("any") is None
    assert store.save("key", "count", {"steps": 1}, 1.5, [{"kind": "progress"}])
    assert store.load("key").seconds == 1.5
    [aside] = tmp_path.glob("results.damaged-*.sqlite3")
    assert aside.read_bytes().startswith(b"this was a database once")


def test_a_file_damaged_while_in_use(tmp_path):
    path = tmp_path / "results.sqlite3"
    store = Store(path)
    for number in range(200):
        store.save(f"key {number}", "count", {}, 1.0, [{"noise": os.urandom(500).hex()}])
    store.close()
    content = bytearray(path.read_bytes())
    content[4096 * 3 :] = os.urandom(len(content) - 4096 * 3)
    path.write_bytes(content)
    results = [store.load(f"key {number}") for number in range(200)]
    assert None in results
    assert store.save("new", "count", {}, 1.0, [])
    assert store.load("new") is not None


def test_a_garbled_row_is_no_result(tmp_path):
    store = Store(tmp_path / "results.sqlite3")
    store.save("key", "count", {}, 1.0, [])
    with store._open() as connection:
        connection.execute("UPDATE runs SET events = ?", (b"no zip",))
    assert store.load("key") is None


def test_a_locked_file_does_not_hold_anyone_up(tmp_path, monkeypatch):
    monkeypatch.setattr("dkdemo.jobs.store.PATIENCE", 0.05)
    path = tmp_path / "results.sqlite3"
    store = Store(path)
    store.save("key", "count", {}, 1.0, [])
    other = sqlite3.connect(path)
    other.execute("BEGIN EXCLUSIVE")
    assert not store.save("more", "count", {}, 1.0, [])
    assert "locked" in store.trouble
    other.rollback()
    other.close()
    assert store.save("more", "count", {}, 1.0, [])
    assert store.trouble == ""


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("in the way")
    store = Store(tmp_path / "file" / "results.sqlite3")
    assert not store.save("key", "count", {}, 1.0, [])
    assert store.load("key") is None
    assert store.trouble


def test_the_store_forgets_the_oldest(tmp_path, monkeypatch):
    monkeypatch.setattr("dkdemo.jobs.store.KEPT", 5)
    store = Store(tmp_path / "results.sqlite3")
    for number in range(9):
        store.save(f"key {number}", "count", {}, 1.0, [])
    assert [store.load(f"key {number}") is not None for number in range(9)] == [False] * 4 + [True] * 5


def test_what_is_stored_is_plain_json(tmp_path, manager, recipes, wait_until):
    """No pickle: a file that someone else wrote can only ever be data."""
    import zlib

    job = ended(manager.submit(recipes.Count(), "ann"))
    path = tmp_path / "results.sqlite3"
    wait_until(lambda: path.exists() and sqlite3.connect(path).execute("SELECT count(*) FROM runs").fetchone()[0])
    [row] = sqlite3.connect(path).execute("SELECT * FROM runs")
    assert row[0] == job.key
    assert json.loads(zlib.decompress(row[-1]))[-1]["kind"] == "done"
