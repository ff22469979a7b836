"""Opening what a path names: folders, packed files, wrong formats and unreadable files get one message each."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from tenkai.data import find_data
from tenkai.errors import TenkaiError, problem

BLOCK = 1 << 22
MOST_BYTES = 64 << 30  # of an unpacked file: a packed one must not fill the disk
GZIP, ZSTD, ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"
NPY = b"\x93NUMPY"

_KNOWN = (
    (ZIP, "an Excel workbook or a zip archive", "Read workbooks with collect.excel; unpack an archive first."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Read it with collect.excel."),
    (b"PAR1", "a Parquet file", "Read it with collect.parquet."),
    (b"SQLite format 3\0", "an SQLite data base", "Read it with collect.sql."),
    (NPY, "a NumPy array", "Read it with collect.array."),
    (b"\x89PNG", "a picture", "Read it with collect.images."),
    (b"\xff\xd8\xff", "a picture", "Read it with collect.images."),
    (b"%PDF", "a PDF document", "Save its table as CSV."),
)


def find_file(path: str) -> Path:
    """Return the file a path names. Raises TK301 when nothing is there, TK302 for a folder or an empty file."""
    found = find_data(path)
    if found.is_dir():
        raise problem("TK302", f"'{path}' is a folder.", allowed="A file is read here.", setting="path")
    if not found.is_file():
        raise problem("TK302", f"'{path}' is no ordinary file.", setting="path")
    with reading(found):
        if found.stat().st_size == 0:
            raise problem("TK302", f"'{path}' is empty.", setting="path")
    return found


def seen_file(path: str) -> Path | None:
    """Return a file to look at before the run, or None where there is nothing to read (the run says why)."""
    try:
        return find_file(path)
    except TenkaiError:
        return None


def known_format(head: bytes) -> tuple[str, str] | None:
    """Return what a file of another format is, and the remedy."""
    return next(((what, remedy) for magic, what, remedy in _KNOWN if head.startswith(magic)), None)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what goes wrong while a file is read into TK302."""
    try:
        yield
    except PermissionError:
        raise problem("TK302", f"'{path.name}' may not be read.", remedy="Check its permissions.") from None
    except (OSError, EOFError, zlib.error) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise problem(
            "TK302", f"'{path.name}' is damaged or cannot be read ({reason}).", remedy="Get the file again."
        ) from None


def damaged(path: Path, what: str, error: Exception | None) -> TenkaiError:
    """The error for a file that is not what it should be."""
    with path.open("rb") as file:
        known = known_format(file.read(64))
    if known and what.split()[1] not in known[0]:
        return problem("TK302", f"'{path.name}' is {known[0]}, not {what}.", remedy=known[1], setting="path")
    reason = str(error).strip().splitlines() if error else []
    more = f" ({reason[0].rstrip('.')})" if reason else ""
    return problem("TK302", f"'{path.name}' is not {what}, or is damaged{more}.", setting="path")


def packing(path: Path) -> str:
    """Return ``gzip``, ``zstd`` or an empty text, from the first bytes and not from the name."""
    with reading(path), path.open("rb") as file:
        head = file.read(4)
    return "gzip" if head.startswith(GZIP) else "zstd" if head == ZSTD else ""


@contextmanager
def unpacked(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading, unpacked where it is packed."""
    packed = packing(path)
    with reading(path):
        if packed == "zstd":
            import pyarrow as pa

            with pa.input_stream(str(path), compression="zstd") as stream:
                yield stream
        elif packed == "gzip":
            with gzip.open(path, "rb") as file:
                yield file  # type: ignore[misc]
        else:
            with path.open("rb") as plain:
                yield plain


def blocks(file: Any, most: int = MOST_BYTES) -> Iterator[bytes]:
    """Read in blocks, never more than `most` bytes. Raises TK307."""
    size = 0
    while block := file.read(BLOCK):
        size += len(block)
        if size > most:
            raise problem("TK307", f"it unpacks to more than {most >> 30} GB.", remedy="Unpack it first, in parts.")
        yield block
