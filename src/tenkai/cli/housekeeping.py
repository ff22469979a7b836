"""The commands about data folders and the store."""

from __future__ import annotations

import sys
from pathlib import Path

from tenkai.data import SCHEME, Places, data_folders, find_data, looking_in
from tenkai.errors import Problem, TenkaiError, count, listing, nearest
from tenkai.run.store import Store


def size_text(size: float) -> str:
    """Write bytes for people.

    >>> size_text(1_530_000)
    '1.5 MB'
    """
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return ""


def list_data(data: str | None) -> None:
    """Print the known data sets and the folders looked in."""
    from tenkai.data_sets import known

    with looking_in(Places(None, Path(data).absolute() if data else None)):
        width = max((len(n) for n in known()), default=0)
        for name, known_set in known().items():
            try:
                state = f"here: {find_data(SCHEME + name)}"
            except TenkaiError:
                state = f"not here; tenkai data fetch {name}"
            print(f"{name:<{width}}  {size_text(known_set.size):>9}  {state}")
        print("\nLooked in:")
        for folder in data_folders():
            print(f"  {folder}{'' if folder.is_dir() else '  (not there)'}")


def fetch(name: str) -> None:
    """Fetch a data set."""
    from tenkai.data_sets import fetch as get
    from tenkai.data_sets import known

    name = name.removeprefix(SCHEME)
    if name not in known():
        found = Problem(
            "TK502", f"there is no data set '{name}'.", f"Known: {listing(known())}.", nearest(name, known())
        )
        raise TenkaiError(found)
    print(get(name))


def info(cache: str | None) -> None:
    """Print where the store is and how large."""
    from tenkai.run.housekeeping import usage

    found = usage(_store(cache))
    print(f"folder  {found.root}")
    print(f"tasks   {found.tasks}")
    print(f"files   {found.files}")
    print(f"size    {size_text(found.bytes)} of {size_text(found.budget)}")


def verify(cache: str | None) -> int:
    """Check every file. Returns the exit code."""
    from tenkai.run.housekeeping import usage
    from tenkai.run.housekeeping import verify as compare

    store = _store(cache)
    wrong = compare(store)
    for line in wrong:
        print(line, file=sys.stderr)
    total = usage(store)
    print(f"{count(total.files, 'file')} checked, {count(len(wrong), 'problem')}{' (removed)' if wrong else ''}")
    return 1 if wrong else 0


def prune(cache: str | None, to: str) -> None:
    """Shrink the store."""
    from tenkai.run.housekeeping import parse_size
    from tenkai.run.housekeeping import prune as shrink

    tasks, size = shrink(_store(cache), parse_size(to))
    print(f"removed {count(tasks, 'task')}, {size_text(size)}")


def _store(cache: str | None) -> Store:
    return Store(Path(cache) if cache else None)
