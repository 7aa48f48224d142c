"""``make run``: check the port, then hand over to Streamlit.

``streamlit run app.py`` serves the same lecture; this only spares the lecturer a look at the manual when
the port is taken. The addresses, data and device are told by the server itself (lifespan.py).
"""

from __future__ import annotations

import os
import socket
import sys

from dkdemo.web.registry import ROOT


def port_from(text: str) -> int:
    """The port as a number; raises ValueError with what must hold."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise ValueError(f"PORT must be a whole number from 1 to 65535, got {text!r:.40}")
    return int(text)


def taken(host: str, port: int) -> str | None:
    """Why we cannot listen there, in the system's words; None when we can."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return error.strerror or str(error)
    return None


def main() -> None:
    host = os.environ.get("HOST") or "0.0.0.0"
    try:
        port = port_from(os.environ.get("PORT") or "8501")
    except ValueError as error:
        sys.exit(str(error))
    why = taken(host, port)
    if why and taken(host, 0):  # no port at all: it is the address that is not ours
        sys.exit(f"HOST must be an address of this machine, such as 127.0.0.1 or 0.0.0.0, got {host!r:.80} ({why})")
    if why:
        sys.exit(f"Port {port} on {host} cannot be used ({why}). Choose another one: make run PORT={port % 65535 + 1}")
    os.chdir(ROOT)
    options = [f"--server.port={port}", f"--server.address={host}", "--server.headless=true"]
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", "app.py", *options])


if __name__ == "__main__":
    main()
