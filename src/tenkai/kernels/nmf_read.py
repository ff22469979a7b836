"""A matrix of numbers of 0 or more, made ready for factorizations."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from tenkai.kernels.nmf_data import Data, Dense, Sparse
from tenkai.kernels.nmf_masked import Divergence, Masked, SparseDivergence

__all__ = ["Loss", "data_of"]

Factor = NDArray[Any]
Loss = Literal["frobenius", "kullback_leibler"]


def data_of(X: Any, loss: Loss = "frobenius", known: Any = None, *, rows_only: bool = False) -> Data:
    """Prepare a matrix for any number of factorizations: its norm, and its layouts.

    Parameters
    ----------
    X : array (n, p) or sparse matrix of float32 or float64, >= 0
    known : None or array (n, p)
        Cells to fit; the others are missing or held out, and may hold anything, NaN too.
    rows_only
        Only rows will be fitted: a column may lack known cells.

    Raises
    ------
    ValueError
        When a (known) cell is negative or no number, the matrix is all zero, a row or column has no known cell,
        or a sparse matrix comes with a mask.
    """
    if issparse(X):
        if known is not None:
            raise ValueError("a mask was given with a sparse matrix. Allowed: a mask with a dense one.")
        _check_cells(X.data, None)
        X = X if X.dtype in (np.float32, np.float64) else X.astype(np.float64)
        kind = Sparse if loss == "frobenius" else SparseDivergence
        return kind.of(X)
    X = np.asarray(X)
    if X.ndim != 2 or 0 in X.shape:
        raise ValueError(f"X has shape {X.shape}. Allowed: (rows, columns), one of each at least.")
    X = np.ascontiguousarray(X, dtype=np.float32 if X.dtype == np.float32 else np.float64)
    if known is not None:
        known = np.asarray(known, dtype=bool)
        if known.shape != X.shape:
            raise ValueError(f"the mask has shape {known.shape}. Allowed: {X.shape}, that of X.")
        for axis, name in ((1, "row"), (0, "column"))[: 1 if rows_only else 2]:
            empty = np.flatnonzero(~known.any(axis=axis))
            if len(empty):
                raise ValueError(f"{name} {empty[0]} has no known cell. Allowed: one or more in every {name}.")
        known = None if known.all() else known
    _check_cells(X, known)
    if loss == "kullback_leibler":
        return Divergence.of(X, known)
    if known is None:
        return Dense.of(X)
    return Masked.of(X, known)


def _check_cells(X: Factor, known: Any) -> None:
    cells = X if known is None else X[known]
    low, high = (cells.min(), cells.max()) if cells.size else (0.0, 0.0)
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError("X holds NaN or infinity in a cell that is not masked. Allowed: finite numbers.")
    if low < 0:
        raise ValueError(f"X holds {low}. Allowed: numbers of 0 or more.")
    if high == 0:
        raise ValueError("X holds nothing but zeros.")
