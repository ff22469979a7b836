"""Nearest neighbours: exact by matrix products, or approximate by neighbour descent."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tenkai.kernels._checks import Real, check_count, matrix
from tenkai.kernels._jit import jit, parallel_region, prange
from tenkai.kernels.distances import (
    GRAM_METRICS,
    METRICS,
    block_rows,
    other_metric_block,
    other_metric_options,
    prepare,
    score_error,
    squared_distance,
)

__all__ = ["approximate_neighbors", "choose_method", "exact_neighbors"]

Graph = tuple[NDArray[np.int32], NDArray[np.float64]]

CHUNK = 32
_SPARE = 8  # candidates beyond k, so that the error bound rarely asks for a second look
PLAIN, _SQRT, _HALF = 0, 1, 2
_FINAL = {"euclidean": _SQRT, "sqeuclidean": PLAIN, "cosine": _HALF, "correlation": _HALF}


def exact_neighbors(
    X: ArrayLike,
    k: int,
    metric: str = "euclidean",
    *,
    Y: ArrayLike | None = None,
    block: int | None = None,
) -> Graph:
    """Find the k nearest rows of each row, exactly.

    Parameters
    ----------
    X : array of shape (n, p)
        Rows to search among.
    k
        Number of neighbours.
    metric
        One of `tenkai.kernels.distances.METRICS`.
    Y : array of shape (m, p), optional
        Query rows. By default every row of X asks, and is not its own neighbour; rows of Y count
        as different from all rows of X, so an equal row is a neighbour at distance 0.
    block
        Query rows per block; by default a block holds near 64 MB.

    Returns
    -------
    indices : array of shape (m, k), int32
        Positions in X, nearest first; equal distances by lower position.
    distances : array of shape (m, k), float64
        In the unit of the metric; equal rows give exactly 0 (cosine, correlation: up to 1e-32).

    Raises
    ------
    ValueError
        When k is not below the number of rows, the metric is unknown or is not defined for a
        row, or the arrays are not finite matrices with the same columns.

    Notes
    -----
    The first columns for a large k are the result for a smaller k, bit for bit, so one search
    serves a sweep. Memory is one block of (rows, n) float32 beyond the arrays. Cost is
    2 n m p operations; see `choose_method` for when that is too slow.
    """
    rows, queries = _check(X, k, metric, Y)
    m = rows.shape[0] if queries is None else queries.shape[0]
    own = np.arange(m) if queries is None else np.full(m, -1)
    indices = np.empty((m, k), dtype=np.int32)
    distances = np.empty((m, k))
    step = block_rows(rows.shape[0], block)
    if metric not in GRAM_METRICS:
        options = other_metric_options(rows, metric)
        asking = rows if queries is None else queries
        for start in range(0, m, step):
            part = slice(start, min(start + step, m))
            scores = other_metric_block(asking[part], rows, metric, options)
            with parallel_region():
                select_given(scores, own[part], indices[part], distances[part])
        return indices, distances
    base, ask = prepare(rows, metric, queries)
    norms = base.norms.astype(np.float32)
    for start in range(0, m, step):
        part = slice(start, min(start + step, m))
        products = ask.approximate[part] @ base.approximate.T
        with parallel_region():
            select_refined(
                products,
                norms,
                ask.norms[part],
                ask.exact[part],
                base.exact,
                base.scale,
                own[part],
                _FINAL[metric],
                indices[part],
                distances[part],
            )
    return indices, distances


def approximate_neighbors(X: ArrayLike, k: int, metric: str = "euclidean", *, seed: int = 0) -> Graph:
    """Find nearly all of the k nearest rows of each row, by neighbour descent.

    Parameters
    ----------
    X : array of shape (n, p)
        Rows to search among.
    k
        Number of neighbours.
    metric
        One of `tenkai.kernels.distances.METRICS` that pynndescent knows.
    seed
        Seed of the search trees and of the descent.

    Returns
    -------
    indices : array of shape (n, k), int32
        Positions in X, nearest first, without the row itself.
    distances : array of shape (n, k), float64
        Exact for the metrics of `GRAM_METRICS`, else float32 as pynndescent gives them.

    Raises
    ------
    ValueError
        As `exact_neighbors`, and when pynndescent does not know the metric.

    Notes
    -----
    Runs on one thread: with several, pynndescent's result depends on their number. Rows for which
    the descent found fewer than k neighbours are searched exactly. Results for two values of k
    differ a little, so a sweep should search once with the largest k.

    Source: W. Dong, C. Moses, K. Li, WWW 2011; the pynndescent library of L. McInnes.
    """
    rows, _ = _check(X, k, metric, None)
    check_count(seed, "seed", 0, 2**32 - 1)
    from pynndescent import NNDescent
    from pynndescent.distances import named_distances

    if metric not in named_distances:
        raise ValueError(
            f"metric is {metric!r}, unknown to the approximate search. "
            f"Allowed: {', '.join(m for m in METRICS if m in named_distances)}; "
            "or search exactly."
        )
    n = rows.shape[0]
    if n <= k + 1:
        return exact_neighbors(rows, k, metric)
    with parallel_region(1):
        narrow = rows.astype(np.float32, copy=False)
        search = NNDescent(narrow, metric, n_neighbors=k + 1, random_state=seed, n_jobs=1)
        found, away = search.neighbor_graph
    indices = np.empty((n, k), dtype=np.int32)
    distances = np.empty((n, k))
    final = _FINAL.get(metric, -1)
    exact = prepare(rows, metric)[0].exact if final >= 0 else rows
    incomplete = np.zeros(n, dtype=np.bool_)
    with parallel_region():
        _order(
            np.ascontiguousarray(found, dtype=np.int32),
            np.ascontiguousarray(away, dtype=np.float64),
            exact,
            final,
            incomplete,
            indices,
            distances,
        )
    for i in np.flatnonzero(incomplete):
        near, far = exact_neighbors(rows, k + 1, metric, Y=rows[i : i + 1])
        others = np.flatnonzero(near[0] != i)[:k]
        indices[i], distances[i] = near[0][others], far[0][others]
    return indices, distances


def choose_method(n: int, p: int, k: int, metric: str = "euclidean") -> Literal["exact", "approximate"]:
    """Say which search is fast enough for n rows of p columns.

    Parameters
    ----------
    n, p
        Rows and columns.
    k
        Number of neighbours.
    metric
        Name of the metric.

    Returns
    -------
    str
        "exact" or "approximate".

    Notes
    -----
    Exact search is chosen below about 15 s on two cores, and wherever the approximate search
    would not be clearly faster. Rates were measured on MNIST (two cores, AVX-512): products
    1.5e11 operations/s, selection 4e8 values/s, other metrics 5e8 operations/s on one core;
    neighbour descent on one core, with 20 s of compilation in every new process.
    """
    pairs = float(n) * n
    if metric in GRAM_METRICS:
        exact = pairs * p * 2 / 1.5e11 + pairs / 4e8
    elif metric in ("jensenshannon", "yule", "dice", "sokalsneath", "rogerstanimoto", "russellrao"):
        return "exact"  # rare, and not all of them are known to the approximate search
    else:
        exact = pairs * p / 5e8
    approximate = 20.0 + 1e-6 * n * float(k) ** 1.4 * (0.3 + 0.7 * p / 784)
    return "exact" if exact <= max(15.0, 1.5 * approximate) else "approximate"


def _check(X: ArrayLike, k: int, metric: str, Y: ArrayLike | None) -> tuple[Real, Real | None]:
    rows = matrix(X, "X")
    if metric not in METRICS:
        raise ValueError(f"metric is {metric!r}. Allowed: {', '.join(METRICS)}.")
    if Y is None:
        check_count(k, "k", 1, rows.shape[0] - 1, f"X has {rows.shape[0]} rows")
        return rows, None
    queries = matrix(Y, "Y")
    if queries.shape[1] != rows.shape[1]:
        raise ValueError(f"Y has {queries.shape[1]} columns. Allowed: {rows.shape[1]}, as X has.")
    check_count(k, "k", 1, rows.shape[0], f"X has {rows.shape[0]} rows")
    return rows, queries.astype(rows.dtype, copy=False)


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
        if final == _SQRT:
            value = np.sqrt(value)
        elif final == _HALF:
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
        if final == _SQRT:
            reach *= reach
        elif final == _HALF:
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
def _order(
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
