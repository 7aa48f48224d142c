"""Small messages leave at once."""

from __future__ import annotations

import contextlib
import gc
import socket


def send_at_once() -> int:
    """Switch off Nagle's algorithm for every connection that this process will accept; returns for how many ports.

    Streamlit makes its listening socket without naming the protocol, and asyncio then leaves the algorithm
    on: of an answer's messages the second waits until the first is acknowledged, 40 ms on Linux, for every
    change that any viewer makes. A connection inherits the option from the socket it arrives at.
    """
    found = 0
    # Asked by type(): isinstance would look through a weak reference whose object is gone, and fail.
    for one in [thing for thing in gc.get_objects() if issubclass(type(thing), socket.socket)]:
        if one.fileno() != -1 and one.family in (socket.AF_INET, socket.AF_INET6):
            with contextlib.suppress(OSError):  # some systems do not tell whether a socket listens
                if one.type == socket.SOCK_STREAM and one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    found += 1
    return found
