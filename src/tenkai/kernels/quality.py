"""How far a map can be trusted: neighbourhoods kept, labels kept, agreement over seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tenkai.kernels._checks import Real, check_count, check_map, matrix
from tenkai.kernels._jit import parallel_region
from tenkai.kernels.distances import (
    block_rows,
    other_metric_block,
    other_metric_options,
    prepare,
)
from tenkai.kernels.metrics import GRAM_METRICS, METRICS
from tenkai.kernels.ranks import neighbors_and_ranks, ranks_given, ranks_refined
from tenkai.kernels.selection import PLAIN, select_given, select_refined

__all__ = [
    "MapQuality",
    "continuity",
    "map_qualities",
    "map_quality",
    "neighbor_preservation",
    "trustworthiness",
]

_ALL_ROWS = 10_000  # up to here every row is a query
_SAMPLE = 5_000


class MapQuality(NamedTuple):
    """Quality of one map.

    Attributes
    ----------
    trustworthiness : float
        1 when every map neighbour is a neighbour in the data; below, weighted by how far it is.
    continuity : float
        1 when every data neighbour is a neighbour on the map.
    preservation : float
        Mean fraction of the k nearest rows that are also among the k nearest on the map.
    k : int
        Neighbours compared.
    rows : int
        Rows that asked; ranks are always among all rows.
    sampled : bool
        True when `rows` is a random sample.
    """

    trustworthiness: float
    continuity: float
    preservation: float
    k: int
    rows: int
    sampled: bool


def map_quality(
    X: ArrayLike,
    Y: ArrayLike,
    k: int = 12,
    metric: str = "euclidean",
    *,
    sample: int | None = None,
    seed: int = 0,
) -> MapQuality:
    """Measure how well a map keeps neighbourhoods; see `map_qualities`."""
    return map_qualities(X, [Y], k, metric, sample=sample, seed=seed)[0]


def map_qualities(
    X: ArrayLike,
    maps: Sequence[ArrayLike],
    k: int = 12,
    metric: str = "euclidean",
    *,
    sample: int | None = None,
    seed: int = 0,
) -> list[MapQuality]:
    """Measure several maps of the same rows in one pass over the distances.

    Parameters
    ----------
    X : array of shape (n, p)
        The data.
    maps : sequence of arrays of shape (n, d)
        Map coordinates; distances on a map are Euclidean.
    k
        Neighbours compared, below n / 2.
    metric
        Metric of the data, one of `tenkai.kernels.metrics.METRICS`.
    sample
        Number of rows that ask; None: all up to 10 000 rows, else 5 000 of them.
    seed
        Seed of the sample.

    Returns
    -------
    list of MapQuality
        One per map.

    Raises
    ------
    ValueError
        When k is not below n / 2, or shapes do not fit.

    Notes
    -----
    Equal distances are ranked by position. Memory is one block of distances. The values are exact
    for the rows that ask, and the same for any number of threads.

    Source: J. Venna, S. Kaski, ICANN 2001, eqs. 1-2 (trustworthiness, continuity).
    """
    rows = matrix(X, "X")
    n = rows.shape[0]
    if metric not in METRICS:
        raise ValueError(f"metric is {metric!r}. Allowed: {', '.join(METRICS)}.")
    check_count(k, "k", 1, (n - 1) // 2, f"below half of the {n} rows")
    flat = [check_map(Y, "the map", n) for Y in maps]
    if sample is None:
        sample = n if n <= _ALL_ROWS else _SAMPLE
    sample = min(check_count(sample, "sample", 1, 2**31), n)
    asked = np.arange(n)
    if sample < n:
        asked = np.sort(np.random.default_rng(seed).choice(n, sample, replace=False))
    totals = _penalties(rows, flat, k, metric, asked.astype(np.int64))
    worst = sample * k * (2.0 * n - 3.0 * k - 1.0) / 2.0
    return [
        MapQuality(
            1.0 - float(total[0]) / worst,
            1.0 - float(total[1]) / worst,
            float(total[2]) / (sample * k),
            k,
            sample,
            sample < n,
        )
        for total in totals
    ]


def trustworthiness(X: ArrayLike, Y: ArrayLike, k: int = 12, metric: str = "euclidean") -> float:
    """Say how far map neighbours are neighbours in the data; see `map_qualities`."""
    return map_quality(X, Y, k, metric).trustworthiness


def continuity(X: ArrayLike, Y: ArrayLike, k: int = 12, metric: str = "euclidean") -> float:
    """Say how far data neighbours are neighbours on the map; see `map_qualities`."""
    return map_quality(X, Y, k, metric).continuity


def neighbor_preservation(X: ArrayLike, Y: ArrayLike, k: int = 12, metric: str = "euclidean") -> float:
    """Mean fraction of the k nearest rows kept on the map; see `map_qualities`."""
    return map_quality(X, Y, k, metric).preservation


Ranks = Callable[[NDArray[np.int32]], NDArray[np.int64]]


def _penalties(
    X: Real, maps: list[NDArray[np.float64]], k: int, metric: str, asked: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Sums over the asking rows, per map: both rank excesses, and the neighbours kept."""
    totals = np.zeros((len(maps), 3), dtype=np.int64)
    look = _refined_blocks(X, metric) if metric in GRAM_METRICS else _given_blocks(X, metric)
    step = block_rows(X.shape[0], None)
    for start in range(0, asked.size, step):
        part = asked[start : start + step]
        near, ranks_of = look(part, k)
        for position, coordinates in enumerate(maps):
            near_map = np.empty((part.size, k), dtype=np.int32)
            ranks_map = np.empty((part.size, k), dtype=np.int64)
            with parallel_region():
                neighbors_and_ranks(coordinates, part, near, near_map, ranks_map)
            ranks = ranks_of(near_map)
            totals[position] += (
                np.maximum(ranks - k, 0).sum(),
                np.maximum(ranks_map - k, 0).sum(),
                (ranks <= k).sum(),
            )
    return totals


Look = Callable[[NDArray[np.int64], int], tuple[NDArray[np.int32], Ranks]]


def _refined_blocks(X: Real, metric: str) -> Look:
    """Neighbours of a block of rows and a way to rank others, from matrix products."""
    base, _ = prepare(X, metric)
    norms = base.norms.astype(np.float32)

    def look(part: NDArray[np.int64], k: int) -> tuple[NDArray[np.int32], Ranks]:
        scores = base.approximate[part] @ base.approximate.T
        near = np.empty((part.size, k), dtype=np.int32)
        away = np.empty((part.size, k))
        about = (base.norms[part], base.exact[part], base.exact, base.scale, part)
        with parallel_region():
            select_refined(scores, norms, *about, PLAIN, near, away)

        def ranks_of(targets: NDArray[np.int32]) -> NDArray[np.int64]:
            ranks = np.empty(targets.shape, dtype=np.int64)
            with parallel_region():
                ranks_refined(scores, *about, targets, ranks)
            return ranks

        return near, ranks_of

    return look


def _given_blocks(X: Real, metric: str) -> Look:
    """Neighbours of a block of rows and a way to rank others, for any other metric."""
    options = other_metric_options(X, metric)

    def look(part: NDArray[np.int64], k: int) -> tuple[NDArray[np.int32], Ranks]:
        scores = other_metric_block(X[part], X, metric, options)
        near = np.empty((part.size, k), dtype=np.int32)
        away = np.empty((part.size, k))
        with parallel_region():
            select_given(scores, part, near, away)

        def ranks_of(targets: NDArray[np.int32]) -> NDArray[np.int64]:
            ranks = np.empty(targets.shape, dtype=np.int64)
            with parallel_region():
                ranks_given(scores, targets, ranks)
            return ranks

        return near, ranks_of

    return look
