"""All words the audience reads, looked up in assets/lecture/<language>/<chapter>.md by ``## key``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

LANGUAGES = {"en": "English", "zh-TW": "繁體中文"}
FOLDER = Path(__file__).resolve().parents[2] / "assets" / "lecture"


@cache
def sections(language: str, file: str) -> dict[str, str]:
    """``{key: words}`` of one file; a key is a heading of level two."""
    text = (FOLDER / language / f"{file}.md").read_text(encoding="utf-8")
    parts = re.split(r"^## +(\S+) *$", text, flags=re.MULTILINE)[1:]
    return {key: words.strip() for key, words in zip(parts[::2], parts[1::2], strict=True)}


class Words(Mapping[str, str]):
    """One file's words in one language; pages and figures ask it for everything they show."""

    def __init__(self, language: str, file: str) -> None:
        self.language, self.file = language, file
        self._sections = sections(language, file)

    def __getitem__(self, key: str) -> str:
        try:
            return self._sections[key]
        except KeyError:
            raise KeyError(f"no section '## {key}' in assets/lecture/{self.language}/{self.file}.md") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._sections)

    def __len__(self) -> int:
        return len(self._sections)
