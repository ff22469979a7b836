"""The index of the store: sizes, last use, and the parts of keys. SQLite; may be lost without harm."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS tasks (
    key TEXT PRIMARY KEY, node TEXT, step TEXT, bytes INTEGER, made REAL, used REAL, parts TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tasks_by_node ON tasks (step, node, made);
"""


class Index:
    """One SQLite file; every call is a short transaction, so that processes can share it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            self._run_script()
        except sqlite3.DatabaseError:
            # A damaged index costs only the order of use: start a new one.
            for name in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
                name.unlink(missing_ok=True)
            self._run_script()

    def _run_script(self) -> None:
        self._connection = sqlite3.connect(self.path, timeout=30, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        # The index may lose its last rows when the machine stops; the tasks themselves are files.
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.executescript(SCHEMA)

    def _change(self, text: str, rows: list[tuple[Any, ...]]) -> None:
        with self._lock, self._connection:
            self._connection.executemany(text, rows)

    def _ask(self, text: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(text, values).fetchall()

    def add_task(self, key: str, node: str, step: str, size: int, parts: str) -> None:
        """Record a finished task."""
        now = time.time()
        self._change("INSERT OR REPLACE INTO tasks VALUES (?,?,?,?,?,?,?)", [(key, node, step, size, now, now, parts)])

    def remove_task(self, key: str) -> None:
        """Forget a task."""
        self._change("DELETE FROM tasks WHERE key = ?", [(key,)])

    def touch(self, keys: list[str]) -> None:
        """Mark tasks as used now."""
        now = time.time()
        self._change("UPDATE tasks SET used = ? WHERE key = ?", [(now, k) for k in keys])

    def by_last_use(self) -> list[tuple[str, int, float]]:
        """Return key, bytes and time of last use, oldest first."""
        return [(k, b, u) for k, b, u in self._ask("SELECT key, bytes, used FROM tasks ORDER BY used, made, key")]

    def latest(self, step: str, node: str, but: str, limit: int = 200) -> list[str]:
        """Return the parts of the newest other tasks of a node (of the step, where the node is new)."""
        for condition, values in (("step = ? AND node = ?", (step, node)), ("step = ?", (step,))):
            text = f"SELECT parts FROM tasks WHERE {condition} AND key <> ? ORDER BY made DESC LIMIT {limit:d}"
            found = self._ask(text, (*values, but))
            if found:
                return [parts for (parts,) in found]
        return []

    def knows(self, key: str) -> bool:
        """Say whether a task has been recorded, and not been forgotten."""
        return bool(self._ask("SELECT 1 FROM tasks WHERE key = ?", (key,)))

    def totals(self) -> tuple[int, int]:
        """Return the number of tasks and their bytes."""
        ((count, size),) = self._ask("SELECT COUNT(*), COALESCE(SUM(bytes), 0) FROM tasks")
        return int(count), int(size)
