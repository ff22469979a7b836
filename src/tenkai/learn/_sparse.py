"""Sparse matrices where a method needs every cell."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import issparse

from tenkai.errors import problem

# Bytes up to which a sparse matrix is written out.
LIMIT = 1 << 31


def dense(X: Any, why: str) -> Any:
    """Return a matrix with all its cells; `why`: what needs them.

    Raises
    ------
    TenkaiError
        TK638 when they would take too much memory.
    """
    if not issparse(X):
        return X
    n, p = X.shape
    size = n * p * X.dtype.itemsize
    if size > LIMIT:
        raise problem(
            "TK638",
            f"{why} needs every cell, and a sparse matrix of {n} rows and {p} columns would take {size / 1e9:.1f} GB "
            "as a dense one.",
            allowed=f"Allowed: up to {LIMIT / 1e9:.1f} GB.",
            remedy="Take fewer rows or columns, or fit all cells with NonNegativeFactors, which keeps them sparse.",
        )
    return np.asarray(X.toarray())
