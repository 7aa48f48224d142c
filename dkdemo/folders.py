"""Where this machine keeps what dkdemo saves: results, trained teachers, data."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def home() -> Path:
    """``DKDEMO_HOME``, or the platform's folder for a user's data."""
    chosen = os.environ.get("DKDEMO_HOME")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "dkdemo"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "dkdemo"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "dkdemo"


def data_folders() -> list[Path]:
    """Where data sets are looked for, in this order: ``DKDEMO_DATA``, then the user's own folder."""
    named = os.environ.get("DKDEMO_DATA")
    return ([Path(named)] if named else []) + [home() / "data"]
