"""process.sort: rows in the order of columns."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from tenkai.errors import count, problem
from tenkai.process._rows import plain_numbers
from tenkai.step import Column, Help, Length, Of, Rows, step
from tenkai.values import Schema, Table


@step("process.sort", version=1, title="Sort rows", rows=Rows(same=("table",)))
def sort(
    table: Annotated[Table, Help("rows to sort")],
    *,
    by: Annotated[
        list[Column], Length(1), Of("table", ("number", "category", "text")), Help("columns, the first counts most")
    ],
    descending: Annotated[bool | list[bool], Help("largest first; one for all columns, or one each")] = False,
) -> Table:
    """Put rows in the order of one or several columns.

    Rows that are equal in all of them keep their order; cells without value come last. Row ids go along.

    Raises
    ------
    TenkaiError
        TK201 for a column that is not there, TK202 for one that has no order (a vector, an image).

    Notes
    -----
    Texts are ordered by their characters: 'Z' before 'a', '10' before '9'.

    Source
    ------
    polars, arg_sort_by.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"r2": [0.2, 0.9, 0.5]}, ids=["a", "b", "c"])
    >>> tk.process.sort(t, by=["r2"], descending=True).ids.to_list()
    ['b', 'c', 'a']
    """
    table.require(by, ("number", "category", "text"), "by")
    keys = pl.DataFrame([plain_numbers(table.frame[name]).alias(str(i)) for i, name in enumerate(by)])
    order = keys.select(
        pl.arg_sort_by(keys.columns, descending=_each(by, descending), nulls_last=True, maintain_order=True)
    ).to_series()
    return table.take(order.to_numpy())


@sort.schema
def _schema(table: Schema | None, *, by: list[Column], descending: bool | list[bool]) -> Schema | None:
    if table is not None:
        table.require(by, ("number", "category", "text"), "by")
    return table


@sort.check
def _check(*, by: list[Column], descending: bool | list[bool]) -> None:
    if isinstance(descending, list) and len(descending) != len(by):
        raise problem(
            "TK111",
            f"{descending!r} has {count(len(descending), 'item')} for {count(len(by), 'column')}.",
            allowed="Give true or false, or one of them per column.",
            setting="descending",
        )


def _each(by: list[Column], descending: bool | list[bool]) -> list[bool]:
    return descending if isinstance(descending, list) else [descending] * len(by)
