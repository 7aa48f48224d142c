"""Who gives the lecture: whoever sits at the machine that serves it."""

from __future__ import annotations

import streamlit as st

from dkdemo.web.network import is_here


def is_lecturer() -> bool:
    """Does this viewer's browser run on the server's own machine?

    ``present=1`` in the address would be no proof: any student can type it.
    """
    headers = st.context.headers
    if not headers:  # the browser is gone before its click was answered: nobody knows who it was
        return False
    return is_here(st.context.ip_address or "127.0.0.1", headers)  # Streamlit gives None for localhost
