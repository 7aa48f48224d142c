"""A curve's dash, written in letters before its name, so that a name tells which line it means."""

from __future__ import annotations

WRITTEN = {"solid": "—", "dash": "– –", "dot": "···", "dashdot": "–·–"}


def dashed(dash: str, name: str) -> str:
    """``– – labels alone`` for the name of a dashed line."""
    return f"{WRITTEN[dash]} {name}"
