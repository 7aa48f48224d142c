"""No number on the screen without where it comes from: measured here, or replayed from an earlier day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dkdemo.figures.binding import fill
from dkdemo.web.text import Words

if TYPE_CHECKING:
    from dkdemo.jobs import Job


def _sizes(words: Words, n: Any) -> str:
    """``{"train": 30, "test": 360}`` as words; a plain number stays one."""
    if not isinstance(n, Mapping):
        return str(n)
    return ", ".join(f"{words.get(f'n_{name}', name)} {size}" for name, size in n.items())


def measured(words: Words, result: Mapping[str, Any]) -> str:
    """Seeds, sizes, device and seconds of a short answer, computed here and never replayed."""
    return f"**{words['measured']}** · {_facts(words, result)}"


def caption(words: Words, job: Job, result: Mapping[str, Any]) -> str:
    """Seeds, sizes, device and seconds of a finished run; a replay says so, with its date."""
    if not job.replay:
        return measured(words, result)
    day = datetime.fromtimestamp(job.finished_at or 0).strftime("%Y-%m-%d %H:%M")
    return f"**{fill(words['replay'], {'date': day})}** · {_facts(words, result)}"


def _facts(words: Words, result: Mapping[str, Any]) -> str:
    facts = {
        "seeds": ", ".join(str(seed) for seed in result["seeds"]),
        "n": _sizes(words, result["n"]),
        "device": str(result["device"]),
        "seconds": f"{result['seconds']:.1f}",
    }
    return fill(words["provenance"], facts)


def failure(words: Words, key: str, sentence: str) -> str:
    """Our sentence in the viewer's language; what the recipe itself said, when it refused, follows in brackets."""
    return f"{words[key]} ({sentence})" if sentence else words[key]
