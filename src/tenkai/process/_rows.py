"""What the steps of this stage share: missing cells, unique row ids, tables made anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import TenkaiError, count, problem
from tenkai.process._preparation import remade
from tenkai.values import Identity, Kind, Table
from tenkai.values.kinds import dtype_fits, guess_kind

# Beyond this many rows or columns a wrong setting is likelier than a wish.
MOST_ROWS = 50_000_000
MOST_COLUMNS = 20_000


def missing(column: pl.Series) -> NDArray[np.bool_]:
    """Say for every row whether its cell is missing: null, NaN, or a vector with a NaN inside."""
    gone = column.is_null()
    inner: Any = column.dtype
    if isinstance(inner, pl.Array):
        while isinstance(inner, pl.Array):
            inner = inner.inner
        if inner.is_float() and len(column) > int(gone.sum()):
            known = column.drop_nulls()
            out = gone.to_numpy().copy()
            out[~out] = np.isnan(known.to_numpy().reshape(len(known), -1)).any(axis=1)
            return out
        return np.asarray(gone.to_numpy(), bool)
    return np.asarray((gone | column.is_nan() if inner.is_float() else gone).to_numpy(), bool)


def plain_numbers(column: pl.Series) -> pl.Series:
    """Return the column with NaN as null, as polars' own operations expect it."""
    return column.fill_nan(None) if column.dtype.is_float() else column


def made_unique(ids: pl.Series, marks: pl.Series) -> tuple[pl.Series, int]:
    """Return row ids of which none repeats, and how many were changed.

    An id that was there before gets ``^`` and its mark; a number follows where that is taken too.
    """
    repeated = ids.is_first_distinct().not_()
    if not repeated.any():
        return ids, 0
    marked = pl.select(pl.when(repeated).then(ids + "^" + marks).otherwise(ids)).to_series()
    if marked.n_unique() < len(marked):
        marked = _numbered(ids, marked, repeated)
    return marked.alias(ids.name), int(repeated.sum())


def _numbered(ids: pl.Series, marked: pl.Series, repeated: pl.Series) -> pl.Series:
    taken = set(ids.filter(~repeated).to_list())
    out = marked.to_list()
    for i in np.flatnonzero(repeated.to_numpy()).tolist():
        base, again = out[i], 2
        while out[i] in taken:
            out[i], again = f"{base}^{again}", again + 1
        taken.add(out[i])
    return pl.Series(out, dtype=pl.String)


def new_rows(
    step: str,
    table: Table,
    frame: pl.DataFrame,
    ids: pl.Series,
    identity: Identity,
    kinds: Mapping[str, Kind | None] | None = None,
) -> Table:
    """Return a table whose rows were made from those of another (groups, pivots); influences go along."""
    given = kinds or {}
    all_kinds: dict[str, Kind] = {}
    for column in frame:
        kind = given.get(column.name)
        all_kinds[column.name] = kind if kind and dtype_fits(kind, column.dtype) else guess_kind(column)
    preparation = remade(step, table.preparation, frame.columns)
    return Table(frame, ids.alias(table.ids.name), all_kinds, identity, table.influences, preparation, table.notes)


def joined_ids(frame: pl.DataFrame, columns: Sequence[str], separator: str = "^") -> pl.Series:
    """Return row ids from the values of columns, joined."""
    texts = [pl.col(c).cast(pl.String) for c in columns]
    return frame.select(pl.concat_str(texts, separator=separator).alias("row id")).to_series()


def too_large(what: str, size: int, limit: int, remedy: str) -> TenkaiError:
    """The error for a result beyond a sensible size."""
    return problem("TK212", f"the result has {count(size, what)}.", allowed=f"At most {limit}.", remedy=remedy)


def no_rows(fact: str, remedy: str = "") -> TenkaiError:
    """The error for a result without rows."""
    return problem("TK205", fact, remedy=remedy)
