"""Ranks of the values in each column, and targets as integers: once per data set, for all trees."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit

__all__ = ["Codes", "column_codes", "whole_numbers"]

Codes = NDArray[np.uint16] | NDArray[np.uint32]


@jit()
def _rank(values: NDArray[np.float64], order: NDArray[np.int64], ranks: Codes) -> int:
    rank = 0
    for i in range(order.size):
        if i > 0 and values[order[i]] > values[order[i - 1]]:
            rank += 1
        ranks[order[i]] = rank
    return rank + 1


def column_codes(X: NDArray[np.float64], *, threads: int = 1) -> tuple[Codes, NDArray[np.int64]]:
    """Rank the values of each column of X (n, p) from 0, equal ones alike.

    Returns
    -------
    Ranks (p, n), and the number of different values per column (p,).
    """
    n, p = X.shape
    # Two bytes where they do: trees wait for memory more than for arithmetic.
    codes, sizes = np.empty((p, n), np.uint16 if n <= 1 << 16 else np.uint32), np.empty(p, np.int64)

    def column(at: int) -> None:
        values = np.ascontiguousarray(X[:, at])
        sizes[at] = _rank(values, np.argsort(values), codes[at])

    if threads > 1 and n * p > 1 << 20:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(column, range(p)))
    else:
        for at in range(p):
            column(at)
    return codes, sizes


def whole_numbers(y: NDArray[np.float64]) -> tuple[NDArray[np.int64], float, float]:
    """Write targets as middle + unit * whole number, so that sums over all of them are exact.

    Returns
    -------
    Whole numbers (n,), unit, middle. The unit is a power of two: the largest sum stays below 2^62, which for
    50 000 rows leaves 46 bits for one target.
    """
    lowest, highest = float(y.min()), float(y.max())
    middle = 0.5 * lowest + 0.5 * highest
    reach = max(highest - middle, middle - lowest)
    if reach == 0:
        return np.zeros(len(y), np.int64), 1.0, lowest
    bits = 61 - int(np.ceil(np.log2(len(y) + 1)))
    unit = float(np.ldexp(1.0, max(int(np.frexp(reach)[1]) - bits, -1074)))
    return np.rint((y - middle) / unit).astype(np.int64), unit, middle
