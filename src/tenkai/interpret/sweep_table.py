"""interpret.sweep_table: the scores of a sweep as a table."""

from __future__ import annotations

from typing import Annotated, Any

import polars as pl

from tenkai.errors import problem
from tenkai.interpret._sweeps import Member, axis_values, members, written
from tenkai.step import Help, step
from tenkai.values import Scores, Sweep, Table


@step("interpret.sweep_table", version=1, title="Table of a sweep")
def sweep_table(
    values: Annotated[list[Scores] | Sweep[Scores], Help("swept scores, or a list of scores")],
) -> Table:
    """Write the scores of a sweep as a table: one row per point, the settings first, then the figures.

    Row ids name the settings. A figure that a point does not have is missing.

    Raises
    ------
    TenkaiError
        TK708 when there is nothing to write.

    Source
    ------
    The loop end of KNIME, which stacks one row per pass and appends the swept value.

    Example
    -------
    >>> import tenkai as tk
    >>> from tenkai.values import Axis, Scores, Sweep
    >>> axis = Axis("k", "neighbors", "k", (5, 9))
    >>> scores = Sweep((axis,), ({"k": 5}, {"k": 9}), (Scores({"r2": 0.5}), Scores({"r2": 0.75})))
    >>> tk.interpret.sweep_table(scores).frame.rows()
    [(5, 0.5), (9, 0.75)]
    """
    found = members(values)
    if not found:
        raise problem("TK708", "there are no scores.", setting="values")
    settings = axis_values(found)
    figures = list(dict.fromkeys(name for m in found for name in m.value.figures))
    columns = {name: column(cells) for name, cells in settings.items()}
    for name in figures:
        # A figure may be called like a setting; both stay.
        free = name
        while free in columns:
            free += " (score)"
        columns[free] = column([m.value.figures.get(name) for m in found])
    ids = row_names(found)
    source = "|".join([*ids, *columns])
    return Table.from_(pl.DataFrame(columns), ids=ids, source=source)


def column(cells: list[Any]) -> pl.Series:
    """Return cells as numbers where all are, as truth values where all are, else as texts."""
    known = [c for c in cells if c is not None]
    if known and all(isinstance(c, bool) for c in known):
        return pl.Series(cells, dtype=pl.Boolean)
    if known and all(isinstance(c, int) and not isinstance(c, bool) for c in known):
        return pl.Series(cells, dtype=pl.Int64)
    if known and all(isinstance(c, int | float) and not isinstance(c, bool) for c in known):
        return pl.Series([None if c is None else float(c) for c in cells], dtype=pl.Float64)
    return pl.Series([None if c is None else written(c) for c in cells], dtype=pl.String)


def row_names(found: list[Member[Scores]]) -> list[str]:
    """Return one row id per point: its settings, numbered where they repeat or there are none."""
    names = [m.name or f"Row{i}" for i, m in enumerate(found)]
    return names if len(set(names)) == len(names) else [f"{n} ({i})" for i, n in enumerate(names)]
