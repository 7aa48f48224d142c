"""Servers for a measurement: ours as a lecturer starts it, and plain Streamlit with its default settings."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLAIN = Path(__file__).with_name("plain")
START = 120.0  # seconds


@contextlib.contextmanager
def lecture() -> Iterator[str]:
    """Our app, with an empty store of results, both workers warm; gives its address."""
    with _served(ROOT / "app.py", cwd=ROOT, ready="/health") as address:
        yield address


@contextlib.contextmanager
def plain(script: str) -> Iterator[str]:
    """One of the scripts in tests/load/plain, away from our config.toml."""
    with tempfile.TemporaryDirectory() as elsewhere, _served(PLAIN / script, cwd=Path(elsewhere)) as address:
        yield address


@contextlib.contextmanager
def _served(script: Path, *, cwd: Path, ready: str = "/_stcore/health") -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1", "--server.headless", "true", "--browser.gatherUsageStats", "false"]
    with tempfile.TemporaryDirectory() as home, (Path(home) / "log.txt").open("wb") as log:
        paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
        environment = {**os.environ, "PYTHONPATH": paths, "DKDEMO_HOME": home}
        server = subprocess.Popen(command, cwd=cwd, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            _await(f"{address}{ready}", server, Path(home) / "log.txt")
            yield address
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _await(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START
    while not _ready(address):
        if server.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"not ready at {address}:\n{log.read_text(errors='replace')[-3000:]}")
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(0.2)  # not a sleep: a server that dies is noticed at once


def _ready(address: str) -> bool:
    """Does it answer, and are its workers, where it tells of any, no longer starting?"""
    try:
        return b'"starting"' not in _get(address)
    except (urllib.error.URLError, OSError):
        return False


def _get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=5) as answer:
        return answer.read()
