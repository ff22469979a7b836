"""The t-SNE estimator: a layout of affinities, and places for new rows."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from tenkai.kernels import tsne as moves
from tenkai.kernels.affinity import conditional_probabilities, joint_probabilities, neighbors_for_perplexity
from tenkai.kernels.frames import Frames
from tenkai.kernels.spectral import spectral_layout
from tenkai.learn._graph import find_neighbors, new_neighbors
from tenkai.learn._pca import first_scores
from tenkai.learn._threads import threads
from tenkai.step import Glimpse, Run

# New rows look at few neighbours: they shall find the group they belong to (openTSNE's advice).
_NEW_PERPLEXITY = 5.0
# Up to so many rows the divergence of a map is computed while somebody watches: it takes some milliseconds.
SUMMED = 3000


class AffinityMap(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """t-SNE whose bits do not depend on the number of threads, and that places new rows."""

    def __init__(
        self,
        perplexity: float = 30.0,
        n_components: int = 2,
        metric: str = "euclidean",
        init: str = "pca",
        early_exaggeration: float = 12.0,
        early_iterations: int = 250,
        exaggeration: float = 1.0,
        iterations: int = 500,
        learning_rate: float | None = None,
        random_state: int = 0,
    ) -> None:
        self.perplexity = perplexity
        self.n_components = n_components
        self.metric = metric
        self.init = init
        self.early_exaggeration = early_exaggeration
        self.early_iterations = early_iterations
        self.exaggeration = exaggeration
        self.iterations = iterations
        self.learning_rate = learning_rate
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: None = None) -> Self:
        """Lay out the rows of X (n, p)."""
        checked: NDArray[Any] = validate_data(self, X, dtype=[np.float64, np.float32], ensure_min_samples=4)
        run = Run()
        k = neighbors_for_perplexity(self.perplexity, len(checked) - 1)
        found = find_neighbors(checked, [k], metric=self.metric, run=run)[0]
        return self.lay_out(checked, found.indices, found.distances, run)

    def lay_out(
        self,
        X: NDArray[Any],
        indices: NDArray[np.int32],
        distances: NDArray[Any],
        run: Run,
        scores: NDArray[np.float64] | None = None,
        frames: Frames | None = None,
    ) -> Self:
        """Lay out checked rows along their neighbour graph.

        `scores` are their PCA coordinates, where known; `frames` keeps maps on the way.
        """
        self.n_features_in_ = X.shape[1]
        self.X_ = X
        total = self.early_iterations + self.iterations

        def look(done: int, Y: NDArray[np.float64]) -> None:
            run.progress(done, total, "iterations")

            def make() -> Glimpse:
                kl = moves.kl_divergence(affinities, Y) if len(Y) <= SUMMED else None
                return Glimpse("map", done, total, "kl_divergence", kl, {"points": Y})

            run.glimpse(make)

        with threads(run.threads):
            affinities = joint_probabilities(indices, distances, self.perplexity)
            found = moves.optimize(
                affinities,
                self._start(X, affinities, scores),
                exaggeration=self.exaggeration,
                early_exaggeration=self.early_exaggeration,
                early_exaggeration_iter=self.early_iterations,
                n_iter=self.iterations,
                learning_rate=self.learning_rate,
                threads=run.threads,
                callback=look,
                frames=frames,
            )
        self.embedding_ = found.coordinates
        self.kl_divergence_ = found.kl
        self.method_ = found.method
        self.n_iter_ = found.iterations
        return self

    def _start(self, X: NDArray[Any], affinities: Any, scores: NDArray[np.float64] | None) -> NDArray[np.float64]:
        n, dimensions, seed = len(X), self.n_components, self.random_state
        if self.init == "random":
            return moves.initial_layout(None, n, dimensions, method="random", seed=seed)
        if scores is None:
            scores = first_scores(X, dimensions)
        if self.init == "spectral":
            start = spectral_layout(affinities, dimensions, seed=seed, fallback=scores)
            scores = start.coordinates.astype(np.float64)
        return moves.initial_layout(scores, n, dimensions, seed=seed)

    def fit_transform(self, X: ArrayLike, y: None = None) -> NDArray[np.float64]:
        """Lay out the rows of X and return their coordinates."""
        return self.fit(X).embedding_

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Place new rows (m, p) on the map, (m, d); the map stays as it is."""
        check_is_fitted(self)
        new: NDArray[Any] = validate_data(self, X, dtype=self.X_.dtype, reset=False)
        n = len(self.X_)
        perplexity = min(_NEW_PERPLEXITY, self.perplexity)
        k = neighbors_for_perplexity(perplexity, n)
        indices, distances = new_neighbors(self.X_, new, k, self.metric)
        affinities = conditional_probabilities(indices, distances, perplexity, n)
        return moves.embed_new(affinities, self.embedding_)
