"""Nearest neighbours: exact by matrix products, or approximate by neighbour descent."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tenkai.kernels._checks import Real, check_count, matrix
from tenkai.kernels._jit import parallel_region
from tenkai.kernels.distances import (
    block_rows,
    other_metric_block,
    other_metric_options,
    prepare,
)
from tenkai.kernels.metrics import GRAM_METRICS, METRICS
from tenkai.kernels.selection import HALF, PLAIN, SQRT, order_found, select_given, select_refined

__all__ = ["FINAL", "approximate_neighbors", "checked_rows", "choose_method", "exact_neighbors", "search_again"]

Graph = tuple[NDArray[np.int32], NDArray[np.float64]]

# From a squared Euclidean distance to that of the metric.
FINAL = {"euclidean": SQRT, "sqeuclidean": PLAIN, "cosine": HALF, "correlation": HALF}


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
        One of `tenkai.kernels.metrics.METRICS`.
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
    rows, queries = checked_rows(X, k, metric, Y)
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
                FINAL[metric],
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
        One of `tenkai.kernels.metrics.METRICS` that pynndescent knows.
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
    rows, _ = checked_rows(X, k, metric, None)
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
    final = FINAL.get(metric, -1)
    exact = prepare(rows, metric)[0].exact if final >= 0 else rows
    incomplete = np.zeros(n, dtype=np.bool_)
    with parallel_region():
        order_found(
            np.ascontiguousarray(found, dtype=np.int32),
            np.ascontiguousarray(away, dtype=np.float64),
            exact,
            final,
            incomplete,
            indices,
            distances,
        )
    search_again(rows, np.flatnonzero(incomplete), metric, indices, distances)
    return indices, distances


def search_again(
    rows: Real, places: NDArray[np.int64], metric: str, indices: NDArray[np.int32], distances: NDArray[np.float64]
) -> None:
    """Search the neighbours of some rows exactly, among all, and write them to their places in (n, k) arrays."""
    if not len(places):
        return
    k = indices.shape[1]
    near, far = exact_neighbors(rows, k + 1, metric, Y=rows[places])
    others = near != places[:, None]
    # Among many equal rows it need not find itself: then the last one is left out.
    others[others.all(axis=1), -1] = False
    indices[places], distances[places] = near[others].reshape(-1, k), far[others].reshape(-1, k)


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


def checked_rows(X: ArrayLike, k: int, metric: str, Y: ArrayLike | None) -> tuple[Real, Real | None]:
    """Check what a search is asked for; raises ValueError as `exact_neighbors`."""
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
