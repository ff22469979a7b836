"""The numbers of MDS: all distances, a classical or a least-stress layout, and places for new rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Self

import numpy as np
import scipy.linalg
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.linalg import eigsh
from scipy.spatial.distance import cdist
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.manifold import smacof
from sklearn.utils.validation import check_is_fitted, validate_data

from tenkai.errors import problem
from tenkai.kernels.distances import other_metric_block, other_metric_options
from tenkai.learn._metrics import check_metric, not_defined
from tenkai.learn._threads import one_thread

Array = NDArray[np.float64]
Progress = Callable[[float, float, str], None]

_FULL = 1500  # rows up to which all eigenvectors are found at once
_PER_CALL = 20  # iterations between two looks at the clock
_BLOCK_CELLS = 1 << 22


def _quiet(done: float, total: float, text: str) -> None:
    pass


def _blocks(n: int, width: int) -> Iterator[slice]:
    step = max(1, _BLOCK_CELLS // width)
    for start in range(0, n, step):
        yield slice(start, min(start + step, n))


def all_distances(X: NDArray[Any], metric: str, progress: Progress = _quiet) -> Array:
    """Distances between all rows, (n, n). Raises TK603 where the metric is not defined."""
    n = len(X)
    found = np.empty((n, n))
    for part in _blocks(n, n):
        progress(part.start, n, "distances")
        found[part] = _distances(X[part], X, metric)
    # Some metrics round (i, j) and (j, i) differently.
    found += found.T.copy()
    found *= 0.5
    np.fill_diagonal(found, 0.0)
    return found


def _distances(Y: NDArray[Any], X: NDArray[Any], metric: str) -> Array:
    try:
        return other_metric_block(Y, X, metric, other_metric_options(X, metric))
    except ValueError as wrong:
        raise not_defined(metric, wrong) from None


def classical_layout(distances: Array, dimensions: int) -> tuple[Array, Array, float]:
    """Coordinates (n, d), eigenvalues (d,), and their share of all, from distances (n, n).

    Torgerson: the products of centred rows follow from their distances; their eigenvectors are coordinates.
    """
    n = len(distances)
    products = distances**2
    products -= products.mean(axis=0)
    products -= products.mean(axis=1, keepdims=True)
    products *= -0.5
    total = float(np.trace(products))
    if n <= _FULL or dimensions > n // 10:
        values, vectors = scipy.linalg.eigh(products, subset_by_index=[n - dimensions, n - 1])
    else:
        start = np.cos(np.arange(n))
        values, vectors = eigsh(products, dimensions, which="LA", v0=start, ncv=min(n, 10 * dimensions + 20))
    order = np.argsort(-values, kind="stable")
    values, vectors = values[order], vectors[:, order]
    # Directions without positive length (fewer real dimensions than asked for) get 0 everywhere.
    values = np.where(values > 1e-12 * max(values[0], 0.0), values, 0.0)
    sizes = np.abs(vectors)
    first = (sizes >= sizes.max(axis=0) * (1 - 1e-6)).argmax(axis=0)
    signs = np.where(vectors[first, np.arange(dimensions)] < 0, -1.0, 1.0)
    share = float(values.sum() / total) if total > 0 else 0.0
    return vectors * signs * np.sqrt(values), values, share


def stress_layout(distances: Array, start: Array, iterations: int, progress: Progress) -> tuple[Array, int]:
    """Lower the stress of a layout step by step until it stays; return it and the iterations used."""
    layout, used = start, 0
    while used < iterations:
        progress(used, iterations, "iterations")
        most = min(_PER_CALL, iterations - used)
        layout, _, count = smacof(
            distances,
            init=layout,
            n_components=start.shape[1],
            n_init=1,
            max_iter=most,
            normalized_stress=False,
            return_n_iter=True,
        )
        used += count
        if count < most:
            break
    return layout - layout.mean(axis=0), used


def stress_of(distances: Array, layout: Array) -> float:
    """Kruskal's stress-1: 0 where the map keeps all distances."""
    error = size = 0.0
    for part in _blocks(len(layout), len(layout)):
        drawn = cdist(layout[part], layout)
        error += float(((drawn - distances[part]) ** 2).sum())
        size += float((drawn**2).sum())
    return float(np.sqrt(error / size)) if size > 0 else 0.0


class DistanceScaling(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """MDS that also places new rows.

    New rows: classical by Gower's formula, which gives training rows their own place; least stress by moving
    each new row alone until its distances to the map change no more.
    """

    def __init__(
        self,
        n_components: int = 2,
        metric: str = "euclidean",
        method: str = "classical",
        initialization: str = "classical",
        max_iter: int = 300,
        random_state: int = 0,
    ) -> None:
        self.n_components = n_components
        self.metric = metric
        self.method = method
        self.initialization = initialization
        self.max_iter = max_iter
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: None = None) -> Self:
        """Lay out the rows of X (n, p)."""
        return self.lay_out(validate_data(self, X, dtype=[np.float64, np.float32], ensure_min_samples=2))

    def lay_out(self, X: NDArray[Any], progress: Progress = _quiet) -> Self:
        """Lay out checked rows."""
        self.n_features_in_ = X.shape[1]
        self.X_ = X
        distances = all_distances(X, self.metric, progress)
        if not distances.any():
            raise problem(
                "TK203", f"all {self.metric} distances are 0.", remedy="Use another metric.", setting="metric"
            )
        with one_thread():
            if self.method == "classical" or self.initialization == "classical":
                layout, values, self.explained_ = classical_layout(distances, self.n_components)
                self.eigenvalues_ = values
                self.mean_squares_ = np.einsum("ij,ij->j", distances, distances) / len(X)
            else:
                layout = np.random.default_rng(self.random_state).uniform(size=(len(X), self.n_components))
                layout *= distances.mean()
            self.n_iter_ = 0
            if self.method == "smacof":
                layout, self.n_iter_ = stress_layout(distances, layout, self.max_iter, progress)
            self.embedding_ = np.ascontiguousarray(layout)
            self.stress_ = stress_of(distances, layout)
        return self

    def fit_transform(self, X: ArrayLike, y: None = None) -> Array:
        """Lay out the rows of X and return their coordinates."""
        return self.fit(X).embedding_

    def transform(self, X: ArrayLike) -> Array:
        """Place new rows (m, p) on the map, (m, d)."""
        check_is_fitted(self)
        Y = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        check_metric(Y, self.metric if self.metric != "seuclidean" else "", lambda i: f"new row {i}")
        placed = np.empty((len(Y), self.n_components))
        with one_thread():
            for part in _blocks(len(Y), len(self.X_)):
                distances = _distances(Y[part], self.X_, self.metric)
                place = self._by_formula if self.method == "classical" else self._by_stress
                placed[part] = place(distances)
        return placed

    def _by_formula(self, distances: Array) -> Array:
        # Gower, Biometrika 55, 582 (1968).
        lengths = np.where(self.eigenvalues_ > 0, self.eigenvalues_, 1.0)
        return np.asarray(0.5 * (self.mean_squares_ - distances**2) @ self.embedding_ / lengths)

    def _by_stress(self, distances: Array) -> Array:
        # Each step is the mean of where every row of the map would put the new one: the Guttman transform
        # of a single point. The stress never rises.
        size = np.abs(self.embedding_).max() or 1.0
        nearest = np.argsort(distances, axis=1, kind="stable")[:, :3]
        weights = 1.0 / (np.take_along_axis(distances, nearest, 1) + 1e-9 * size)
        place = np.einsum("ij,ijd->id", weights, self.embedding_[nearest]) / weights.sum(axis=1)[:, None]
        for _ in range(self.max_iter):
            drawn = np.maximum(cdist(place, self.embedding_), 1e-12 * size)
            ratio = distances / drawn
            pulled = self.embedding_.mean(axis=0) + place * ratio.mean(axis=1)[:, None]
            moved = pulled - ratio @ self.embedding_ / len(self.embedding_)
            if np.abs(moved - place).max() <= 1e-6 * size:
                return np.asarray(moved)
            place = moved
        return np.asarray(place)
