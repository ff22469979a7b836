"""process.group: one row per group of rows."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import polars as pl

from tenkai.errors import TenkaiError, problem
from tenkai.process._rows import joined_ids, new_rows, no_rows, plain_numbers
from tenkai.step import Column, Help, Length, Of, step
from tenkai.values import Kind, Schema, Table

Aggregate = Literal["mean", "sum", "min", "max", "median", "std", "count", "first"]
_NUMBERS_ONLY = ("mean", "sum", "median", "std")


@step("process.group", version=1, title="Group rows")
def group(
    table: Annotated[Table, Help("rows to group")],
    *,
    by: Annotated[
        list[Column],
        Length(1),
        Of("table", ("category", "text", "number", "molecule")),
        Help("columns equal in a group"),
    ],
    aggregate: Annotated[dict[str, Aggregate], Length(1), Help("column: what to make of its values in a group")],
    size: Annotated[str | None, Help("write the number of rows of each group into this column")] = None,
) -> Table:
    """Make one row of all rows that are equal in some columns.

    Groups come in the order in which they first appear; their row id is made of the values they share, joined
    with ``^``. Columns keep their names. Missing cells do not count; `count` counts those that are there.

    Raises
    ------
    TenkaiError
        TK201 or TK202 for the columns, TK208 when the group of a row is missing, TK205 without rows.

    Notes
    -----
    A group counts as all its rows: a score says "seen" when any of them was seen. `std` divides by n - 1, so a
    group of one row has none.

    Source
    ------
    polars, DataFrame.group_by.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"N": [100, 200, 100], "mae": [3.0, 2.0, 5.0]})
    >>> tk.process.group(t, by=["N"], aggregate={"mae": "mean"}).frame.rows()
    [(100, 4.0), (200, 2.0)]
    """
    _check_columns(table, by, aggregate)
    if table.height == 0:
        raise no_rows("the table has no rows to group.")
    names = _result_names(by, aggregate, size)
    frame = pl.DataFrame({name: plain_numbers(table.frame[name]) for name in [*by, *aggregate]})
    made = [_aggregated(name, how) for name, how in aggregate.items()]
    count = [pl.len().cast(pl.Int64).alias(size)] if size is not None else []
    grouped = frame.group_by(by, maintain_order=True).agg(*made, *count)
    kinds: dict[str, Kind | None] = {name: table.kinds[name] for name in by}
    kinds |= {name: table.kinds[name] for name, how in aggregate.items() if how in ("min", "max", "first")}
    # Which group each row belongs to, numbered in the order of appearance.
    order = grouped.select(by).with_row_index("_group")
    row = frame.select(by).join(order, on=by, how="left", maintain_order="left")["_group"].to_numpy()
    identity = table.identity.gathered(row.astype(np.int64), np.arange(table.height), grouped.height)
    return new_rows("process.group", table, grouped.select(names), joined_ids(grouped, by), identity, kinds)


def _aggregated(name: str, how: Aggregate) -> pl.Expr:
    column = pl.col(name)
    if how == "count":
        return column.count().cast(pl.Int64)
    if how == "first":
        return column.drop_nulls().first()
    made: pl.Expr = getattr(column, how)()
    return made


def _check_columns(table: Table, by: list[Column], aggregate: dict[str, Aggregate]) -> None:
    table.require(by, ("category", "text", "number", "molecule"), "by")
    table.require_complete(by, "by")
    for name, how in aggregate.items():
        table.require([name], (), "aggregate")
        dtype = table.frame[name].dtype
        number = dtype.is_numeric() or dtype == pl.Null
        if (how in _NUMBERS_ONLY and not number) or (how in ("min", "max") and isinstance(dtype, pl.Array)):
            raise _unfit(name, table.kinds[name], how)


def _unfit(name: str, kind: Kind | None, how: Aggregate) -> TenkaiError:
    return problem(
        "TK202",
        f"column '{name}' is of kind {kind} and has no {how}.",
        allowed="Allowed for it: count, first" + ("." if kind in ("vector", "image") else ", min, max."),
        setting="aggregate",
    )


def _result_names(by: list[Column], aggregate: dict[str, Aggregate], size: str | None) -> list[str]:
    names = [*by, *aggregate, *([size] if size is not None else [])]
    twice = [name for i, name in enumerate(names) if name in names[:i]]
    if twice:
        raise problem("TK210", f"the column '{twice[0]}' would stand twice in the result.", setting="aggregate")
    return [str(name) for name in names]


@group.schema
def _schema(
    table: Schema | None, *, by: list[Column], aggregate: dict[str, Aggregate], size: str | None
) -> Schema | None:
    names = _result_names(by, aggregate, size)
    if table is None:
        return None
    table.require(by, ("category", "text", "number", "molecule"), "by")
    table.require(aggregate, (), "aggregate")
    for name, how in aggregate.items():
        if how in _NUMBERS_ONLY and table.columns[name] not in ("number", None):
            raise _unfit(name, table.columns[name], how)
    same = {*by, *(n for n, how in aggregate.items() if how in ("first", "min", "max"))}
    return Schema({n: table.columns.get(n) if n in same else "number" for n in names})
