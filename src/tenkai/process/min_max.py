"""process.min_max: every column between two limits."""

from __future__ import annotations

from typing import Annotated

from tenkai.errors import count, listing, problem
from tenkai.step import Help, Outputs, Rows, Run, Shape, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Table


class Scaled(Outputs):
    """The table in the same columns, and the scaler for new rows."""

    table: Annotated[Table, Shape("n p"), Help("the rows, each column from low to high")]
    fitted: Annotated[Fitted, Help("the scaler, to apply to new rows")]


@step(
    "process.min_max", version=1, title="Scale between limits (min-max)", rows=Rows(same=("table",), learns="prepared")
)
def min_max(
    table: Annotated[Table, Shape("n p"), Help("rows to learn smallest and largest values from")],
    *,
    columns: Annotated[Columns, Help("columns to scale; the others stay as they are")] = ALL_NUMBERS,
    low: Annotated[float, Help("what the smallest value becomes")] = 0.0,
    high: Annotated[float, Help("what the largest value becomes")] = 1.0,
    run: Run,
) -> Scaled:
    """Stretch every column so that it goes from `low` to `high`.

    The limits are learned from the rows given here; apply the scaler (`process.apply`) to new rows. Values of
    new rows may lie outside.

    Raises
    ------
    TenkaiError
        TK208 where cells are missing (use `process.impute` first), TK203 where they are infinite, TK202 for
        columns without numbers, TK205 when there are no rows, TK111 when `low` is not below `high`.

    Notes
    -----
    For methods that need values without sign, such as non-negative parts. One extreme row squeezes all
    others together: `process.standardize` suffers less. A column without variation becomes `low` and is named
    in a warning.

    Source
    ------
    scikit-learn, MinMaxScaler.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [1.0, 2.0, 5.0]})
    >>> tk.process.min_max(t).table["a"].to_list()
    [0.0, 0.25, 1.0]
    """
    # scikit-learn takes a second to import: only when a step runs, never when a plan is read.
    from sklearn.preprocessing import MinMaxScaler

    names = table.choose(columns)
    X = table.complete_matrix(names)
    if not len(X):
        raise problem("TK205", "the table has no rows to learn limits from.")
    scaler = MinMaxScaler(feature_range=(low, high)).fit(X)
    flat = [f for f, r in zip(table.layout(names).features(), scaler.data_range_, strict=True) if r == 0]
    if flat:
        run.note("TKW201", f"{count(len(flat), 'column')} without variation became {low:g}: {listing(flat, 6)}.")
    fitted = Fitted.on(table, scaler, step="process.min_max", features=names, outputs=names)
    return Scaled(fitted.apply(table), fitted)


@min_max.schema
def _schema(table: Schema | None, *, columns: Columns, low: float, high: float) -> Schema | None:
    if table is not None:
        table.require(columns.resolve(table.columns), ("number", "vector", "image"), "columns")
    return table


@min_max.check
def _check(*, columns: Columns, low: float, high: float) -> None:
    if low >= high:
        raise problem("TK111", f"low = {low:g} is not below high = {high:g}.", setting="low")
