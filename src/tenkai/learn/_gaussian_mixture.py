"""The Gaussian mixture of scikit-learn with groups in order of size, and starts side by side."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from tenkai.kernels.dendrogram import in_order_of_size
from tenkai.learn._clusters import cluster_names
from tenkai.learn._named import NamedGroups, best_of, child_seeds
from tenkai.learn._threads import one_thread, side_by_side
from tenkai.step import Run


class OrderedMixture(NamedGroups, GaussianMixture):  # type: ignore[misc]
    """scikit-learn's mixture whose group 0 holds most rows; bits do not depend on the number of threads."""

    weights_: NDArray[np.float64]
    means_: NDArray[np.float64]

    def fit_predict(self, X: Any, y: Any = None) -> NDArray[np.int64]:
        """Find the mixture, and the likeliest group of each row of X (n, p)."""
        with one_thread():
            labels = super().fit_predict(X, y)
        codes, order = in_order_of_size(labels)
        order = np.concatenate([order, np.setdiff1d(np.arange(self.n_components), order)])
        self.weights_, self.means_ = self.weights_[order], self.means_[order]
        if self.covariance_type != "tied":
            for name in ("covariances_", "precisions_", "precisions_cholesky_"):
                setattr(self, name, getattr(self, name)[order])
        return codes

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return the probability of each group for rows (m, p)."""
        with one_thread():
            return np.asarray(super().predict_proba(X))

    def predict_columns(self, X: NDArray[Any]) -> pl.DataFrame:
        """Return the likeliest group of each row, and its probability."""
        probabilities = self.predict_proba(X)
        return mixture_columns(probabilities, self.column_)


def mixture_columns(probabilities: NDArray[np.float64], into: str) -> pl.DataFrame:
    """Return name and probability of the likeliest group."""
    names = cluster_names(probabilities.argmax(axis=1))
    return pl.DataFrame({into: names, probability_name(into): probabilities.max(axis=1)})


def probability_name(into: str) -> str:
    """Return the name of the column of probabilities."""
    return f"{into} probability"


def best_mixture(
    X: NDArray[Any],
    *,
    clusters: int,
    covariance: str,
    starts: int,
    seed: int,
    iterations: int,
    tolerance: float,
    least_width: float,
    run: Run,
) -> OrderedMixture:
    """Return the start whose likelihood ends highest; all starts run side by side."""

    def job(start: int) -> Callable[[Run], OrderedMixture]:
        model = OrderedMixture(
            clusters,
            covariance_type=covariance,
            tol=tolerance,
            reg_covar=least_width,
            max_iter=iterations,
            random_state=start,
        )
        return lambda _: model.fit(X)

    with one_thread(), warnings.catch_warnings():
        # Said in our own words.
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = side_by_side([job(s) for s in child_seeds(seed, starts)], run, together=run.threads)
    return found[best_of([model.lower_bound_ for model in found])]
