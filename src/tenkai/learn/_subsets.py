"""The estimator of learn.exhaustive_subsets: least squares on the columns that predict best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from tenkai.kernels.folds import Fold, k_folds, leave_one_out
from tenkai.kernels.formula_pool import Tell
from tenkai.kernels.formula_search import solve
from tenkai.kernels.subsets import MOST_COLUMNS, subset_errors
from tenkai.learn._threads import one_thread

Array = NDArray[np.float64]


class SubsetRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Least squares on the subset of columns with the smallest cross-validated error, all subsets tried.

    Parameters
    ----------
    folds : parts held out in turn, or "leave_one_out"
    most : columns of a subset at most, or None
    seed : of the folds

    Attributes
    ----------
    coef_, intercept_ : (p,), 0 for columns that are not used, and the constant
    subset_ : (p,) which are used
    """

    def __init__(self, folds: int | str = 5, most: int | None = None, seed: int = 0) -> None:
        self.folds = folds
        self.most = most
        self.seed = seed

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Try all subsets of the columns of X (n, p) for the target y (n,)."""
        return self.fit_together([self], X, y)[0]

    @classmethod
    def fit_together(
        cls, estimators: Sequence[SubsetRegressor], X: ArrayLike, y: ArrayLike, *, threads: int = 1
    ) -> list[SubsetRegressor]:
        """Fit estimators to the same rows, one after the other."""
        for e in estimators:
            rows, target = validate_data(e, X, y, dtype=np.float64, y_numeric=True, ensure_min_samples=3)
            if rows.shape[1] > MOST_COLUMNS:
                raise ValueError(f"X has {rows.shape[1]} features. Allowed: 1 to {MOST_COLUMNS}.")
            target = np.asarray(target, np.float64)
            e.take(rows, target, int(ranked(np.sqrt(e.searched(rows, target, threads=threads)), 1)[0]))
        return list(estimators)

    def drawn(self, n: int) -> list[Fold]:
        """Return the folds of n rows."""
        return leave_one_out(n) if self.folds == "leave_one_out" else k_folds(n, min(int(self.folds), n), self.seed)

    def searched(self, X: Array, y: Array, *, threads: int = 1, tell: Tell | None = None) -> Array:
        """Return the mean squared error of rows held out for every subset (2^p,); NaN for what is not allowed."""
        errors = subset_errors(X, y, self.drawn(len(X)), threads=threads, tell=tell)
        if self.most is not None:
            errors[sizes(X.shape[1]) > self.most] = np.nan
        return errors

    def take(self, X: Array, y: Array, subset: int) -> Self:
        """Become the model on a subset of the columns, fitted to all rows."""
        at = members(subset, X.shape[1])
        self.subset_ = np.isin(np.arange(X.shape[1]), at)
        self.coef_, self.intercept_ = np.zeros(X.shape[1]), float(y.mean())
        if len(at):
            with one_thread():
                self.coef_[at], self.intercept_ = solve(np.ascontiguousarray(X[:, at].T), y)
        return self

    def predict(self, X: ArrayLike) -> Any:
        """Predict rows (n, p)."""
        check_is_fitted(self)
        rows = validate_data(self, X, reset=False, dtype=np.float64)
        # Column by column: what one row gets does not depend on how many there are.
        out = np.full(len(rows), self.intercept_)
        for j in np.flatnonzero(self.subset_):
            out += self.coef_[j] * rows[:, j]
        return out


def members(subset: int, columns: int) -> NDArray[np.int64]:
    """Return the places of the columns of a subset."""
    return np.flatnonzero([(int(subset) >> j) & 1 for j in range(columns)])


def sizes(columns: int) -> NDArray[np.int64]:
    """Return how many columns each of the 2^p subsets has."""
    found = np.zeros(1 << columns, np.int64)
    for j in range(columns):
        found += (np.arange(1 << columns) >> j) & 1
    return found


def ranked(errors: Array, keep: int) -> NDArray[np.int64]:
    """Return the best subsets, best first; of errors that agree in 10 digits the smallest subset, then the first."""
    known = np.flatnonzero(np.isfinite(errors))
    if len(known) > keep:
        bar = np.partition(errors[known], keep - 1)[keep - 1]
        known = known[errors[known] <= bar * (1 + 1e-9)]
    rounded = np.array([float(f"{e:.10g}") for e in errors[known]])
    columns = int(np.log2(len(errors)))
    size = np.array([len(members(int(s), columns)) for s in known])
    return np.asarray(known[np.lexsort((known, size, rounded))][:keep])
