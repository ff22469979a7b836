"""Products of columns over rows, once for all penalties and folds.

`Design` holds the rows and `Sums` what linear models need of them: X'X, X'y and the sums of the columns. Sums add
and subtract, so the training rows of a fold are all rows less the rows left out. Dense rows are first taken from
their mean, which keeps the subtraction accurate; sparse rows of small whole numbers (bits, counts) are added up as
whole numbers, which is exact. Where a subtraction would lose digits, the sums are taken from the rows themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from tenkai.kernels._jit import jit
from tenkai.kernels.cholesky import BLOCK

__all__ = ["SPARSE", "Design", "Moments", "Sums", "added", "each", "mirrored", "predicted", "shifted", "small", "whole"]

Array = NDArray[np.float64]
Positions = NDArray[np.int64]
T = TypeVar("T")
R = TypeVar("R")

# Up to this many multiplications compiled loops are faster than a call of BLAS and the care for its threads.
SMALL = 1 << 21
SPARSE = 0.1
# A fold may take this share of a column's square away before its sums are taken from the rows.
_LOSS = 1e-6
# Columns that vary by less than this share of their square are measured from another origin.
_FAR = 1e-2
_ROUNDING = 1e-13


@dataclass(frozen=True)
class Moments:
    """What a penalized linear model needs of n rows: products of centred columns.

    Parameters
    ----------
    gram : (p, p), rows and columns of zeros where a column does not vary
    cross : (p,) products with the centred target
    mean : (p,) of the columns, 0 without intercept
    target : mean of the target, 0 without intercept
    length : norm of the centred target
    rows : n
    """

    gram: Array
    cross: Array
    mean: Array
    target: float
    length: float
    rows: int


@dataclass(frozen=True)
class Sums:
    """Sums over n rows, measured from the origin of a `Design`.

    Parameters
    ----------
    gram, cross : X'X (p, p) and X'y (p,)
    total, target, square : sums of the columns (p,), of y, and of y squared
    rows : n
    """

    gram: Array
    cross: Array
    total: Array
    target: float
    square: float
    rows: int

    def less(self, other: Sums) -> Sums:
        """Sums without the rows of another."""
        return Sums(
            self.gram - other.gram,
            self.cross - other.cross,
            self.total - other.total,
            self.target - other.target,
            self.square - other.square,
            self.rows - other.rows,
        )


def small(n: int, p: int) -> bool:
    """Say whether compiled loops do for n rows of p columns, without BLAS."""
    return p <= BLOCK and n * p * p <= SMALL


class Design:
    """Rows X (n, p) with their target, ready for sums over any of them.

    Parameters
    ----------
    X : array or scipy.sparse matrix of shape (n, p)
        Finite numbers. Dense rows of many columns that are nearly all 0 are treated as sparse.
    y : array of shape (n,)
    intercept
        Without it nothing is centred.

    Notes
    -----
    With more than 48 columns, or many rows, sums go through BLAS: keep it on one thread, its sums round differently
    with two.
    """

    def __init__(self, X: Any, y: Array, *, intercept: bool = True) -> None:
        self.n, self.p = X.shape
        self.intercept = intercept
        self.y_origin = float(y.mean()) if intercept else 0.0
        self.y = np.ascontiguousarray(y - self.y_origin)
        self.small = small(self.n, self.p)
        self.sparse: Any = None
        self.origin: Array
        self.exact = False
        if not scipy.sparse.issparse(X) and not self.small and np.count_nonzero(X) < SPARSE * X.size:
            X = scipy.sparse.csr_matrix(X)
        if scipy.sparse.issparse(X):
            rows, self.origin = shifted(X) if intercept else (_tidy(X), np.zeros(self.p))
            self.sparse = rows
            self.exact = whole(rows.data, self.n)
            self.whole = rows.data.astype(np.int32) if self.exact else np.empty(0, np.int32)
        else:
            self.given = X
            self.origin = X.mean(axis=0) if intercept else np.zeros(self.p)
            self.dense = np.ascontiguousarray(X - self.origin, dtype=np.float64)
            if intercept:
                # The rounding of a mean must not make a constant column vary.
                self.dense[:, X.min(axis=0) == X.max(axis=0)] = 0.0

    # ---- sums -----------------------------------------------------------------------------------

    def sums(self, rows: Positions | None = None, threads: int = 1, *, gram: Array | None = None) -> Sums:
        """Sums over all rows, or over some; `gram`: the products of their columns, where they are known."""
        if rows is None:
            rows = np.arange(self.n)
        if self.sparse is None:
            return self._dense_sums(rows, self.dense)
        y = self.y[rows]
        part = self.sparse if len(rows) == self.n else self.sparse[rows]
        if gram is not None:
            gram = gram.copy()
        elif self.exact:
            gram = _exact_gram(part, self.whole if len(rows) == self.n else part.data.astype(np.int32), threads)
        else:
            gram = (part.T @ part).toarray()
        total = np.asarray(part.sum(axis=0)).ravel()
        return Sums(gram, part.T @ y, total, float(y.sum()), float((y * y).sum()), len(rows))

    def _dense_sums(self, rows: Positions, X: Array) -> Sums:
        if self.small:
            gram, cross, total = np.zeros((self.p, self.p)), np.zeros(self.p), np.zeros(self.p)
            target, square = _small_sums(X, self.y, rows, gram, cross, total)
            return Sums(gram, cross, total, target, square, len(rows))
        part, y = (X, self.y) if len(rows) == self.n else (X[rows], self.y[rows])
        return Sums(part.T @ part, part.T @ y, part.sum(axis=0), float(y.sum()), float((y * y).sum()), len(rows))

    def training(self, every: Sums, train: Positions, test: Positions) -> Moments:
        """Moments of the training rows of a fold, by subtraction where the fold is all rows and loses no digits."""
        if len(test) > len(train) or not _parts(train, test, self.n):
            return self._from_rows(train)
        left = every.less(self.sums(test))
        if not self.exact:
            had = np.diagonal(every.gram)
            lost = (np.diagonal(left.gram) - left.total**2 / left.rows < _LOSS * had) & (had > 0)
            if lost.any():
                return self._from_rows(train)
        return self.moments(left)

    def _from_rows(self, rows: Positions) -> Moments:
        if self.sparse is not None:
            return self.moments(self.sums(rows))
        part = self.given[rows]
        flat = part.min(axis=0) == part.max(axis=0)
        centre = part.mean(axis=0) if self.intercept else np.zeros(self.p)
        part = np.asarray(part - centre, dtype=np.float64)
        if self.intercept:
            part[:, flat] = 0.0
        y = self.y[rows]
        middle = y.mean() if self.intercept else 0.0
        y = y - middle
        if self.small:
            gram, cross, total = np.zeros((self.p, self.p)), np.zeros(self.p), np.zeros(self.p)
            _small_sums(np.ascontiguousarray(part), y, np.arange(len(rows)), gram, cross, total)
        else:
            gram, cross = part.T @ part, part.T @ y
        length = float(np.sqrt((y * y).sum()))
        return Moments(gram, cross, centre, self.y_origin + float(middle), length, len(rows))

    def moments(self, sums: Sums) -> Moments:
        """Products of centred columns."""
        if not self.intercept:
            return Moments(sums.gram, sums.cross, self.origin, 0.0, float(np.sqrt(sums.square)), sums.rows)
        n = sums.rows
        mean, middle = sums.total / n, sums.target / n
        gram = sums.gram - np.multiply.outer(sums.total, mean)
        cross = sums.cross - sums.total * middle
        # A column that is constant here leaves rounding errors only.
        flat = np.diagonal(gram) <= _ROUNDING * np.diagonal(sums.gram)
        if flat.any():
            gram[flat] = 0.0
            gram[:, flat] = 0.0
            cross[flat] = 0.0
        square = max(sums.square - n * middle * middle, 0.0)
        return Moments(gram, cross, self.origin + mean, self.y_origin + middle, float(np.sqrt(square)), n)

    # ---- predictions ----------------------------------------------------------------------------

    def predict(self, coefs: Array, intercepts: Array, rows: Positions) -> Array:
        """Predictions (a, m) of coefficients (a, p) and intercepts (a,) for some rows."""
        constants = intercepts + predicted(self.origin[None, :], coefs)[:, 0]
        X = self.dense if self.sparse is None else self.sparse
        return predicted(X[rows], coefs) + constants[:, None]


def _tidy(X: Any) -> Any:
    rows = scipy.sparse.csr_matrix(X, dtype=np.float64)
    rows.sum_duplicates()
    rows.sort_indices()
    return rows


def shifted(X: Any) -> tuple[Any, Array]:
    """Sparse rows whose columns lie near 0, and the origin (p,) they are measured from.

    A column far from 0 has few empty cells; it moves by a whole number, so that centring it loses no digits.
    """
    rows = _tidy(X)
    n, p = rows.shape
    squares = np.asarray(rows.multiply(rows).sum(axis=0)).ravel()
    mean = np.asarray(rows.sum(axis=0)).ravel() / n
    far = np.flatnonzero(squares - n * mean * mean < _FAR * squares)
    origin = np.zeros(p)
    if len(far):
        origin[far] = np.rint(mean[far])
        kept = np.ones(p)
        kept[far] = 0.0
        moved = scipy.sparse.csc_matrix(rows[:, far].toarray() - origin[far])
        at = scipy.sparse.csc_matrix((np.ones(len(far)), (np.arange(len(far)), far)), shape=(len(far), p))
        rows = _tidy(rows @ scipy.sparse.diags_array(kept) + moved @ at)
        rows.eliminate_zeros()
    return rows, origin


def predicted(X: Any, coefs: Array) -> Array:
    """Products (a, m) of rows (m, p), dense or sparse, with coefficients (a, p).

    Every number has the bits it has alone, however many rows and coefficients come with it.
    """
    found = np.empty((len(coefs), X.shape[0]))
    coefs = np.ascontiguousarray(coefs)
    if scipy.sparse.issparse(X):
        rows = scipy.sparse.csr_matrix(X)
        _sparse_products(rows.indptr, rows.indices, rows.data.astype(np.float64, copy=False), coefs, found)
    else:
        _dense_products(np.ascontiguousarray(X, dtype=np.float64), coefs, found)
    return found


@jit(fast=True)
def _dense_products(X: Array, coefs: Array, found: Array) -> None:
    for r in range(X.shape[0]):
        for a in range(coefs.shape[0]):
            total = 0.0
            for j in range(X.shape[1]):
                total += X[r, j] * coefs[a, j]
            found[a, r] = total


@jit()
def _sparse_products(starts: NDArray[Any], columns: NDArray[Any], values: Array, coefs: Array, found: Array) -> None:
    for r in range(len(starts) - 1):
        for a in range(coefs.shape[0]):
            total = 0.0
            for k in range(starts[r], starts[r + 1]):
                total += values[k] * coefs[a, columns[k]]
            found[a, r] = total


@jit(fast=True)
def _small_sums(X: Array, y: Array, rows: Positions, gram: Array, cross: Array, total: Array) -> tuple[float, float]:
    p = X.shape[1]
    target, square = 0.0, 0.0
    for r in rows:
        value = y[r]
        target += value
        square += value * value
        for i in range(p):
            x = X[r, i]
            total[i] += x
            cross[i] += x * value
            for j in range(i + 1):
                gram[i, j] += x * X[r, j]
    for i in range(p):
        for j in range(i):
            gram[j, i] = gram[i, j]
    return target, square


def _parts(train: Positions, test: Positions, n: int) -> bool:
    """Say whether every row is in one of the two, once."""
    if len(train) + len(test) != n:
        return False
    seen = np.zeros(n, np.bool_)
    seen[train] = True
    seen[test] = True
    return bool(seen.all())


def whole(values: Array, n: int) -> bool:
    """Say whether all sums of products are whole numbers that fit 32 bits."""
    if not len(values):
        return True
    most = float(np.abs(values).max())
    return bool(n * most * most < 2**31 and np.array_equal(values, np.rint(values)))


def _exact_gram(rows: Any, values: NDArray[np.int32], threads: int) -> Array:
    """X'X of sparse whole numbers: every row adds the products of its few cells."""
    n, p = rows.shape
    threads = max(1, min(threads, n // 1000))
    parts = np.zeros((threads, p, p), np.int32)
    cuts = [n * t // threads for t in range(threads + 1)]

    def add(t: int) -> None:
        added(rows.indptr, rows.indices, values, cuts[t], cuts[t + 1], parts[t])

    each(add, range(threads), threads)
    gram = np.empty((p, p))
    mirrored(parts, gram)
    return gram


@jit()
def added(
    starts: NDArray[Any], columns: NDArray[Any], values: NDArray[np.int32], low: int, high: int, gram: NDArray[np.int32]
) -> None:
    """Add the products of the cells of rows low to high to the lower triangle of a Gram matrix."""
    for r in range(low, high):
        for a in range(starts[r], starts[r + 1]):
            row, value = gram[columns[a]], values[a]
            for k in range(starts[r], a + 1):
                row[columns[k]] += value * values[k]


@jit()
def mirrored(parts: NDArray[np.int32], gram: Array) -> None:
    """Write the sum of lower triangles (t, p, p) as a whole matrix."""
    p = gram.shape[0]
    for i in range(p):
        for j in range(i + 1):
            total = 0
            for t in range(parts.shape[0]):
                total += parts[t, i, j]
            gram[i, j] = total
            gram[j, i] = total


def each(job: Callable[[T], R], items: Sequence[T], threads: int) -> list[R]:
    """Do a job for each item, at most `threads` at a time, and return the results in order."""
    if threads <= 1 or len(items) <= 1:
        return [job(item) for item in items]
    with ThreadPoolExecutor(min(threads, len(items))) as pool:
        return list(pool.map(job, items))
