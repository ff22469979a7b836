"""Keeping house in the store: sizes, verification, and the budget."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from tenkai.errors import problem
from tenkai.run.store import Store, _hash

DEFAULT_BUDGET = 20_000_000_000
IN_USE = 3600.0
"""Seconds for which work counts as in use by some process and is not removed."""


@dataclass(frozen=True)
class Usage:
    """What lies in a store."""

    root: Path
    tasks: int
    files: int
    bytes: int
    budget: int


def budget() -> int:
    """Return the size budget in bytes: ``$TENKAI_CACHE_SIZE`` such as ``5GB``, else 20 GB."""
    return parse_size(os.environ.get("TENKAI_CACHE_SIZE", "20GB"))


def parse_size(text: str) -> int:
    """Read ``500MB``, ``5 GB``, ``0``. Raises TK402.

    >>> parse_size("1.5 MB")
    1500000
    """
    found = re.fullmatch(r"\s*([\d.]+)\s*([kMGT]?)i?B?\s*", text, re.IGNORECASE)
    if found is None or found[1].count(".") > 1 or not found[1].strip("."):
        raise problem("TK402", f"'{text}' is no size.", allowed="Write 500MB or 5GB.")
    return int(float(found[1]) * 1000 ** ("kmgt".find(found[2].lower()) + 1 if found[2] else 0))


def usage(store: Store) -> Usage:
    """Measure a store."""
    sizes = [p.stat().st_size for p in (*store.blobs(), *store.values())]
    tasks = sum(1 for _ in (store.root / "tasks").glob("*/*.json"))
    return Usage(store.root, tasks, len(sizes), sum(sizes), budget())


def verify(store: Store) -> list[str]:
    """Compare every stored file with its hash; remove what is damaged or unfinished. Return what was wrong."""
    wrong: list[str] = []
    for path in list(store.blobs()):
        if _hash(path) != path.name:
            wrong.append(f"blobs/{path.parent.name}/{path.name}: content differs from its hash")
            path.unlink(missing_ok=True)
    for path in list(store.values()):
        if hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest() != path.stem:
            wrong.append(f"values/{path.parent.name}/{path.name}: content differs from its hash")
            path.unlink(missing_ok=True)
    for path in sorted((store.root / "tasks").glob("*/*.json")):
        finished = store.find(path.stem)
        if finished is None:
            wrong.append(f"tasks/{path.parent.name}/{path.name}: unreadable or incomplete")
        elif not all(f.exists() for v in finished.outputs.values() for f in store.files_of(v)):
            wrong.append(f"task {finished.node} ({finished.step}): a file is missing; it will be computed again")
            store.forget(finished.key)
    _clear_unfinished(store)
    return wrong


def prune(store: Store, to: int) -> tuple[int, int]:
    """Remove the tasks used longest ago until the store fits `to` bytes; return tasks and bytes removed."""
    _clear_unfinished(store)
    before = usage(store).bytes
    known = store.index.by_last_use()
    listed = {key for key, _, _ in known}
    # Tasks the index does not know (it was lost) count as oldest.
    lost = [(p.stem, 0, 0.0) for p in (store.root / "tasks").glob("*/*.json") if p.stem not in listed]
    waiting = iter([*lost, *known])
    removed, left = 0, before
    # The sizes of tasks overlap where they share files: remove, measure, and go on while it is too much.
    while left > to or to == 0:
        excess, gone = left - to, 0
        for key, size, used in waiting:
            if to > 0 and time.time() - used < IN_USE:
                continue
            store.forget(key)
            gone += 1
            excess -= max(size, 1)
            if (excess <= 0 and to > 0) or gone == 200:
                break
        removed += gone
        left = _sweep(store)
        if gone == 0:
            break
    return removed, before - left


def keep_budget(store: Store) -> tuple[int, int]:
    """Prune when the store is over its budget; a cheap check otherwise."""
    _, size = store.index.totals()
    return prune(store, int(budget() * 0.8)) if size > budget() else (0, 0)


def _sweep(store: Store) -> int:
    """Remove values and files no task refers to; return the bytes left."""
    values: set[str] = set()
    for path in (store.root / "tasks").glob("*/*.json"):
        try:
            values.update(json.loads(path.read_bytes())["outputs"].values())
        except (ValueError, KeyError, FileNotFoundError):
            continue
    young = time.time() - 60  # written a moment ago, perhaps by a task not yet recorded
    needed: set[str] = set()
    left = 0
    for path in list(store.values()):
        stat = path.stat()
        if path.stem in values or stat.st_mtime > young:
            needed.update(f.name for f in store.files_of(path.stem))
            left += stat.st_size
        else:
            path.unlink(missing_ok=True)
    for path in list(store.blobs()):
        stat = path.stat()
        if path.name in needed or stat.st_ctime > young:
            left += stat.st_size
        else:
            path.unlink(missing_ok=True)
    return left


def _clear_unfinished(store: Store) -> None:
    """Remove what killed processes left in ``tmp``."""
    for path in (store.root / "tmp").iterdir():
        if time.time() - path.stat().st_mtime > IN_USE:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
