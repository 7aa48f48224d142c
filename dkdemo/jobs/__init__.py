"""Jobs: recipes run in warm worker processes, shared by all who wish for them.

The one manager belongs to the running server; its lifespan makes it and ends it. It is a module-level
name and not a cached resource, because any browser can ask Streamlit to clear its caches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dkdemo.jobs.job import Busy, Job, JobFailed

if TYPE_CHECKING:
    from dkdemo.jobs.scheduler import Manager

__all__ = ["Busy", "Job", "JobFailed", "manager", "use"]

_manager: Manager | None = None


def manager() -> Manager:
    """The running manager; raises RuntimeError where no server runs."""
    if _manager is None:
        raise RuntimeError("no job manager is running: the server's lifespan starts it (streamlit run app.py)")
    return _manager


def use(new: Manager | None) -> None:
    """Make this the running manager: the lifespan does, and so do tests."""
    global _manager
    _manager = new
