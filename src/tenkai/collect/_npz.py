"""NumPy's own files, read without ever running what is in them."""

from __future__ import annotations

import lzma
import tokenize
import zipfile
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from tenkai.collect._archive import open_archive
from tenkai.collect._file import reading, unpacked
from tenkai.errors import TenkaiError, problem

MOST_BYTES = 16 << 30
# What NumPy raises for headers that are none.
_LIES = (ValueError, EOFError, TypeError, KeyError, SyntaxError, RecursionError, tokenize.TokenError)


def read_npy(path: Path, *, outline: bool = False) -> NDArray[Any]:
    """Read one array; its `outline` has the right shape and zeros (lists are read). Raises TK302, TK307."""
    with unpacked(path) as file:
        return _array(file, path.name, outline)


def read_npz(path: Path, *, outline: bool = False) -> Mapping[str, NDArray[Any]]:
    """Read all arrays of an archive, or their outlines. Raises TK302, TK307."""
    found: dict[str, NDArray[Any]] = {}
    with reading(path), open_archive(path) as archive:
        for entry in archive.infolist():
            if entry.filename.endswith(".npy"):
                try:
                    with archive.open(entry) as file:
                        found[entry.filename.removesuffix(".npy")] = _array(file, entry.filename, outline)
                except (zipfile.BadZipFile, NotImplementedError, RuntimeError, lzma.LZMAError) as error:
                    raise _damaged(entry.filename, str(error)) from None
    return found


def _array(file: IO[bytes], name: str, outline: bool) -> NDArray[Any]:
    try:
        shape, fortran, dtype = _header(file)
        if dtype.hasobject:
            raise problem(
                "TK302",
                f"'{name}' holds Python objects, which could run code.",
                remedy="Save it again with numbers or texts only.",
            )
        size = prod(shape) * dtype.itemsize
        if size > MOST_BYTES:
            raise problem("TK307", f"'{name}' says that it holds {size >> 30} GB.", allowed="At most 16 GB.")
        if outline and len(shape) > 1:
            return np.broadcast_to(np.zeros((), dtype), shape)
        data = bytearray()
        while block := file.read(min(1 << 24, size + 1 - len(data))):
            data += block
        if len(data) != size:
            raise _damaged(name, "its size is not what its header says")
        array = np.frombuffer(data, dtype)
        return array.reshape(shape[::-1]).T if fortran else array.reshape(shape)
    except _LIES as error:
        raise _damaged(name, str(error)) from None


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy.read_magic(file)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    return read(file)


def _damaged(name: str, reason: str) -> TenkaiError:
    reason = reason.splitlines()[0].rstrip(".") if reason else "its end is missing"
    return problem("TK302", f"'{name}' is no NumPy array, or is damaged ({reason}).", setting="path")
