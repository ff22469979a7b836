"""process.limit: at most so many rows, in all or of each class."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import polars as pl

from tenkai.errors import count
from tenkai.step import Column, Help, Of, Outputs, Range, Rows, Run, step
from tenkai.values import Schema, Table


class Limited(Outputs):
    """The first rows, and the rest."""

    table: Annotated[Table, Help("the first rows (of each class), in their order")]
    dropped: Annotated[Table, Help("the others")]


@step("process.limit", version=1, title="First rows (of each class)", rows=Rows(apart=("table", "dropped")))
def limit(
    table: Annotated[Table, Help("rows")],
    *,
    rows: Annotated[int, Range(1, 1_000_000_000), Help("how many to keep, in all or of each class")],
    by: Annotated[
        Column | None, Of("table", ("category", "text", "number")), Help("keep so many of each class of this column")
    ] = None,
    run: Run,
) -> Limited:
    """Keep the first rows of a table, or the first of each class: no class then outweighs the others.

    Raises
    ------
    TenkaiError
        TK201, TK202 for a column that does not fit; TK208 when the class of a row is missing.

    Notes
    -----
    The first rows are those of the file, and files are often sorted: for rows drawn at random use `process.sample`.

    Source
    ------
    polars, int_range over groups.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"who": ["a", "a", "b", "a"]})
    >>> tk.process.limit(t, rows=1, by="who").table.ids.to_list()
    ['Row0', 'Row2']
    """
    if by is None:
        kept = np.arange(table.height) < rows
    else:
        table.require([by], ("category", "text", "number"), "by")
        table.require_complete([by], "by")
        place = table.frame.select(pl.int_range(pl.len()).over(by)).to_series()
        kept = place.to_numpy() < rows
    gone = int((~kept).sum())
    if gone:
        what = f" (beyond the first {rows} of each '{by}')" if by is not None else ""
        run.note("TKW205", f"{count(gone, 'row')} of {table.height} set aside{what}; see the output 'dropped'.")
    return Limited(table.take(kept), table.take(~kept))


@limit.schema
def _schema(table: Schema | None, *, rows: int, by: Column | None) -> dict[str, Schema | None]:
    if table is not None and by is not None:
        table.require([by], ("category", "text", "number"), "by")
    return {"table": table, "dropped": table}
