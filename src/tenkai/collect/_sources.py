"""Files in a folder or a zip archive, in natural order: none outside, none hidden, none monstrous."""

from __future__ import annotations

import os
import re
import threading
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from tenkai.collect._archive import MOST_OF_ONE, read_entry

_SKIPPED = {"__MACOSX", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Source:
    """A file: its path inside the folder or archive, and how to get its bytes."""

    name: str
    read: Callable[[], bytes]


def in_folder(root: Path, fits: Callable[[str], bool]) -> tuple[list[Source], list[tuple[str, str]]]:
    """Return the files of a folder whose names fit, in natural order, and what was refused with the reason."""
    found: list[Source] = []
    refused: list[tuple[str, str]] = []
    inside = root.resolve()
    for folder, subfolders, files in os.walk(root):
        subfolders[:] = [name for name in subfolders if _wanted(name)]
        for file in files:
            full = Path(folder) / file
            name = full.relative_to(root).as_posix()
            if not _wanted(file) or not fits(file):
                continue
            if not full.resolve().is_relative_to(inside):
                refused.append((name, "it is a link that leads outside the folder"))
            elif not full.is_file():
                refused.append((name, "it is no ordinary file"))
            elif full.stat().st_size > MOST_OF_ONE:
                refused.append((name, f"the file is larger than {MOST_OF_ONE >> 20} MB"))
            else:
                found.append(Source(name, partial(_read_file, full)))
    refused.sort(key=lambda item: natural(item[0]))
    return sorted(found, key=lambda s: natural(s.name)), refused


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ValueError(error.strerror or "it cannot be read") from None


def in_archive(archive: zipfile.ZipFile, fits: Callable[[str], bool]) -> list[Source]:
    """Return the files of an archive whose names fit, in natural order."""
    lock = threading.Lock()

    def reader(entry: zipfile.ZipInfo) -> Callable[[], bytes]:
        def read() -> bytes:
            with lock:  # one file position for all threads
                return read_entry(archive, entry)

        return read

    names: dict[str, Source] = {}
    for entry in archive.infolist():
        name = entry.filename.replace("\\", "/")
        parts = PurePosixPath(name).parts
        if not entry.is_dir() and all(map(_wanted, parts)) and fits(parts[-1]):
            names.setdefault(name, Source(name, reader(entry)))
    return sorted(names.values(), key=lambda s: natural(s.name))


def _wanted(name: str) -> bool:
    return not name.startswith(".") and name not in _SKIPPED


def natural(name: str) -> list[tuple[int, int, str]]:
    """Return the key for natural order: 2.png before 10.png, folder by folder.

    >>> sorted(["b/1", "a10", "a2"], key=natural)
    ['a2', 'a10', 'b/1']
    """
    pieces = re.findall(r"\d+|/|[^\d/]+", name)
    return [(1, int(p), p) if p.isascii() and p.isdigit() else (0, 0, "") if p == "/" else (2, 0, p) for p in pieces]
