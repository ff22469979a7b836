"""Coordinate sweeps of non-negative factors, on one block of rows of the factor at a time.

A factor stands as (k, n): one row per part, so that the lanes of the processor run over the n rows. All
functions change it in place, in the columns lo to hi, and release the GIL: blocks run in threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg  # noqa: F401 -- `np.dot` below calls its BLAS, which must be loaded before threads are limited
from numpy.typing import NDArray

from tenkai.kernels._jit import jit

__all__ = [
    "divergence",
    "greedy_block",
    "hals_block",
    "hals_masked",
    "inner",
    "left_over",
    "sparse_quotients",
    "squares_of",
]

Factor = NDArray[np.floating[Any]]

# Parts per panel: their products with all parts are one matrix product, only the panel itself goes one by one.
PANEL = 16


@jit(inline=True)
def least_curvature(A: Factor) -> float:
    """Return the curvature at which a part has died out: dividing by it would leave the range of numbers."""
    largest = A[0, 0]
    for j in range(A.shape[0]):
        largest = max(largest, A[j, j])
    return largest * A.dtype.type(1e-20)  # type: ignore[no-any-return]


@jit(fast=True)
def hals_block(F: Factor, lo: int, hi: int, A: Factor, B: Factor, l1: float, sweeps: int, stop: float) -> int:
    """Minimize ½<F, A F> - <F, B> + l1 sum(F) over F >= 0, one part after the other, at most `sweeps` times.

    A is (k, k), B (k, hi - lo). Sweeps end when one moves less than `stop` times what the first one moved.
    """
    k = F.shape[0]
    r = hi - lo
    w = F[:, lo:hi].copy()
    step = np.empty(r, w.dtype)
    least = least_curvature(A)
    first = 0.0
    done = 0
    for sweep in range(sweeps):
        moved = 0.0
        for start in range(0, k, PANEL):
            end = min(start + PANEL, k)
            g = np.dot(A[start:end], w)
            for j in range(start, end):
                for i in range(r):
                    g[j - start, i] += w.dtype.type(l1) - B[j, i]
            for j in range(start, end):
                curvature = A[j, j]
                if curvature > least:
                    inverse = w.dtype.type(1) / curvature
                    length = w.dtype.type(0)
                    for i in range(r):
                        old = w[j, i]
                        new = max(old - g[j - start, i] * inverse, w.dtype.type(0))
                        step[i] = new - old
                        length += step[i] * step[i]
                        w[j, i] = new
                    moved += float(length)
                    for other in range(j + 1, end):
                        a = A[other, j]
                        for i in range(r):
                            g[other - start, i] += a * step[i]
        done = sweep + 1
        if sweep == 0:
            first = moved
        elif moved <= stop * stop * first:
            break
    F[:, lo:hi] = w
    return done


@jit(fast=True)
def greedy_block(F: Factor, lo: int, hi: int, A: Factor, B: Factor, l1: float, sweeps: int, stop: float) -> int:
    """As `hals_block`, but each row moves the coordinate that gains most, at most `sweeps` * k of them."""
    k = F.shape[0]
    least = least_curvature(A)
    gain = np.empty(k)
    w = np.empty(k, F.dtype)
    g = np.empty(k, F.dtype)
    first = 0.0
    most = 0
    for i in range(lo, hi):
        for j in range(k):
            w[j] = F[j, i]
        for j in range(k):
            total = F.dtype.type(l1) - B[j, i - lo]
            for other in range(k):
                total += A[j, other] * w[other]
            g[j] = total
        best = 0.0
        for taken in range(sweeps * k):
            best, at = 0.0, -1
            for j in range(k):
                if A[j, j] > least:
                    step = max(w[j] - g[j] / A[j, j], F.dtype.type(0)) - w[j]
                    gain[j] = -step * (g[j] + 0.5 * A[j, j] * step)
                    if gain[j] > best:
                        best, at = gain[j], j
            if taken == 0:
                first = max(first, best)
            # Rows that have less to gain than a small part of the best first gain wait for the next round.
            if at < 0 or best <= stop * stop * first:
                break
            step = max(w[at] - g[at] / A[at, at], F.dtype.type(0)) - w[at]
            w[at] += step
            for j in range(k):
                g[j] += A[at, j] * step
            most = max(most, taken + 1)
        for j in range(k):
            F[j, i] = w[j]
    return most


@jit(fast=True)
def hals_masked(
    F: Factor, lo: int, hi: int, other: Factor, R: Factor, M: Factor, C: Factor, l1: float, l2: float, sweeps: int
) -> None:
    """Minimize ½ |R|² + l1 sum(F) + ½ l2 |F|² over F >= 0, where R = M * (X - F' other), (hi - lo, m).

    M is 0 or 1 and C (k, hi - lo) = other² M': the curvature of each coordinate, which differs from row to row.
    R is kept up to date.
    """
    k, m = other.shape
    least = F.dtype.type(0)
    for j in range(k):
        for row in range(hi - lo):
            least = max(least, C[j, row])
    least *= F.dtype.type(1e-20)
    for i in range(lo, hi):
        row = i - lo
        for _ in range(sweeps):
            for j in range(k):
                curvature = C[j, row] + F.dtype.type(l2)
                if curvature > least:
                    slope = F.dtype.type(0)
                    for c in range(m):
                        slope += R[row, c] * other[j, c]
                    old = F[j, i]
                    rise = slope - F.dtype.type(l1) - F.dtype.type(l2) * old
                    new = max(old + rise / curvature, F.dtype.type(0))
                    step = new - old
                    if step != 0:
                        for c in range(m):
                            R[row, c] -= step * other[j, c] * M[row, c]
                        F[j, i] = new


@jit(fast=True)
def inner(F: Factor, lo: int, hi: int, B: Factor) -> float:
    """Return the sum of F * B over the columns lo to hi of F, in float64."""
    total = 0.0
    for j in range(F.shape[0]):
        for i in range(hi - lo):
            total += np.float64(F[j, lo + i]) * np.float64(B[j, i])
    return total


@jit(fast=True)
def squares_of(R: Factor) -> float:
    """Return the sum of squares, in float64."""
    total = 0.0
    for i in range(R.shape[0]):
        for j in range(R.shape[1]):
            total += np.float64(R[i, j]) * np.float64(R[i, j])
    return total


@jit(fast=True)
def left_over(V: Factor, X: Factor, known: NDArray[np.bool_], row: int, column: int) -> float:
    """Turn V in place into what it leaves of the known cells of X from (row, column) on, 0 elsewhere.

    Returns the sum of squares, in float64.
    """
    total = 0.0
    zero = V.dtype.type(0)
    for i in range(V.shape[0]):
        # Places counted from the start of a row of its own are never negative, so that lanes can be used: ten times
        # faster than X[row + i, column + j].
        v = V[i]
        x = X[row + i, column : column + v.size]
        there = known[row + i, column : column + v.size]
        part = 0.0
        for j in range(v.size):
            left = v.dtype.type(x[j]) - v[j]
            left = left if there[j] else zero
            v[j] = left
            part += np.float64(left) * np.float64(left)
        total += part
    return total


@jit(fast=True)
def divergence(X: Factor, V: Factor) -> float:
    """Return the Kullback-Leibler divergence sum(x log(x / v) - x + v) of a block, in float64."""
    total = 0.0
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            x, v = np.float64(X[i, j]), np.float64(V[i, j])
            total += v - x
            if x > 0:
                total += x * np.log(x / v)
    return total


@jit(fast=True)
def sparse_quotients(
    starts: NDArray[Any],
    places: NDArray[Any],
    values: Factor,
    F: Factor,
    lo: int,
    other: Factor,
    least: float,
    out: Factor,
) -> float:
    """Write x / (F' other) of the stored cells of a block of rows to `out`; return the sum of x log(x / v).

    `other` is (m, k); row i of the block is column lo + i of F (k, n). Zero products count as `least`.
    """
    k = F.shape[0]
    total = 0.0
    w = np.empty(k, F.dtype)
    for i in range(starts.shape[0] - 1):
        for j in range(k):
            w[j] = F[j, lo + i]
        for at in range(starts[i], starts[i + 1]):
            v = F.dtype.type(0)
            for j in range(k):
                v += w[j] * other[places[at], j]
            if v <= 0:
                v = F.dtype.type(least)
            out[at] = values[at] / v
            if values[at] > 0:
                total += np.float64(values[at]) * np.log(np.float64(values[at]) / np.float64(v))
    return total
