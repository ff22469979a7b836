"""Zip archives from elsewhere: nothing outside, nothing monstrous, never unpacked to disk."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from tenkai.collect._file import damaged
from tenkai.errors import TenkaiError, problem

MOST_FILES = 2_000_000
MOST_UNPACKED = 32 << 30
MOST_OF_ONE = 1 << 30
# Pictures and arrays of zeros do pack a thousand to one, but only small ones.
MOST_RATIO = 1100
RATIO_COUNTS_ABOVE = 64 << 20


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open a zip archive after a look at its list of files.

    Raises
    ------
    TenkaiError
        TK302 for what is no archive, TK307 for names that lead outside and for archives of monstrous size.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise damaged(path, "a zip archive", error) from None
    try:
        _check(path, archive)
    except TenkaiError:
        archive.close()
        raise
    return archive


def _check(path: Path, archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise problem("TK307", f"'{path.name}' holds {len(entries)} files.", allowed=f"At most {MOST_FILES}.")
    total = 0
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if name.startswith("/") or ".." in PurePosixPath(name).parts or name[1:2] == ":":
            raise problem("TK307", f"'{path.name}' holds the name '{entry.filename}', which leads outside.")
        total += entry.file_size
        packed = entry.file_size > RATIO_COUNTS_ABOVE and entry.file_size > MOST_RATIO * max(entry.compress_size, 1)
        if entry.file_size > MOST_OF_ONE * 8 or packed:
            raise problem("TK307", f"'{entry.filename}' in '{path.name}' unpacks to {entry.file_size >> 20} MB.")
    if total > MOST_UNPACKED:
        raise problem(
            "TK307",
            f"'{path.name}' unpacks to {total >> 30} GB.",
            allowed=f"At most {MOST_UNPACKED >> 30} GB.",
            remedy="Unpack it first, in parts.",
        )


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Return the bytes of a file; never more than its list entry promises. Raises ValueError with the reason."""
    try:
        with archive.open(entry) as file:
            data = file.read(entry.file_size + 1)
    except RuntimeError:
        raise ValueError("it is encrypted") from None
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, zlib.error, lzma.LZMAError) as error:
        raise ValueError(str(error) or "it is damaged") from None
    if len(data) != entry.file_size:
        raise ValueError("its size is not what the archive says")
    return data
