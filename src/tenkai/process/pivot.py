"""process.pivot: long to wide."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import polars as pl

from tenkai.errors import TenkaiError, problem
from tenkai.process._rows import MOST_COLUMNS, joined_ids, new_rows, no_rows, plain_numbers, too_large
from tenkai.step import Column, Help, Length, Of, step
from tenkai.values import Kind, Schema, Table

Aggregate = Literal["only", "first", "mean", "sum", "min", "max", "median", "count"]


@step("process.pivot", version=1, title="Pivot (long to wide)")
def pivot(
    table: Annotated[Table, Help("one row per cell of the wide table")],
    *,
    rows: Annotated[
        list[Column], Length(1), Of("table", ("category", "text", "number")), Help("what becomes the rows")
    ],
    columns: Annotated[Column, Of("table", ("category", "text", "number")), Help("its values become the columns")],
    values: Annotated[Column, Of("table", ("category", "text", "number")), Help("what stands in the cells")],
    aggregate: Annotated[Aggregate, Help("what to make of several rows for one cell; only: refuse them")] = "only",
    fill: Annotated[float | None, Help("number for cells without a value; otherwise they are missing")] = None,
) -> Table:
    """Make a wide table: a row per value of some columns, a column per value of another.

    Rows and columns come in the order in which they first appear. The row id is made of the values of `rows`,
    joined with ``^``; these columns stay in front.

    Raises
    ------
    TenkaiError
        TK203 when several rows speak of one cell and `aggregate` is only, TK208 when a row does not say which
        cell it speaks of, TK210 when a new column has the name of one of `rows`, TK212 for too many columns.

    Notes
    -----
    The way back is `process.unpivot`. A wide table of zeros and ones (exists, never seen) is what the singular
    value decomposition and non-negative parts complete.

    Source
    ------
    polars, DataFrame.pivot.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"pair": ["Al^As", "Al^As", "Ga^N"], "type": ["ZB", "WZ", "WZ"], "seen": [1, 1, 1]})
    >>> wide = tk.process.pivot(t, rows=["pair"], columns="type", values="seen", fill=0)
    >>> wide.ids.to_list(), wide.frame.select("ZB", "WZ").rows()
    (['Al^As', 'Ga^N'], [(1, 1), (0, 1)])
    """
    table.require([*rows, columns, values], ("category", "text", "number"))
    table.require_complete([*rows, columns], "rows")
    if table.height == 0:
        raise no_rows("the table has no rows to pivot.")
    if columns in rows:
        raise _taken(columns)
    number = table.frame[values].dtype.is_numeric()
    if not number and (aggregate in ("mean", "sum", "median") or fill is not None):
        told = f"has no {aggregate}" if fill is None else "cannot be filled with a number"
        raise problem("TK202", f"column '{values}' is of kind {table.kinds[values]} and {told}.", setting="values")
    names = table.frame[columns].unique(maintain_order=True)
    if len(names) > MOST_COLUMNS:
        raise too_large("column", len(names), MOST_COLUMNS, f"'{columns}' has too many values.")
    # polars names its own columns here, so that no name can meet another.
    keys = [f"r{i}" for i in range(len(rows))]
    long = pl.DataFrame(
        [
            *(plain_numbers(table.frame[name]).alias(key) for key, name in zip(keys, rows, strict=True)),
            table.frame[columns].cast(pl.String).alias("c"),
            plain_numbers(table.frame[values]).alias("v"),
        ]
    )
    if aggregate == "only":
        _check_single(long, table, rows, columns)
    cells = long.group_by([*keys, "c"], maintain_order=True).agg(_made(aggregate))
    wide = cells.pivot("c", index=keys, values="v", aggregate_function="first", maintain_order=True)
    texts = names.cast(pl.String).to_list()
    clash = [name for name in texts if name in rows]
    if clash:
        raise _taken(clash[0])
    order = wide.select(keys).with_row_index("group")
    row = long.select(keys).join(order, on=keys, how="left", maintain_order="left")["group"].to_numpy()
    identity = table.identity.gathered(row.astype(np.int64), np.arange(table.height), wide.height)
    body = wide.select(texts)
    if fill is not None:
        body = body.fill_null(int(fill) if fill.is_integer() else fill)
    front = wide.select(keys).rename(dict(zip(keys, rows, strict=True)))
    kind = table.kinds[values] if aggregate != "count" else "number"
    kinds: dict[str, Kind | None] = {**{name: table.kinds[name] for name in rows}, **dict.fromkeys(texts, kind)}
    frame = pl.concat([front, body], how="horizontal")
    return new_rows("process.pivot", table, frame, joined_ids(front, rows), identity, kinds)


def _made(aggregate: Aggregate) -> pl.Expr:
    if aggregate == "count":
        return pl.col("v").count().cast(pl.Int64)
    made: pl.Expr = getattr(pl.col("v"), "first" if aggregate == "only" else aggregate)()
    return made


def _check_single(long: pl.DataFrame, table: Table, rows: list[Column], columns: Column) -> None:
    twice = long.drop("v").is_duplicated()
    if twice.any():
        at = int(twice.arg_max() or 0)
        cell = long.drop("v").row(at)
        same = [i for i, r in enumerate(long.drop("v").rows()) if r == cell][:2]
        told = ", ".join(f"{n} = {v}" for n, v in zip([*rows, columns], cell, strict=True))
        raise problem(
            "TK203",
            f"several rows speak of the cell {told}: '{table.ids[same[0]]}' and '{table.ids[same[1]]}'.",
            allowed="With aggregate: only there is one row per cell.",
            remedy="Say what to make of them: aggregate: mean, first, count, ...",
            setting="aggregate",
        )


def _taken(name: str) -> TenkaiError:
    return problem(
        "TK210",
        f"'{name}' would be a row and a column at once.",
        remedy="Choose other columns for 'rows'.",
        setting="columns",
    )


@pivot.schema
def _schema(
    table: Schema | None,
    *,
    rows: list[Column],
    columns: Column,
    values: Column,
    aggregate: Aggregate,
    fill: float | None,
) -> Schema | None:
    if table is not None:
        table.require([*rows, columns, values], ("category", "text", "number"))
    return None  # the new columns are values of the data
