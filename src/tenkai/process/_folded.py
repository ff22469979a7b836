"""What existence matrices and tensors share: parts of a key, joined to the names along one side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.process._rows import joined_ids
from tenkai.values import Kind, Table

KEY_KINDS: tuple[Kind, ...] = ("text", "category", "number")
Order = Literal["sorted", "appearance"]


def folded_key(table: Table, parts: Sequence[str], order: Order, separator: str) -> tuple[list[str], NDArray[np.int64]]:
    """Return the names that the parts of a key have, and which of them each row has."""
    names = joined_ids(table.frame.select(whole_numbers(table.frame[c]) for c in parts), parts, separator)
    found = names.unique(maintain_order=True)
    labels = (found.sort() if order == "sorted" else found).to_list()
    places = {name: i for i, name in enumerate(labels)}
    return labels, np.array([places[n] for n in names.to_list()], np.int64)


def whole_numbers(column: pl.Series) -> pl.Series:
    """Write whole numbers without a decimal point."""
    if column.dtype.is_float() and bool((column == column.round()).all()):
        return column.cast(pl.Int64)
    return column
