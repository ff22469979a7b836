"""process.wobble: numbers that are a little off."""

from typing import Annotated

import polars as pl

from tenkai.errors import problem
from tenkai.step import Help, Range, Run, Seed, Shape, step
from tenkai.values import ALL_NUMBERS, Columns, Schema, Table
from wobble.waves import wave


@step("process.wobble", version=1, title="Wobble")
def wobble(
    table: Annotated[Table, Shape("n p"), Help("rows to disturb")],
    *,
    columns: Annotated[Columns, Help("columns to disturb")] = ALL_NUMBERS,
    height: Annotated[float, Range(0, open_low=True), Help("largest change")] = 0.1,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("seed of the random numbers")] = 0,
    run: Run,
) -> Table:
    """Add a small random number to every cell.

    Raises
    ------
    TenkaiError
        TK208 where cells are missing.

    Notes
    -----
    For trying out how much a result depends on the last digits.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [1.0, 2.0]})
    >>> tk.process.wobble(t, height=1e-9)["a"].round(6).to_list()
    [1.0, 2.0]
    """
    names = table.choose(columns)
    table.require(names, ["number"], "columns")
    table.require_complete(names)
    if len(table) > 1000:
        raise problem("TK212", f"{len(table)} rows are too many to wobble.", allowed="Allowed: 1000.")
    moved = [pl.Series(n, table[n] + wave(len(table), height, seed + i)) for i, n in enumerate(names)]
    run.note("TKW901", f"{len(names)} columns wobble by up to {height:g}.")
    return table.with_columns(table.frame.with_columns(moved))


@wobble.schema
def _schema(table: Schema | None, *, columns: Columns, **_: object) -> Schema | None:
    if table is not None:
        columns.resolve(table.columns)
    return table
