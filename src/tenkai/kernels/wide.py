"""Lasso and elastic net where columns outnumber rows: a Gram matrix of the columns that matter only.

With more columns than rows few coefficients are not zero. A working set holds the columns that were needed so far;
the problem on it is solved exactly, the residual then shows which other columns want to enter, until none does.
Products of two columns are computed once, by loops whose bits depend on the two columns only. Sparse columns are first
descended on (`tenkai.kernels.descent`), which finds the working set for one penalty without a path to it.

Source: the working sets of M. Massias, A. Gramfort, J. Salmon, ICML 2018 (celer) and Q. Bertrand et al., NeurIPS
2022 (skglm), with the exact solve of `tenkai.kernels.penalized` inside.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from tenkai.kernels._jit import jit
from tenkai.kernels.descent import SPARSE_SWEEPS, descend_sparse
from tenkai.kernels.gram import shifted
from tenkai.kernels.penalized import KKT, LAST_HALF, solve_one

__all__ = ["Wide"]

Array = NDArray[np.float64]
Positions = NDArray[np.int64]

_ENTER = 32
_PASSES = 200


class Wide:
    """A penalized problem on centred columns, dense or sparse, with products of columns made on demand.

    Parameters
    ----------
    X : array or scipy.sparse matrix of shape (n, p)
    y : array of shape (n,)
    intercept
        Without it nothing is centred.
    """

    def __init__(self, X: Any, y: Array, *, intercept: bool = True) -> None:
        self.n, self.p = X.shape
        self.target = float(y.mean()) if intercept else 0.0
        self.y = y - self.target
        self.length = float(np.sqrt((self.y * self.y).sum()))
        none = np.empty(0, np.int64)
        self.sparse = scipy.sparse.issparse(X)
        if self.sparse:
            rows, origin = shifted(X) if intercept else (X, np.zeros(self.p))
            columns = scipy.sparse.csc_matrix(rows, dtype=np.float64)
            columns.sum_duplicates()
            columns.sort_indices()
            self.starts, self.rows = columns.indptr.astype(np.int64), columns.indices.astype(np.int64)
            self.values = columns.data
            self.columns = np.empty((0, 0))
            self.shift = np.asarray(columns.sum(axis=0)).ravel() / self.n if intercept else np.zeros(self.p)
            self.mean = origin + self.shift
            raw = np.asarray(columns.multiply(columns).sum(axis=0)).ravel()
        else:
            self.starts, self.rows, self.values = none, none, np.empty(0)
            self.mean = X.mean(axis=0) if intercept else np.zeros(self.p)
            self.shift = np.zeros(self.p)
            self.columns = np.ascontiguousarray((X - self.mean).T, dtype=np.float64)
            if intercept:
                self.columns[X.min(axis=0) == X.max(axis=0)] = 0.0
            raw = np.einsum("ij,ij->i", self.columns, self.columns)
        squares = raw - self.n * self.shift**2
        # Columns without variation never enter.
        self.alive = squares > 1e-13 * raw
        self.sizes = np.sqrt(np.where(self.alive, squares, 1.0))
        self.cross = self.correlations(self.y)
        self.place = np.full(self.p, -1)
        self.known: list[int] = []
        self.gram = np.zeros((2 * _ENTER, 2 * _ENTER))

    def correlations(self, residual: Array) -> Array:
        """Products of all columns with a residual, (p,)."""
        out = np.empty(self.p)
        if self.sparse:
            _sparse_correlations(self.starts, self.rows, self.values, self.shift, residual, out)
        else:
            _dense_correlations(self.columns, residual, out)
        out[~self.alive] = 0.0
        return out

    def residual(self, coefs: Array) -> Array:
        """Return y - X b."""
        left = self.y.copy()
        used = np.flatnonzero(coefs)
        if self.sparse:
            _sparse_residual(self.starts, self.rows, self.values, self.shift, used, coefs, left)
        else:
            _dense_residual(self.columns, used, coefs, left)
        return left

    def products(self, working: Positions) -> Array:
        """Gram matrix of some columns."""
        new = working[self.place[working] < 0]
        if len(new):
            had = len(self.known)
            self.known += new.tolist()
            self.place[new] = np.arange(had, len(self.known))
            while len(self.known) > len(self.gram):
                larger = np.zeros((2 * len(self.gram), 2 * len(self.gram)))
                larger[:had, :had] = self.gram[:had, :had]
                self.gram = larger
            every = np.array(self.known)
            if self.sparse:
                _sparse_pairs(self.starts, self.rows, self.values, self.shift, self.n, every, had, self.gram)
            else:
                _dense_pairs(self.columns, every, had, self.gram)
        at = self.place[working]
        return np.ascontiguousarray(self.gram[np.ix_(at, at)])

    def solve(self, lam: float, mu: float, coefs: Array, working: Positions) -> tuple[int, float, Positions]:
        """Solve for one penalty from coefficients (p,), in place.

        Returns rounds, the largest violation, and the working set; `working` is the one to begin with.
        """
        rounds, worst = 0, np.inf
        for _ in range(_PASSES):
            pull = self.correlations(self.residual(coefs)) - mu * coefs
            off = np.where(coefs != 0, np.abs(pull - lam * np.sign(coefs)), np.abs(pull) - lam)
            off = np.where(self.alive, off, 0.0) / (self.sizes * self.length)
            worst = max(float(off.max(initial=0.0)), 0.0)
            inside = np.zeros(self.p, np.bool_)
            inside[working] = True
            outside = np.flatnonzero((off > KKT) & ~inside)
            if worst <= KKT or (rounds and not len(outside)):
                break
            most = max(_ENTER, int(np.count_nonzero(coefs)))
            if len(outside) > most:
                outside = outside[np.argsort(-off[outside], kind="stable")[:most]]
            working = np.sort(np.concatenate([working, outside]))
            k = len(working)
            b, L, kept = coefs[working], np.empty((k, k)), np.empty(k, np.int64)
            gram = self.products(working)
            done, _, _ = solve_one(gram, self.cross[working], self.length, lam, mu, b, gram @ b, L, kept, 0)
            coefs[working] = b
            rounds += done
        return rounds, worst, working

    def path(
        self, lams: Array, mus: Array, slope: float, alone: bool, coefs: Array, rounds: Positions, off: Array
    ) -> None:
        """Solve for falling penalties; see `tenkai.kernels.penalized.path`."""
        at = float(np.abs(self.cross).max(initial=0.0))
        b, working, half = np.zeros(self.p), np.empty(0, np.int64), 0
        for a, (lam, mu) in enumerate(zip(lams.tolist(), mus.tolist(), strict=True)):
            if not alone:
                rounds[a], off[a], working = self.solve(lam, mu, b, working)
                coefs[a] = b
                continue
            settled, start = self._descended(lam, mu)
            if settled:
                coefs[a] = start
                rounds[a], off[a], _ = self.solve(lam, mu, coefs[a], np.flatnonzero(start))
                continue
            while half < LAST_HALF and at * 0.5 >= lam:
                half, at = half + 1, at * 0.5
                _, _, working = self.solve(at, slope * at, b, working)
            coefs[a] = b
            rounds[a], off[a], _ = self.solve(lam, mu, coefs[a], working)

    def _descended(self, lam: float, mu: float) -> tuple[bool, Array]:
        """Descend on sparse columns from zero; say whether the support has settled."""
        b = np.zeros(self.p)
        if not self.sparse or lam <= 0.0:
            return False, b
        columns = self.starts, self.rows, self.values, self.shift, self.sizes, self.alive
        return descend_sparse(*columns, self.y, lam, mu, b) < SPARSE_SWEEPS, b

    def misfit(self, b: Array) -> tuple[Array, float, float]:
        """Products of the residual with all columns, with itself, and with the target."""
        left = self.residual(b)
        return self.correlations(left), float((left * left).sum()), float((left * self.y).sum())


@jit(fast=True)
def _dense_correlations(columns: Array, residual: Array, out: Array) -> None:
    for j in range(columns.shape[0]):
        total = 0.0
        for r in range(columns.shape[1]):
            total += columns[j, r] * residual[r]
        out[j] = total


@jit()
def _sparse_correlations(
    starts: Positions, rows: Positions, values: Array, mean: Array, residual: Array, out: Array
) -> None:
    whole = residual.sum()
    for j in range(len(starts) - 1):
        total = 0.0
        for k in range(starts[j], starts[j + 1]):
            total += values[k] * residual[rows[k]]
        out[j] = total - mean[j] * whole


@jit(fast=True)
def _dense_residual(columns: Array, used: Positions, coefs: Array, left: Array) -> None:
    for j in used:
        for r in range(columns.shape[1]):
            left[r] -= coefs[j] * columns[j, r]


@jit()
def _sparse_residual(
    starts: Positions, rows: Positions, values: Array, mean: Array, used: Positions, coefs: Array, left: Array
) -> None:
    shift = 0.0
    for j in used:
        shift += mean[j] * coefs[j]
        for k in range(starts[j], starts[j + 1]):
            left[rows[k]] -= coefs[j] * values[k]
    left += shift


@jit(fast=True)
def _dense_pairs(columns: Array, every: Positions, had: int, gram: Array) -> None:
    for a in range(had, len(every)):
        for b in range(a + 1):
            total = 0.0
            for r in range(columns.shape[1]):
                total += columns[every[a], r] * columns[every[b], r]
            gram[a, b] = total
            gram[b, a] = total


@jit()
def _sparse_pairs(
    starts: Positions, rows: Positions, values: Array, mean: Array, n: int, every: Positions, had: int, gram: Array
) -> None:
    spread = np.zeros(n)
    for a in range(had, len(every)):
        i = every[a]
        for k in range(starts[i], starts[i + 1]):
            spread[rows[k]] = values[k]
        for b in range(a + 1):
            j = every[b]
            total = 0.0
            for k in range(starts[j], starts[j + 1]):
                total += values[k] * spread[rows[k]]
            total -= n * (mean[i] * mean[j])  # the same, whichever column comes first
            gram[a, b] = total
            gram[b, a] = total
        for k in range(starts[i], starts[i + 1]):
            spread[rows[k]] = 0.0
