"""Low rank: one singular value decomposition for all ranks, cells that are missing filled, and what a cell rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

# Among weights this near to the largest the first decides the sign, so that rounding does not turn a vector.
_NEARLY = 1 - 1e-6


@dataclass(frozen=True)
class Singular:
    """Singular vectors and values, X = U diag(S) V: U (n, q), S (q,) falling, V (q, p).

    `exact`: all of them, q = min(n, p).
    """

    U: Array
    S: Array
    V: Array
    exact: bool = True

    def low_rank(self, k: int, shrink: float = 0.0) -> Array:
        """Return the best matrix of rank k (Eckart and Young 1936); `shrink` is taken off every value, down to 0."""
        return np.asarray((self.U[:, :k] * np.maximum(self.S[:k] - shrink, 0.0)) @ self.V[:k])

    def matrix_rank(self, shape: tuple[int, int]) -> int:
        """Return how many values are above rounding, as numpy.linalg.matrix_rank counts."""
        return int((self.S[0] * max(shape) * np.finfo(np.float64).eps < self.S).sum()) if self.S[0] > 0 else 0


def decompose(X: Array) -> Singular:
    """Return all singular values and vectors of X (n, p). The largest weight of every row of V is positive."""
    try:
        U, S, V = scipy.linalg.svd(X, full_matrices=False, check_finite=False)
    except np.linalg.LinAlgError:
        # LAPACK's divide and conquer gives up on a few sound matrices; its older iteration takes them.
        U, S, V = scipy.linalg.svd(X, full_matrices=False, check_finite=False, lapack_driver="gesvd")
    return signed(U, S, V)


def signed(U: Array, S: Array, V: Array, exact: bool = True) -> Singular:
    """Return vectors whose signs do not depend on the method that found them."""
    sizes = np.abs(V)
    first = (sizes >= sizes.max(axis=1, keepdims=True) * _NEARLY).argmax(axis=1)
    signs = np.where(V[np.arange(len(V)), first] < 0, -1.0, 1.0)
    return Singular(np.ascontiguousarray(U * signs), S, np.ascontiguousarray(V * signs[:, None]), exact)


@dataclass(frozen=True)
class Filled:
    """A matrix whose missing cells hold what its own low rank says: the vectors, iterations, and whether it settled."""

    found: Singular
    cells: Array
    iterations: int
    converged: bool


def fill(
    X: Array,
    known: Mask,
    rank: int,
    shrink: float = 0.0,
    *,
    iterations: int = 500,
    tolerance: float = 1e-5,
    decompose: Callable[[Array], Singular] = decompose,
) -> Filled:
    """Fill the cells of X that are not `known` by soft-impute of a rank (Mazumder, Hastie, Tibshirani 2010, eq. 12).

    Missing cells start as the mean of what is known in their column; then cells and low rank are found in turn,
    until the low rank changes by less than `tolerance`, as a share of itself (its squares). `decompose` is told
    where another device does it.
    """
    counts = known.sum(axis=0)
    means = np.where(known, X, 0.0).sum(axis=0) / np.maximum(counts, 1)
    cells = np.where(known, X, means)
    if known.all():
        return Filled(decompose(cells), cells, 0, True)
    last = cells
    for step in range(1, iterations + 1):
        found = decompose(cells)
        now = found.low_rank(rank, shrink)
        moved, size = float(((now - last) ** 2).sum()), float((last**2).sum())
        cells, last = np.where(known, X, now), now
        if step > 1 and moved <= tolerance**2 * max(size, np.finfo(np.float64).tiny):
            return Filled(found, cells, step, True)
    return Filled(found, cells, iterations, False)


def project(X: Array, V: Array) -> Array:
    """Return the rows (m, p) nearest to X that are sums of the rows of V (k, p); NaN cells do not count."""
    known = ~np.isnan(X)
    out = np.empty_like(X)
    whole = known.all(axis=1)
    out[whole] = (X[whole] @ V.T) @ V
    for i in np.flatnonzero(~whole):
        at = known[i]
        weights = np.linalg.lstsq(V[:, at].T, X[i, at], rcond=None)[0] if at.any() else np.zeros(len(V))
        out[i] = weights @ V
    return out


def contributions(X: Array, found: Singular, k: int, row: int, column: int) -> Array:
    """Return what each cell adds to the low-rank value of one cell, (n, p); the sum is that value.

    The low rank is P X Q, P and Q being the projections on the first k left and right vectors.
    """
    left = found.U[:, :k] @ found.U[row, :k]
    right = found.V[:k].T @ found.V[:k, column]
    return np.asarray(X * np.outer(left, right))
