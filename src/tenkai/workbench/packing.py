"""Facts and arrays in one answer: the length of the facts (4 bytes), 4 bytes of nothing, JSON, the arrays.

Facts and arrays begin at multiples of eight bytes, so that the page can look at them where they lie.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Rows of a picture that moves; of more, so many are taken, evenly over the table.
MOST_ROWS = 50_000


def packed(facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return facts and arrays as bytes; where each array lies is added to the facts, counted from the first."""
    told: list[dict[str, Any]] = []
    blocks: list[bytes] = []
    at = 0
    for name, array in arrays.items():
        block = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
        told.append({"name": name, "dtype": array.dtype.name, "shape": list(array.shape), "at": at})
        blocks.append(block + bytes(-len(block) % 8))
        at += len(blocks[-1])
    head = json.dumps({**facts, "arrays": told}, allow_nan=False, ensure_ascii=False).encode()
    head += b" " * (-len(head) % 8)
    return b"".join([len(head).to_bytes(4, "little"), bytes(4), head, *blocks])


def unpacked(content: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return the facts and arrays of an answer."""
    length = int.from_bytes(content[:4], "little")
    facts = json.loads(content[8 : 8 + length])
    arrays: dict[str, NDArray[Any]] = {}
    for told in facts["arrays"]:
        dtype = np.dtype(told["dtype"]).newbyteorder("<")
        count = int(np.prod(told["shape"]))
        arrays[told["name"]] = np.frombuffer(content, dtype, count, 8 + length + told["at"]).reshape(told["shape"])
    return facts, arrays


def spread(rows: int, most: int = MOST_ROWS) -> NDArray[np.int64]:
    """Return at most so many rows, evenly over the table: row k of m stands at k n / m, rounded down.

    >>> spread(5).tolist(), spread(10, 4).tolist()
    ([0, 1, 2, 3, 4], [0, 2, 5, 7])
    """
    shown = min(rows, most)
    return np.arange(shown, dtype=np.int64) * rows // max(shown, 1)


def finite(value: float | None) -> float | None:
    """Return a number that JSON can hold."""
    return None if value is None or not np.isfinite(value) else float(value)
