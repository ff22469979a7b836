"""Rows as a matrix of which some cells may be unknown, and what a factorization asks of its cells."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import problem
from tenkai.learn._rows import RowMatrix, read_rows
from tenkai.values import Columns, Table

# Largest cells whose squares, summed, are numbers.
LIMITS = {"float64": (1e-100, 1e100), "float32": (1e-12, 1e12)}

Missing = Literal["refuse", "leave_out"]
Mask = NDArray[np.bool_]


def read_cells(table: Table, columns: Columns, missing: str) -> tuple[RowMatrix, Mask | None]:
    """Return the rows, and which cells are known: None for all.

    Raises
    ------
    TenkaiError
        As `read_rows`; TK634 for a row or column without a known cell, where missing ones are left out.
    """
    if missing == "refuse":
        return read_rows(table, columns, least=1), None
    names = table.choose(columns)
    table.require(names, ("number", "vector", "image"), "columns")
    rows = RowMatrix(table, names, table.matrix(names))
    known = ~np.isnan(rows.X)
    if known.all():
        return rows, None
    features = table.layout(names).features()
    for axis, (what, how, called) in enumerate(
        (("row", "filter", table.ids.to_list()), ("column", "select", features))
    ):
        empty = np.flatnonzero(~known.any(axis=1 - axis))
        if len(empty):
            raise problem(
                "TK634",
                f"{what} '{called[empty[0]]}' has no known cell.",
                allowed=f"One or more in every {what}.",
                remedy=f"Leave such {what}s out with process.{how}.",
                setting="missing",
            )
    return rows, known


def require_parts(rows: RowMatrix, known: Mask | None) -> None:
    """Refuse cells that parts cannot add up to.

    Raises
    ------
    TenkaiError
        TK620 for a cell below 0; TK203 where all are 0, infinite, or of a size that has no square.
    """
    X = rows.X if known is None else np.where(known, rows.X, 0.0)
    if X.size and not (X.min() >= 0 and np.isfinite(X.max())):
        row, at = (int(i) for i in np.argwhere((X < 0) | ~np.isfinite(X))[0])
        raise problem(
            "TK620",
            f"column '{_feature(rows, at)}' holds {X[row, at]:g} at row '{rows.table.ids[row]}'.",
            allowed="Parts only add up: numbers of 0 or more.",
            remedy="Use process.min_max first, choose other columns, or use learn.pca.",
            setting="columns",
        )
    require_squares(rows, X, "there is nothing to write as parts")


def require_squares(rows: RowMatrix, X: NDArray[Any], nothing: str) -> None:
    """Refuse cells that are all 0, infinite, or of a size that has no square. Raises TK203."""
    sizes = np.abs(X)
    largest = float(sizes.max()) if X.size else 0.0
    if largest == 0:
        raise problem("TK203", f"all cells are 0: {nothing}.", setting="columns")
    low, high = LIMITS[str(rows.X.dtype)]
    if low < largest < high:
        return
    row, at = (int(i) for i in np.unravel_index(int(sizes.argmax()), X.shape))
    if not np.isfinite(largest):
        fact = f"column '{_feature(rows, at)}' holds {X[row, at]:g} at row '{rows.table.ids[row]}'."
        raise problem("TK203", fact, allowed="Finite numbers are needed here.", setting="columns")
    raise problem(
        "TK203",
        f"the largest cell is {largest:.3g}, whose square is no number.",
        allowed=f"Allowed: {low:g} to {high:g}.",
        remedy="Take another unit (process.formula).",
        setting="columns",
    )


def _feature(rows: RowMatrix, at: int) -> str:
    return rows.table.layout(rows.names).features()[at]
