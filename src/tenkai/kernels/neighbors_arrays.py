"""Nearest neighbours with the products on another device, and the same bits as here.

A GPU is quick at the products of all rows and at picking the smallest of them. They choose candidates; exact
distances, and what lies nearest, are decided by the same compiled code as without a GPU.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tenkai.kernels._jit import parallel_region
from tenkai.kernels.arrays import Array, host, namespace, smallest
from tenkai.kernels.distances import prepare
from tenkai.kernels.metrics import GRAM_METRICS
from tenkai.kernels.neighbors import FINAL, checked_rows, search_again
from tenkai.kernels.selection import HALF, SQRT, order_found

__all__ = ["BLOCK_CELLS", "exact_neighbors_by"]

Put = Callable[[NDArray[Any]], Array]

BLOCK_CELLS = 1 << 25
"""Products at a time: 256 MB, and about as much again to pick from them."""

# Candidates beyond k, so that the error bound rarely asks for a second look.
_SPARE = 8


def exact_neighbors_by(
    put: Put, X: ArrayLike, k: int, metric: str = "euclidean", *, block: int | None = None
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Find the k nearest rows of each row, exactly; the bits are those of `exact_neighbors`.

    Parameters
    ----------
    put
        Takes an array of NumPy to the device that shall compute products.
    X, k, metric
        As in `exact_neighbors`; the metric is one of `GRAM_METRICS`.
    block
        Rows per block; by default a block holds near 256 MB.

    Raises
    ------
    ValueError
        As `exact_neighbors`.

    Notes
    -----
    Products are made in float64. Where their error bound leaves open whether a row left out is nearer than the
    last one found (many equal distances), the row is searched again here.
    """
    rows, _ = checked_rows(X, k, metric, None)
    if metric not in GRAM_METRICS:
        raise ValueError(f"metric is {metric!r}. Allowed with products: {', '.join(GRAM_METRICS)}.")
    n, p = rows.shape
    exact = prepare(rows, metric)[0].exact
    there = put(exact.astype(np.float64) - exact.mean(axis=0, dtype=np.float64))
    xp = namespace(there)
    norms = xp.sum(there * there, axis=1)
    count = min(k + _SPARE, n - 1)
    found = np.empty((n, count), dtype=np.int32)
    limits = np.empty(n)
    step = block or max(1, BLOCK_CELLS // n)
    for start in range(0, n, step):
        part = slice(start, min(start + step, n))
        scores = norms - 2.0 * (there[part] @ there.T)
        own = xp.arange(part.stop - part.start)
        scores[own, own + start] = float("inf")
        near = smallest(scores, count)
        chosen = scores[own[:, None], near] if xp is np else xp.take_along_dim(scores, near, 1)
        found[part], limits[part] = host(near), host(chosen).max(axis=1)
    indices = np.empty((n, count), dtype=np.int32)
    distances = np.empty((n, count))
    with parallel_region():
        order_found(found, distances, exact, FINAL[metric], np.zeros(n, dtype=np.bool_), indices, distances)
    indices, distances = np.ascontiguousarray(indices[:, :k]), np.ascontiguousarray(distances[:, :k])
    if count < n - 1:
        again = np.flatnonzero(_open(distances[:, -1], limits, host(norms), p, metric))
        search_again(rows, again, metric, indices, distances)
    return indices, distances


def _open(
    reach: NDArray[np.float64], limits: NDArray[np.float64], norms: NDArray[np.float64], p: int, metric: str
) -> NDArray[np.bool_]:
    """Say for which rows a row left out could be as near as the last one found.

    Scores are |y|² - 2 x y. The bound is that of `distances.score_error` in float64.
    """
    final = FINAL[metric]
    squared = reach**2 if final == SQRT else 2 * reach if final == HALF else reach
    size = np.sqrt(norms)
    other = size + np.sqrt(squared)
    error = np.finfo(np.float64).eps * (2.0 * (p + 16) * size * other + 16.0 * other * other)
    return np.asarray(limits <= squared - norms + error)
