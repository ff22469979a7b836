"""process.concat: tables one below the other."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import polars as pl

from tenkai.errors import TenkaiError, count, listing, nearest, problem
from tenkai.process._preparation import combined
from tenkai.process._rows import made_unique
from tenkai.step import Help, Run, step
from tenkai.values import Identity, Kind, Table
from tenkai.values.lineage import united


@step("process.concat", version=1, title="Stack tables")
def concat(
    tables: Annotated[list[Table], Help("tables to put one below the other")],
    *,
    fill: Annotated[bool, Help("columns may differ: what a table lacks is missing")] = False,
    source: Annotated[str | None, Help("write into this column which table a row came from")] = None,
    names: Annotated[list[str] | None, Help("names of the tables for 'source'; otherwise 1, 2, ...")] = None,
    run: Run,
) -> Table:
    """Put tables one below the other: observed above new rows, the results of several runs.

    Columns come in the order of the first table. A row id that repeats gets ``^`` and the name of its table; a
    warning counts them.

    Raises
    ------
    TenkaiError
        TK210 when columns or their kinds differ; TK205 when there is no table, TK204 when there are no
        columns.

    Notes
    -----
    Values that were prepared differently (scaled in one table, raw in the other) can stand in one column;
    what is fitted on that column then refuses new rows. Prepare the tables with the same fitted steps
    (`process.apply`) before stacking.

    Source
    ------
    polars, concat.

    Example
    -------
    >>> import tenkai as tk
    >>> a = tk.Table.from_({"x": [1.0, 2.0]}, ids=["a", "b"])
    >>> b = tk.Table.from_({"x": [3.0]}, ids=["a"])
    >>> both = tk.process.concat([a, b], source="role", names=["observed", "new"])
    >>> both.ids.to_list(), both["role"].to_list()
    (['a', 'b', 'a^new'], ['observed', 'observed', 'new'])
    """
    if not tables:
        raise problem("TK205", "there is no table to stack.")
    labels = _labels(tables, names)
    columns, kinds = _columns(tables, labels, fill, run)
    if not columns:
        raise problem("TK204", "the tables have no columns.")
    if source is not None and source in columns:
        raise problem(
            "TK210", f"the tables already have a column '{source}'.", remedy="Choose another name.", setting="source"
        )
    parts = [_part(table, columns, kinds, tables) for table in tables]
    try:
        frame = pl.concat(parts, how="vertical_relaxed", rechunk=True)
    except pl.exceptions.SchemaError as error:
        raise problem("TK210", f"cells of different types in one column: {str(error).splitlines()[0]}.") from None
    which = pl.Series(labels, dtype=pl.String).gather(np.repeat(np.arange(len(tables)), [t.height for t in tables]))
    if source is not None:
        frame, kinds = frame.with_columns(which.alias(source)), {**kinds, source: "category"}
    ids, changed = made_unique(pl.concat([t.ids.alias("row id") for t in tables]), which)
    if changed:
        run.note(
            "TKW207",
            f"{count(changed, 'row id')} repeated and got the name of the table, such as '{_example(ids, tables)}'.",
        )
    origins = {name: [(t, name) for t in tables if name in t.kinds] for name in columns}
    return Table(
        frame,
        ids.alias(tables[0].ids.name),
        kinds,
        Identity.concat([t.identity for t in tables]),
        united(*(t.influences for t in tables)),
        combined("process.concat", origins),
    )


def _labels(tables: list[Table], names: list[str] | None) -> list[str]:
    if names is None:
        return [str(i + 1) for i in range(len(tables))]
    if len(names) != len(tables) or len(set(names)) != len(names):
        raise problem(
            "TK111",
            f"{names} does not fit {count(len(tables), 'table')}.",
            allowed=f"Give {len(tables)} different names.",
            setting="names",
        )
    return names


def _columns(tables: list[Table], labels: list[str], fill: bool, run: Run) -> tuple[list[str], dict[str, Kind]]:
    """Return the columns of the result and their kinds; all tables must agree."""
    kinds: dict[str, Kind] = {}
    for table, label in zip(tables, labels, strict=True):
        for name, kind in table.kinds.items():
            known = kinds.setdefault(name, kind)
            if known != kind and not {known, kind} <= {"text", "category"}:
                raise problem("TK210", f"column '{name}' is of kind {known}, but of kind {kind} in table {label}.")
    lacking = {label: [n for n in kinds if n not in t.kinds] for t, label in zip(tables, labels, strict=True)}
    if not fill:
        for table, label in zip(tables, labels, strict=True):
            if lacking[label]:
                raise _differ(lacking[label], table, label)
    told = [f"{label} lacks {listing(gone, 4)}" for label, gone in lacking.items() if gone]
    if told:
        run.note("TKW212", f"cells are missing where tables lack columns: {'; '.join(told[:4])}.")
    return list(kinds), kinds


def _differ(lacking: list[str], table: Table, label: str) -> TenkaiError:
    return problem(
        "TK210",
        f"table {label} has no {listing(lacking, 6)}.",
        allowed="All tables have the same columns.",
        remedy=f"{nearest(lacking[0], table.columns)} Select the common columns first, or set fill: true.".strip(),
        setting="fill",
    )


def _part(table: Table, columns: list[str], kinds: dict[str, Kind], tables: list[Table]) -> pl.DataFrame:
    """Return the columns of one table in the common order; those it lacks hold nothing."""
    found: dict[str, pl.Series] = {}
    for name in columns:
        like = next(t.frame[name] for t in tables if name in t.kinds)
        if name not in table.kinds:
            found[name] = pl.repeat(None, table.height, dtype=like.dtype, eager=True)
            continue
        column = table.frame[name]
        if isinstance(like.dtype, pl.Array) and tuple(column.dtype.shape) != tuple(like.dtype.shape):  # type: ignore[attr-defined]
            raise problem(
                "TK210",
                f"column '{name}' holds {kinds[name]}s of shape {tuple(like.dtype.shape)} and of shape "
                f"{tuple(column.dtype.shape)}.",  # type: ignore[attr-defined]
                allowed="All have the same shape.",
            )
        texts = column.dtype == pl.Boolean and any(t.frame[name].dtype == pl.String for t in tables if name in t.kinds)
        found[name] = column.cast(pl.String) if texts else column
    return pl.DataFrame(found)


def _example(ids: pl.Series, tables: list[Table]) -> str:
    before = set(pl.concat([t.ids.alias("row id") for t in tables]).to_list())
    return str(next(i for i in ids.to_list() if i not in before))


@concat.check
def _check(*, fill: bool, source: str | None, names: list[str] | None) -> None:
    if names is not None and source is None:
        raise problem("TK111", "'names' are given without 'source'.", allowed="Give both.", setting="names")
