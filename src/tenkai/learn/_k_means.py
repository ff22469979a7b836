"""k-means of scikit-learn with clusters in order of size, and starts side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans, kmeans_plusplus

from tenkai.kernels.dendrogram import in_order_of_size
from tenkai.kernels.frames import Frame, Frames
from tenkai.kernels.k_means import inertia, lloyd
from tenkai.learn._named import NamedGroups, best_of, child_seeds
from tenkai.learn._threads import one_thread, side_by_side
from tenkai.step import Glimpse, Run


class OrderedKMeans(NamedGroups, KMeans):  # type: ignore[misc]
    """scikit-learn's k-means whose cluster 0 is the largest; bits do not depend on the number of threads."""

    labels_: NDArray[np.int32]
    cluster_centers_: NDArray[Any]

    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the centers of X (n, p)."""
        with one_thread():
            super().fit(X)
        self._sort(self.labels_)
        return self

    def follow(self, X: NDArray[Any], run: Run, frames: Frames | None = None) -> Self:
        """Find the centers of finite rows X (n, p) from one start, as `fit` does, in rounds that can be watched.

        `frames` keeps labels and centers of rounds, as they are numbered at last.
        """
        rows = np.array(X, order="C")
        middle = rows.mean(axis=0)
        tolerance = float(np.mean(np.var(rows, axis=0)) * self.tol)
        rows -= middle  # distances are more exact around 0

        def watch(done: int, labels: NDArray[np.int32], centers: NDArray[Any]) -> None:
            run.progress(done, self.max_iter, "rounds")

            def make() -> Glimpse:
                told = {"labels": labels.copy(), "centers": centers + middle}
                return Glimpse("clusters", done, self.max_iter, "inertia", inertia(rows, centers, labels), told)

            run.glimpse(make)

        with one_thread():
            random = np.random.RandomState(self.random_state)
            start, _ = kmeans_plusplus(rows, self.n_clusters, random_state=random)
            found = lloyd(rows, start, iterations=self.max_iter, tolerance=tolerance, watch=watch, frames=frames)
        self.cluster_centers_ = found.centers + middle
        self.inertia_, self.n_iter_ = found.inertia, found.iterations
        self.n_features_in_ = self._n_features_out = X.shape[1]
        self._n_threads = 1
        order = self._sort(found.labels)
        if frames is not None:
            place = np.argsort(order).astype(np.int32)
            frames.kept = [
                Frame(i, value, (place[labels], (centers + middle)[order]))
                for i, value, (labels, centers) in frames.kept
            ]
        return self

    def _sort(self, labels: NDArray[np.int32]) -> NDArray[np.int64]:
        """Number the clusters by falling size; return the old numbers in this order."""
        codes, order = in_order_of_size(labels)
        rest = np.setdiff1d(np.arange(len(self.cluster_centers_)), order)  # centers of no row
        order = np.concatenate([order, rest])
        self.cluster_centers_ = self.cluster_centers_[order]
        self.labels_ = codes.astype(np.int32)
        return order

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
        return lambda run: model.follow(X, run)

    jobs = [job(k, start) for k, seed in points for start in child_seeds(seed, starts)]
    with one_thread():
        found = side_by_side(jobs, run, together=run.threads)
    groups = [found[i : i + starts] for i in range(0, len(found), starts)]
    return [group[best_of([-model.inertia_ for model in group])] for group in groups]
