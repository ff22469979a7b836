"""Selection of the nearest rows from blocks of scores: compiled, in parallel over rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._checks import Real
from tenkai.kernels._jit import jit, prange
from tenkai.kernels.distances import score_error, squared_distance

__all__ = [
    "CHUNK",
    "HALF",
    "PLAIN",
    "SQRT",
    "chunk_minima",
    "order_found",
    "select_given",
    "select_refined",
    "smallest",
]

CHUNK = 32
PLAIN, SQRT, HALF = 0, 1, 2  # from a squared Euclidean distance to that of the metric
_SPARE = 8  # candidates beyond k, so that the error bound rarely asks for a second look


@jit()
def chunk_minima(row: Real, minima: Real) -> None:
    """Smallest value of each chunk; lets later passes skip most of the row."""
    n = row.size
    for c in range(minima.size):
        low = row[c * CHUNK]
        for j in range(c * CHUNK + 1, min(n, (c + 1) * CHUNK)):
            low = min(low, row[j])
        minima[c] = low


@jit()
def collect(row: Real, minima: Real, limit: Any, own: int) -> NDArray[np.int32]:
    """Positions with a value up to `limit`, in rising order, without `own`."""
    n = row.size
    count = 0
    for c in range(minima.size):
        if minima[c] <= limit:
            for j in range(c * CHUNK, min(n, (c + 1) * CHUNK)):
                count += row[j] <= limit
    found = np.empty(count, dtype=np.int32)
    count = 0
    for c in range(minima.size):
        if minima[c] <= limit:
            for j in range(c * CHUNK, min(n, (c + 1) * CHUNK)):
                if row[j] <= limit and j != own:
                    found[count] = j
                    count += 1
    return found[:count]


@jit()
def smallest(row: Real, minima: Real, m: int, own: int) -> tuple[NDArray[np.int32], Any]:
    """Positions of the m smallest values and of all equal to the last; and that last value.

    `row[own]` must be infinite. The m-th smallest chunk minimum bounds the m-th smallest value,
    whatever the order of the rows, so there is no bad order.
    """
    limit: Any = np.partition(minima, m - 1)[m - 1] if minima.size > m else np.max(row)
    found = collect(row, minima, limit, own)
    if found.size > m:
        limit = np.partition(row[found], m - 1)[m - 1]
        found = found[row[found] <= limit]
    return found, limit


@jit()
def _exact(found: NDArray[np.int32], queries: Real, i: int, base: Real, final: int) -> NDArray[np.float64]:
    values = np.empty(found.size)
    for c in range(found.size):
        value = squared_distance(queries, i, base, found[c])
        if final == SQRT:
            value = np.sqrt(value)
        elif final == HALF:
            value *= 0.5
        values[c] = value
    return values


@jit(parallel=True)
def select_refined(
    products: NDArray[np.float32],
    norms: NDArray[np.float32],
    query_norms: NDArray[np.float64],
    queries: Real,
    base: Real,
    scale: float,
    own: NDArray[np.int64],
    final: int,
    indices: NDArray[np.int32],
    distances: NDArray[np.float64],
) -> None:
    """Choose candidates by float32 scores, widen by the error bound, decide by exact distances.

    Leaves the scores, |y|^2 - 2 x y, in `products`, and infinity at a row's own position.
    """
    n = products.shape[1]
    k = indices.shape[1]
    for i in prange(products.shape[0]):
        row = products[i]
        for j in range(n):
            row[j] = norms[j] - np.float32(2.0) * row[j]
        mine = own[i]
        if mine >= 0:
            row[mine] = np.inf
        minima = np.empty((n + CHUNK - 1) // CHUNK, dtype=np.float32)
        chunk_minima(row, minima)
        m = min(k + _SPARE, n - 1 if mine >= 0 else n)
        found, limit = smallest(row, minima, m, mine)
        values = _exact(found, queries, i, base, final)
        reach = np.partition(values, k - 1)[k - 1]
        if final == SQRT:
            reach *= reach
        elif final == HALF:
            reach *= 2.0
        reach /= scale * scale
        safe = reach - query_norms[i] + score_error(query_norms[i], reach, base.shape[1])
        if limit < safe:
            found = collect(row, minima, safe, mine)
            values = _exact(found, queries, i, base, final)
        order = np.argsort(values, kind="mergesort")
        for c in range(k):
            indices[i, c] = found[order[c]]
            distances[i, c] = values[order[c]]


@jit(parallel=True)
def select_given(
    scores: NDArray[np.float64],
    own: NDArray[np.int64],
    indices: NDArray[np.int32],
    distances: NDArray[np.float64],
) -> None:
    """Choose the k smallest of each row of exact distances."""
    n = scores.shape[1]
    k = indices.shape[1]
    for i in prange(scores.shape[0]):
        row = scores[i]
        mine = own[i]
        if mine >= 0:
            row[mine] = np.inf
        minima = np.empty((n + CHUNK - 1) // CHUNK)
        chunk_minima(row, minima)
        found, _ = smallest(row, minima, k, mine)
        values = row[found]
        order = np.argsort(values, kind="mergesort")
        for c in range(k):
            indices[i, c] = found[order[c]]
            distances[i, c] = values[order[c]]


@jit(parallel=True)
def order_found(
    found: NDArray[np.int32],
    away: NDArray[np.float64],
    exact: Real,
    final: int,
    incomplete: NDArray[np.bool_],
    indices: NDArray[np.int32],
    distances: NDArray[np.float64],
) -> None:
    """Drop the row itself, measure again, sort by (distance, position)."""
    k = indices.shape[1]
    for i in prange(found.shape[0]):
        # A row among many equal rows need not be in its own list: then drop the farthest.
        kept = np.flatnonzero((found[i] >= 0) & (found[i] != i))[:k]
        if kept.size < k:
            incomplete[i] = True
            continue
        near = found[i][kept]
        values = away[i][kept] if final < 0 else _exact(near, exact, i, exact, final)
        first = np.argsort(near, kind="mergesort")
        order = first[np.argsort(values[first], kind="mergesort")]
        for c in range(k):
            indices[i, c] = near[order[c]]
            distances[i, c] = values[order[c]]
