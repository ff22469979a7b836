"""process.existence: a table of keys as a matrix of what exists."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import polars as pl

from tenkai.errors import problem
from tenkai.process._folded import folded_key
from tenkai.process._rows import MOST_COLUMNS, new_rows, no_rows, too_large
from tenkai.step import Column, Help, Length, Of, step
from tenkai.values import Kind, Schema, Table

KINDS: tuple[Kind, ...] = ("text", "category", "number")


@step("process.existence", version=1, title="Existence matrix")
def existence(
    table: Annotated[Table, Help("one row per thing that exists, its key in several columns")],
    *,
    rows: Annotated[list[Column], Length(1), Of("table", KINDS), Help("parts of the key that name the rows")],
    columns: Annotated[list[Column], Length(1), Of("table", KINDS), Help("parts of the key that name the columns")],
    cells: Annotated[Literal["exists", "count"], Help("exists: 0 or 1; count: how many rows have this key")] = "exists",
    order: Annotated[Literal["sorted", "appearance"], Help("of rows and columns")] = "sorted",
    separator: Annotated[str, Help("what joins the parts of a name")] = "^",
) -> Table:
    """Fold keys of several parts into a matrix: some parts name the rows, the others the columns.

    A cell is 1 where the table has such a key, and 0 where it has none, which means "absent or never looked at".
    Any parts can stand on either side; parts left out are summed over.

    Raises
    ------
    TenkaiError
        TK205 without rows; TK208 where a part is missing; TK210 when a part stands on both sides; TK212 for too
        many columns; TK201, TK202 for the columns.

    Notes
    -----
    How the key is folded decides what a low rank can see: element pairs against prototypes shares what pairs have
    in common, elements against the rest shares what elements have in common. Try several. `process.pivot` is for
    values, not for existence.

    Source
    ------
    polars, DataFrame.pivot.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": ["In", "In"], "b": ["P", "Sb"], "x": [5, 5], "y": [5, 5], "group": ["F-43m", "Pmmn"]})
    >>> m = tk.process.existence(t, rows=["a", "b"], columns=["x", "y", "group"])
    >>> m.ids.to_list(), m.columns, m.frame.rows()
    (['In^P', 'In^Sb'], ['5^5^F-43m', '5^5^Pmmn'], [(1, 0), (0, 1)])
    """
    every = [*rows, *columns]
    table.require(every, KINDS)
    table.require_complete(every, "rows")
    _check_sides(rows, columns)
    if table.height == 0:
        raise no_rows("the table has no rows to fold.")
    folded = [folded_key(table, parts, order, separator) for parts in (rows, columns)]
    labels, at = [f[0] for f in folded], [f[1] for f in folded]
    if len(labels[1]) > MOST_COLUMNS:
        raise too_large("column", len(labels[1]), MOST_COLUMNS, "The parts of 'columns' have too many values.")
    counts = np.zeros((len(labels[0]), len(labels[1])), np.int64)
    np.add.at(counts, (at[0], at[1]), 1)
    values = np.minimum(counts, 1) if cells == "exists" else counts
    identity = table.identity.gathered(at[0], np.arange(table.height), len(labels[0]))
    frame = pl.DataFrame({name: values[:, j] for j, name in enumerate(labels[1])})
    return new_rows(
        "process.existence",
        table,
        frame,
        pl.Series("row id", labels[0]),
        identity,
        dict.fromkeys(frame.columns, "number"),
    )


def _check_sides(rows: list[Column], columns: list[Column]) -> None:
    both = [c for c in rows if c in columns]
    if both:
        fact = f"'{both[0]}' would name a row and a column at once."
        raise problem("TK210", fact, remedy="Leave it out on one side.", setting="columns")


@existence.schema
def _schema(table: Schema | None, *, rows: list[Column], columns: list[Column], **_: object) -> Schema | None:
    if table is not None:
        table.require([*rows, *columns], KINDS)
        _check_sides(rows, columns)
    return None  # the new columns are values of the data
