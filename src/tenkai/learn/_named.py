"""Clusterings of scikit-learn with their groups in order of size, so that names stay the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from tenkai.kernels.distances import block_rows
from tenkai.learn._clusters import CLUSTER, cluster_names


class NamedGroups:
    """Estimators whose ``predict`` gives 0, 1, ... in order of size, and -1 for noise."""

    column_: str = CLUSTER
    predict: Callable[[NDArray[Any]], NDArray[Any]]

    def predict_columns(self, X: NDArray[Any]) -> pl.DataFrame:
        """Return the names of the clusters of rows (m, p)."""
        return pl.DataFrame({self.column_: cluster_names(np.asarray(self.predict(X)))})


def child_seeds(seed: int, count: int) -> list[int]:
    """Return one seed per start; fewer starts have the first of them."""
    return [int(s) for s in np.random.SeedSequence(seed).generate_state(count)]


def best_of(values: Sequence[float]) -> int:
    """Return the place of the largest value, the first of equal ones."""
    return int(np.argmax(values))


def nearest(queries: NDArray[Any], X: NDArray[Any], metric: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the nearest row of X for each query, the first of equally near ones, and how far it is."""
    at = np.empty(len(queries), np.int64)
    away = np.empty(len(queries))
    step = block_rows(len(X), None)
    for start in range(0, len(queries), step):
        block = cdist(queries[start : start + step], X, metric)
        found = block.argmin(axis=1)
        at[start : start + step] = found
        away[start : start + step] = block[np.arange(len(block)), found]
    return at, away
