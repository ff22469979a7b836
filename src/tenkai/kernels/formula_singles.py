"""The features of one argument that may score well: their values are made on the fly and not stored."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit, parallel_region, prange
from tenkai.kernels.formula_space import STORED, Candidates, Space
from tenkai.kernels.formula_terms import OPERATORS

__all__ = ["single_bounds"]

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
CHUNK = 64
"""Candidates that a thread scores at a time."""
SPARE = 1e-6
"""What a bound is above the squared correlation: more than is rounded off."""
_EXP, _FALL, _SQUARE, _CUBE, _TURNED, _SIZE, _ROOT = (
    OPERATORS.index(o) for o in ("exp", "exp-", "^2", "^3", "^-1", "abs", "sqrt")
)
_SLOW = {"exp": np.exp, "exp-": np.exp, "log": np.log, "cbrt": np.cbrt, "sin": np.sin, "cos": np.cos}
"""What NumPy makes, many at a time; of exp(-x) its reciprocal."""


@jit(fast=True, inline=True, borrow=True)
def _squared_correlation(v: Array, T: Array) -> float:
    n = len(v)
    mean = left = best = 0.0
    for r in range(n):
        mean += v[r]
    mean /= n
    for r in range(n):
        left += (v[r] - mean) * (v[r] - mean)
    for k in range(len(T)):
        c = 0.0
        for r in range(n):
            c += (v[r] - mean) * T[k, r]
        best = max(best, c * c)
    return best / left if left > 0 else -1.0


@jit(fast=True, borrow=True)
def _some(V: Array, op: Numbers, a: Numbers, made: Array, place: Numbers, T: Array, v: Array, out: Array) -> None:
    n = len(v)
    for k in range(len(op)):
        o, x = op[k], V[a[k]]
        if place[k] >= 0:
            x = made[place[k]]
        if o == _SQUARE:
            for r in range(n):
                v[r] = x[r] * x[r]
        elif o == _CUBE:
            for r in range(n):
                v[r] = x[r] * x[r] * x[r]
        elif o in (_TURNED, _FALL):
            for r in range(n):
                v[r] = 1.0 / x[r]
        elif o == _SIZE:
            for r in range(n):
                v[r] = abs(x[r])
        elif o == _ROOT:
            for r in range(n):
                v[r] = np.sqrt(x[r])
        else:
            out[k] = _squared_correlation(x, T) + SPARE
            continue
        out[k] = _squared_correlation(v, T) + SPARE


@jit(parallel=True)
def _bounds(V: Array, op: Numbers, a: Numbers, made: Array, place: Numbers, T: Array, out: Array) -> None:
    for chunk in prange((len(op) + CHUNK - 1) // CHUNK):
        some = slice(chunk * CHUNK, min(len(op), (chunk + 1) * CHUNK))
        _some(V, op[some], a[some], made, place[some], T, np.empty(V.shape[1]), out[some])


def single_bounds(space: Space, some: Candidates, T: Array, threads: int = 1) -> Array:
    """Return what the squared correlations of features of one argument, or none, with targets are not above.

    What a few instructions make is made where it is scored; NumPy makes the rest.
    """
    kinds = np.flatnonzero(np.bincount(some.op - STORED)) + STORED
    at = {int(op): np.flatnonzero(some.op == op) for op in kinds if op >= 0 and OPERATORS[op] in _SLOW}
    made = np.empty((sum(map(len, at.values())), space.values.shape[1]))
    place, start = np.full(len(some), -1), 0
    with np.errstate(all="ignore"):
        for op, own in at.items():
            twin = at.get(_EXP)
            if op == _FALL and twin is not None and np.array_equal(some.a[own], some.a[twin]):
                place[own] = place[twin]  # 1 / exp(x): where that is not exp(-x), the values are not sound
                continue
            rows = made[start : start + len(own)]
            _SLOW[OPERATORS[op]](space.some(some.a[own]), out=rows)
            place[own] = np.arange(start, start + len(own))
            start += len(own)
    out = np.empty(len(some))
    with parallel_region(threads):
        _bounds(space.values, some.op, some.a, made, place, T, out)
    return out
