"""Logistic regression with absolute and squared penalties, to a tight optimum, for many penalties at once.

Minimises, with s the weights of the rows (of sum 1) and the first column of X all ones and not penalised,

    sum_i s_i loss(y_i, x_i W) + l1 sum |W| + l2/2 sum W^2

by Newton's method; with the absolute penalty by its proximal form on the coordinates that matter. One row of W
for two classes (the log-odds of the second), else one per class (softmax).

Source: J. Lee, Y. Sun, M. Saunders, SIAM J. Optim. 24, 1420 (2014), proximal Newton.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels.logistic_newton import CONVERGED, SEPARABLE, UNFINISHED, loss_of, newton, penalty_of

__all__ = ["CONVERGED", "SEPARABLE", "UNFINISHED", "Design", "Solution", "design", "penalty_path"]

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


class Design(NamedTuple):
    """Rows ready for the solver.

    Attributes
    ----------
    X, XT : (n, q) and (q, n); a column of ones, then the centred columns, turned where that saves columns
    mean : (p,)
    spread : (q,), deviation of each column of X; 1 for the ones
    turn : (r, p) or None; the directions the columns 1.. of X stand for
    """

    X: Array
    XT: Array
    mean: Array
    spread: Array
    turn: Array | None


class Solution(NamedTuple):
    """Coefficients (k, p) and intercepts (k,) for the columns as given, and how they were reached.

    `curve`: the objective with the intercept alone, at every penalty on the way, and after each of the last steps.
    """

    coef: Array
    intercept: Array
    curve: Array
    iterations: int
    status: int


def design(X: Array, *, turned: bool) -> Design:
    """Centre the columns of X (n, p).

    `turned`: where p > n, use the n directions in which the rows differ. Only a squared penalty, or none,
    allows that.
    """
    n, p = X.shape
    mean = X.mean(axis=0)
    centred = X - mean
    turn = None
    if turned and p > n:
        left, sizes, turn = np.linalg.svd(centred, full_matrices=False)
        centred = left * sizes
    full = np.empty((n, centred.shape[1] + 1))
    full[:, 0] = 1.0
    full[:, 1:] = centred
    spread = np.sqrt(np.einsum("ij,ij->j", full, full) / n)
    # A column of rounding errors has no deviation of its own.
    known = np.concatenate([[0.0], np.abs(mean)]) if turn is None else spread[1:].max(initial=0.0)
    flat = spread <= 1e-14 * known
    full[:, flat] = 0.0
    spread[flat] = 0.0
    return Design(full, np.ascontiguousarray(full.T), mean, spread, turn)


def penalty_path(
    rows: Design,
    codes: Codes,
    k: int,
    weights: Array,
    Cs: Sequence[float],
    l1_ratio: float,
    *,
    tolerance: float,
    iterations: int,
) -> list[Solution]:
    """Solve for each C, as scikit-learn counts it: C sum(weights loss) + l1_ratio |W| + (1 - l1_ratio) W^2/2.

    Parameters
    ----------
    rows
        Made by `design`.
    codes : (n,), class of each row, 0..k-1
    k
        Number of classes; each has a row.
    weights : (n,), weights of the rows
    Cs
        Infinity is no penalty.
    l1_ratio
        0 (squared penalty only) to 1 (absolute only).
    tolerance
        Largest violation of an optimality condition, relative to the penalty and to the first slope.
    iterations
        Newton steps at most, for each C.

    Returns
    -------
    list of Solution
        Each with the bits it has when it is asked for alone: solutions start from those of fixed penalties, one
        per power of ten below the largest that matters, never from each other.
    """
    total = float(weights.sum())
    share = weights / total
    one = 1 if k == 2 else k
    q = rows.X.shape[1]
    start = np.zeros((one, q))
    mass = np.bincount(codes, share, k).astype(np.float64)
    if k == 2:
        start[0, 0] = np.log(mass[1] / mass[0])
    else:
        start[:, 0] = np.log(mass) - np.log(mass).mean()
    slope = _first_slope(rows, codes, k, share, mass)
    inside = np.maximum(rows.spread[1:], 1e-300)
    first = float((slope / inside).max(initial=0.0))
    top = float(slope.max(initial=0.0)) / l1_ratio if l1_ratio > 0 else float((slope * inside).max(initial=0.0))
    fixed = [start]
    found = []
    penalised = np.ones(q)
    penalised[0] = 0.0

    def solve(W: Array, alpha: float) -> tuple[Array, Array, int, int]:
        W, curve = W.copy(), np.zeros(iterations + 1)
        steps, status = newton(
            rows.X,
            rows.XT,
            codes,
            share,
            rows.spread,
            alpha * l1_ratio * penalised,
            alpha * (1 - l1_ratio) * penalised,
            max(first, 1e-300),
            W,
            tolerance,
            iterations,
            curve,
        )
        return W, curve[: steps + 1], steps, status

    def value(W: Array, l1: Array, l2: Array) -> float:
        eta = W @ rows.XT
        return loss_of(eta, codes, share, np.empty(eta.shape)) + penalty_of(W, l1, l2)

    for C in Cs:
        alpha = 0.0 if np.isinf(C) else 1.0 / (C * total)
        level = int(np.floor(np.log10(top / alpha))) if 0.0 < alpha < top else 0
        while len(fixed) <= level:
            fixed.append(solve(fixed[-1], top * 10.0 ** -len(fixed))[0])
        W, curve, steps, status = solve(fixed[level], alpha)
        l1, l2 = alpha * l1_ratio * penalised, alpha * (1 - l1_ratio) * penalised
        way = [value(V, l1, l2) for V in fixed[:level]]
        found.append(_as_given(rows, W, np.concatenate([way, curve]), steps, status))
    return found


def _first_slope(rows: Design, codes: Codes, k: int, share: Array, mass: Array) -> Array:
    """Largest slope of each column over the classes, where only the intercept is fitted: (q - 1,)."""
    largest = np.zeros(rows.X.shape[1] - 1)
    for c in range(1 if k == 2 else 0, k):
        left = share * (mass[c] - (codes == c))
        largest = np.maximum(largest, np.abs(left @ rows.X[:, 1:]))
    return largest


def _as_given(rows: Design, W: Array, curve: Array, steps: int, status: int) -> Solution:
    coef = W[:, 1:] if rows.turn is None else W[:, 1:] @ rows.turn
    coef = np.where(rows.spread[1:] > 0, coef, 0.0) if rows.turn is None else coef
    intercept = W[:, 0] - coef @ rows.mean
    if len(W) > 1:  # adding a number to all intercepts changes nothing
        intercept = intercept - intercept.mean()
    return Solution(np.ascontiguousarray(coef), intercept, curve, steps, status)
