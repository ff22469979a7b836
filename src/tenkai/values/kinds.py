"""The kind of a column: what its cells are, beyond how they are stored."""

from __future__ import annotations

from typing import Literal, get_args

import polars as pl

Kind = Literal["number", "category", "text", "vector", "image", "molecule", "crystal"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# A text column with few different values is a category: labels repeat, names do not.
MOST_CATEGORIES = 60
CATEGORY_SHARE = 0.5


def guess_kind(series: pl.Series) -> Kind:
    """Guess the kind of a column from its type and values."""
    kind = kind_of_dtype(series.dtype)
    if kind is not None:
        return kind
    known = series.drop_nulls()
    different = known.n_unique()
    few = different <= MOST_CATEGORIES and different <= CATEGORY_SHARE * len(known)
    return "category" if few or (0 < different <= 2) else "text"


def kind_of_dtype(dtype: pl.DataType) -> Kind | None:
    """Return the kind a column of this type must have, or None where the values decide (texts)."""
    if dtype == pl.Boolean or isinstance(dtype, pl.Categorical | pl.Enum):
        return "category"
    if dtype.is_numeric() or dtype == pl.Null:
        return "number"
    if isinstance(dtype, pl.Array):
        return "vector" if len(dtype.shape) == 1 else "image"
    return None if dtype == pl.String else "text"


def dtype_fits(kind: Kind, dtype: pl.DataType) -> bool:
    """Say whether cells of this type can be of this kind."""
    if kind == "number":
        return dtype.is_numeric() or dtype == pl.Null
    if kind == "vector":
        return isinstance(dtype, pl.Array) and len(dtype.shape) == 1
    if kind == "image":
        return isinstance(dtype, pl.Array) and len(dtype.shape) in (2, 3)
    if kind in ("molecule", "crystal"):
        return dtype == pl.String
    return True
