"""The features of one argument that may score well: their values are made on the fly and not stored."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit, parallel_region, prange
from tenkai.kernels.formula_space import STORED, Candidates, Space
from tenkai.kernels.formula_terms import OPERATORS, VALUES

__all__ = ["single_bounds"]

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
CHUNK = 64
"""Candidates that a thread scores at a time."""
SPARE = 1e-6
"""What a bound is above the squared correlation: more than is rounded off."""
_SQUARE, _CUBE, _TURNED, _SIZE, _ROOT = (OPERATORS.index(o) for o in ("^2", "^3", "^-1", "abs", "sqrt"))
_QUICK = (STORED, _SQUARE, _CUBE, _TURNED, _SIZE, _ROOT)


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
        if place[k] >= 0 or o == STORED:
            out[k] = _squared_correlation(made[place[k]] if place[k] >= 0 else x, T) + SPARE
            continue
        if o == _SQUARE:
            for r in range(n):
                v[r] = x[r] * x[r]
        elif o == _CUBE:
            for r in range(n):
                v[r] = x[r] * x[r] * x[r]
        elif o == _TURNED:
            for r in range(n):
                v[r] = 1.0 / x[r]
        elif o == _SIZE:
            for r in range(n):
                v[r] = abs(x[r])
        else:
            for r in range(n):
                v[r] = np.sqrt(x[r])
        out[k] = _squared_correlation(v, T) + SPARE


@jit(parallel=True)
def _bounds(V: Array, op: Numbers, a: Numbers, made: Array, place: Numbers, T: Array, out: Array) -> None:
    for chunk in prange((len(op) + CHUNK - 1) // CHUNK):
        some = slice(chunk * CHUNK, min(len(op), (chunk + 1) * CHUNK))
        _some(V, op[some], a[some], made, place[some], T, np.empty(V.shape[1]), out[some])


def single_bounds(space: Space, some: Candidates, T: Array, threads: int = 1) -> Array:
    """Return what the squared correlations of features of one argument, or none, with targets are not above.

    What two instructions make is made where it is scored; NumPy makes the rest, which it does many at a time.
    """
    counts = np.bincount(some.op - STORED, minlength=len(OPERATORS) - STORED)
    slow = [op for op in np.flatnonzero(counts) + STORED if op not in _QUICK]
    made = np.empty((int(counts[np.array(slow, np.int64) - STORED].sum()), space.values.shape[1]))
    place, start = np.full(len(some), -1), 0
    for op in slow:
        at = np.flatnonzero(some.op == op)
        place[at] = np.arange(start, start + len(at))
        with np.errstate(all="ignore"):
            made[start : start + len(at)] = VALUES[OPERATORS[op]](space.some(some.a[at]))
        start += len(at)
    out = np.empty(len(some))
    with parallel_region(threads):
        _bounds(space.values, some.op, some.a, made, place, T, out)
    return out
