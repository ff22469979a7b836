"""The fuzzy graph of UMAP, from a neighbour graph."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import curve_fit
from scipy.sparse import csr_matrix

from tenkai.kernels._checks import check_count, check_graph
from tenkai.kernels._jit import jit, parallel_region, prange

__all__ = ["curve_parameters", "fuzzy_graph", "membership_graph"]

_STEPS = 64
_TOLERANCE = 1e-5  # of the sum of memberships, as in umap-learn
_SMALLEST_WIDTH = 1e-3  # in units of the mean distance


def curve_parameters(min_dist: float = 0.1, spread: float = 1.0) -> tuple[float, float]:
    """Fit a and b of 1 / (1 + a d^(2b)), the membership of two points of a map at distance d.

    Parameters
    ----------
    min_dist
        Distance below which map points count as touching, from 0 to `spread`.
    spread
        Scale of the map, above 0.

    Returns
    -------
    tuple of float
        a, b.

    Raises
    ------
    ValueError
        When the values are outside their ranges.

    Notes
    -----
    Source: L. McInnes, J. Healy, J. Melville, arXiv:1802.03426, definition 11.
    """
    if not (np.isfinite(spread) and spread > 0):
        raise ValueError(f"spread is {spread}. Allowed: above 0.")
    if not (np.isfinite(min_dist) and 0 <= min_dist <= spread):
        raise ValueError(f"min_dist is {min_dist}. Allowed: 0 to spread, {spread}.")

    def curve(x: NDArray[np.float64], a: float, b: float) -> NDArray[np.float64]:
        return np.asarray(1.0 / (1.0 + a * x ** (2 * b)))

    x = np.linspace(0, 3 * spread, 300)
    goal = np.where(x < min_dist, 1.0, np.exp(-(x - min_dist) / spread))
    (a, b), _ = curve_fit(curve, x, goal)
    return float(a), float(b)


def fuzzy_graph(
    indices: ArrayLike, distances: ArrayLike, n_neighbors: int, local_connectivity: float = 1.0
) -> csr_matrix:
    """Turn a neighbour graph into the symmetric fuzzy graph of UMAP.

    Parameters
    ----------
    indices : array of shape (n, k)
        Neighbours of each row, nearest first, without the row itself.
    distances : array of shape (n, k)
        Their distances.
    n_neighbors
        Neighbours used, counting the row itself, as UMAP does: the first n_neighbors - 1 columns.
    local_connectivity
        Neighbours taken as surely connected.

    Returns
    -------
    csr_matrix of shape (n, n), float32
        Memberships in 0..1, symmetric, with sorted positions.

    Raises
    ------
    ValueError
        When the graph has fewer columns than n_neighbors - 1.

    Notes
    -----
    Source: L. McInnes, J. Healy, J. Melville, arXiv:1802.03426, algorithms 2-3.
    """
    found, away = check_graph(indices, distances)
    check_count(n_neighbors, "n_neighbors", 2, found.shape[1] + 1, "the columns of the graph + 1")
    n = found.shape[0]
    near, values = _memberships(
        found[:, : n_neighbors - 1], away[:, : n_neighbors - 1], n_neighbors, local_connectivity, 1
    )
    starts = np.arange(0, near.size + 1, near.shape[1])
    directed = csr_matrix((values.ravel(), near.ravel(), starts), shape=(n, n))
    directed.sort_indices()
    both = directed.multiply(directed.T)
    graph = csr_matrix(directed + directed.T - both)
    graph.eliminate_zeros()
    graph.sort_indices()
    return graph


def membership_graph(indices: ArrayLike, distances: ArrayLike, n_neighbors: int, n: int) -> csr_matrix:
    """Memberships of new rows to the rows of an existing map.

    Parameters
    ----------
    indices : array of shape (m, k)
        Neighbours of each new row among the n rows of the map, nearest first.
    distances : array of shape (m, k)
        Their distances.
    n_neighbors
        Neighbours used: the first n_neighbors columns.
    n
        Rows of the map.

    Returns
    -------
    csr_matrix of shape (m, n), float32
        Memberships in 0..1; the nearest rows are not taken as surely connected.

    Raises
    ------
    ValueError
        When the graph has fewer columns than n_neighbors.
    """
    found, away = check_graph(indices, distances, n)
    check_count(n_neighbors, "n_neighbors", 2, found.shape[1], "the columns of the graph")
    near, values = _memberships(found[:, :n_neighbors], away[:, :n_neighbors], n_neighbors, 0.0, 0)
    starts = np.arange(0, near.size + 1, near.shape[1])
    graph = csr_matrix((values.ravel(), near.ravel(), starts), shape=(found.shape[0], n))
    graph.sort_indices()
    return graph


def _memberships(
    indices: NDArray[np.int32],
    distances: NDArray[np.float64],
    n_neighbors: int,
    local_connectivity: float,
    itself: int,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Membership of each neighbour; `itself` is 1 when the row counts among its neighbours."""
    if not (np.isfinite(local_connectivity) and local_connectivity >= 0):
        raise ValueError(f"local_connectivity is {local_connectivity}. Allowed: 0 or more.")
    away = np.ascontiguousarray(distances)
    values = np.empty(away.shape, dtype=np.float32)
    mean = float(away.sum() / (away.shape[0] * (away.shape[1] + itself)))
    with parallel_region():
        _smooth_rows(away, float(np.log2(n_neighbors)), local_connectivity, itself, mean, values)
    return indices.copy(), values  # a copy: the sparse matrix sorts it in place


@jit()
def _connected_within(row: NDArray[np.float64], local_connectivity: float) -> float:
    """Distance up to which neighbours are surely connected (rho), interpolated."""
    k = row.size
    first = 0
    while first < k and row[first] == 0.0:
        first += 1
    apart = k - first
    if apart == 0:
        return 0.0
    if apart < local_connectivity:
        return float(row[k - 1])
    whole = int(np.floor(local_connectivity))
    part = local_connectivity - whole
    if whole == 0:
        return float(part * row[first])
    rho = row[first + whole - 1]
    if part > 0 and first + whole < k:
        rho += part * (row[first + whole] - rho)
    return float(rho)


@jit(parallel=True)
def _smooth_rows(
    distances: NDArray[np.float64],
    goal: float,
    local_connectivity: float,
    itself: int,
    mean: float,
    values: NDArray[np.float32],
) -> None:
    """Bisect each row's width until its memberships sum to `goal`."""
    m, k = distances.shape
    for i in prange(m):
        row = distances[i]
        rho = _connected_within(row, local_connectivity)
        low, high, width = 0.0, np.inf, 1.0
        for _ in range(_STEPS):
            total = 0.0
            for c in range(k):
                d = row[c] - rho
                total += np.exp(-d / width) if d > 0 else 1.0
            if abs(total - goal) < _TOLERANCE:
                break
            if total > goal:
                high = width
                width = 0.5 * (low + high)
            else:
                low = width
                width = width * 2.0 if high == np.inf else 0.5 * (low + high)
        own_mean = row.sum() / (k + itself) if rho > 0 else mean
        width = max(width, _SMALLEST_WIDTH * own_mean)
        for c in range(k):
            d = row[c] - rho
            values[i, c] = np.exp(-d / width) if d > 0 and width > 0 else 1.0
