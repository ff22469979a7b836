"""process.concat: tables one below the other."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import polars as pl

from tenkai.errors import count, problem
from tenkai.process._rows import made_unique
from tenkai.process._stacked import stacked
from tenkai.step import Help, Rows, Run, step
from tenkai.values import Table


@step("process.concat", version=1, title="Stack tables", rows=Rows(same=("table",), stacked=True))
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
    both = stacked(tables, labels, fill=fill, step="process.concat", run=run)
    frame, kinds = both.frame, both.kinds
    if source is not None and source in kinds:
        raise problem(
            "TK210", f"the tables already have a column '{source}'.", remedy="Choose another name.", setting="source"
        )
    which = pl.Series(labels, dtype=pl.String).gather(np.repeat(np.arange(len(tables)), [t.height for t in tables]))
    if source is not None:
        frame, kinds = frame.with_columns(which.alias(source)), {**kinds, source: "category"}
    ids, changed = made_unique(both.ids, which)
    if changed:
        run.note(
            "TKW207",
            f"{count(changed, 'row id')} repeated and got the name of the table, such as '{_example(ids, both.ids)}'.",
        )
    return Table(frame, ids.alias(tables[0].ids.name), kinds, both.identity, both.influences, both.preparation)


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


def _example(ids: pl.Series, before: pl.Series) -> str:
    known = set(before.to_list())
    return str(next(i for i in ids.to_list() if i not in known))


@concat.check
def _check(*, fill: bool, source: str | None, names: list[str] | None) -> None:
    if names is not None and source is None:
        raise problem("TK111", "'names' are given without 'source'.", allowed="Give both.", setting="names")
