"""A lecturer who types `make run` gets an address, or one line that says why not."""

import os
import socket
import subprocess
import sys

import pytest

from dkdemo.web import launch


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1", "8501.0", ""])
def test_a_port_is_a_port(text):
    with pytest.raises(ValueError, match="PORT must be a whole number from 1 to 65535"):
        launch.port_from(text)


@pytest.mark.parametrize("host", ["192.0.2.7", "no.such.host.invalid"])
def test_a_host_that_is_not_this_machine_gets_one_clear_line(host, monkeypatch):
    monkeypatch.setenv("HOST", host)
    monkeypatch.setenv("PORT", "8599")
    with pytest.raises(SystemExit, match="HOST must be an address of this machine") as ended:
        launch.main()
    assert "PORT=" not in str(ended.value)


def test_a_taken_port_gets_one_clear_line():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        run = subprocess.run(
            [sys.executable, "-m", "dkdemo.web.launch"],
            env={**os.environ, "HOST": "127.0.0.1", "PORT": str(port)},
            cwd=launch.ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in run.stderr
    assert f"make run PORT={port + 1}" in run.stderr


def test_a_free_port_is_free():
    assert launch.taken("127.0.0.1", 0) is None


def test_a_host_that_is_none_is_refused():
    assert launch.taken("no-such-host.invalid", 8501)
