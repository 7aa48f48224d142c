"""A whole server for tests, as ``streamlit run`` starts it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from dkdemo.web.registry import ROOT

PATIENCE = 90.0


class Lecture:
    """One running server."""

    def __init__(self, home: Path, script: Path = Path(__file__).parent / "served" / "app.py", **more: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        paths = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "jobs"), os.environ.get("PYTHONPATH", "")])
        settings = {"DKDEMO_HOME": str(home), "DKDEMO_TEST_RECIPES": "machine_recipes", "DKDEMO_COLD_WORKER": "1"}
        command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(self.port)]
        self.log = home / "log.txt"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [*command, "--server.address", "127.0.0.1"],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": paths, **settings, **more},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        """The answer, unzipped by nobody; its body is in ``.body``."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        line.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = line.getresponse()
        answer.body = answer.read()
        line.close()
        return answer

    def health(self) -> dict:
        return json.loads(self.get("/health").body)

    def until(self, true) -> None:
        end, tick = time.monotonic() + PATIENCE, threading.Event()
        while True:
            try:
                if true():
                    return
            except OSError:
                pass  # not listening yet
            assert time.monotonic() < end, f"it never came true:\n{self.log.read_text()[-3000:]}"
            tick.wait(0.05)

    def ready(self) -> Lecture:
        self.until(lambda: all(worker["state"] == "ready" for worker in self.health()["workers"].values()))
        return self

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(PATIENCE)
