"""The short lane rehearses: nobody in the room waits for a network that could have been trained before."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dkdemo import experiments
from dkdemo.jobs.worker import warm_up


def test_only_the_short_lane_rehearses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DKDEMO_COLD_WORKER", raising=False)
    counts = {}
    for lane in ("long", "short"):
        chores: list = []
        warm_up(lane, chores)
        counts[lane] = len(chores)
    assert counts["short"] - counts["long"] == len(experiments.rehearsals()) > 0


def test_what_is_rehearsed_is_what_pages_ask_first() -> None:
    asked = {(recipe.name, recipe.values().get("data")) for recipe in experiments.rehearsals()}
    assert {("answer", "digits"), ("gallery", "digits"), ("views", None)} <= asked
    assert all(recipe.lane == "short" for recipe in experiments.rehearsals())


ENDLESS = """
import os, signal, sys, threading
from dkdemo.jobs.worker import Worker

out = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)
worker = Worker("short", out)
signal.signal(signal.SIGINT, worker.interrupted)
begun = []

def endless():
    begun.append(1)
    worker.say({"chore": len(begun)})
    while True:
        sum(range(1000))

worker.chores = [endless]
for task in (worker.listen, worker.nag):
    threading.Thread(target=task, daemon=True).start()
worker.work()
"""


def test_whoever_asks_interrupts_a_rehearsal_which_begins_again_afterwards() -> None:
    here = str(Path(__file__).parent)
    paths = os.pathsep.join([str(Path(__file__).parents[2]), here])
    environment = {**os.environ, "PYTHONPATH": paths, "DKDEMO_TEST_RECIPES": "machine_recipes"}
    command = [sys.executable, "-c", ENDLESS]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as worker:
        try:
            assert json.loads(worker.stdout.readline()) == {"chore": 1}
            for run in (7, 8):
                order = {"run": run, "name": "count", "values": {}}
                worker.stdin.write(json.dumps(order).encode() + b"\n")
                worker.stdin.flush()
                while (said := json.loads(worker.stdout.readline())).get("end") is None:
                    assert said["run"] == run
                assert said == {"run": run, "end": "done"}
                assert json.loads(worker.stdout.readline()) == {"chore": run - 5}
        finally:
            worker.kill()
