"""Lasso and elastic net by moves of one column at a time: slower than sweeps, and sure.

The support always holds columns that do not depend on each other, with the signs of their coefficients. The problem
on it is solved; a coefficient that would change its sign leaves on the way; when none does, the column that violates
the optimality conditions most enters. Where that column depends on the support, all move along the combination that
vanishes, which lowers the objective, until one leaves for it. The factor follows by updates, so a move costs k^2.

Source: M. Osborne, B. Presnell, B. Turlach, IMA J. Numer. Anal. 20, 389 (2000); updates of a Cholesky factor by
Givens rotations, G. Golub, C. Van Loan, Matrix Computations (2013), section 6.5.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit
from tenkai.kernels.cholesky import DEPENDENT, null_vector, solve

__all__ = ["active_set"]

Array = NDArray[np.float64]
Positions = NDArray[np.int64]


@jit(fast=True)
def _append(G: Array, mu: float, L: Array, support: Positions, k: int, j: int) -> bool:
    """Write row k of the factor for column j; False where the column depends on the support."""
    for i in range(k):
        total = G[j, support[i]]
        for m in range(i):
            total -= L[k, m] * L[i, m]
        L[k, i] = total / L[i, i]
    rest = G[j, j] + mu
    for m in range(k):
        rest -= L[k, m] * L[k, m]
    if not rest > DEPENDENT * (G[j, j] + mu):
        return False
    L[k, k] = np.sqrt(rest)
    return True


@jit()
def _remove(L: Array, support: Positions, sign: Array, k: int, at: int) -> None:
    """Take one of k columns out of the factor: rows move up, rotations make it triangular again."""
    cosines, sines = np.empty(k), np.empty(k)
    for i in range(at, k - 1):
        support[i], sign[i] = support[i + 1], sign[i + 1]
        for m in range(i + 2):
            L[i, m] = L[i + 1, m]
        for m in range(at, i):
            low, high = L[i, m], L[i, m + 1]
            L[i, m] = cosines[m] * low + sines[m] * high
            L[i, m + 1] = cosines[m] * high - sines[m] * low
        size = np.hypot(L[i, i], L[i, i + 1])
        cosines[i], sines[i] = L[i, i] / size, L[i, i + 1] / size
        L[i, i] = size


@jit()
def _first_zero(b: Array, v: Array, support: Positions, k: int) -> tuple[float, int]:
    """How far b can move along v until a coefficient of the support is zero, and which."""
    best, hit = np.inf, -1
    for m in range(k):
        value = b[support[m]]
        if v[m] * value < 0.0 and -value / v[m] < best:
            best, hit = -value / v[m], m
    return best, hit


@jit()
def _turn(v: Array, k: int) -> None:
    for m in range(k):
        v[m] = -v[m]


@jit()
def _begin(G: Array, lam: float, mu: float, b: Array, L: Array, support: Positions, sign: Array, v: Array) -> int:
    """Build the factor of the nonzero coefficients, without those that depend on others. Returns how many stay."""
    k = 0
    for j in range(len(b)):
        while b[j] != 0.0:
            support[k] = j
            sign[k] = 1.0 if b[j] > 0.0 else -1.0
            if _append(G, mu, L, support, k, j):
                k += 1
                break
            null_vector(L, k, v)
            if lam == 0.0:
                far, hit = -b[j], k
            else:
                slope, size = 0.0, 0.0
                for m in range(k + 1):
                    slope += sign[m] * v[m]
                    size += abs(v[m])
                if slope > 1e-12 * size:
                    _turn(v, k + 1)
                far, hit = _first_zero(b, v, support, k + 1)
                if hit < 0:
                    _turn(v, k + 1)
                    far, hit = _first_zero(b, v, support, k + 1)
            for m in range(k + 1):
                b[support[m]] += far * v[m]
            b[support[hit]] = 0.0
            if hit < k:
                _remove(L, support, sign, k, hit)
                k -= 1
    return k


@jit()
def _settle(
    c: Array, lam: float, b: Array, L: Array, support: Positions, sign: Array, k: int, z: Array, entered: int
) -> tuple[int, bool]:
    """Solve on the support, dropping coefficients that would change their sign.

    Returns how many stay, and whether the column that just entered had to go without a move.
    """
    turned_back = False
    while k > 0:
        for i in range(k):
            z[i] = c[support[i]] - lam * sign[i]
        solve(L, k, z)
        first, hit = 1.0, -1
        if lam > 0.0:
            for i in range(k):
                if z[i] * sign[i] <= 0.0:
                    value = b[support[i]]
                    reach = value / (value - z[i]) if value != z[i] else 0.0
                    if hit < 0 or reach < first:
                        first, hit = reach, i
        if hit < 0:
            for i in range(k):
                b[support[i]] = z[i]
            break
        for i in range(k):
            b[support[i]] += first * (z[i] - b[support[i]])
        turned_back = turned_back or (support[hit] == entered and first == 0.0)
        b[support[hit]] = 0.0
        _remove(L, support, sign, k, hit)
        k -= 1
    return k, turned_back


@jit(fast=True)
def _pulls(G: Array, c: Array, mu: float, b: Array, support: Positions, k: int, rest: Array) -> None:
    """Write c - G b - mu b."""
    for i in range(len(c)):
        rest[i] = c[i]
    for m in range(k):
        j = support[m]
        value = b[j]
        for i in range(len(rest)):
            rest[i] -= value * G[j, i]
        rest[j] -= mu * value


@jit()
def active_set(G: Array, c: Array, length: float, lam: float, mu: float, b: Array, tolerance: float, most: int) -> int:
    """Solve from the coefficients in b, in place, to a violation of the optimality conditions below `tolerance`.

    Returns the number of columns that entered; at most `most`.
    """
    p = len(c)
    L, support, sign = np.empty((p + 1, p + 1)), np.empty(p + 1, np.int64), np.empty(p + 1)
    v, rest = np.empty(p + 1), np.empty(p)
    banned, entered = np.zeros(p, np.bool_), -1
    k = _begin(G, lam, mu, b, L, support, sign, v)
    for step in range(most):
        k, turned_back = _settle(c, lam, b, L, support, sign, k, v, entered)
        if turned_back:
            banned[entered] = True  # rounding: it may not enter again and again
        _pulls(G, c, mu, b, support, k, rest)
        worst, entered = tolerance, -1
        for j in range(p):
            if b[j] == 0.0 and G[j, j] > 0.0 and not banned[j]:
                off = (abs(rest[j]) - lam) / (np.sqrt(G[j, j]) * length)
                if off > worst:
                    worst, entered = off, j
        if entered < 0:
            return step
        way = 1.0 if rest[entered] > 0.0 else -1.0
        if not _append(G, mu, L, support, k, entered):
            null_vector(L, k, v)
            if way < 0.0:
                _turn(v, k + 1)
            far, hit = _first_zero(b, v, support, k)
            if hit < 0:
                banned[entered] = True
                continue
            for m in range(k):
                b[support[m]] += far * v[m]
            b[entered] = far * v[k]
            b[support[hit]] = 0.0
            _remove(L, support, sign, k, hit)
            k -= 1
            if not _append(G, mu, L, support, k, entered):
                b[entered] = 0.0
                banned[entered] = True
                continue
        support[k], sign[k] = entered, way
        k += 1
    return most
