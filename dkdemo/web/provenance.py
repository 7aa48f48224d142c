"""No number on the screen without where it comes from: measured here, or replayed from an earlier day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dkdemo.web.text import Words

if TYPE_CHECKING:
    from dkdemo.jobs.manager import Job


def _sizes(words: Words, n: Any) -> str:
    """``{"train": 30, "test": 360}`` as words; a plain number stays one."""
    if not isinstance(n, Mapping):
        return str(n)
    return ", ".join(f"{words.get(f'n_{name}', name)} {size}" for name, size in n.items())


def caption(words: Words, job: Job, result: Mapping[str, Any]) -> str:
    """Seeds, sizes, device and seconds of a finished run; a replay says so, with its date."""
    facts = {
        "seeds": ", ".join(str(seed) for seed in result["seeds"]),
        "n": _sizes(words, result["n"]),
        "device": str(result["device"]),
        "seconds": f"{result['seconds']:.1f}",
    }
    text = words["provenance"]
    for name, value in facts.items():
        text = text.replace(f"{{{name}}}", value)
    if not job.replay:
        return f"**{words['measured']}** · {text}"
    day = datetime.fromtimestamp(job.finished_at).strftime("%Y-%m-%d %H:%M") if job.finished_at else "?"
    return f"**{words['replay'].replace('{date}', day)}** · {text}"


def failure(words: Words, sentence: str) -> str:
    """The manager's sentence under ours, in the viewer's language as far as we know it."""
    return f"{words['run_failed']} ({sentence})" if sentence else words["run_failed"]
