"""Finished runs, kept in one SQLite file under the recipe's key, which holds the code's version.

The store may fail (a full disk, a damaged or locked file) and the lecture goes on: what it cannot save it
says in `trouble`, which GET /health shows, and the run is simply not replayed after a restart.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOG = logging.getLogger(__name__)
KEPT = 1000  # runs
PATIENCE = 2.0  # seconds to wait for another process that holds the file
TABLE = """CREATE TABLE IF NOT EXISTS runs (
    key TEXT PRIMARY KEY, name TEXT NOT NULL, recipe TEXT NOT NULL,
    finished_at REAL NOT NULL, seconds REAL NOT NULL, events BLOB NOT NULL
)"""


@dataclass(frozen=True)
class StoredRun:
    """A finished run as it was stored: its events packed as `dkdemo.jobs.events.to_json` packs them."""

    finished_at: float
    seconds: float
    events: list[dict[str, Any]]


class Store:
    """One connection, one lock: a few reads and writes a minute need no more."""

    def __init__(self, path: Path | None) -> None:
        """``None`` keeps nothing, which is what a test of something else wants."""
        self.path = path
        self.trouble = ""  # one English sentence for GET /health; empty while all is well
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def load(self, key: str) -> StoredRun | None:
        """The run stored under this key, or None: not there, or not readable."""
        try:
            with self._lock:
                query = "SELECT finished_at, seconds, events FROM runs WHERE key = ?"
                row = self._open().execute(query, (key,)).fetchone()
            return None if row is None else StoredRun(row[0], row[1], json.loads(zlib.decompress(row[2])))
        except (sqlite3.Error, OSError, zlib.error, ValueError) as error:
            self._complain("cannot read stored runs", error)
            return None

    def save(self, key: str, name: str, recipe: Mapping[str, Any], seconds: float, events: Sequence[Any]) -> bool:
        """Keep a finished run; False, with `trouble` set, if it could not be kept."""
        try:
            packed = zlib.compress(json.dumps(list(events)).encode(), 6)
            values = (key, name, json.dumps(dict(recipe)), time.time(), seconds, packed)
            with self._lock, self._open() as connection:  # commits, or rolls back
                connection.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?)", values)
                old = "SELECT key FROM runs ORDER BY finished_at DESC LIMIT -1 OFFSET ?"
                connection.execute(f"DELETE FROM runs WHERE key IN ({old})", (KEPT,))
        except (sqlite3.Error, OSError) as error:
            self._complain("finished runs are not being saved", error)
            return False
        self.trouble = ""
        return True

    def state(self) -> dict[str, Any]:
        """For GET /health."""
        return {"saving": self.path is not None and not self.trouble, "trouble": self.trouble}

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _open(self) -> sqlite3.Connection:
        """The connection, made at the first use; a file that is no database is put aside, not deleted."""
        if self._connection is None:
            if self.path is None:
                raise sqlite3.OperationalError("no place was given to keep them")
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._connection = _connect(self.path)
            except sqlite3.OperationalError:
                raise  # locked, read-only, full: the file itself may be good
            except sqlite3.DatabaseError:
                aside = self.path.with_name(
                    f"{self.path.stem}.damaged-{time.strftime('%Y%m%d-%H%M%S')}{self.path.suffix}"
                )
                LOG.warning("%s is damaged; it is put aside as %s", self.path, aside.name)
                for suffix in ("-wal", "-shm"):
                    self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
                self.path.rename(aside)
                self._connection = _connect(self.path)
        return self._connection

    def _complain(self, what: str, error: Exception) -> None:
        if self.path is None:
            return
        self.trouble = f"{what}: {error} ({self.path})"
        LOG.warning("%s", self.trouble)
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            self.close()  # found damaged while in use: look at the file afresh next time


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=PATIENCE, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(TABLE)
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("its content is damaged")
        connection.commit()
    except sqlite3.Error:
        connection.close()
        raise
    return connection
