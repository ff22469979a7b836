"""Cholesky factors that tell the first dependent column, for compiled code that solves many small systems.

Rows of the factor are contiguous, blocks go through BLAS. The bits of a factor depend on the matrix only; call it
with BLAS on one thread where the order reaches `BLOCK`, since BLAS adds up differently with two.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit

__all__ = ["BLOCK", "DEPENDENT", "factor", "null_vector", "solve"]

Array = NDArray[np.float64]

BLOCK = 48
# A column whose square keeps less than this beside the columns before it depends on them: the square of the
# rounding errors of a Gram matrix, with a margin.
DEPENDENT = 1e-12


@jit(fast=True, inline=True)
def _dot(A: Array, i: int, B: Array, j: int, low: int, high: int) -> float:
    total = 0.0
    for m in range(low, high):
        total += A[i, m] * B[j, m]
    return total


@jit()
def _corner(L: Array, low: int, high: int, diagonal: Array) -> int:
    """Factor one block on the diagonal, whose part to the left is already taken off."""
    for j in range(low, high):
        for m in range(low, j):
            L[j, m] = (L[j, m] - _dot(L, j, L, m, low, m)) / L[m, m]
        rest = L[j, j] - _dot(L, j, L, j, low, j)
        if not rest > DEPENDENT * diagonal[j]:
            return j
        L[j, j] = np.sqrt(rest)
    return -1


@jit()
def factor(L: Array, k: int) -> int:
    """Turn the lower triangle of the leading (k, k) block into its Cholesky factor, in place.

    Returns
    -------
    int
        -1, or the first column that depends on those before it: rows up to it are then factored.
    """
    diagonal = np.empty(k)
    for j in range(k):
        diagonal[j] = L[j, j]
    for low in range(0, k, BLOCK):
        high = min(low + BLOCK, k)
        if low > 0:
            left = _block(L, low, k, 0, low)
            taken = np.dot(left, _block(L, low, high, 0, low).T)
            for i in range(low, k):
                for j in range(low, min(i + 1, high)):
                    L[i, j] -= taken[i - low, j - low]
        found = _corner(L, low, high, diagonal)
        if found >= 0:
            return found
        if high < k:
            inverse = _inverse(L, low, high)
            below = np.dot(_block(L, high, k, low, high), inverse.T)
            for i in range(high, k):
                for j in range(low, high):
                    L[i, j] = below[i - high, j - low]
    return -1


@jit()
def _block(L: Array, top: int, bottom: int, left: int, right: int) -> Array:
    # Loops instead of slices throughout: they compile several times faster.
    block = np.empty((bottom - top, right - left))
    for i in range(top, bottom):
        for j in range(left, right):
            block[i - top, j - left] = L[i, j]
    return block


@jit()
def _inverse(L: Array, low: int, high: int) -> Array:
    """Inverse of a lower triangular block."""
    n = high - low
    inverse = np.zeros((n, n))
    for j in range(n):
        inverse[j, j] = 1.0 / L[low + j, low + j]
        for i in range(j + 1, n):
            total = 0.0
            for m in range(j, i):
                total += L[low + i, low + m] * inverse[m, j]
            inverse[i, j] = -total / L[low + i, low + i]
    return inverse


@jit(fast=True)
def solve(L: Array, k: int, x: Array) -> None:
    """Solve L L' x = right-hand side, which stands in x[:k], in place."""
    for i in range(k):
        total = 0.0
        for m in range(i):
            total += L[i, m] * x[m]
        x[i] = (x[i] - total) / L[i, i]
    _solve_back(L, k, x)


@jit(fast=True)
def _solve_back(L: Array, k: int, x: Array) -> None:
    for i in range(k - 1, -1, -1):
        x[i] /= L[i, i]
        value = x[i]
        for m in range(i):
            x[m] -= value * L[i, m]


@jit()
def null_vector(L: Array, j: int, v: Array) -> None:
    """Write the combination of the first j + 1 columns that vanishes, where `factor` returned j."""
    for m in range(j):
        v[m] = -L[j, m]
    _solve_back(L, j, v)
    v[j] = 1.0
