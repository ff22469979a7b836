"""process.standardize: mean 0 and standard deviation 1."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from tenkai.errors import count, listing, problem
from tenkai.step import Help, Outputs, Rows, Run, Shape, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Table

LARGEST = 1e150  # the square of more is no number


class Standardized(Outputs):
    """The table in the same columns, and the scaler for new rows."""

    table: Annotated[Table, Shape("n p"), Help("the rows, each column with mean 0 and deviation 1")]
    fitted: Annotated[Fitted, Help("the scaler, to apply to new rows")]


@step("process.standardize", version=1, title="Standardize (z-score)", rows=Rows(same=("table",), learns="prepared"))
def standardize(
    table: Annotated[Table, Shape("n p"), Help("rows to learn mean and deviation from")],
    *,
    columns: Annotated[Columns, Help("columns to scale; the others stay as they are")] = ALL_NUMBERS,
    run: Run,
) -> Standardized:
    """Give every column mean 0 and standard deviation 1.

    Columns of different units then count alike in distances and components. The scaler learns from the rows
    given here: apply it (`process.apply`) to new rows instead of scaling them by themselves.

    Raises
    ------
    TenkaiError
        TK208 where cells are missing (use `process.impute` first), TK203 where they are infinite, TK202 for
        columns without numbers, TK205 when there are no rows.

    Notes
    -----
    The deviation divides by n, as scikit-learn does. A column without variation becomes 0 and is named in a
    warning.

    Source
    ------
    scikit-learn, StandardScaler.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [1.0, 2.0, 3.0]})
    >>> tk.process.standardize(t).table["a"].to_list()
    [-1.224744871391589, 0.0, 1.224744871391589]
    """
    # scikit-learn takes a second to import: only when a step runs, never when a plan is read.
    from sklearn.preprocessing import StandardScaler

    names = table.choose(columns)
    X = table.complete_matrix(names, largest=LARGEST)
    if not len(X):
        raise problem("TK205", "the table has no rows to learn mean and deviation from.")
    scaler = StandardScaler().fit(X)
    flat = [f for f, s in zip(table.layout(names).features(), np.ptp(X, axis=0), strict=True) if s == 0]
    if flat:
        run.note("TKW201", f"{count(len(flat), 'column')} without variation became 0: {listing(flat, 6)}.")
    fitted = Fitted.on(table, scaler, step="process.standardize", features=names, outputs=names)
    return Standardized(fitted.apply(table), fitted)


@standardize.schema
def _schema(table: Schema | None, *, columns: Columns) -> Schema | None:
    if table is not None:
        table.require(columns.resolve(table.columns), ("number", "vector", "image"), "columns")
    return table
