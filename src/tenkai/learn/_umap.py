"""The UMAP estimator: a layout of a neighbour graph, and places for new rows."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.csgraph import connected_components
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from tenkai.kernels import umap as moves
from tenkai.kernels.frames import Frames
from tenkai.kernels.spectral import Layout, pca_layout, spectral_layout
from tenkai.kernels.umap_graph import curve_parameters, fuzzy_graph, membership_graph
from tenkai.learn._graph import find_neighbors, new_neighbors
from tenkai.learn._pca import first_scores
from tenkai.learn._threads import threads
from tenkai.step import Glimpse, Run


class NeighborhoodMap(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """UMAP whose bits do not depend on the number of threads, and that places new rows.

    `n_neighbors` counts the row itself, as in umap-learn.
    """

    def __init__(
        self,
        n_neighbors: int = 15,
        n_components: int = 2,
        metric: str = "euclidean",
        min_dist: float = 0.1,
        spread: float = 1.0,
        init: str = "spectral",
        n_epochs: int | None = None,
        random_state: int = 0,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.n_components = n_components
        self.metric = metric
        self.min_dist = min_dist
        self.spread = spread
        self.init = init
        self.n_epochs = n_epochs
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: None = None) -> Self:
        """Lay out the rows of X (n, p)."""
        checked: NDArray[Any] = validate_data(self, X, dtype=[np.float64, np.float32], ensure_min_samples=3)
        run = Run()
        k = min(self.n_neighbors, len(checked)) - 1
        found = find_neighbors(checked, [k], metric=self.metric, run=run)[0]
        return self.lay_out(checked, found.indices, found.distances, run)

    def lay_out(
        self,
        X: NDArray[Any],
        indices: NDArray[np.int32],
        distances: NDArray[Any],
        run: Run,
        frames: Frames | None = None,
    ) -> Self:
        """Lay out checked rows along their neighbour graph; `frames` keeps maps on the way."""
        self.n_features_in_ = X.shape[1]
        self.X_ = X
        # The curve of another spread is this one in other units, and the fit does not depend on the unit.
        a, self.b_ = curve_parameters(self.min_dist / self.spread, 1.0)
        self.a_ = float(a * self.spread ** (-2 * self.b_))

        def watch(done: int, total: int, Y: NDArray[np.float32]) -> None:
            run.progress(done, total, "epochs")
            run.glimpse(lambda: Glimpse("map", done, total, "moved", None, {"points": Y.copy()}))

        with threads(run.threads):
            graph = fuzzy_graph(indices, distances, indices.shape[1] + 1)
            run.progress(0, 1, "first layout")
            start = self._start(X, graph)
            self.init_, self.parts_ = start.method, start.components
            self.embedding_ = moves.optimize(
                graph,
                start.coordinates,
                a=self.a_,
                b=self.b_,
                seed=self.random_state,
                epochs=self.n_epochs,
                threads=run.threads,
                watch=watch,
                frames=frames,
            )
        return self

    def _start(self, X: NDArray[Any], graph: Any) -> Layout:
        parts = int(connected_components(graph, directed=False)[0])
        dimensions, seed = self.n_components, self.random_state
        if self.init == "random":
            anywhere = np.random.default_rng([seed, 2]).uniform(-10, 10, (len(X), dimensions))
            return Layout(anywhere.astype(np.float32), "random", parts)
        if self.init == "spectral":
            fallback = first_scores(X, dimensions) if parts > 1 else None
            start = spectral_layout(graph, dimensions, seed=seed, fallback=fallback)
            if start.method == "spectral":
                return start
        # Also where the eigenvectors did not converge: `init_` says so.
        return pca_layout(first_scores(X, dimensions), seed=seed)._replace(components=parts)

    def fit_transform(self, X: ArrayLike, y: None = None) -> NDArray[np.float32]:
        """Lay out the rows of X and return their coordinates."""
        return self.fit(X).embedding_

    def transform(self, X: ArrayLike) -> NDArray[np.float32]:
        """Place new rows (m, p) on the map, (m, d); the map stays as it is."""
        check_is_fitted(self)
        new: NDArray[Any] = validate_data(self, X, dtype=self.X_.dtype, reset=False)
        n = len(self.X_)
        k = min(self.n_neighbors, n)
        indices, distances = new_neighbors(self.X_, new, k, self.metric)
        return moves.embed_new(
            membership_graph(indices, distances, k, n),
            self.embedding_,
            a=self.a_,
            b=self.b_,
            seed=self.random_state,
        )
