"""Data of a non-negative factorization whose residual is needed cell by cell: a mask, or Kullback-Leibler."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from tenkai.kernels.nmf_data import Data, Factor, Half, Sparse, Workers, blocks_of, scale
from tenkai.kernels.nmf_sweeps import divergence, hals_masked, left_over, sparse_quotients, squares_of

__all__ = ["Divergence", "Masked", "SparseDivergence"]

# What a product of exactly 0 counts as where it is divided by, as in scikit-learn.
LEAST = float(np.finfo(np.float32).eps)
# Share of known cells from which filled steps reach the same loss sooner than exact ones.
MOSTLY = 0.3


@dataclass
class Masked:
    """Frobenius loss over the known cells of a dense matrix (n, p).

    Parameters
    ----------
    X : anything in cells that are not known
    known : which are; many masks may share one X

    Notes
    -----
    Half steps are of two kinds. *filled*: unknown cells are taken as what the factors say, and the step is that of
    a whole matrix. The filled loss lies above the loss everywhere and touches it where the factors are, so that
    lowering it lowers the loss (expectation-maximization; S. Zhang, W. Wang, J. Ford, F. Makedon, SDM 2006). Nearly
    all of it are matrix products, but the more cells are unknown the shorter its steps. *hals*: each coordinate
    goes to its exact minimum over the known cells.
    """

    X: Factor
    known: NDArray[np.bool_]
    _floats: dict[bool, tuple[Factor, Factor]] = field(default_factory=dict)

    @classmethod
    def of(cls, X: Factor, known: Any) -> Masked:
        """Take a C-ordered float matrix and a mask of its known cells."""
        return cls(X, np.ascontiguousarray(known, dtype=bool))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.X.shape[0], self.X.shape[1]

    @property
    def dtype(self) -> Any:
        """Number type."""
        return self.X.dtype

    @property
    def mostly_known(self) -> bool:
        """So few cells are unknown that filled steps are the faster ones."""
        return bool(self.known.mean() >= MOSTLY)

    def improve(self, F: Factor, other: Factor, rows: bool, half: Half, pool: Workers) -> float:
        """See `Data.improve`."""
        if half.method == "filled":
            return self._filled(F, other, rows, half, pool)
        X, M = self._laid(rows)
        power = other * other

        def left(block: slice) -> Factor:
            R = F[:, block].T @ other
            np.subtract(X[block], R, out=R)
            R *= M[block]
            return R

        def job(block: slice) -> float:
            if half.method == "multiplicative":
                V = F[:, block].T @ other
                V *= M[block]
                scale(F[:, block], other @ X[block].T, other @ V.T, half.l1, half.l2)
                return np.nan if rows else squares_of(left(block))
            R = left(block)
            C = power @ M[block].T
            hals_masked(F, block.start, block.stop, other, R, M[block], C, half.l1, half.l2, half.sweeps)
            return squares_of(R)

        return 0.5 * sum(pool.each(job, blocks_of(F.shape[1])))

    def _filled(self, F: Factor, other: Factor, rows: bool, half: Half, pool: Workers) -> float:
        gram = other @ other.T
        A = gram + np.diag(np.full(len(gram), half.l2, gram.dtype)) if half.l2 else gram

        def job(block: slice) -> float:
            R = F[:, block].T @ other if rows else other.T @ F[:, block]
            at = (block.start, 0) if rows else (0, block.start)
            left_over(R, self.X, self.known, *at)
            # other (filled X)', for the filled cells add nothing to what is left of them.
            B = other @ (R.T if rows else R)
            B += gram @ F[:, block]
            half.apply(F, block, A, B)
            if rows:
                return np.nan
            np.dot(other.T, F[:, block], out=R)
            return left_over(R, self.X, self.known, *at)

        return 0.5 * sum(pool.each(job, blocks_of(F.shape[1])))

    def _laid(self, rows: bool) -> tuple[Factor, Factor]:
        """Return known cells and the mask as numbers, 0 elsewhere, by rows or by columns."""
        if rows not in self._floats:
            X, known = (self.X, self.known) if rows else (self.X.T, self.known.T)
            M = np.ascontiguousarray(known, dtype=self.dtype)
            self._floats[rows] = np.ascontiguousarray(np.where(known, X, self.dtype.type(0))), M
        return self._floats[rows]

    def loss(self, W: Factor, H: Factor, pool: Workers) -> float:
        """See `Data.loss`."""

        def job(block: slice) -> float:
            R = W[:, block].T.astype(H.dtype) @ H
            return left_over(R, self.X, self.known, block.start, 0)

        return 0.5 * sum(pool.each(job, blocks_of(self.shape[0])))

    def rows_at(self, index: NDArray[np.int64]) -> Data:
        """See `Data.rows_at`."""
        return Masked(self.X[index], self.known[index])


@dataclass
class Divergence:
    """Kullback-Leibler divergence of a dense matrix (n, p), over its known cells where there is a mask."""

    X: Factor
    known: Factor | None

    @classmethod
    def of(cls, X: Factor, known: Any = None) -> Divergence:
        """Take a C-ordered float matrix and, where cells are not known, a mask of those that are."""
        if known is None:
            return cls(X, None)
        M = np.ascontiguousarray(known, dtype=X.dtype)
        return cls(np.where(M > 0, X, X.dtype.type(0)), M)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.X.shape[0], self.X.shape[1]

    @property
    def dtype(self) -> Any:
        """Number type."""
        return self.X.dtype

    def improve(self, F: Factor, other: Factor, rows: bool, half: Half, pool: Workers) -> float:
        """See `Data.improve`."""
        sums = other.sum(axis=1, dtype=np.float64).astype(other.dtype)[:, None]

        def part(matrix: Factor, block: slice) -> Factor:
            return matrix[block] if rows else matrix[:, block].T

        def job(block: slice) -> float:
            Q = _product(F, block, other)
            np.divide(part(self.X, block), Q, out=Q)
            below = other @ part(self.known, block).T if self.known is not None else np.repeat(sums, len(Q), axis=1)
            scale(F[:, block], other @ Q.T, below, half.l1, half.l2)
            if rows:
                return np.nan
            V = _product(F, block, other)
            if self.known is not None:
                V *= part(self.known, block)
            return divergence(part(self.X, block), V)

        return max(0.0, sum(pool.each(job, blocks_of(F.shape[1]))))

    def loss(self, W: Factor, H: Factor, pool: Workers) -> float:
        """See `Data.loss`."""
        left = W.astype(H.dtype, copy=False)

        def job(block: slice) -> float:
            V = _product(left, block, H)
            if self.known is not None:
                V *= self.known[block]
            return divergence(self.X[block], V)

        return max(0.0, sum(pool.each(job, blocks_of(self.shape[0]))))

    def rows_at(self, index: NDArray[np.int64]) -> Data:
        """See `Data.rows_at`."""
        return Divergence(self.X[index], None if self.known is None else self.known[index])


def _product(F: Factor, block: slice, other: Factor) -> Factor:
    V = F[:, block].T @ other
    V[V <= 0] = LEAST
    return np.asarray(V)


@dataclass
class SparseDivergence(Sparse):
    """Kullback-Leibler divergence of a sparse matrix: only its stored cells are multiplied out."""

    def improve(self, F: Factor, other: Factor, rows: bool, half: Half, pool: Workers) -> float:
        """See `Data.improve`."""
        columns = self.ready(other)
        sums = other.sum(axis=1, dtype=np.float64).astype(other.dtype)[:, None]

        def job(block: slice) -> float:
            X = self.part(block, rows)
            Q = np.empty_like(X.data)
            sparse_quotients(X.indptr, X.indices, X.data, F, block.start, columns, LEAST, Q)
            above = csr_matrix((Q, X.indices, X.indptr), shape=X.shape) @ columns
            below = np.repeat(sums, X.shape[0], axis=1)
            scale(F[:, block], np.ascontiguousarray(above.T), below, half.l1, half.l2)
            return np.nan if rows else self._part_loss(F, block, columns, rows)

        total = sum(pool.each(job, blocks_of(F.shape[1])))
        return np.nan if rows else self._all(total, F, other)

    def loss(self, W: Factor, H: Factor, pool: Workers) -> float:
        """See `Data.loss`."""
        left, columns = W.astype(H.dtype), np.ascontiguousarray(H.T)

        def job(block: slice) -> float:
            return self._part_loss(left, block, columns, True)

        return self._all(sum(pool.each(job, blocks_of(self.shape[0]))), W, H)

    def rows_at(self, index: NDArray[np.int64]) -> Data:
        """See `Data.rows_at`."""
        some = self.by_rows[index]
        return SparseDivergence(some.shape, self.dtype, 0.0, by_rows=some)

    def _part_loss(self, F: Factor, block: slice, columns: Factor, rows: bool) -> float:
        X = self.part(block, rows)
        Q = np.empty_like(X.data)
        return float(sparse_quotients(X.indptr, X.indices, X.data, F, block.start, columns, LEAST, Q))

    def _all(self, logs: float, F: Factor, other: Factor) -> float:
        """Add - sum(x) + sum(v), which the sums of the factors give."""
        v = float(np.dot(F.sum(axis=1, dtype=np.float64), other.sum(axis=1, dtype=np.float64)))
        return max(0.0, logs - float(self.by_rows.data.sum(dtype=np.float64)) + v)
