"""Directions of Newton's method for a penalised quadratic: Cholesky, conjugate gradients, signed active sets.

Symbols: Q is the Hessian with the squared penalty on its diagonal, b the linear term, lam the weight of the
absolute penalty of each coordinate (0: free).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit

__all__ = ["conjugate_gradients", "factor", "signed_minimum", "solve_factored"]

Array = NDArray[np.float64]

_LOST = 1e-13  # a pivot this much below its diagonal holds rounding errors only
_CLOSED = 1e300
_PASSES = 20
_SMALL = 64


@jit(fast=True)
def factor(Q: Array, L: Array) -> None:
    """Cholesky factor of Q (m, m) into the lower half of L.

    A coordinate that depends on those before it gets an endless pivot: its step is 0.
    """
    m = Q.shape[0]
    for i in range(m):
        for j in range(i):
            total = Q[i, j]
            for c in range(j):
                total -= L[i, c] * L[j, c]
            L[i, j] = total / L[j, j]
        rest = Q[i, i]
        for c in range(i):
            rest -= L[i, c] * L[i, c]
        L[i, i] = np.sqrt(rest) if rest > _LOST * Q[i, i] else _CLOSED


@jit(fast=True)
def solve_factored(L: Array, x: Array) -> None:
    """Overwrite x (m,) with the solution of L L' y = x."""
    m = L.shape[0]
    for i in range(m):
        total = x[i]
        for c in range(i):
            total -= L[i, c] * x[c]
        x[i] = total / L[i, i]
    for i in range(m - 1, -1, -1):
        x[i] /= L[i, i]
        part = x[i]
        for c in range(i):
            x[c] -= L[i, c] * part


@jit(fast=True)
def _descend(Q: Array, lam: Array, v: Array, slope: Array, passes: int) -> None:
    """Coordinate descent: `passes` rounds over all coordinates; keeps slope = Q v + b."""
    m = v.size
    for _ in range(passes):
        for j in range(m):
            curve = Q[j, j]
            if curve <= 0.0:
                continue
            there = curve * v[j] - slope[j]
            size = abs(there) - lam[j]
            new = 0.0 if size <= 0.0 else (size if there > 0.0 else -size) / curve
            step = new - v[j]
            if step != 0.0:
                v[j] = new
                for c in range(m):
                    slope[c] += step * Q[j, c]


@jit()
def _towards(Q: Array, b: Array, lam: Array, v: Array) -> bool:
    """Move v to the minimum for its signs, or to the first coordinate that becomes 0. True: it arrived."""
    held = np.flatnonzero((v != 0.0) | (lam == 0.0))
    a = held.size
    if a == 0:
        return True
    part = np.empty((a, a))
    target = np.empty(a)
    for i in range(a):
        for j in range(a):
            part[i, j] = Q[held[i], held[j]]
        target[i] = -b[held[i]] - lam[held[i]] * np.sign(v[held[i]])
    # The difference is solved for: a coordinate without curvature of its own stays where it is.
    for i in range(a):
        for j in range(a):
            target[i] -= part[i, j] * v[held[j]]
    L = np.zeros((a, a))
    factor(part, L)
    solve_factored(L, target)
    reach, first = 1.0, -1
    for i in range(a):
        at = v[held[i]]
        if lam[held[i]] > 0.0 and at * (at + target[i]) <= 0.0:
            share = -at / target[i]
            if share < reach:
                reach, first = share, i
    for i in range(a):
        v[held[i]] += reach * target[i]
    if first >= 0:
        v[held[first]] = 0.0
        return False
    return True


@jit()
def signed_minimum(Q: Array, b: Array, lam: Array, v: Array, most: int) -> bool:
    """Minimise v'Qv/2 + b'v + sum(lam |v|) from v, in place, in at most `most` rounds.

    Every round lowers the objective. True: the conditions hold to rounding.

    Coordinate descent finds the signs, a Cholesky solve within them the values: exact where columns are
    nearly dependent, where descent alone needs thousands of rounds.

    Source: H. Lee and others, NIPS 19, 801 (2007), feature-sign search.
    """
    m = v.size
    slope = np.dot(Q, v) + b
    for _ in range(most):
        _descend(Q, lam, v, slope, _PASSES)
        arrived = False
        # A solve is cheap beside a round where there are few coordinates; else descent finds the signs faster.
        for _ in range(m + 1 if m <= _SMALL else 1):
            arrived = _towards(Q, b, lam, v)
            if arrived:
                break
        slope = np.dot(Q, v) + b
        done = arrived
        for j in range(m):
            if v[j] == 0.0 and abs(slope[j]) > lam[j] * (1 + 1e-10) + 1e-15 * abs(b[j]):
                done = False
        if done:
            return True
    return False


@jit()
def _nearly_solved(L: Array, rest: Array) -> Array:
    """Solve for each class by itself, and keep the part that adds up to 0 over the classes: the others never move."""
    k, q = rest.shape
    near = rest.copy()
    for c in range(k):
        solve_factored(L[c], near[c])
    for j in range(q):
        near[:, j] -= near[:, j].sum() / k
    return near


@jit()
def conjugate_gradients(
    X: Array,
    XT: Array,
    chance: Array,
    share: Array,
    ridge: Array,
    slope: Array,
    closeness: float,
    most: int,
) -> Array:
    """Newton direction (k, q) of the softmax loss without forming its Hessian.

    Parameters
    ----------
    X, XT : (n, q) and (q, n)
    chance : (k, n), probabilities
    share : (n,), weights of the rows, of sum 1
    ridge : (q,), squared penalty
    slope : (k, q), gradient
    closeness
        Size of the remaining gradient, relative to the first.

    Notes
    -----
    Preconditioned by the exact Hessian of each class by itself.
    """
    k, q = slope.shape
    n = share.size
    L = np.zeros((k, q, q))
    scaled = np.empty((q, n))
    for c in range(k):
        curve = share * chance[c] * (1.0 - chance[c])
        for j in range(q):
            scaled[j] = XT[j] * curve
        Q = np.dot(scaled, X)
        for j in range(q):
            Q[j, j] += ridge[j]
        factor(Q, L[c])
    step = np.zeros((k, q))
    rest = -slope
    near = _nearly_solved(L, rest)
    going = near.copy()
    energy = np.sum(rest * near)
    target = closeness * closeness * energy
    for _ in range(most):
        if not energy > 0.0 or energy <= target:
            break
        along = np.dot(going, XT)
        for i in range(n):
            mean = 0.0
            for c in range(k):
                mean += chance[c, i] * along[c, i]
            for c in range(k):
                along[c, i] = share[i] * chance[c, i] * (along[c, i] - mean)
        turned = np.dot(along, X)
        for c in range(k):
            turned[c] += ridge * going[c]
        size = energy / np.sum(going * turned)
        step += size * going
        rest -= size * turned
        near = _nearly_solved(L, rest)
        before, energy = energy, np.sum(rest * near)
        going = near + (energy / before) * going
    return step
