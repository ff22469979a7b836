"""process.stack: the tables of a sweep one below the other, with the swept values as columns."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import polars as pl

from tenkai.errors import problem
from tenkai.process._rows import made_unique
from tenkai.process._stacked import stacked
from tenkai.step import Help, Run, step
from tenkai.step.written import setting_column, written
from tenkai.values import Kind, Sweep, Table


@step("process.stack", version=1, title="Stack a sweep")
def stack(
    tables: Annotated[Sweep[Table], Help("a swept table")],
    *,
    append: Annotated[bool, Help("append a column per swept setting, with its value")] = True,
    iteration: Annotated[str | None, Help("write into this column which pass a row came from: 1, 2, ...")] = None,
    ids: Annotated[
        Literal["point", "new"], Help("row ids: kept, with ^setting=value where they repeat; or Row0, Row1, ...")
    ] = "point",
    fill: Annotated[bool, Help("columns may differ: what a table lacks is missing")] = False,
    run: Run,
) -> Table:
    """Put the tables of a sweep one below the other: one pass after the other, the swept values beside them.

    The end of a loop. Predictions of all folds become one table; scores of one row per pass become a table of
    passes, which can be sorted, drawn or grouped.

    Raises
    ------
    TenkaiError
        TK210 when the table is not swept, when columns or their kinds differ, or when a table already has a column
        named as the setting, with other values.

    Notes
    -----
    Every row remembers what shaped it in its own pass: predictions of fold 1 come from a model fitted on the other
    folds, and the leak lens knows it.

    Source
    ------
    The loop end of KNIME.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [1.0, 2.0, 3.0]})
    >>> parts = tk.process.sample(t, rows=1, seed=tk.sweep([0, 1]))
    >>> both = tk.process.stack(parts)
    >>> both.columns, both["seed"].to_list()
    (['a', 'seed'], [0, 1])
    """
    if not getattr(tables, "axes", ()):
        raise problem(
            "TK210",
            "this table is not swept: there is nothing to stack.",
            remedy="Sweep a setting of a step before; for separate tables take process.concat.",
            setting="tables",
        )
    parts = list(tables.items)
    names = [axis.name for axis in tables.axes]
    points = [[point.get(name) for name in names] for point in tables.points]
    labels = [", ".join(f"{n}={written(v)}" for n, v in zip(names, point, strict=True)) for point in points]
    both = stacked(parts, [f"of {label}" for label in labels], fill=fill, step="process.stack", run=run)
    pass_of = np.repeat(np.arange(len(parts)), [t.height for t in parts])
    frame, kinds = both.frame, dict(both.kinds)
    added = [setting_column(n, [p[i] for p in points]) for i, n in enumerate(names)] if append else []
    if iteration is not None:
        added.append(pl.Series(iteration, range(1, len(parts) + 1)))
    for column in added:
        frame = _with(frame, kinds, column.gather(pass_of))
    marks = pl.Series(labels, dtype=pl.String).gather(pass_of)
    row_ids = _new_ids(frame.height) if ids == "new" else _ids(both.ids, marks)
    return Table(frame, row_ids.alias(parts[0].ids.name), kinds, both.identity, both.influences, both.preparation)


def _with(frame: pl.DataFrame, kinds: dict[str, Kind], column: pl.Series) -> pl.DataFrame:
    """Append a column, unless it is there already with the same values (the fold of out-of-fold predictions)."""
    name = column.name
    if name in kinds:
        if frame[name].dtype.is_numeric() == column.dtype.is_numeric() and frame[name].eq_missing(column).all():
            return frame
        raise problem(
            "TK210",
            f"the tables already have a column '{name}', with other values than the swept setting.",
            remedy="Rename it first (process.select), or set append: false.",
            setting="append",
        )
    kinds[name] = "number" if column.dtype.is_numeric() else "category"
    return frame.with_columns(column)


def _ids(ids: pl.Series, marks: pl.Series) -> pl.Series:
    """Return unique row ids; where any repeats, all say which pass they came from."""
    if ids.is_unique().all():
        return ids
    return made_unique(ids + "^" + marks, marks)[0]


def _new_ids(n: int) -> pl.Series:
    return pl.select(pl.format("Row{}", pl.int_range(n))).to_series()
