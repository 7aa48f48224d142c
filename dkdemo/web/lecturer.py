"""Who gives the lecture: whoever sits at the machine that serves it."""

from __future__ import annotations

import streamlit as st

FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")


def is_lecturer() -> bool:
    """Does this viewer's browser run on the server's own machine?

    ``present=1`` in the address would be no proof: any student can type it. Behind a proxy everyone seems to
    come from this machine, so whoever comes through one is a student.
    """
    headers = st.context.headers
    return st.context.ip_address is None and not any(headers.get(name) for name in FORWARDED)
