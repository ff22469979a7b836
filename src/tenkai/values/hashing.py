"""Content hashes: of plain data, arrays, frames, files and folders (BLAKE2b, 128 bit, hex)."""

from __future__ import annotations

import hashlib
import io
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.values.value import OLDEST


def digest_bytes(*parts: bytes) -> str:
    """Hash byte strings; the lengths count, so that ("ab", "c") differs from ("a", "bc")."""
    h = hashlib.blake2b(digest_size=16)
    for part in parts:
        h.update(len(part).to_bytes(8, "little"))
        h.update(part)
    return h.hexdigest()


def digest_json(data: Any) -> str:
    """Hash data made of dict, list, str, number, bool and None; the order of keys does not count."""
    return digest_bytes(json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode())


def digest_array(array: NDArray[Any]) -> str:
    """Hash an array: type, shape and bytes."""
    a = np.ascontiguousarray(array)
    return digest_bytes(f"{a.dtype.str}{a.shape}".encode(), a.tobytes())


def digest_frame(frame: pl.DataFrame) -> str:
    """Hash a frame: names, types and values."""
    out = io.BytesIO()
    canonical(frame).write_ipc(out, compression="uncompressed", compat_level=OLDEST)
    return digest_bytes(out.getvalue())


def canonical(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the same values, lying in memory in one way only, so that equal frames give equal bytes.

    A cell without value still has bytes below it, left over from where the column came from; here they are
    those of the first value (or of an empty text). A column without such cells keeps no mask of them.
    """
    whole = [c.name for c in frame if not c.null_count() and not isinstance(c.dtype, pl.Array)]
    # Gathering drops the mask that a column keeps after its empty cells are gone; arrays keep none.
    gathered = frame.select(pl.col(whole).gather(pl.Series(np.arange(frame.height)))) if whole else frame
    done = set(whole)
    columns = [gathered[c.name] if c.name in done else _settled(c) for c in frame]
    return pl.DataFrame(columns).rechunk()


def _settled(column: pl.Series) -> pl.Series:
    n = len(column)
    if not column.null_count():
        return column
    # NumPy packs the bits anew: those beyond the last row are left over too.
    known = pl.Series(column.is_not_null().to_numpy())
    if not known.any():
        return pl.repeat(None, n, dtype=column.dtype, eager=True).alias(column.name)
    if column.dtype in (pl.String, pl.Binary):
        values = column.fill_null("" if column.dtype == pl.String else b"")
    else:
        at = pl.select(pl.when(known).then(pl.int_range(n)).otherwise(known.arg_max())).to_series()
        values = column.gather(at)
    return pl.select(pl.when(known).then(values).alias(column.name)).to_series()


def digest_file(path: Path) -> str:
    """Hash the content of a file, or of all files of a folder (names count).

    The hash is remembered per path, size and time of change.
    """
    if path.is_dir():
        inside = sorted(p for p in path.rglob("*") if p.is_file())
        return digest_json([[str(p.relative_to(path)), digest_file(p)] for p in inside])
    stat = path.stat()
    return _digest_file(str(path), stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=100_000)
def _digest_file(path: str, size: int, changed: int) -> str:
    h = hashlib.blake2b(digest_size=16)
    with Path(path).open("rb") as file:
        while block := file.read(1 << 22):
            h.update(block)
    return h.hexdigest()
