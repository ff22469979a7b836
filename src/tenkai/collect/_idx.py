"""The idx format of MNIST and its relatives: a header of sizes, then the numbers, big end first."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenkai.collect._file import unpacked
from tenkai.errors import TenkaiError, problem

MOST_BYTES = 16 << 30
_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def is_idx(head: bytes) -> bool:
    """Say whether a file begins like idx: two zeros, a type, the number of axes."""
    return len(head) >= 4 and head[:2] == b"\0\0" and head[2] in _TYPES and 1 <= head[3] <= 8


def read_idx(path: Path, *, outline: bool = False) -> NDArray[Any]:
    """Read an idx file, packed or not; its `outline` has the right shape and zeros (lists are read).

    Raises
    ------
    TenkaiError
        TK302 where its size is not what its header says, TK307 for a monstrous size.
    """
    with unpacked(path) as file:
        head = file.read(4)
        if not is_idx(head):
            raise problem("TK302", f"'{path.name}' is no idx file.", setting="path")
        axes = head[3]
        sizes = file.read(4 * axes)
        if len(sizes) < 4 * axes:
            raise _damaged(path)
        shape = tuple(int(n) for n in np.frombuffer(sizes, ">u4"))
        dtype = np.dtype(_TYPES[head[2]])
        size = prod(shape) * dtype.itemsize
        if size > MOST_BYTES:
            raise problem("TK307", f"'{path.name}' says that it holds {size >> 30} GB.", allowed="At most 16 GB.")
        if outline and axes > 1:
            return np.broadcast_to(np.zeros((), dtype.newbyteorder("=")), shape)
        data = bytearray()
        while block := file.read(min(1 << 24, size + 1 - len(data))):
            data += block
    if len(data) != size:
        raise _damaged(path)
    numbers = np.frombuffer(data, dtype).reshape(shape)
    return numbers.astype(dtype.newbyteorder("="), copy=False)


def label_file(path: Path) -> Path | None:
    """Return the file of labels that lies beside a file of idx images, by the names MNIST uses."""
    if "images" not in path.name:
        return None
    name = path.name.replace("images", "labels").replace("idx3", "idx1")
    stem = name.removesuffix(".gz")
    for option in (name, stem, f"{stem}.gz"):
        found = path.with_name(option)
        if found.is_file():
            return found
    return None


def _damaged(path: Path) -> TenkaiError:
    return problem("TK302", f"'{path.name}' is damaged: its size is not what its header says.", remedy="Get it again.")
