"""The index of the store: sizes, last use, and the parts of keys. SQLite; may be lost without harm."""

from __future__ import annotations

import sqlite3
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
        try:
            self._run_script()
        except sqlite3.DatabaseError:
            # A damaged index costs only the order of use: start a new one.
            path.unlink(missing_ok=True)
            self._run_script()

    def _run_script(self) -> None:
        with self._connect() as connection:
            connection.executescript(SCHEMA)
        connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    def _change(self, text: str, rows: list[tuple[Any, ...]]) -> None:
        connection = self._connect()
        with connection:
            connection.executemany(text, rows)
        connection.close()

    def _ask(self, text: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        connection = self._connect()
        found = connection.execute(text, values).fetchall()
        connection.close()
        return found

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
            text = f"SELECT parts FROM tasks WHERE {condition} AND key <> ? ORDER BY made DESC LIMIT {limit:d}"  # noqa: S608
            found = self._ask(text, (*values, but))
            if found:
                return [parts for (parts,) in found]
        return []

    def totals(self) -> tuple[int, int]:
        """Return the number of tasks and their bytes."""
        ((count, size),) = self._ask("SELECT COUNT(*), COALESCE(SUM(bytes), 0) FROM tasks")
        return int(count), int(size)
