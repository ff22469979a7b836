"""Checks of plain arrays, with texts that say what was found and what is allowed."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["check_count", "check_graph", "check_map", "matrix"]

Real = NDArray[np.floating[Any]]


def matrix(values: ArrayLike, name: str) -> Real:
    """Return a C-ordered float32 or float64 matrix of finite numbers.

    float32 stays float32; every other kind of number becomes float64.

    Raises
    ------
    ValueError
        When the array is not two-dimensional, is empty, or holds NaN or infinity.
    """
    array = np.asarray(values)
    if array.ndim != 2:
        raise ValueError(f"{name} has {array.ndim} dimensions. Allowed: 2, (rows, columns).")
    if array.shape[0] == 0 or array.shape[1] == 0:
        raise ValueError(f"{name} is empty: shape {array.shape}.")
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} holds {array.dtype}. Allowed: real numbers.")
    kind = np.float32 if array.dtype in (np.float32, np.float16) else np.float64
    array = np.ascontiguousarray(array, dtype=kind)
    # One sum finds almost every bad array without a temporary of the same size.
    if not np.isfinite(array.sum(dtype=np.float64)) and not np.isfinite(array).all():
        row, column = np.argwhere(~np.isfinite(array))[0]
        raise ValueError(f"{name} holds {array[row, column]} at row {row}, column {column}. Allowed: finite numbers.")
    return cast("Real", array)


def check_count(value: int, name: str, low: int, high: int, why: str = "") -> int:
    """Return `value` as int when low <= value <= high.

    Raises
    ------
    ValueError
        When it is not a whole number or lies outside.
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise ValueError(f"{name} is {value!r}. Allowed: a whole number.")
    if not low <= value <= high:
        note = f" ({why})" if why else ""
        raise ValueError(f"{name} is {value}. Allowed: {low} to {high}{note}.")
    return int(value)


def check_graph(
    indices: ArrayLike, distances: ArrayLike, n: int | None = None
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return a neighbour graph as (int32, float64) arrays of one shape.

    Raises
    ------
    ValueError
        When the shapes differ, a position is outside 0..n-1, or a distance is negative or NaN.
    """
    found = np.ascontiguousarray(indices, dtype=np.int32)
    away = np.ascontiguousarray(distances, dtype=np.float64)
    if found.ndim != 2 or found.shape != away.shape or found.size == 0:
        raise ValueError(
            f"indices have shape {found.shape}, distances {away.shape}. Allowed: one shape, (rows, neighbours)."
        )
    rows = found.shape[0] if n is None else n
    if found.min() < 0 or found.max() >= rows:
        raise ValueError(f"indices reach from {found.min()} to {found.max()}. Allowed: 0 to {rows - 1}.")
    if not (away >= 0).all():
        raise ValueError("distances hold a negative number or NaN. Allowed: 0 or more.")
    return found, away


def check_map(values: ArrayLike, name: str, rows: int | None = None) -> NDArray[np.float64]:
    """Return map coordinates as float64, checked for their number of rows.

    Raises
    ------
    ValueError
        When the array is no finite matrix or has another number of rows.
    """
    array = matrix(values, name).astype(np.float64, copy=False)
    if rows is not None and array.shape[0] != rows:
        raise ValueError(f"{name} has {array.shape[0]} rows. Allowed: {rows}, one per row of X.")
    return array
