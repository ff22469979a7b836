"""process.transpose: rows become columns."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import polars as pl

from tenkai.errors import listing, problem
from tenkai.process._rows import MOST_COLUMNS, MOST_ROWS, new_rows, no_rows, too_large
from tenkai.step import Column, Help, Of, Run, step
from tenkai.values import ALL_NUMBERS, Columns, Kind, Table


@step("process.transpose", version=1, title="Transpose")
def transpose(
    table: Annotated[Table, Help("rows and columns to exchange")],
    *,
    columns: Annotated[Columns, Help("columns that become rows; the others are left out")] = ALL_NUMBERS,
    names: Annotated[
        Column | None, Of("table", ("category", "text", "number")), Help("column whose values name the new columns")
    ] = None,
    run: Run,
) -> Table:
    """Exchange rows and columns: a row per column, named after it, and a column per row id.

    A list of names and values becomes one row with a column per name, so that such rows can be stacked; a
    table of descriptors becomes rows of descriptors that can be clustered.

    Raises
    ------
    TenkaiError
        TK202 when texts and numbers are chosen together, TK204 when nothing is chosen, TK205 without rows,
        TK207 when names repeat, TK212 for too many rows.

    Notes
    -----
    Each new row was made from all old rows, and counts as all of them in a score.

    Source
    ------
    polars, DataFrame.transpose.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"score": ["r2", "mae"], "value": [0.9, 0.1]})
    >>> tk.process.transpose(t, names="score").frame.to_dicts()
    [{'r2': 0.9, 'mae': 0.1}]
    """
    chosen = [n for n in table.choose(columns) if n != names]
    if not chosen:
        raise problem("TK204", f"'{names}' names the new columns, and no other column is chosen.", setting="columns")
    if table.height == 0:
        raise no_rows("the table has no rows to become columns.")
    if table.height > MOST_COLUMNS:
        raise too_large("column", table.height, MOST_COLUMNS, "Take fewer rows first.")
    new = _new_names(table, names)
    left_out = [n for n in table.columns if n not in chosen and n != names]
    if left_out:
        run.note("TKW210", f"left out of the transposed table: {listing(left_out, 6)}.")
    table.require(chosen, ("number", "vector", "category", "text"), "columns")
    width = table.layout(chosen).width
    if width * table.height > MOST_ROWS:
        raise too_large("cell", width * table.height, MOST_ROWS, "Choose fewer columns.")
    if all(table.kinds[n] in ("number", "vector") for n in chosen):
        body = _numbers(table, chosen, new)
    elif all(table.frame[n].dtype in (pl.String, pl.Boolean) for n in chosen):
        body = table.frame.select(pl.col(chosen).cast(pl.String)).transpose(column_names=new)
    else:
        kinds = ", ".join(f"'{n}' {table.kinds[n]}" for n in chosen[:6])
        raise problem("TK202", f"numbers and texts cannot stand in one column: {kinds}.", setting="columns")
    ids = pl.Series(table.layout(chosen).features(), dtype=pl.String)
    identity = table.identity.grouped([np.arange(table.height)]).take(np.zeros(body.height, np.int64))
    kind: Kind | None = "number" if all(d.is_numeric() for d in body.dtypes) else None
    return new_rows("process.transpose", table, body, ids, identity, dict.fromkeys(new, kind))


def _numbers(table: Table, chosen: list[str], new: list[str]) -> pl.DataFrame:
    dtypes = [table.frame[n].dtype for n in chosen]
    if all(d.is_integer() for d in dtypes):
        return table.frame.select(chosen).transpose(column_names=new)
    X = table.matrix(chosen)
    return pl.DataFrame({n: pl.Series(np.ascontiguousarray(X[i]), nan_to_null=True) for i, n in enumerate(new)})


def _new_names(table: Table, names: str | None) -> list[str]:
    if names is None:
        return [str(i) for i in table.ids.to_list()]
    table.require([names], ("category", "text", "number"), "names")
    table.require_complete([names], "names")
    texts = table.frame[names].cast(pl.String)
    if texts.n_unique() < len(texts):
        twice = texts.filter(texts.is_duplicated())[0]
        raise problem(
            "TK207",
            f"'{twice}' stands twice in column '{names}' and would name two columns.",
            remedy="Choose another column, or leave 'names' out: row ids are unique.",
            setting="names",
        )
    return [str(t) for t in texts.to_list()]
