"""Drawing rows by class: classes of a column, and how many rows each class gets."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.values import Table


def classes_of(table: Table, column: str, setting: str = "stratify") -> tuple[list[str], NDArray[np.int64]]:
    """Return the classes of a column, sorted, and the class of every row.

    Raises
    ------
    TenkaiError
        TK201, TK202, TK208.
    """
    table.require([column], ("category", "text", "number", "molecule"), setting)
    table.require_complete([column], setting)
    code = table.frame[column].rank("dense").to_numpy().astype(np.int64) - 1
    return table.frame[column].unique().sort().cast(pl.String).to_list(), code


def shares(sizes: NDArray[np.int64], wanted: int) -> NDArray[np.int64]:
    """Split `wanted` rows over classes of these sizes as evenly as whole numbers allow, at least one each.

    >>> shares(np.array([50, 30, 20]), 10).tolist()
    [5, 3, 2]
    >>> shares(np.array([98, 1, 1]), 10).tolist()
    [8, 1, 1]
    """
    exact = sizes * (wanted / sizes.sum())
    out: NDArray[np.int64] = np.minimum(np.maximum(np.floor(exact).astype(np.int64), 1), sizes)
    while out.sum() != wanted:
        # The class furthest from its exact share gives or takes; the first of equals.
        short = out.sum() < wanted
        gap = np.where(out < sizes, exact - out, -np.inf) if short else np.where(out > 1, out - exact, -np.inf)
        out[int(np.argmax(gap))] += 1 if short else -1
    return out
