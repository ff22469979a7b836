"""Arrays as columns of a table: numbers, vectors, images, and classes whose names lie in another array."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import Note, listing, nearest, problem
from tenkai.values import Kind
from tenkai.values.matrix import array_column

# A wider matrix becomes one vector column.
MOST_COLUMNS = 32
Arrays = Mapping[str, NDArray[Any]]


def matrix_columns(name: str, array: NDArray[Any], names: list[str] | None = None) -> list[pl.Series]:
    """Return an array of n rows as columns: one for n numbers or texts, p for (n, p), one for pictures."""
    values = plain(array)
    if values.ndim == 1:
        return [pl.Series(name, values)]
    if values.ndim == 2 and (values.shape[1] <= MOST_COLUMNS or values.dtype.kind == "U"):
        called = names or [f"{name}{i}" for i in range(values.shape[1])]
        return [pl.Series(called[i], np.ascontiguousarray(values[:, i])) for i in range(values.shape[1])]
    if values.ndim == 4 and values.shape[3] == 1:
        values = values[..., 0]
    elif values.ndim == 4 and values.shape[1] in (1, 3) and values.shape[3] not in (1, 3):
        values = np.moveaxis(values, 1, 3) if values.shape[1] == 3 else values[:, 0]  # channels first
    return [array_column(name, values)]


def single_columns(array: NDArray[Any], what: str, *, most: int | None = None) -> list[pl.Series]:
    """Return the one array of a file as columns: x0, x1, ... or vector, or image.

    `most`: how many rows to take. Raises TK309 for what can be no columns.
    """
    if not fits(array):
        raise problem(
            "TK309",
            f"'{what}' holds an array of {_shape(array)} and type {array.dtype}.",
            allowed="Allowed: numbers or texts with axes (rows), (rows, columns) or (rows, height, width[, 3]).",
            setting="path",
        )
    array = array[:most]
    if array.ndim == 1:
        return matrix_columns("x0", array)
    if array.ndim == 2:
        narrow = array.shape[1] <= MOST_COLUMNS or array.dtype.kind in "SU"
        return matrix_columns("x" if narrow else "vector", array)
    return matrix_columns("image", array)


def plain(array: NDArray[Any]) -> NDArray[Any]:
    """Return numbers in the byte order of this machine, half precision as single, bytes as text."""
    if array.dtype.kind == "S":
        return np.char.decode(array, "utf-8", "replace")
    if array.dtype == np.float16:
        return array.astype(np.float32)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def rows_of(arrays: Arrays, key: str | None) -> int:
    """Return how many rows the table has: those of the array `key`, else what most arrays agree on."""
    usable = {name: a for name, a in arrays.items() if fits(a)}
    if key is not None:
        if key not in arrays:
            raise problem(
                "TK308",
                f"there is no array '{key}'.",
                allowed=f"The file has {listing(arrays)}.",
                remedy=nearest(key, arrays),
                setting="key",
            )
        if key not in usable:
            raise problem("TK309", f"the array '{key}' ({_shape(arrays[key])}) holds no rows.", setting="key")
        return len(arrays[key])
    if not usable:
        found = ", ".join(f"'{name}' ({_shape(a)})" for name, a in arrays.items()) or "no arrays"
        raise problem("TK309", f"there are no arrays of rows, but {found}.", setting="path")
    lengths = Counter(len(a) for a in usable.values())
    largest = Counter({n: max(a.size for a in usable.values() if len(a) == n) for n in lengths})
    return max(lengths, key=lambda n: (lengths[n], largest[n]))


def fits(array: NDArray[Any]) -> bool:
    """Say whether an array can be columns: numbers, truth values or texts with 1 to 4 axes."""
    return 1 <= array.ndim <= 4 and array.dtype.kind in "biufSU" and array.size > 0


def table_columns(
    arrays: Arrays, key: str | None, *, most: int | None = None
) -> tuple[list[pl.Series], dict[str, Kind], list[Note]]:
    """Return all arrays with the same number of rows as columns.

    Whole numbers ``target`` beside texts ``target_names`` become classes of these names; texts
    ``feature_names`` name the columns of the matrix they fit. `most`: how many rows to take.
    """
    n = rows_of(arrays, key)
    columns: list[pl.Series] = []
    kinds: dict[str, Kind] = {}
    used: set[str] = set()
    for name, array in arrays.items():
        if not fits(array) or len(array) != n or _is_names(name, arrays, n):
            continue
        used.add(name)
        classes = arrays.get(f"{name}_names")
        if classes is not None and _are_classes(array, classes):
            columns.append(pl.Series(name, plain(classes)[array[:most].astype(np.int64)], dtype=pl.String))
            kinds[name] = "category"
            used.add(f"{name}_names")
            continue
        features = arrays.get("feature_names")
        if features is not None and _are_features(array, features):
            columns.extend(matrix_columns(name, array[:most], [str(f) for f in plain(features)]))
            used.add("feature_names")
        else:
            columns.extend(matrix_columns(name, array[:most]))
    twice = [name for name, k in Counter(c.name for c in columns).items() if k > 1]
    if twice:
        raise problem("TK309", f"several arrays would give the column '{twice[0]}'.", setting="path")
    left = [f"{name} ({_shape(array)})" for name, array in arrays.items() if name not in used]
    notes = [Note("TKW311", f"arrays that have no {n} rows were left out: {listing(left, 6)}.")] if left else []
    return columns, kinds, notes


def _is_names(name: str, arrays: Arrays, n: int) -> bool:
    """Say whether an array only names the classes or the columns of another one."""
    base = name.removesuffix("_names")
    if name == "feature_names":
        return any(len(a) == n and _are_features(a, arrays[name]) for a in arrays.values() if fits(a))
    return base != name and base in arrays and _are_classes(arrays[base], arrays[name])


def _are_features(array: NDArray[Any], names: NDArray[Any]) -> bool:
    return array.ndim == 2 and names.dtype.kind in "US" and names.shape == array.shape[1:]


def _are_classes(array: NDArray[Any], names: NDArray[Any]) -> bool:
    whole = array.ndim == 1 and array.dtype.kind in "iu" and len(array) > 0
    return bool(
        whole and names.ndim == 1 and names.dtype.kind in "US" and array.min() >= 0 and array.max() < len(names)
    )


def _shape(array: NDArray[Any]) -> str:
    return " × ".join(map(str, array.shape)) or "one value"
