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
    frame.rechunk().write_ipc(out, compression="uncompressed")
    return digest_bytes(out.getvalue())


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
