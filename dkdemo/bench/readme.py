"""Puts what was measured into the README, between two marks."""

from __future__ import annotations

from pathlib import Path


def write(readme: Path, text: str, mark: tuple[str, str]) -> None:
    """Put a table between its marks."""
    before, start, rest = readme.read_text(encoding="utf-8").partition(mark[0])
    _, end, after = rest.partition(mark[1])
    if not start or not end:
        raise ValueError(f"{readme.name} must hold {mark[0]} and {mark[1]}")
    readme.write_text(f"{before}{start}\n{text}\n{end}{after}", encoding="utf-8")
