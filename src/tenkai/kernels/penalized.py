"""Lasso and elastic net on a Gram matrix: descent finds the support, one exact solve on it gives the answer.

With G = X'X and c = X'y of centred rows, the coefficients minimise

    b'Gb / 2 - c'b + lam |b|_1 + mu |b|^2 / 2,

where lam = n alpha l1_ratio and mu = n alpha (1 - l1_ratio) in the words of scikit-learn. Coordinate descent alone
needs thousands of sweeps where columns are nearly collinear; a few sweeps are enough to guess which coefficients are
not zero, and on those the problem is linear: a Cholesky factor solves it to rounding, and the optimality conditions of
all columns say whether the guess was right. Columns that depend on others leave the support along the line on which
the fit does not change.

Source: M. Osborne, B. Presnell, B. Turlach, IMA J. Numer. Anal. 20, 389 (2000) for the moves on the support;
J. Friedman, T. Hastie, R. Tibshirani, J. Stat. Softw. 33, 1 (2010) for descent on the Gram matrix.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit
from tenkai.kernels.active_set import active_set
from tenkai.kernels.cholesky import factor, null_vector, solve
from tenkai.kernels.descent import SWEEPS, descend

__all__ = ["KKT", "LAST_HALF", "path", "solve_one"]

Array = NDArray[np.float64]
Positions = NDArray[np.int64]

# Largest violation of the optimality conditions, in units of |column| |target|.
KKT = 1e-10
_ROUNDS = 3
# Small problems: a solve on the support costs less than the sweeps that would make it exact. Large ones: sweeps are
# the cheaper part, so the support has to be calm for a while before a factor is made.
_FEW = 64
_SWEEPS, _CALM, _TRIES = 20, 2, 3
# The canonical continuation halves the penalty from the smallest one that gives zeros only.
LAST_HALF = 44


@jit(fast=True)
def _sweep(G: Array, c: Array, lam: float, mu: float, b: Array, q: Array, index: Positions, count: int) -> int:
    """Minimise over one coefficient after the other; q = G b is kept. Returns how many became or left zero."""
    p, turned = len(c), 0
    for place in range(count):
        j = index[place]
        square = G[j, j]
        if square <= 0.0:
            continue
        old = b[j]
        pull = c[j] - q[j] + square * old
        new = 0.0
        if pull > lam:
            new = (pull - lam) / (square + mu)
        elif pull < -lam:
            new = (pull + lam) / (square + mu)
        step = new - old
        if step != 0.0:
            turned += (new != 0.0) != (old != 0.0)
            b[j] = new
            for i in range(p):
                q[i] += step * G[j, i]
    return turned


@jit(fast=True)
def _products(G: Array, b: Array, q: Array) -> None:
    """Write q = G b afresh."""
    p = len(b)
    for i in range(p):
        q[i] = 0.0
    for j in range(p):
        value = b[j]
        if value != 0.0:
            for i in range(p):
                q[i] += value * G[j, i]


@jit()
def _violation(G: Array, c: Array, lam: float, mu: float, b: Array, q: Array, length: float) -> float:
    """Largest violation of the optimality conditions, in units of |column| |target|."""
    worst = 0.0
    for j in range(len(c)):
        if G[j, j] <= 0.0:
            continue
        rest = c[j] - q[j]
        if b[j] > 0.0:
            off = abs(rest - mu * b[j] - lam)
        elif b[j] < 0.0:
            off = abs(rest - mu * b[j] + lam)
        else:
            off = abs(rest) - lam
        worst = max(worst, off / (np.sqrt(G[j, j]) * length))
    return worst


@jit(fast=True)
def _distance(L: Array, k: int, x: Array, z: Array) -> float:
    """(x - z)' L L' (x - z)."""
    image = np.zeros(k)
    for i in range(k):
        value = x[i] - z[i]
        for m in range(i + 1):
            image[m] += value * L[i, m]
    total = 0.0
    for m in range(k):
        total += image[m] * image[m]
    return total


@jit(fast=True)
def _refine(G: Array, mu: float, L: Array, support: Positions, k: int, right: Array, z: Array, rest: Array) -> None:
    """Repair the rounding of a solution once."""
    for i in range(k):
        row = support[i]
        total = mu * z[i]
        for m in range(k):
            total += G[row, support[m]] * z[m]
        rest[i] = right[i] - total
    solve(L, k, rest)
    for i in range(k):
        z[i] += rest[i]


@jit()
def _leave_dependent(lam: float, b: Array, support: Positions, j: int, v: Array) -> None:
    """Move along a combination of columns that vanishes until one coefficient is zero; the fit stays."""
    slope, size = 0.0, 0.0
    for m in range(j + 1):
        slope += v[m] if b[support[m]] > 0.0 else -v[m]
        size += abs(v[m])
    if slope > 1e-12 * size:
        for m in range(j + 1):
            v[m] = -v[m]
    best, hit = np.inf, -1
    for turn in range(2):
        for m in range(j + 1):
            value = b[support[m]]
            if v[m] * value < 0.0 and -value / v[m] < best:
                best, hit = -value / v[m], m
        if hit >= 0 or turn == 1:
            break
        for m in range(j + 1):
            v[m] = -v[m]
    for m in range(j + 1):
        b[support[m]] += best * v[m]
    b[support[hit]] = 0.0


@jit()
def _on_support(
    G: Array,
    c: Array,
    lam: float,
    mu: float,
    b: Array,
    L: Array,
    support: Positions,
    kept: Positions,
    kept_count: int,
    tries: int,
) -> tuple[bool, int]:
    """Solve on the nonzero coefficients, dropping those that would change their sign.

    Returns whether the signs held, and how many columns the factor in L is of (their positions are in `kept`).
    """
    p = len(c)
    right, z, x, rest = np.empty(p), np.empty(p), np.empty(p), np.empty(p)
    for _ in range(tries):
        k = 0
        same = True
        for j in range(p):
            if b[j] != 0.0:
                support[k] = j
                same = same and k < kept_count and kept[k] == j
                k += 1
        if k == 0:
            return True, kept_count
        if not (same and k == kept_count):
            kept_count = 0
            for i in range(k):
                row = support[i]
                for m in range(i):
                    L[i, m] = G[row, support[m]]
                L[i, i] = G[row, row] + mu
            dependent = factor(L, k)
            if dependent >= 0:
                null_vector(L, dependent, z)
                _leave_dependent(lam, b, support, dependent, z)
                continue
            for i in range(k):
                kept[i] = support[i]
            kept_count = k
        for i in range(k):
            j = support[i]
            x[i] = b[j]
            right[i] = c[j] - (lam if b[j] > 0.0 else -lam)
            z[i] = right[i]
        solve(L, k, z)
        _refine(G, mu, L, support, k, right, z, rest)
        first, hit = 1.0, -1
        if lam > 0.0:
            for i in range(k):
                if z[i] * x[i] <= 0.0:
                    reach = x[i] / (x[i] - z[i])
                    if hit < 0 or reach < first:
                        first, hit = reach, i
        if hit < 0:
            for i in range(k):
                b[support[i]] = z[i]
            return True, kept_count
        for i in range(k):
            rest[i] = z[i] if z[i] * x[i] > 0.0 else 0.0
        if _distance(L, k, rest, z) < _distance(L, k, x, z):
            for i in range(k):
                b[support[i]] = rest[i]
        else:
            for i in range(k):
                b[support[i]] = x[i] + first * (z[i] - x[i])
            b[support[hit]] = 0.0
    return False, kept_count


@jit()
def solve_one(
    G: Array, c: Array, length: float, lam: float, mu: float, b: Array, q: Array, L: Array, kept: Positions, held: int
) -> tuple[int, float, int]:
    """Solve for one penalty from the coefficients in b, with q = G b.

    Parameters
    ----------
    G, c
        Gram matrix (p, p) and products with the target (p,); columns without variation have a row of zeros.
    length
        Norm of the centred target.
    lam, mu
        Penalties of |b| and of b squared / 2.
    b, q
        Start, and room for the answer.
    L, kept, held
        Room (p, p) for a factor, the columns it is of, and their number: 0, or what the last call returned
        where mu is the same.

    Returns
    -------
    tuple
        Rounds used, largest violation (`KKT` or below when solved), columns of the factor in L.
    """
    p = len(c)
    index, support = np.empty(p, np.int64), np.empty(p, np.int64)
    tries = p + 2 if p <= _FEW else _TRIES
    sweeps = 2 if p <= _FEW else _SWEEPS
    worst = 0.0
    for turn in range(_ROUNDS):
        count = 0
        for j in range(p):
            if G[j, j] > 0.0 and (b[j] != 0.0 or abs(c[j] - q[j]) > lam):
                index[count] = j
                count += 1
        if count == 0:
            return turn + 1, 0.0, held
        calm = 0
        for _ in range(sweeps):
            turned = _sweep(G, c, lam, mu, b, q, index, count)
            calm = calm + 1 if turned == 0 else 0
            if calm == _CALM:
                break
        exact, held = _on_support(G, c, lam, mu, b, L, support, kept, held, tries)
        _products(G, b, q)
        if exact:
            worst = _violation(G, c, lam, mu, b, q, length)
            if worst <= KKT:
                return turn + 1, worst, held
    # The support does not settle: columns depend on each other, or nearly.
    moves = active_set(G, c, length, lam, mu, b, 0.1 * KKT, 50 + 20 * p)
    _products(G, b, q)
    worst = _violation(G, c, lam, mu, b, q, length)
    x, r = b.copy(), q.copy()
    exact, held = _on_support(G, c, lam, mu, b, L, support, kept, held, 1)
    _products(G, b, q)
    last = _violation(G, c, lam, mu, b, q, length)
    if not exact or last > worst:
        for j in range(p):
            b[j], q[j] = x[j], r[j]
        last = worst
    return _ROUNDS + moves, last, held


@jit()
def path(
    G: Array,
    c: Array,
    length: float,
    lams: Array,
    mus: Array,
    slope: float,
    alone: bool,
    coefs: Array,
    rounds: Positions,
    off: Array,
) -> None:
    """Solve for penalties, and write coefficients (a, p), rounds (a,) and violations (a,).

    Without `alone` each penalty starts from the one before. With it penalties fall, mu / lam is `slope` for all, and
    each answer has the bits it would have alone: it starts from accelerated descent from zero, or, where the problem is
    small or its support does not settle, from a continuation that is the same for all penalties: the solutions at
    half, a quarter, ... of the smallest penalty that gives zeros only.
    """
    p = len(c)
    b, q, x, r = np.zeros(p), np.zeros(p), np.zeros(p), np.zeros(p)
    L, kept = np.empty((p, p)), np.empty(p, np.int64)
    at, half, held, last, a = 0.0, 0, 0, -1.0, 0
    for j in range(p):
        if G[j, j] > 0.0:
            at = max(at, abs(c[j]))
    cold = alone and p > _FEW
    while a < len(lams):
        lam, mu = lams[a], mus[a]
        if cold and lam > 0.0:
            x[:], r[:] = 0.0, 0.0
            sweeps = descend(G, c, length, lam, mu, x, r)
            cold = sweeps < SWEEPS
            if cold:
                turns, worst, held = solve_one(G, c, length, lam, mu, x, r, L, kept, 0)
                rounds[a], off[a], coefs[a] = turns, worst, x
                last = -1.0
                a += 1
                continue
        between = alone and half < LAST_HALF and at * 0.5 >= lam
        if between:
            half += 1
            at *= 0.5
            lam, mu = at, slope * at
        elif alone:
            for j in range(p):
                x[j], r[j] = b[j], q[j]
        if mu != last:
            held = 0
            last = mu
        answer, image = (x, r) if alone and not between else (b, q)
        turns, worst, held = solve_one(G, c, length, lam, mu, answer, image, L, kept, held)
        if not between:
            rounds[a], off[a] = turns, worst
            for j in range(p):
                coefs[a, j] = answer[j]
            a += 1
            cold = alone and p > _FEW
