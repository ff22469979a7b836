"""Ranks of chosen rows among all rows, by distance from a query row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._checks import Real
from tenkai.kernels._jit import jit, prange
from tenkai.kernels.distances import score_error, squared_distance
from tenkai.kernels.selection import CHUNK, chunk_minima, smallest

__all__ = ["neighbors_and_ranks", "ranks_given", "ranks_refined"]

_MANY_OPEN = 256  # open pairs above which a whole row of exact distances is cheaper


@jit(fast=True)
def _rank(values: NDArray[np.float64], target: int) -> int:
    """1 + values below that of `target`, ties counted by position."""
    limit = values[target]
    before = 0
    for j in range(target):
        before += values[j] <= limit
    for j in range(target + 1, values.size):
        before += values[j] < limit
    return before + 1


@jit(fast=True)
def _count(scores: NDArray[np.float32], low: float, high: float) -> tuple[int, int]:
    """Scores below `low`, and scores up to `high`."""
    below, upto = 0, 0
    lower, upper = np.float32(low), np.float32(high)
    for j in range(scores.size):
        below += scores[j] < lower
        upto += scores[j] <= upper
    return below, upto


@jit(parallel=True)
def ranks_refined(
    scores: NDArray[np.float32],
    query_norms: NDArray[np.float64],
    queries: Real,
    base: Real,
    scale: float,
    own: NDArray[np.int64],
    targets: NDArray[np.int32],
    ranks: NDArray[np.int64],
) -> None:
    """Ranks of targets from float32 scores; pairs within the error bound are measured exactly.

    `scores` as `select_refined` leaves them: |y|^2 - 2 x y, infinite at a row's own position.
    """
    n = base.shape[0]
    for i in prange(targets.shape[0]):
        exact = np.empty(0)
        for t in range(targets.shape[1]):
            target = targets[i, t]
            if exact.size == 0:
                distance = squared_distance(queries, i, base, target)
                reach = distance / (scale * scale)
                error = score_error(query_norms[i], reach, base.shape[1])
                centre = reach - query_norms[i]
                below, upto = _count(scores[i], centre - error, centre + error)
                if upto - below <= _MANY_OPEN:
                    lower, upper = np.float32(centre - error), np.float32(centre + error)
                    for j in range(n):
                        if lower <= scores[i, j] <= upper and j != target:
                            other = squared_distance(queries, i, base, j)
                            below += other < distance or (other == distance and j < target)
                    ranks[i, t] = below + 1
                    continue
                exact = np.empty(n)
                for j in range(n):
                    exact[j] = squared_distance(queries, i, base, j)
                exact[own[i]] = np.inf
            ranks[i, t] = _rank(exact, target)


@jit(parallel=True)
def ranks_given(distances: NDArray[np.float64], targets: NDArray[np.int32], ranks: NDArray[np.int64]) -> None:
    """Ranks of targets in rows of exact distances, infinite at a row's own position."""
    for i in prange(targets.shape[0]):
        for t in range(targets.shape[1]):
            ranks[i, t] = _rank(distances[i], targets[i, t])


@jit(parallel=True)
def neighbors_and_ranks(
    coordinates: NDArray[np.float64],
    own: NDArray[np.int64],
    targets: NDArray[np.int32],
    near: NDArray[np.int32],
    ranks: NDArray[np.int64],
) -> None:
    """Nearest rows on a map, and the ranks on the map of the targets."""
    n = coordinates.shape[0]
    k = near.shape[1]
    for i in prange(own.size):
        values = np.empty(n)
        for j in range(n):
            values[j] = squared_distance(coordinates, own[i], coordinates, j)
        values[own[i]] = np.inf
        minima = np.empty((n + CHUNK - 1) // CHUNK)
        chunk_minima(values, minima)
        found, _ = smallest(values, minima, k, own[i])
        order = np.argsort(values[found], kind="mergesort")
        for c in range(k):
            near[i, c] = found[order[c]]
        for t in range(targets.shape[1]):
            ranks[i, t] = _rank(values, targets[i, t])
