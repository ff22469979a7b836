"""Affinities of t-SNE: Gaussian widths calibrated to a perplexity, on a neighbour graph."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix

from tenkai.kernels._checks import check_graph
from tenkai.kernels._jit import jit, parallel_region, prange

__all__ = ["conditional_probabilities", "joint_probabilities", "neighbors_for_perplexity"]

_TOLERANCE = 1e-8  # of the logarithm of the perplexity
_STEPS = 200


def neighbors_for_perplexity(perplexity: float, n: int) -> int:
    """Neighbours that carry a perplexity among n other rows: three times as many, at most n.

    Raises
    ------
    ValueError
        When the perplexity is not above 1 and below the number of those neighbours.
    """
    if not (math.isfinite(perplexity) and perplexity > 1):
        raise ValueError(f"perplexity is {perplexity}. Allowed: above 1.")
    k = min(n, math.ceil(3 * perplexity))
    if perplexity >= k:
        raise ValueError(f"perplexity is {perplexity}, with {n} other rows. Allowed: below {k}; 5 to 50 is usual.")
    return k


def joint_probabilities(indices: ArrayLike, distances: ArrayLike, perplexity: float) -> csr_matrix:
    """Calibrate the affinities of all pairs of neighbours, symmetric, with sum 1.

    Parameters
    ----------
    indices : array of shape (n, k)
        Neighbours of each row, nearest first, without the row itself.
    distances : array of shape (n, k)
        Their distances.
    perplexity
        Effective number of neighbours, above 1.

    Returns
    -------
    csr_matrix of shape (n, n), float64
        (p(j|i) + p(i|j)) / 2n, with sorted positions and an empty diagonal.

    Raises
    ------
    ValueError
        When the graph has fewer columns than `neighbors_for_perplexity` asks for.

    Notes
    -----
    One graph with many columns serves all smaller perplexities: only the first
    `neighbors_for_perplexity` columns are used.

    Source: L. van der Maaten, G. Hinton, J. Mach. Learn. Res. 9 (2008) 2579, eqs. 1-2; sparse:
    L. van der Maaten, J. Mach. Learn. Res. 15 (2014) 3221.
    """
    found, away = check_graph(indices, distances)
    n = found.shape[0]
    conditional = _calibrate(found, away, perplexity, n - 1, n)
    joint = conditional + conditional.T
    joint.sum_duplicates()
    joint.sort_indices()
    joint.data /= joint.data.sum()
    return csr_matrix(joint)


def conditional_probabilities(indices: ArrayLike, distances: ArrayLike, perplexity: float, n: int) -> csr_matrix:
    """Calibrate the affinities of new rows to the rows of an existing map.

    Parameters
    ----------
    indices : array of shape (m, k)
        Neighbours of each new row among the n rows of the map, nearest first.
    distances : array of shape (m, k)
        Their distances.
    perplexity
        Effective number of neighbours, above 1.
    n
        Rows of the map.

    Returns
    -------
    csr_matrix of shape (m, n), float64
        p(j|i); every row sums to 1.

    Raises
    ------
    ValueError
        As `joint_probabilities`.
    """
    found, away = check_graph(indices, distances, n)
    return _calibrate(found, away, perplexity, n, n)


def _calibrate(
    indices: NDArray[np.int32], distances: NDArray[np.float64], perplexity: float, others: int, n: int
) -> csr_matrix:
    k = neighbors_for_perplexity(perplexity, others)
    m, columns = indices.shape
    if columns < k:
        raise ValueError(f"the graph has {columns} neighbours per row. Perplexity {perplexity} needs {k}.")
    near = indices[:, :k].copy()  # sorted in place below; the caller's graph stays
    weights = np.empty((m, k))
    with parallel_region():
        _perplexity_rows(np.ascontiguousarray(distances[:, :k]), math.log(perplexity), weights)
    starts = np.arange(0, m * k + 1, k)
    conditional = csr_matrix((weights.ravel(), near.ravel(), starts), shape=(m, n))
    conditional.sort_indices()
    return conditional


@jit(parallel=True)
def _perplexity_rows(distances: NDArray[np.float64], goal: float, weights: NDArray[np.float64]) -> None:
    """Bisect the precision of each row's Gaussian until its entropy is `goal`."""
    m, k = distances.shape
    for i in prange(m):
        # Only differences of squared distances matter. In units of the largest one the search
        # starts near its end, and no distance is too large or too small.
        nearest = distances[i, 0]
        span = (distances[i, k - 1] - nearest) * (distances[i, k - 1] + nearest)
        if not span > 0:
            for c in range(k):  # all equally far: no width can tell them apart
                weights[i, c] = 1.0 / k
            continue
        low, high, precision = 0.0, np.inf, 1.0
        total = 1.0
        for _ in range(_STEPS):
            total = 0.0
            moment = 0.0
            for c in range(k):
                d = (distances[i, c] - nearest) * (distances[i, c] + nearest) / span
                w = np.exp(-precision * d)
                weights[i, c] = w
                total += w
                moment += w * d
            entropy = np.log(total) + precision * moment / total
            if abs(entropy - goal) < _TOLERANCE:
                break
            if entropy > goal:
                low = precision
                precision = precision * 2.0 if high == np.inf else 0.5 * (low + high)
            else:
                high = precision
                precision = 0.5 * (low + high)
            if precision == low and high < np.inf and precision == high:
                break
            if precision > 1e300:
                break  # more equal nearest rows than the perplexity: they share the weight
        for c in range(k):
            weights[i, c] /= total
