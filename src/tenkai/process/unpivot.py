"""process.unpivot: wide to long."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import polars as pl

from tenkai.errors import TenkaiError, problem
from tenkai.process._rows import MOST_ROWS, new_rows, too_large
from tenkai.step import Help, Rows, step
from tenkai.values import ALL_NUMBERS, Columns, Kind, Schema, Table


@step("process.unpivot", version=1, title="Unpivot (wide to long)", rows=Rows(same=("table",)))
def unpivot(
    table: Annotated[Table, Help("rows with many columns of the same meaning")],
    *,
    columns: Annotated[Columns, Help("columns whose cells become rows; the others are repeated")] = ALL_NUMBERS,
    row: Annotated[str, Help("name of the column for the row id")] = "row",
    name: Annotated[str, Help("name of the column for the column names")] = "column",
    value: Annotated[str, Help("name of the column for the cells")] = "value",
) -> Table:
    """Make a long table: one row per cell, with the row id and the column name beside the value.

    The cells of one row stay together. The new row id is the old one and the column name, joined with ``^``.
    Sort it by `value` to read the largest cells of a matrix as a list.

    Raises
    ------
    TenkaiError
        TK202 when texts and numbers, or vectors, would stand in one column; TK210 when a name is taken; TK212
        for too many cells.

    Notes
    -----
    The way back is `process.pivot` with rows, columns and values of these names.

    Source
    ------
    polars, DataFrame.unpivot.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"ZB": [1, 0], "WZ": [0, 1]}, ids=["Al^As", "Ga^N"])
    >>> tk.process.unpivot(t).frame.rows()[:3]
    [('Al^As', 'ZB', 1), ('Al^As', 'WZ', 0), ('Ga^N', 'ZB', 0)]
    """
    names = table.choose(columns)
    kind = _one_kind(table, names)
    rest = [n for n in table.columns if n not in names]
    _check_names([row, name, value], rest)
    n, p = table.height, len(names)
    if n * p > MOST_ROWS:
        raise too_large("row", n * p, MOST_ROWS, "Choose fewer columns.")
    at = np.repeat(np.arange(n), p)
    # polars stacks column after column; here the cells of a row come one after the other.
    cells = pl.concat([table.frame[c].alias(value).to_frame() for c in names], how="vertical_relaxed").to_series()
    cells = cells.gather(np.arange(n * p).reshape(p, n).T.reshape(-1))
    labels = pl.Series(name, names, dtype=pl.String).gather(np.tile(np.arange(p), n))
    ids = table.ids.gather(at)
    front = table.frame.select(rest)[at] if rest else pl.DataFrame()
    frame = pl.DataFrame({c.name: c for c in (ids.alias(row), labels, *front.get_columns(), cells)})
    kinds: dict[str, Kind | None] = {
        row: "text",
        name: "category",
        value: kind,
        **{n: table.kinds[n] for n in rest},
    }
    return new_rows("process.unpivot", table, frame, ids + "^" + labels, table.identity.take(at), kinds)


def _one_kind(table: Table, names: list[str]) -> Kind:
    for n in names:
        table.require([n], ("number", "category", "text"), "columns")
    groups = {_group(table.frame[n].dtype): n for n in reversed(names)}
    if len(groups) > 1:
        b, *_, a = groups.values()
        raise problem(
            "TK202",
            f"'{a}' is of kind {table.kinds[a]} and '{b}' of kind {table.kinds[b]}: they cannot stand in one column.",
            remedy="Unpivot numbers and texts in two steps.",
            setting="columns",
        )
    return table.kinds[names[0]]


def _group(dtype: pl.DataType) -> str:
    return "number" if dtype.is_numeric() or dtype == pl.Null else str(dtype)


def _check_names(new: list[str], rest: list[str]) -> None:
    taken = [n for i, n in enumerate(new) if n in rest or n in new[:i]]
    if taken:
        raise _taken(taken[0], ("row", "name", "value")[new.index(taken[0])])


def _taken(name: str, setting: str) -> TenkaiError:
    return problem("TK210", f"the table already has a column '{name}'.", remedy="Choose another name.", setting=setting)


@unpivot.schema
def _schema(table: Schema | None, *, columns: Columns, row: str, name: str, value: str) -> Schema | None:
    if table is None:
        _check_names([row, name, value], [])
        return None
    names = columns.resolve(table.columns)
    table.require(names, ("number", "category", "text"), "columns")
    rest = table.drop(names)
    _check_names([row, name, value], rest.names)
    return Schema({row: "text", name: "category", **rest.columns, value: table.columns[names[0]]})
