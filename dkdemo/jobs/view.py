"""A run as one sees it at this moment: its events, sorted by what they tell. A figure draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dkdemo.jobs.events import Done, Event, Progress, Snapshot


@dataclass(frozen=True)
class RunView:
    """What is known of a run at this moment."""

    progress: list[Progress] = field(default_factory=list)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    result: dict[str, Any] | None = None
    running: bool = False
    ghost: RunView | None = None  # the last finished run of this panel, with other settings


def view_of(events: Sequence[Event], running: bool = False, ghost: RunView | None = None) -> RunView:
    """Sort the events of a job by what they tell; a later snapshot of a name replaces the earlier."""
    results = [dict(event.result) for event in events if isinstance(event, Done)]
    return RunView(
        progress=[event for event in events if isinstance(event, Progress)],
        snapshots={event.name: event for event in events if isinstance(event, Snapshot)},
        result=results[-1] if results else None,
        running=running,
        ghost=ghost,
    )
