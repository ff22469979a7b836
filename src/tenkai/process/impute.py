"""process.impute: missing cells filled."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import polars as pl

from tenkai.errors import TenkaiError, count, problem
from tenkai.process._rows import missing, plain_numbers
from tenkai.step import Help, Outputs, Rows, Run, Shape, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Kind, Schema, Table

Cell = float | int | str | bool
Method = Literal["mean", "median", "most_frequent", "constant"]


class Imputed(Outputs):
    """The table in the same columns, and the filled-in values for new rows."""

    table: Annotated[Table, Shape("n p"), Help("the rows without missing cells in these columns")]
    fitted: Annotated[Fitted, Help("what each column is filled with, to apply to new rows")]


class Filler:
    """Fills missing cells of each column with one value.

    Parameters
    ----------
    values : dict of column name to value
    """

    def __init__(self, values: dict[str, Cell]) -> None:
        self.values = values

    def transform_columns(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the columns filled; a whole number stays one where it can."""
        return pl.DataFrame({name: _filled(frame[name], value) for name, value in self.values.items()})


@step("process.impute", version=1, title="Fill missing cells", rows=Rows(same=("table",), learns="prepared"))
def impute(
    table: Annotated[Table, Shape("n p"), Help("rows to learn the values from and to fill")],
    *,
    columns: Annotated[Columns, Help("columns to fill; the others stay as they are")] = ALL_NUMBERS,
    method: Annotated[Method, Help("what to fill with")] = "median",
    value: Annotated[float | str | None, Help("the value, for the method constant")] = None,
    run: Run,
) -> Imputed:
    """Fill missing cells (empty or NaN) with one value per column.

    The values are learned from the rows given here; apply them (`process.apply`) to new rows. A warning says
    how many cells were filled in each column.

    Raises
    ------
    TenkaiError
        TK202 for the mean of a column that is no number, TK203 for a column without any value, TK208 for
        vectors and images with missing cells, TK111 when `value` does not fit the method or the column.

    Notes
    -----
    Filled cells look like measured ones to every later step and pull rows towards the middle of a map. With
    few such rows, `process.filter` with `missing` is more honest. Of equally frequent values the smallest is
    taken.

    Source
    ------
    As scikit-learn's SimpleImputer, for numbers, texts and categories alike.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [1.0, None, 4.0], "phase": ["fcc", None, "fcc"]})
    >>> filled = tk.process.impute(t, columns="all", method="most_frequent")
    >>> filled.table["a"].to_list(), filled.table["phase"].to_list()
    ([1.0, 1.0, 4.0], ['fcc', 'fcc', 'fcc'])
    """
    names = [name for name in table.choose(columns) if not _is_whole(table, name)]
    values = {name: _value_for(table, name, method, value) for name in names}
    holes = {name: int(missing(table.frame[name]).sum()) for name in names}
    fitted = Fitted.on(
        table,
        Filler(values),
        step="process.impute",
        features=names,
        outputs=names,
        learned=None if method == "constant" else "prepared",
        kinds={name: table.kinds[name] for name in names},
    )
    told = [f"'{name}' {n}" for name, n in holes.items() if n]
    if told:
        more = f" and {len(told) - 8} more columns" if len(told) > 8 else ""
        what = "a constant" if method == "constant" else f"the {method.replace('_', ' ')} value"
        run.note(
            "TKW203",
            f"{count(sum(holes.values()), 'missing cell')} filled with {what}: {', '.join(told[:8])}{more}.",
        )
    return Imputed(fitted.apply(table), fitted)


def _is_whole(table: Table, name: str) -> bool:
    """Say whether there is nothing to learn: a vector or image column, which must have all its cells."""
    if table.kinds[name] not in ("vector", "image"):
        return False
    gone = missing(table.frame[name])
    if gone.any():
        raise problem(
            "TK208",
            f"column '{name}' of kind {table.kinds[name]} misses cells in {count(int(gone.sum()), 'row')}, first "
            f"'{table.ids[int(np.argmax(gone))]}'.",
            remedy="Set these rows aside with process.filter and its setting missing.",
            setting="columns",
        )
    return True


def _value_for(table: Table, name: str, method: Method, value: float | str | None) -> Cell:
    column, kind = table.frame[name], table.kinds[name]
    number = column.dtype.is_numeric() or column.dtype == pl.Null
    if method == "constant":
        return _constant(column, kind, number, value)
    if method in ("mean", "median") and not number:
        raise problem(
            "TK202",
            f"column '{name}' is of kind {kind} and has no {method}.",
            remedy="Fill it with the method most_frequent or constant, in a step of its own.",
            setting="columns",
        )
    known = plain_numbers(column).drop_nulls()
    if known.is_empty():
        raise problem(
            "TK203",
            f"column '{name}' has no value to learn from.",
            remedy="Leave it out with process.select, or fill it with the method constant.",
            setting="columns",
        )
    if method == "most_frequent":
        found: Cell = known.mode().sort()[0]
        return found
    return float(known.cast(pl.Float64).mean() if method == "mean" else known.cast(pl.Float64).median())  # type: ignore[arg-type]


def _constant(column: pl.Series, kind: Kind, number: bool, value: float | str | None) -> Cell:
    if column.dtype == pl.Boolean and value in ("true", "false"):
        return value == "true"
    fits = isinstance(value, str) and column.dtype == pl.String if not number else isinstance(value, float)
    if value is None or not fits:
        raise _unfit(column.name, kind, value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _unfit(name: str, kind: Kind, value: float | str | None) -> TenkaiError:
    return problem(
        "TK111",
        f"{value!r} cannot fill column '{name}' of kind {kind}.",
        remedy="Fill numbers and texts in two steps, with columns for each.",
        setting="value",
    )


def _filled(column: pl.Series, value: Cell) -> pl.Series:
    plain = plain_numbers(column)
    if not plain.null_count():
        return plain
    if column.dtype == pl.Null or (column.dtype.is_integer() and isinstance(value, float)):
        plain = plain.cast(pl.Float64 if isinstance(value, float | int) else pl.String)
    return plain.fill_null(value)


@impute.schema
def _schema(table: Schema | None, *, columns: Columns, method: Method, value: float | str | None) -> Schema | None:
    if table is not None:
        for name in columns.resolve(table.columns):
            if method in ("mean", "median") and table.columns[name] not in ("number", "vector", "image", None):
                raise problem(
                    "TK202",
                    f"column '{name}' is of kind {table.columns[name]} and has no {method}.",
                    remedy="Fill it with the method most_frequent or constant, in a step of its own.",
                    setting="columns",
                )
    return table


@impute.check
def _check(*, columns: Columns, method: Method, value: float | str | None) -> None:
    if (method == "constant") != (value is not None):
        fact = "the method constant has no 'value'." if value is None else f"'value' is given for the method {method}."
        raise problem("TK111", fact, allowed="Give 'value' with the method constant, and only there.", setting="value")
