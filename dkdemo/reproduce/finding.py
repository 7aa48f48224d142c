"""One number of one slide beside what the engine computes, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

Verdict = Literal["agrees", "slip", "paper", "remark", "DISAGREES"]


@dataclass(frozen=True)
class Finding:
    """One number (or row of numbers) of one slide, and what became of it."""

    slide: int
    what: str
    printed: str
    computed: str
    verdict: Verdict
    why: str = ""


def compare(
    slide: int, what: str, printed: Sequence[float], computed: Iterable[float], places: int, *, given: float = 0.0
) -> Finding:
    """The slide's numbers against ours, to as many decimal places as the slide prints.

    ``given`` is how far ours may be off because they are computed from numbers that were printed rounded.
    """
    ours = np.asarray(list(computed), dtype=np.float64)
    allowed = 0.5 * 10.0**-places + given + 1e-12
    same = ours.shape == (len(printed),) and bool(np.all(np.abs(ours - printed) <= allowed))
    told = row(ours, places) + (f", known to {given:g} from what was printed rounded" if given else "")
    return Finding(slide, what, row(printed, places), told, "agrees" if same else "DISAGREES")


def slip(slide: int, what: str, printed: str, right: str, explained: bool, why: str) -> Finding:
    """A known slip; ``explained`` is computed, and when it is false the explanation itself is wrong."""
    return Finding(slide, what, printed, right, "slip" if explained else "DISAGREES", why)


def claimed(slide: int, what: str, holds: bool, measured: str) -> Finding:
    """A claim that the slide makes in words; ``holds`` is computed, ``measured`` says by which numbers."""
    return Finding(slide, what, "said in words", measured, "agrees" if holds else "DISAGREES")


def quoted(slide: int, what: str, printed: str, why: str) -> Finding:
    """What a paper measured or wrote, and a lecture cannot train again: named as such, never passed off as ours."""
    return Finding(slide, what, printed, "-", "paper", why)


def remark(slide: int, what: str, printed: str, answer: str) -> Finding:
    """What can be neither computed nor looked up, an opinion or a lost picture: answered in words, counted apart."""
    return Finding(slide, what, printed, "-", "remark", answer)


def row(values: Iterable[float], places: int) -> str:
    """Numbers as the report writes them: one alone, or a list in brackets."""
    texts = [f"{value:.{places}f}" for value in values]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
