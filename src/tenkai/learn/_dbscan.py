"""DBSCAN and HDBSCAN of scikit-learn with clusters in order of size, and a rule for new rows."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from sklearn.cluster import DBSCAN, HDBSCAN
from sklearn.neighbors import NearestNeighbors
from sklearn.utils.validation import check_is_fitted, validate_data

from tenkai.kernels.dendrogram import in_order_of_size
from tenkai.learn._named import NamedGroups, nearest
from tenkai.learn._threads import one_thread

_ASKED = 64


class OrderedDBSCAN(NamedGroups, DBSCAN):  # type: ignore[misc]
    """scikit-learn's DBSCAN whose cluster 0 is the largest; a new row joins the nearest core row within reach."""

    labels_: NDArray[np.int64]

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Find dense regions of X (n, p)."""
        with one_thread():
            super().fit(X, y, sample_weight)
        self.labels_ = in_order_of_size(self.labels_)[0]
        self.core_labels_ = self.labels_[self.core_sample_indices_]
        return self

    def predict(self, X: Any) -> NDArray[np.int64]:
        """Return the cluster of the nearest core row of rows (m, p), -1 where none lies within eps."""
        check_is_fitted(self, "core_labels_")
        rows: NDArray[Any] = validate_data(self, X, reset=False, dtype=np.float64)
        if not len(self.components_):
            return np.full(len(rows), -1, np.int64)
        at, away = nearest(rows, np.asarray(self.components_, np.float64), self.metric)
        return np.where(away <= self.eps, self.core_labels_[at], -1)


class OrderedHDBSCAN(NamedGroups, HDBSCAN):  # type: ignore[misc]
    """scikit-learn's HDBSCAN whose cluster 0 is the largest, with a rule for new rows.

    A new row joins the cluster of the nearest clustered row, when that is no farther than the members of this
    cluster have to go for `min_samples` rows.
    """

    labels_: NDArray[np.int64]

    def fit(self, X: Any, y: Any = None) -> Self:
        """Find dense regions of X (n, p)."""
        rows: NDArray[Any] = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        with one_thread():
            super().fit(rows, y)
            self.labels_ = in_order_of_size(self.labels_)[0]
            inside = np.flatnonzero(self.labels_ >= 0)
            self.clustered_ = rows[inside].copy()
            self.clustered_labels_ = self.labels_[inside]
            wanted = min(self.min_samples or self.min_cluster_size, len(rows))
            near = NearestNeighbors(n_neighbors=wanted, metric=self.metric).fit(rows)
            core = near.kneighbors(self.clustered_)[0][:, -1] if len(inside) else np.empty(0)
        self.reaches_ = np.zeros(int(self.labels_.max(initial=-1)) + 1)
        np.maximum.at(self.reaches_, self.clustered_labels_, core)
        return self

    def predict(self, X: Any) -> NDArray[np.int64]:
        """Return the cluster of rows (m, p), -1 for noise."""
        check_is_fitted(self, "clustered_labels_")
        rows: NDArray[Any] = validate_data(self, X, reset=False, dtype=np.float64)
        if not len(self.clustered_):
            return np.full(len(rows), -1, np.int64)
        at, away = nearest(rows, self.clustered_, self.metric)
        labels = self.clustered_labels_[at]
        return np.where(away <= self.reaches_[labels], labels, -1)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.sparse = False
        return tags


def expected_pairs(X: NDArray[Any], radius: float, metric: str) -> float:
    """Estimate how many pairs of rows lie within a radius, from some of the rows."""
    some = X[np.linspace(0, len(X) - 1, min(_ASKED, len(X))).astype(int)]
    within = sum(int((cdist(row[None], X, metric) <= radius).sum()) for row in some)
    return within / len(some) * len(X)
