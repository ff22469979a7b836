"""How far rows lie from the rows a model was fitted on, scikit-learn API."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from tenkai.kernels.neighbors import exact_neighbors
from tenkai.learn._threads import one_thread

Array = NDArray[np.float64]
OUTPUTS = ("distance", "leverage")
FAR = "far"
RIDGE = 1e-10
"""Added to the diagonal of X'X, as a share of its mean: columns may depend on each other."""


class ApplicabilityDomain(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Distance to the training rows and leverage.

    Parameters
    ----------
    neighbors : how many nearest training rows the distance is averaged over
    quantile : share of the training rows that counts as near

    Attributes
    ----------
    rows_ : (n, p) training rows
    unit_ : typical distance between training rows and their nearest; distances are told in it
    distances_ : (n,) distances of the training rows to the others
    limit_ : the distance beyond which a row is far
    mean_, inverse_ : of the hat value (x - mean)' inverse (x - mean) + 1 / n
    """

    def __init__(self, neighbors: int = 1, quantile: float = 0.95) -> None:
        self.neighbors = neighbors
        self.quantile = quantile

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from the training rows X (n, p)."""
        X = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        if self.neighbors >= len(X):
            raise ValueError(f"neighbors={self.neighbors} needs more rows than n_samples={len(X)}")
        self.rows_ = np.ascontiguousarray(X)
        _, near = exact_neighbors(self.rows_, self.neighbors)
        middle = float(np.median(near[:, 0]))
        # Where half of the rows have a twin the mean still tells a scale; where all have, there is none.
        self.unit_ = middle or float(near[:, 0].mean()) or 1.0
        self.distances_ = near.mean(axis=1) / self.unit_
        self.limit_ = float(np.quantile(self.distances_, self.quantile))
        self.mean_ = X.mean(axis=0)
        centered = X - self.mean_
        with one_thread():
            gram = centered.T @ centered
            gram[np.diag_indices_from(gram)] += RIDGE * max(float(np.trace(gram)) / len(gram), np.finfo(float).tiny)
            self.inverse_ = np.linalg.inv(gram)
        return self

    def transform(self, X: Any) -> Array:
        """Return distance and leverage of rows, (m, 2)."""
        check_is_fitted(self)
        X = np.ascontiguousarray(validate_data(self, X, dtype=np.float64, reset=False))
        if not len(X):
            return np.empty((0, 2))
        _, near = exact_neighbors(self.rows_, self.neighbors, Y=X)
        return np.column_stack([near.mean(axis=1) / self.unit_, self._leverage(X)])

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Return the names of what `transform` gives."""
        return np.array(OUTPUTS, dtype=object)

    def predict_columns(self, X: NDArray[Any]) -> pl.DataFrame:
        """Return distance, leverage, and whether a row is far."""
        return self._told(self.transform(X))

    def own_columns(self) -> pl.DataFrame:
        """Return the same for the training rows, each measured to the others."""
        return self._told(np.column_stack([self.distances_, self._leverage(self.rows_)]))

    @property
    def leverage_limit_(self) -> float:
        """Return 3 p / n, p with the constant: where leverage is usually called high."""
        n, p = self.rows_.shape
        return float(3 * (p + 1) / n)

    def _leverage(self, X: Array) -> Array:
        centered = X - self.mean_
        with one_thread():
            turned = centered @ self.inverse_
        return np.asarray(np.einsum("ni,ni->n", turned, centered) + 1 / len(self.rows_))

    def _told(self, values: Array) -> pl.DataFrame:
        distance, leverage = (np.ascontiguousarray(values[:, i]) for i in (0, 1))
        far = pl.Series(FAR, np.where(distance > self.limit_, "yes", "no"), dtype=pl.String)
        return pl.DataFrame([pl.Series(OUTPUTS[0], distance), pl.Series(OUTPUTS[1], leverage), far])
