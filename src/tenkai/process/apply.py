"""process.apply: what was learned from some rows, done to other rows."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from tenkai.errors import count, listing
from tenkai.process._rows import missing
from tenkai.step import Help, Rows, Run, step
from tenkai.values import Fitted, Table


@step("process.apply", version=1, title="Apply to new rows", rows=Rows(same=("table",)))
def apply(
    table: Annotated[Table, Help("new rows, best as they were read")],
    fitted: Annotated[Fitted, Help("a scaler, imputer, map or model fitted on other rows")],
    *,
    run: Run,
) -> Table:
    """Do to new rows what was learned from others: the same scaler, the same components, the same model.

    New rows go through everything the first rows went through before (formulas, imputing, scaling), with
    what was learned there. Rows that are part of the way go the rest; rows that are done stay as they are.

    Raises
    ------
    TenkaiError
        TK206 when the rows were prepared otherwise (by another scaler), TK201 when a column is missing, TK208
        when a cell is missing, TK213 when the method cannot take new rows.

    Notes
    -----
    Never fit a second scaler on new rows: then equal numbers mean different things in the two tables, and
    their places on a map cannot be compared. This step refuses such rows.

    Source
    ------
    The transform of scikit-learn's estimators.

    Example
    -------
    >>> import tenkai as tk
    >>> known = tk.Table.from_({"a": [1.0, 2.0, 3.0]})
    >>> scaled = tk.process.standardize(known)
    >>> new = tk.Table.from_({"a": [2.0, 4.0]})
    >>> tk.process.apply(new, scaled.fitted)["a"].round(3).to_list()
    [0.0, 2.449]
    """
    out = fitted.apply(table)
    if out is not table:
        _tell_missing(table, out, run)
    return out


def _tell_missing(before: Table, after: Table, run: Run) -> None:
    """Note the cells that have no value although the row was complete."""
    whole = np.ones(before.height, bool)
    for name in before.columns:
        whole &= ~missing(before.frame[name])
    lost = {}
    for name in after.columns:
        if name not in before.columns:
            gone = int((whole & missing(after.frame[name])).sum())
            if gone:
                lost[name] = gone
    if lost:
        told = listing(f"{name} ({count(n, 'row')})" for name, n in lost.items())
        run.note("TKW204", f"new columns have no value in some rows: {told}.")
