"""Scores of all pairs of features under the operators of two arguments, made on the fly and never stored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit, parallel_region, prange
from tenkai.kernels.formula_screen import CONSTANT, HIGH, LOW

__all__ = ["NONE", "PAIRS", "Pairs", "padded"]

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
Row = NDArray[np.float64]
NONE = np.float32(-1.0)
"""Score of what may not be made or has no value."""
PAIRS = ("+", "-", "|-|", "*", "/", "\\")
"""Operations of two features i > j in the order of the scores; the last is j / i."""
LANES = 8


def padded(values: Array) -> Array:
    """Return rows filled with zeros to a whole number of vector lanes."""
    m, n = values.shape
    out = np.zeros((m, -(-n // LANES) * LANES))
    out[:, :n] = values
    return out


@jit(fast=True, inline=True, borrow=True)
def _spread(s: float, q: float, n: int) -> float:
    """Sum of squares about the mean; -1 where values have no fit size, do not vary, or are no numbers."""
    left = q - s * s / n
    return left if left > CONSTANT * q and q > LOW * n and q < HIGH * n else -1.0


@jit(fast=True, inline=True, borrow=True)
def _products(a: Row, ia: Row, b: Row, ib: Row, w: Row) -> tuple[float, ...]:
    """Sum, sum of squares and product with w of a b, a / b, b / a."""
    s0 = q0 = c0 = s1 = q1 = c1 = s2 = q2 = c2 = 0.0
    for r in range(len(a)):
        v = a[r] * b[r]
        s0 += v
        q0 += v * v
        c0 += v * w[r]
        v = a[r] * ib[r]
        s1 += v
        q1 += v * v
        c1 += v * w[r]
        v = b[r] * ia[r]
        s2 += v
        q2 += v * v
        c2 += v * w[r]
    return s0, q0, c0, s1, q1, c1, s2, q2, c2


@jit(fast=True, inline=True, borrow=True)
def _products_with(a: Row, ia: Row, b: Row, ib: Row, w: Row) -> tuple[float, ...]:
    """Product with w of a b, a / b, b / a."""
    c0 = c1 = c2 = 0.0
    for r in range(len(a)):
        c0 += a[r] * b[r] * w[r]
        c1 += a[r] * ib[r] * w[r]
        c2 += b[r] * ia[r] * w[r]
    return c0, c1, c2


@jit(fast=True, inline=True, borrow=True)
def _sums(a: Row, b: Row, w: Row) -> tuple[float, ...]:
    """Sum, sum of squares and product with w of a + b, a - b, |a - b|; the squares of the last two are the same."""
    s0 = q0 = c0 = s1 = q1 = c1 = s2 = c2 = 0.0
    for r in range(len(a)):
        v = a[r] + b[r]
        s0 += v
        q0 += v * v
        c0 += v * w[r]
        v = a[r] - b[r]
        s1 += v
        q1 += v * v
        c1 += v * w[r]
        v = abs(v)
        s2 += v
        c2 += v * w[r]
    return s0, q0, c0, s1, q1, c1, s2, c2


@jit(fast=True, inline=True, borrow=True)
def _sums_with(a: Row, b: Row, w: Row) -> tuple[float, ...]:
    """Product with w of a + b, a - b, |a - b|."""
    c0 = c1 = c2 = 0.0
    for r in range(len(a)):
        c0 += (a[r] + b[r]) * w[r]
        v = a[r] - b[r]
        c1 += v * w[r]
        c2 += abs(v) * w[r]
    return c0, c1, c2


@dataclass(frozen=True)
class Pairs:
    """Features whose pairs are scored, those with few operators first.

    Parameters
    ----------
    V, W : (p, m) values and their reciprocals, filled with zeros after the n-th
    unit, size : (p,) numbers of the units, numbers of operators; `size` rises
    fresh : (p,) of the last rung; a pair has at least one of these
    wanted : (6,) operations of PAIRS; j / i goes with i / j
    most : operators a feature may have
    """

    V: Array
    W: Array
    unit: Numbers
    size: Numbers
    fresh: NDArray[np.bool_]
    wanted: NDArray[np.bool_]
    most: int
    n: int

    @classmethod
    def of(
        cls, values: Array, unit: Numbers, size: Numbers, fresh: NDArray[np.bool_], wanted: NDArray[np.bool_], most: int
    ) -> Pairs:
        """Take features in rising order of their operators."""
        with np.errstate(divide="ignore"):
            reciprocals = padded(1 / values)
        return cls(padded(values), reciprocals, unit, size, fresh, wanted, most, values.shape[1])

    def partners(self) -> Numbers:
        """Return for every feature i how many features j < i are not too large for it."""
        fit = np.searchsorted(self.size, self.most - self.size, side="left")
        return np.minimum(np.arange(len(self.size)), fit)

    def scores(self, rows: Numbers, T: Array, threads: int = 1) -> NDArray[np.float32]:
        """Score all pairs of features i in `rows` and their partners j.

        Parameters
        ----------
        T : (k, m) targets of mean 0 and length 1, filled with zeros

        Returns
        -------
        (rows, 6 x most partners) float32
            Per i and j the largest squared correlation with a target; below 0 or NaN for what may not be made or
            has no value.
        """
        partners = self.partners()[rows]
        out = np.full((len(rows), len(PAIRS) * int(partners.max(initial=0))), NONE)
        with parallel_region(threads):
            _pair_scores(self.V, self.W, self.unit, self.fresh, T, rows, partners, self.wanted, self.n, out)
        return out


@jit(parallel=True, fast=True)
def _pair_scores(
    V: Array,
    W: Array,
    unit: Numbers,
    fresh: NDArray[np.bool_],
    T: Array,
    rows: Numbers,
    partners: Numbers,
    wanted: NDArray[np.bool_],
    n: int,
    out: NDArray[np.float32],
) -> None:
    sums = wanted[0] or wanted[1] or wanted[2]
    products = wanted[3] or wanted[4] or wanted[5]
    for place in prange(len(rows)):
        i = rows[place]
        a, ia, line = V[i], W[i], out[place]
        for j in range(partners[place]):
            if not (fresh[i] or fresh[j]):
                continue
            b, ib, at = V[j], W[j], 6 * j
            if products:
                s0, q0, c0, s1, q1, c1, s2, q2, c2 = _products(a, ia, b, ib, T[0])
                c0, c1, c2 = c0 * c0, c1 * c1, c2 * c2
                for k in range(1, len(T)):
                    d0, d1, d2 = _products_with(a, ia, b, ib, T[k])
                    c0, c1, c2 = max(c0, d0 * d0), max(c1, d1 * d1), max(c2, d2 * d2)
                if wanted[3]:
                    line[at + 3] = c0 / _spread(s0, q0, n)
                if wanted[4]:
                    line[at + 4] = c1 / _spread(s1, q1, n)
                    line[at + 5] = c2 / _spread(s2, q2, n)
            if sums and unit[i] == unit[j]:
                s0, q0, c0, s1, q1, c1, s2, c2 = _sums(a, b, T[0])
                c0, c1, c2 = c0 * c0, c1 * c1, c2 * c2
                for k in range(1, len(T)):
                    d0, d1, d2 = _sums_with(a, b, T[k])
                    c0, c1, c2 = max(c0, d0 * d0), max(c1, d1 * d1), max(c2, d2 * d2)
                if wanted[0]:
                    line[at] = c0 / _spread(s0, q0, n)
                if wanted[1]:
                    line[at + 1] = c1 / _spread(s1, q1, n)
                if wanted[2]:
                    line[at + 2] = c2 / _spread(s2, q1, n)
