"""A tree cut into groups, as an estimator that gives new rows the group of the nearest row."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.cluster.hierarchy import linkage
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from tenkai.errors import problem
from tenkai.kernels.dendrogram import cut_below, cut_into
from tenkai.learn._clusters import CLUSTER
from tenkai.learn._named import NamedGroups
from tenkai.learn._pairs import nearest_rows, pair_distances


class HierarchicalGroups(NamedGroups, ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Hierarchical clustering of any metric; group 0 is the largest.

    Parameters
    ----------
    n_clusters : number of groups, where `height` is not given
    height : merges up to it are kept
    method, metric : as scipy's
    """

    def __init__(
        self,
        n_clusters: int = 2,
        height: float | None = None,
        method: str = "average",
        metric: str = "euclidean",
    ) -> None:
        self.n_clusters = n_clusters
        self.height = height
        self.method = method
        self.metric = metric

    def fit(self, X: ArrayLike, y: None = None) -> Self:
        """Build the tree of X (n, p) and cut it."""
        rows: NDArray[np.float64] = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        merges = linkage(pair_distances(rows, self.metric, str), self.method)
        wanted = min(self.n_clusters, len(rows))
        found = cut_into(merges, wanted) if self.height is None else cut_below(merges, self.height)
        return self.keep(rows, found.groups)

    def keep(self, X: NDArray[np.float64], groups: NDArray[np.int64]) -> Self:
        """Keep the groups of rows that were cut already."""
        self.n_features_in_ = X.shape[1]
        self.rows_ = X.copy()
        self.labels_ = groups
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.int64]:
        """Return the group of the nearest row of those cut, for rows (m, p)."""
        check_is_fitted(self)
        rows: NDArray[np.float64] = validate_data(self, X, reset=False, dtype=np.float64)
        return np.asarray(self.labels_[nearest_rows(rows, self.rows_, self.metric)])


class GroupsOfThese:
    """The groups of certain rows, known by distances only: there is no way to place others."""

    column_: str = CLUSTER

    def __init__(self, groups: NDArray[Any]) -> None:
        self.groups = groups

    def transform_columns(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Refuse rows that are not in the tree."""
        raise problem(
            "TK213",
            "this tree cannot place new rows: learn.cut had no table with the numbers it was made from.",
            remedy="Give learn.linkage and learn.cut the same table.",
        )
