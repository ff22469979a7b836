"""process.drop_constant: without the columns that say the same for every row."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from tenkai.errors import count, listing, problem
from tenkai.process._rows import plain_numbers
from tenkai.step import Help, Rows, Run, Shape, step
from tenkai.values import ALL_NUMBERS, Columns, Table


@step("process.drop_constant", version=1, title="Drop constant columns", rows=Rows(same=("table",)))
def drop_constant(
    table: Annotated[Table, Shape("n p"), Help("rows to look at")],
    *,
    columns: Annotated[Columns, Help("columns to look at; the others stay")] = ALL_NUMBERS,
    run: Run,
) -> Table:
    """Leave out the columns that have one value only, or none.

    They cannot tell rows apart. A warning names them. Cells without value do not count.

    Raises
    ------
    TenkaiError
        TK204 when no column would be left.

    Notes
    -----
    New rows need not go through this: what is fitted later knows the columns it uses.

    Source
    ------
    polars, n_unique.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [1, 1, 1], "b": [1, 2, 3]})
    >>> tk.process.drop_constant(t).columns
    ['b']
    """
    constant = [name for name in table.choose(columns) if is_constant(table.frame[name])]
    if not constant:
        return table
    if len(constant) == len(table.columns):
        raise problem("TK204", f"every column has one value only: {listing(constant, 6)}.")
    run.note("TKW202", f"{count(len(constant), 'column')} with one value only left out: {listing(constant, 6)}.")
    return table.with_columns(table.frame.drop(constant))


def is_constant(column: pl.Series) -> bool:
    """Say whether a column has at most one value; missing cells do not count."""
    known = plain_numbers(column).drop_nulls()
    if isinstance(known.dtype, pl.Array):
        cells = known.to_numpy()
        return len(cells) < 2 or bool((cells == cells[0]).all())
    return known.n_unique() < 2
