"""Cells and blocks held out of a singular value decomposition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit
from tenkai.kernels.low_rank import Singular, decompose, signed
from tenkai.kernels.nmf_start import random_svd

__all__ = ["block_losses", "cell_losses", "fill_by_vectors", "split_half"]

Matrix = NDArray[Any]
Mask = NDArray[np.bool_]
Array = NDArray[np.float64]

# Work of a full decomposition that is over in about ten seconds on one core.
DIRECT = 1e10
# Rows worked on at once: a few megabytes.
ROWS = 256


def _leading(X: Matrix, most: int, random: np.random.Generator) -> Singular:
    """Return the first `most` singular vectors: all are computed, or of a large matrix estimated at random."""
    n, p = X.shape
    if float(n) * p * min(n, p) <= DIRECT or most + 10 >= min(n, p):
        found = decompose(X)
        return Singular(found.U[:, :most], found.S[:most], found.V[:most])
    U, s, V = random_svd(X, most, random)
    return signed(U.T, s, V, exact=False)


@dataclass(frozen=True)
class LowRank:
    """A matrix Q Z + means of low rank: Q (n, k), Z (k, p), means (p,); and how it was found."""

    Q: Matrix
    Z: Matrix
    means: Matrix
    iterations: int
    converged: bool

    def rows(self, some: slice) -> Matrix:
        """Return some rows of it."""
        return np.asarray(self.Q[some] @ self.Z + self.means)


def fill_by_vectors(
    X: Matrix,
    known: Mask,
    k: int,
    *,
    center: bool = False,
    iterations: int = 500,
    tolerance: float = 1e-5,
    seed: int = 0,
) -> LowRank:
    """Fit a matrix of rank k to the known cells of X (n, p).

    Unknown cells start as the mean of what is known in their column. The fixed point is that of `low_rank.fill`
    without shrinkage: a matrix of rank k whose unknown cells, put into X, give the same matrix as the best one of
    rank k. Here each iteration brings the vectors only one step of orthogonal iteration closer instead of finding
    them anew, so that it costs three matrix products: Q R = X̃ V', Z = Q' X̃, unknown cells of X̃ = Q Z, V = rows of Z
    made orthonormal. No iteration raises the loss over the known cells.

    Parameters
    ----------
    center : take the mean of what is known in each column off first
    iterations : at most
    tolerance : ends when unknown cells change by less than this, as a share of themselves (root of squares)
    seed : of the projection that finds the first vectors
    """
    counts = np.maximum(known.sum(axis=0), 1)
    means = (np.where(known, X, 0).sum(axis=0, dtype=np.float64) / counts).astype(X.dtype)
    cells = np.where(known, X, means)
    if center:
        cells -= means
    else:
        means = np.zeros_like(means)
    V = random_svd(cells, k, np.random.default_rng(seed))[2]
    done, settled = 0, False
    while done < iterations and not settled:
        Q = np.linalg.qr(cells @ V.T)[0]
        Z = Q.T @ cells
        moved, size = 0.0, 0.0
        for start in range(0, len(X), ROWS):
            rows = slice(start, start + ROWS)
            step, length = _refill(cells[rows], known[rows], Q[rows] @ Z)
            moved, size = moved + step, size + length
        V = np.linalg.qr(Z.T)[0].T
        done += 1
        settled = moved <= tolerance**2 * max(size, np.finfo(np.float64).tiny)
    return LowRank(Q, Z, means, done, settled)


@jit(fast=True)
def _refill(cells: Matrix, known: Mask, low: Matrix) -> tuple[float, float]:
    """Write the low rank into unknown cells; return sums of squares of their changes, and of themselves."""
    moved = size = 0.0
    zero = cells.dtype.type(0)
    for i in range(cells.shape[0]):
        cell, there, new = cells[i], known[i], low[i]
        step_row = length_row = 0.0
        for j in range(cell.size):
            old = cell[j]
            now = old if there[j] else new[j]
            cell[j] = now
            step = now - old
            length = zero if there[j] else now
            step_row += np.float64(step) * np.float64(step)
            length_row += np.float64(length) * np.float64(length)
        moved += step_row
        size += length_row
    return moved, size


def cell_losses(
    X: Matrix, kept: Mask, held: Mask, k: int, *, center: bool, iterations: int, tolerance: float, seed: int
) -> tuple[float, float, bool]:
    """Fit the kept cells; return the loss of the cells held out, of those kept, and whether cells had settled."""
    found = fill_by_vectors(X, kept, k, center=center, iterations=iterations, tolerance=tolerance, seed=seed)
    left, own = 0.0, 0.0
    for start in range(0, len(X), ROWS):
        rows = slice(start, start + ROWS)
        squares = np.square(X[rows] - found.rows(rows), dtype=np.float64)
        left, own = left + float(squares[held[rows]].sum()), own + float(squares[kept[rows]].sum())
    return 0.5 * left, 0.5 * own, found.converged


def block_losses(
    X: Matrix, rows: NDArray[np.int64], columns: NDArray[np.int64], ranks: Sequence[int], *, center: bool, seed: int
) -> tuple[Array, Array]:
    """Predict a block from the rows and columns that do not meet it, for all ranks from one decomposition.

    With X = [[A, B], [C, D]], A the block, D = U S V', the best D of rank k inverted gives Â = B V_k S_k⁻¹ U_k' C.
    Singular values of D that are rounding are left out. Where `center` the means of the columns over the other
    rows are taken off first: A has no say in them.

    Returns
    -------
    losses ½ |A - Â|² and ½ |D - D_k|² for each rank

    Notes
    -----
    Source: A. Owen, P. Perry, Ann. Appl. Stat. 3, 564 (2009), eq. 3.4; K. Gabriel, J. Soc. Fr. Stat. 143, 5 (2002)
    for blocks of one cell.
    """
    others = np.setdiff1d(np.arange(X.shape[0]), rows), np.setdiff1d(np.arange(X.shape[1]), columns)
    A, B = X[np.ix_(rows, columns)], X[np.ix_(rows, others[1])]
    C, D = X[np.ix_(others[0], columns)], X[np.ix_(*others)]
    if center:
        across, along = C.mean(axis=0), D.mean(axis=0)
        A, B, C, D = A - across, B - along, C - across, D - along
    found = _leading(D, max(ranks), np.random.default_rng(seed))
    least = (found.S[0] if len(found.S) else 0.0) * max(D.shape) * np.finfo(X.dtype).eps
    sound = int((least < found.S).sum())
    left = B @ (found.V[:sound].T / found.S[:sound])
    right = found.U[:, :sound].T @ C
    rest, before = A.copy(), 0
    held, fitted = np.empty(len(ranks)), np.empty(len(ranks))
    whole = _squares(D)
    for i, k in enumerate(ranks):
        rest -= left[:, before:k] @ right[before:k]
        before = k
        held[i] = 0.5 * _squares(rest)
        fitted[i] = 0.5 * max(0.0, whole - float(np.square(found.S[:k], dtype=np.float64).sum()))
    return held, fitted


def _squares(X: Matrix) -> float:
    return float(np.square(X, dtype=np.float64).sum())


def split_half(X: Matrix, ranks: Sequence[int], *, center: bool, seed: int) -> Array:
    """Deal the rows to two halves at random, and say how alike the spaces of their first vectors are.

    The mean of the squared cosines of the principal angles between the two spaces of rank k, |V₁ V₂'|² / k: 1 for
    one and the same space, about k / p for spaces that have nothing to do with each other. NaN for ranks that half
    of the rows cannot have.

    Notes
    -----
    The decomposition of the same rows is always the same, so that starts say nothing; other rows do. Source: P.
    Besse, Stat. Probab. Lett. 13, 405 (1992); A. Björck, G. Golub, Math. Comput. 27, 579 (1973) for the angles.
    """
    random = np.random.default_rng(seed)
    order = random.permutation(len(X))
    half = len(X) // 2
    spaces = []
    for some in (np.sort(order[:half]), np.sort(order[half : 2 * half])):
        part = X[some]
        if center:
            part = part - part.mean(axis=0)
        spaces.append(_leading(part, max(ranks), random).V)
    cosines = np.square(spaces[0] @ spaces[1].T, dtype=np.float64)
    most = min(len(spaces[0]), half)
    return np.array([cosines[:k, :k].sum() / k if k <= most else np.nan for k in ranks])
