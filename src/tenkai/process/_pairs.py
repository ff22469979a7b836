"""Which rows of two tables belong side by side."""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import listing, problem
from tenkai.process._rows import MOST_ROWS, plain_numbers, too_large
from tenkai.step import Column
from tenkai.values import Table

Positions = NDArray[np.int64]
How = Literal["left", "inner", "cross"]


def pairs(left: Table, right: Table, on: list[Column] | None, how: How) -> tuple[Positions, Positions]:
    """Return the positions of left rows and of their partners, -1 where there is none.

    Raises
    ------
    TenkaiError
        TK201 or TK202 for the columns, TK212 when the result is too large.
    """
    if how == "cross":
        if left.height * right.height > MOST_ROWS:
            raise too_large("row", left.height * right.height, MOST_ROWS, "Take fewer rows first.")
        return np.repeat(np.arange(left.height), right.height), np.tile(np.arange(right.height), left.height)
    mine, theirs = _keys(left, right, on)
    keys = mine.columns
    sizes = mine.join(theirs.group_by(keys).len("partners"), on=keys, how="inner")["partners"]
    if int(sizes.sum()) > MOST_ROWS:
        remedy = "The columns repeat in both tables: join on more columns."
        raise too_large("row", int(sizes.sum()), MOST_ROWS, remedy)
    both = mine.with_row_index("_at").join(
        theirs.with_row_index("_partner"), on=keys, how=how, maintain_order="left_right"
    )
    partner = both["_partner"].cast(pl.Int64).fill_null(-1)
    return both["_at"].to_numpy().astype(np.int64), partner.to_numpy()


def _keys(left: Table, right: Table, on: list[Column] | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return what has to be equal, as two frames of the same columns and types."""
    if on is None:
        return left.ids.alias("0").to_frame(), right.ids.alias("0").to_frame()
    mine: list[pl.Series] = []
    theirs: list[pl.Series] = []
    for i, name in enumerate(dict.fromkeys(on)):
        for table in (left, right):
            table.require([name], ("number", "category", "text"), "on")
        a, b = (plain_numbers(t.frame[name]).alias(str(i)) for t in (left, right))
        if a.dtype != b.dtype:
            if not (a.dtype.is_numeric() and b.dtype.is_numeric()):
                raise problem(
                    "TK202",
                    f"column '{name}' is {_said(a)} on the left and {_said(b)} on the right.",
                    remedy="Read both tables with the same type for this column.",
                    setting="on",
                )
            a, b = a.cast(pl.Float64), b.cast(pl.Float64)
        mine.append(a)
        theirs.append(b)
    return pl.DataFrame(mine), pl.DataFrame(theirs)


def index(partner: Positions) -> pl.Series:
    """Return partners as an index for polars: null where there is none."""
    return pl.select(pl.when(pl.Series(partner) >= 0).then(pl.Series(partner))).to_series()


def strangers(left: Table, right: Table, on: list[Column] | None) -> str:
    """Say why no row finds a partner."""
    if left.height == 0 or right.height == 0:
        return f"the {'left' if left.height == 0 else 'right'} table has no rows."
    what = f"{listing(on)}" if on else "the row ids"
    mine, theirs = _keys(left, right, on)
    return f"no row finds a partner: {what} start with {mine.row(0)} on the left, {theirs.row(0)} on the right."


def _said(column: pl.Series) -> str:
    return "a number" if column.dtype.is_numeric() else "a truth value" if column.dtype == pl.Boolean else "a text"
