"""interpret.row_values: what stands in one row, as figures to quote."""

from __future__ import annotations

import math
from typing import Annotated, Any

from tenkai.errors import nearest, problem
from tenkai.step import Help, Length, step
from tenkai.values import Schema, Scores, Table


@step("interpret.row_values", version=1, title="Values of a row")
def row_values(
    table: Annotated[Table, Help("rows")],
    *,
    row: Annotated[str, Help("row id")],
    columns: Annotated[list[str], Length(1, 50), Help("which cells")],
) -> Scores:
    """Quote cells of one row: the prediction for a compound, beside what was measured.

    The leak lens says whether models behind the cells had seen the row.

    Raises
    ------
    TenkaiError
        TK703 for a row id that does not exist, TK201 for a column that does not.

    Notes
    -----
    One row is one case. For many use `interpret.regression_scores` and look at the table.

    Source
    ------
    None: it reads.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"gap": [5.5, 1.1]}, ids=["C", "Si"])
    >>> tk.interpret.row_values(t, row="Si", columns=["gap"]).figures
    {'gap': 1.1}
    """
    table.require(columns, ("number", "category", "text"), "columns")
    ids = table.ids.to_list()
    if row not in ids:
        raise problem(
            "TK703", f"there is no row '{row}' among {len(ids)} rows.", remedy=nearest(row, ids), setting="row"
        )
    one = table.take([ids.index(row)])
    figures = {name: _plain(one.frame[name][0]) for name in columns}
    about = {name: f"{name} of the row '{row}'" for name in columns}
    return Scores.scored(figures, rows=one.identity, influences=one.influences, about=about).with_notes(table.notes)


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


@row_values.schema
def _schema(table: Schema | None, *, row: str, columns: list[str]) -> None:
    if table is not None:
        table.require(columns, ("number", "category", "text"), "columns")
