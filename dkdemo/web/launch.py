"""``make run``: check the port, say where the lecture can be opened, and hand over to Streamlit.

``streamlit run app.py`` serves the same lecture; this only spares the lecturer a look at the manual when
the port is taken, and tells the room's address.
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


def room_address() -> str | None:
    """This machine's address in the local network. Nothing is sent: a UDP socket only picks its route."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address = str(probe.getsockname()[0])
    return None if address.startswith(("127.", "0.")) else address


def addresses(host: str, port: int) -> list[str]:
    """The lines that say where to point a browser."""
    if host not in ("0.0.0.0", "::", ""):
        return [f"Open             http://{host}:{port}"]
    lines = [f"This machine     http://localhost:{port}"]
    room = room_address()
    lines.append(
        f"The room         http://{room}:{port}" if room else "The room         no network found; only this machine"
    )
    return lines


def main() -> None:
    host = os.environ.get("HOST") or "0.0.0.0"
    try:
        port = port_from(os.environ.get("PORT") or "8501")
    except ValueError as error:
        sys.exit(str(error))
    why = taken(host, port)
    if why:
        sys.exit(f"Port {port} on {host} cannot be used ({why}). Choose another one: make run PORT={port % 65535 + 1}")
    print("\n".join(["The story of the dark knowledge", *addresses(host, port)]), flush=True)
    os.chdir(ROOT)
    options = [f"--server.port={port}", f"--server.address={host}", "--server.headless=true"]
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", "app.py", *options])


if __name__ == "__main__":
    main()
