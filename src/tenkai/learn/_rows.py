"""What the steps of this stage share: rows as one matrix, and the figures and outputs of a map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import Note, TenkaiError, count, problem
from tenkai.values import Columns, Fitted, Kind, Schema, Scores, Table

# Small whole numbers and single floats lose nothing as float32, which halves the memory of images.
_NARROW = (pl.Float32, pl.Int8, pl.UInt8, pl.Int16, pl.UInt16, pl.Boolean)
_MANY_CELLS = 20_000_000
_SMALLEST, _LARGEST = 1e-100, 1e100
MOST_AXES = 100_000


@dataclass(frozen=True)
class RowMatrix:
    """The chosen columns of a table as one matrix of finite numbers, (n, p), float32 or float64."""

    table: Table
    names: list[str]
    X: NDArray[Any]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and matrix columns."""
        return self.X.shape[0], self.X.shape[1]


def read_rows(table: Table, columns: Columns, least: int = 2) -> RowMatrix:
    """Read the chosen columns; vectors and images of small numbers, and large tables, as float32.

    Raises
    ------
    TenkaiError
        TK205 for fewer than `least` rows; TK202, TK203, TK208 for cells that are no finite numbers.
    """
    names = table.choose(columns)
    table.require(names, ("number", "vector", "image"), "columns")
    if table.height < least:
        raise problem("TK205", f"the table has {count(table.height, 'row')}.", allowed=f"Needed: {least} or more.")
    cells = table.height * table.layout(names).width
    narrow = all(_is_narrow(table.frame[n].dtype) for n in names) or cells > _MANY_CELLS
    return RowMatrix(table, names, table.complete_matrix(names, np.float32 if narrow else np.float64))


def read_varied_rows(table: Table, columns: Columns, least: int = 2) -> RowMatrix:
    """Read the chosen columns of rows that differ, by amounts that can be squared.

    Raises
    ------
    TenkaiError
        As `read_rows`; TK203 when all rows are equal, or numbers reach beyond 1e100 or all lie within 1e-100.
    """
    rows = read_rows(table, columns, least)
    with np.errstate(over="ignore"):
        widest = float((rows.X.max(axis=0) - rows.X.min(axis=0).astype(np.float64)).max())
    if widest == 0:
        raise problem(
            "TK203",
            "no column varies: all rows are equal, and there is nothing to show.",
            remedy="Choose other columns.",
            setting="columns",
        )
    if not _SMALLEST < widest < _LARGEST:
        raise problem(
            "TK203",
            f"the widest column spans {widest:.3g}, whose square is no number.",
            allowed=f"Allowed: {_SMALLEST:g} to {_LARGEST:g}.",
            remedy="Use process.standardize first.",
            setting="columns",
        )
    return rows


def _is_narrow(dtype: pl.DataType) -> bool:
    return isinstance(dtype, pl.Array) and prod(dtype.shape) > 1 and _cell(dtype) in _NARROW


def _cell(dtype: pl.DataType) -> Any:
    while isinstance(dtype, pl.Array):
        dtype = dtype.inner  # type: ignore[assignment]
    return dtype


def axis_names(prefix: str, dimensions: int, setting: str = "dimensions") -> list[str]:
    """Return the names of map axes.

    Raises TK111 for more than any table has columns: they are named as soon as a workflow is read, before it is
    known how many the data allow.

    >>> axis_names("PCA", 2)
    ['PCA1', 'PCA2']
    """
    if dimensions > MOST_AXES:
        raise problem("TK111", f"{dimensions} is not allowed.", allowed=f"Allowed: up to {MOST_AXES}.", setting=setting)
    return [f"{prefix}{i + 1}" for i in range(dimensions)]


def check_axes_free(axes: Sequence[str], features: Sequence[str], columns: Sequence[str]) -> None:
    """Refuse to write an axis over a column that is not replaced. Raises TK604."""
    taken = [a for a in axes if a in columns and a not in features]
    if taken:
        raise problem(
            "TK604",
            f"the table already has a column '{taken[0]}', and the map needs this name.",
            remedy=f"Add '{taken[0]}' to columns, or leave it out first with process.select.",
            setting="columns",
        )


def fit_map(rows: RowMatrix, estimator: Any, *, step: str, axes: Sequence[str], notes: Iterable[Note] = ()) -> Fitted:
    """Record an estimator fitted on the rows; it turns their columns into `axes`. The notes go with its maps."""
    check_axes_free(axes, rows.names, rows.table.columns)
    return Fitted.on(
        rows.table,
        estimator,
        step=step,
        features=rows.names,
        outputs=axes,
        drops=True,
        dtype=str(rows.X.dtype),
    ).with_notes(notes)


def map_schema(table: Schema | None, columns: Columns, axes: Sequence[str]) -> Schema | None:
    """Return the columns of a map before data: the axes, then the columns not used."""
    if table is None:
        return None
    used = columns.resolve(table.columns)
    check_kinds(table, used)
    check_axes_free(axes, used, table.names)
    new: dict[str, Kind | None] = dict.fromkeys(axes, "number")
    return Schema({**new, **{n: k for n, k in table.columns.items() if n not in used}})


def check_kinds(table: Schema, used: Sequence[str]) -> None:
    """Refuse columns known to hold no numbers. Raises TK202."""
    for name in used:
        kind = table.columns[name]
        if kind is not None and kind not in ("number", "vector", "image"):
            raise _wrong_kind(name, kind)


def _wrong_kind(name: str, kind: Kind) -> TenkaiError:
    return problem(
        "TK202",
        f"column '{name}' is of kind {kind}.",
        allowed="Allowed here: number or vector or image.",
        remedy="Choose other columns, or turn it into numbers first.",
        setting="columns",
    )


def own_rows_scores(figures: Mapping[str, Any], about: Mapping[str, str], rows: RowMatrix, fitted: Fitted) -> Scores:
    """Figures of the very rows a method was fitted on; the lens says so."""
    scores = Scores.scored(figures, rows=rows.table.identity, influences=fitted.influences, about=about)
    return scores.with_notes(fitted.notes)
