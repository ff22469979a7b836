"""Least squares on every subset of columns, with cross-validation, from matrices of products alone.

The products of the training rows of a fold are those of all rows minus those of the fold, and the error of the rows
held out follows from the fold's own products: the data are read once for all 2^p subsets.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit, parallel_region, prange
from tenkai.kernels.folds import Fold

__all__ = ["MOST_COLUMNS", "subset_errors"]

Array = NDArray[np.float64]
MOST_COLUMNS = 24
BLOCK = 1 << 15
SINGULAR = 1e-10
"""Share of a column that has to be its own beside those before it."""


@jit(parallel=True, fast=True)
def _errors(train: Array, test: Array, first: int, out: Array) -> None:
    """Sum of squared errors of rows held out, for the subsets first, first + 1, ...; NaN where a fold is singular.

    train, test : (k, p + 1, p + 1) products of columns, and of the target last; all of mean 0 over training rows
    Each subset is solved by a Cholesky factor per fold; bit j of its number is column j.
    """
    folds, p = train.shape[0], train.shape[1] - 1
    for place in prange(len(out)):
        subset = first + place
        at = np.empty(p, np.int64)
        q = 0
        for j in range(p):
            if (subset >> j) & 1:
                at[q] = j
                q += 1
        L, b = np.empty((q, q)), np.empty(q)
        total = 0.0
        for k in range(folds):
            for i in range(q):
                row = at[i]
                for j in range(i):
                    s = train[k, row, at[j]]
                    for m in range(j):
                        s -= L[i, m] * L[j, m]
                    L[i, j] = s * L[j, j]
                s = train[k, row, row]
                for m in range(i):
                    s -= L[i, m] * L[i, m]
                if s < SINGULAR * train[k, row, row] or train[k, row, row] == 0.0:
                    total = np.nan
                    break
                # The inverse of the diagonal saves divisions.
                L[i, i] = 1.0 / np.sqrt(s)
                s = train[k, row, p]
                for m in range(i):
                    s -= L[i, m] * b[m]
                b[i] = s * L[i, i]
            if np.isnan(total):
                break
            for i in range(q - 1, -1, -1):
                s = b[i]
                for m in range(i + 1, q):
                    s -= L[m, i] * b[m]
                b[i] = s * L[i, i]
            error = test[k, p, p]
            for i in range(q):
                row = at[i]
                s = 0.5 * test[k, row, row] * b[i] - test[k, row, p]
                for j in range(i):
                    s += test[k, row, at[j]] * b[j]
                error += 2.0 * b[i] * s
            total += error
        out[place] = total


def subset_errors(
    X: Array,
    y: Array,
    folds: Sequence[Fold],
    *,
    threads: int = 1,
    tell: Callable[[float, float, str], None] | None = None,
) -> Array:
    """Return the mean squared error of rows held out for every subset of columns.

    Parameters
    ----------
    X : (n, p), p up to MOST_COLUMNS; y : (n,)
    folds : each row held out as often as any other

    Returns
    -------
    (2^p,)
        Bit j of the place stands for column j; place 0 is the mean alone. NaN where columns depend on each other in
        the training rows of a fold.
    """
    scale = X.std(axis=0)
    Z = np.column_stack([(X - X.mean(axis=0)) / np.where(scale > 0, scale, 1.0), y - y.mean()])
    train, test = [], []
    for kept, gone in folds:
        # About the mean of the training rows, the constant needs no column.
        seen, new = Z[kept] - Z[kept].mean(axis=0), Z[gone] - Z[kept].mean(axis=0)
        train.append(np.einsum("ni,nj->ij", seen, seen, optimize=False))
        test.append(np.einsum("ni,nj->ij", new, new, optimize=False))
    one, other = np.array(train), np.array(test)
    out = np.empty(1 << X.shape[1])
    start = time.perf_counter()
    for first in range(0, len(out), BLOCK):
        with parallel_region(threads):
            _errors(one, other, first, out[first : first + BLOCK])
        if tell is not None:
            done = min(len(out), first + BLOCK)
            rate = done / max(1e-9, time.perf_counter() - start)
            tell(done, len(out), f"{len(out):.3g} subsets, {rate:.2g} per second")
    return np.asarray(out / sum(len(gone) for _, gone in folds))
