"""Tables from and to other libraries: pandas, polars, Arrow, NumPy, and whatever narwhals accepts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from tenkai.errors import problem
from tenkai.values.matrix import array_column

if TYPE_CHECKING:
    import narwhals as nw
    import pandas as pd


def to_frame(data: Any) -> tuple[pl.DataFrame, pl.Series | None]:
    """Return a polars frame and, where the source names its rows, the row ids."""
    if isinstance(data, pl.DataFrame):
        return _clean(data), None
    if isinstance(data, pl.LazyFrame):
        return _clean(data.collect()), None
    if isinstance(data, np.ndarray):
        return _from_array(data), None
    if isinstance(data, Mapping):
        return _clean(_from_columns([_column(str(k), v) for k, v in data.items()])), None
    import narwhals as nw

    try:
        native = nw.from_native(data, eager_only=False)
    except TypeError:
        raise problem(
            "TK801",
            f"a {type(data).__module__}.{type(data).__name__} cannot become a table.",
            allowed="Allowed: pandas, polars, Arrow, NumPy, a mapping of columns, or any frame narwhals accepts.",
        ) from None
    except nw.exceptions.DuplicateError as twice:
        raise problem("TK801", f"two columns have the same name: {str(twice).splitlines()[-1].strip('- ')}.") from None
    if isinstance(native, nw.LazyFrame):
        native = native.collect("polars")
    if isinstance(native, nw.Series):
        native = native.to_frame()
    ids = None
    index = nw.maybe_get_index(native)
    if index is not None and not _is_count(index):
        ids = pl.Series([_id(v) for v in index], dtype=pl.String)
        native = nw.maybe_reset_index(native)
    try:
        return _clean(native.to_polars()), ids
    except (TypeError, ValueError):
        # pandas lets cells of one column be of several types; they become text.
        return _clean(_from_columns([_column(n, _cells(native[n])) for n in native.columns])), ids


def to_pandas(frame: pl.DataFrame, ids: pl.Series) -> pd.DataFrame:
    """Return a pandas frame with the row ids as index; vectors and images become arrays in cells."""
    import pandas as pd

    columns = {
        n: list(frame[n].to_numpy()) if isinstance(frame[n].dtype, pl.Array) else frame[n].to_pandas()
        for n in frame.columns
    }
    out = pd.DataFrame(columns)
    out.index = pd.Index(ids.to_list(), name=ids.name)
    return out


def _is_count(index: Any) -> bool:
    start, step = getattr(index, "start", None), getattr(index, "step", None)
    return start == 0 and step == 1


def _id(label: Any) -> str | None:
    if isinstance(label, tuple):
        return "^".join(map(str, label))
    return None if label is None or (isinstance(label, float) and math.isnan(label)) else str(label)


def _cells(series: nw.Series[Any]) -> list[Any]:
    missing = series.is_null().to_list()
    return [None if gone else cell for cell, gone in zip(series.to_list(), missing, strict=True)]


def _column(name: str, values: Any) -> pl.Series:
    if isinstance(values, pl.Series):
        return values.alias(name)
    if isinstance(values, np.ndarray) and values.ndim > 1:
        return array_column(name, values)
    try:
        return pl.Series(name, values, strict=False)
    except TypeError:
        raise problem(
            "TK801",
            f"column '{name}' is a {type(values).__name__}.",
            allowed="A column is a list, an array or a series.",
        ) from None


def _from_columns(columns: list[pl.Series]) -> pl.DataFrame:
    lengths = {len(c) for c in columns}
    if len(lengths) > 1:
        told = ", ".join(f"'{c.name}' {len(c)}" for c in columns[:6])
        raise problem("TK801", f"the columns have different numbers of rows: {told}.")
    return pl.DataFrame({c.name: c for c in columns})


def _from_array(data: np.ndarray[Any, Any]) -> pl.DataFrame:
    if data.ndim == 1 and data.dtype.names:
        return pl.DataFrame({name: data[name] for name in data.dtype.names})
    if data.ndim not in (1, 2, 3, 4) or data.dtype.kind not in "biufUS":
        raise problem(
            "TK801",
            f"an array of {data.ndim} axes and type {data.dtype} cannot become a table.",
            allowed="Allowed: numbers or text with axes (rows), (rows, columns) or (rows, height, width[, 3]).",
        )
    if data.ndim > 2:
        return array_column("image", data).to_frame()
    wide = data[:, None] if data.ndim == 1 else data
    return pl.DataFrame({f"x{i}": np.ascontiguousarray(wide[:, i]) for i in range(wide.shape[1])})


def _clean(frame: pl.DataFrame) -> pl.DataFrame:
    """Reduce columns to the few types that kinds speak of.

    Texts as String, lists of equal length as Array, decimals and very long integers as Float64, durations as
    seconds; what is left of nested cells becomes text.
    """
    changed = {column.name: _simple(column) for column in frame}
    return frame.with_columns(**{n: c for n, c in changed.items() if c is not frame[n]}).rechunk()


def _simple(column: pl.Series) -> pl.Series:
    dtype = column.dtype
    if isinstance(dtype, pl.Categorical | pl.Enum):
        return column.cast(pl.String)
    if isinstance(dtype, pl.Decimal) or dtype in (pl.Int128, pl.UInt128):
        return column.cast(pl.Float64)
    if isinstance(dtype, pl.Duration):
        return column.dt.total_microseconds(fractional=True) / 1e6
    if isinstance(dtype, pl.List) and (dtype.inner.is_numeric() or dtype.inner == pl.Boolean):
        lengths = column.list.len().unique().drop_nulls()
        if len(lengths) == 1 and lengths[0] > 0:
            return column.list.to_array(int(lengths[0]))
    if dtype in (pl.Object, pl.Binary, pl.List, pl.Struct):
        return pl.Series(column.name, [None if v is None else str(v) for v in column.to_list()], dtype=pl.String)
    return column
