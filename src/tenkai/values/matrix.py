"""Columns as one matrix, and back: a number takes one place, a vector of length p takes p, an image h*w."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import problem
from tenkai.values.kinds import Kind

# What polars counts with (32 bits), vectors and images laid end to end.
MOST_CELLS = 2**32 - 1
LARGEST = 1e37
"""Largest number a model takes: single precision (trees) holds it, and double precision the square of its square."""


@dataclass(frozen=True)
class Layout:
    """Names, shapes (() for a number) and places of columns in a matrix."""

    names: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]

    @property
    def width(self) -> int:
        """Number of matrix columns p."""
        return sum(prod(s) for s in self.shapes)

    def features(self) -> list[str]:
        """Return p names: the column's own, or ``name[i]`` and ``name[i,j]`` for vectors and images."""
        names: list[str] = []
        for name, shape in zip(self.names, self.shapes, strict=True):
            if shape == ():
                names.append(name)
            else:
                names.extend(f"{name}[{','.join(map(str, i))}]" for i in np.ndindex(*shape))
        return names


def layout(frame: pl.DataFrame, kinds: Mapping[str, Kind], columns: Sequence[str]) -> Layout:
    """Return the layout of some columns of a frame."""
    shapes: list[tuple[int, ...]] = []
    for name in columns:
        dtype = frame[name].dtype
        shapes.append(tuple(dtype.shape) if isinstance(dtype, pl.Array) else ())
    return Layout(tuple(columns), tuple(shapes))


def read_matrix(
    frame: pl.DataFrame, kinds: Mapping[str, Kind], columns: Sequence[str], dtype: Any = np.float64
) -> NDArray[Any]:
    """Return columns side by side, (n, p), C order; missing cells are NaN."""
    where = layout(frame, kinds, columns)
    n = frame.height
    if len(columns) == 1:
        return np.ascontiguousarray(_block(frame[columns[0]], where.shapes[0], dtype).reshape(n, where.width))
    if all(shape == () for shape in where.shapes):
        return np.ascontiguousarray(frame.select([pl.col(list(columns)).cast(pl.Float64)]).to_numpy().astype(dtype))
    out = np.empty((n, where.width), dtype)
    at = 0
    for name, shape in zip(where.names, where.shapes, strict=True):
        width = prod(shape)
        out[:, at : at + width] = _block(frame[name], shape, dtype).reshape(n, width)
        at += width
    return out


def write_matrix(frame: pl.DataFrame, where: Layout, values: NDArray[Any]) -> pl.DataFrame:
    """Return the frame with the columns of a layout replaced by the matrix."""
    columns: list[pl.Series] = []
    at = 0
    for name, shape in zip(where.names, where.shapes, strict=True):
        width = prod(shape)
        block = values[:, at : at + width]
        if shape == ():
            columns.append(pl.Series(name, np.ascontiguousarray(block[:, 0])))
        else:
            columns.append(array_column(name, np.ascontiguousarray(block).reshape(len(block), *shape)))
        at += width
    return frame.with_columns(columns)


def array_column(name: str, values: NDArray[Any]) -> pl.Series:
    """Return one Array column from an array (n, p) of vectors, or (n, h, w) and (n, h, w, 3) of images.

    Raises TK212 for more values than a column can hold.
    """
    if values.size > MOST_CELLS:
        raise problem(
            "TK212",
            f"column '{name}' would hold {values.size} values.",
            allowed=f"A column holds at most {MOST_CELLS}.",
            remedy="Take fewer rows, or smaller pictures.",
        )
    flat = pl.Series(name, np.ascontiguousarray(values).reshape(-1))
    return flat.reshape(values.shape) if len(values) else pl.Series(name, [], pl.Array(flat.dtype, values.shape[1:]))


def _block(series: pl.Series, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
    if shape == ():
        return series.cast(pl.Float64).to_numpy().astype(dtype, copy=False)
    if series.null_count():
        raise problem(
            "TK208",
            f"column '{series.name}' misses {series.null_count()} of its {len(series)} vectors.",
            remedy="Drop these rows with process.filter first.",
        )
    inner = series
    for _ in shape:
        inner = inner.explode()
    return inner.to_numpy().astype(dtype, copy=False).reshape(len(series), *shape)
