"""k-means of scikit-learn with clusters in order of size, and starts side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from tenkai.kernels.dendrogram import in_order_of_size
from tenkai.learn._named import NamedGroups, best_of, child_seeds
from tenkai.learn._threads import one_thread, side_by_side
from tenkai.step import Run


class OrderedKMeans(NamedGroups, KMeans):  # type: ignore[misc]
    """scikit-learn's k-means whose cluster 0 is the largest; bits do not depend on the number of threads."""

    labels_: NDArray[np.int32]
    cluster_centers_: NDArray[Any]

    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the centers of X (n, p)."""
        with one_thread():
            super().fit(X)
        codes, order = in_order_of_size(self.labels_)
        rest = np.setdiff1d(np.arange(len(self.cluster_centers_)), order)  # centers of no row
        self.cluster_centers_ = self.cluster_centers_[np.concatenate([order, rest])]
        self.labels_ = codes.astype(np.int32)
        return self

    def fit_predict(self, X: Any, y: Any = None) -> NDArray[np.int32]:
        """Find the centers of X (n, p) and the group of each row."""
        return self.fit(X).labels_

    def fit_transform(self, X: Any, y: Any = None) -> NDArray[Any]:
        """Find the centers of X (n, p) and the distances to them."""
        return np.asarray(self.fit(X).transform(X))

    def predict(self, X: Any) -> NDArray[np.int32]:
        """Return the nearest center of rows (m, p)."""
        with one_thread():
            return np.asarray(super().predict(X))


def best_starts(
    X: NDArray[Any], points: Sequence[tuple[int, int]], *, starts: int, iterations: int, tolerance: float, run: Run
) -> list[OrderedKMeans]:
    """Return the best of several starts for each point (number of clusters, seed); all starts run side by side."""

    def job(clusters: int, start: int) -> Callable[[Run], OrderedKMeans]:
        model = OrderedKMeans(clusters, n_init=1, max_iter=iterations, tol=tolerance, random_state=start)
        return lambda _: model.fit(X)

    jobs = [job(k, start) for k, seed in points for start in child_seeds(seed, starts)]
    with one_thread():
        found = side_by_side(jobs, run, together=run.threads)
    groups = [found[i : i + starts] for i in range(0, len(found), starts)]
    return [group[best_of([-model.inertia_ for model in group])] for group in groups]
