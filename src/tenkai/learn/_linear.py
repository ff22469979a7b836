"""Linear models: what all of them share, and least squares with standard errors."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Self

import numpy as np
import scipy.linalg
import scipy.sparse
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from tenkai.kernels.gram import predicted
from tenkai.learn._threads import one_thread

Array = NDArray[np.float64]
Fold = tuple[NDArray[Any], NDArray[Any]]

CROSS_VALIDATED = "cv"
RULES = ("best", "one_standard_error")
# A column of which less than this is left beside the columns before it depends on them.
_DEPENDENT = 1e-7


class Linear(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """A model that predicts by X @ coef_ + intercept_; X may be dense or scipy.sparse."""

    coef_: Array
    intercept_: float

    def read(self, X: ArrayLike, y: ArrayLike) -> tuple[Any, Array]:
        """Return rows and target, checked."""
        rows, target = validate_data(
            self, X, y, accept_sparse=["csr", "csc"], dtype=np.float64, y_numeric=True, ensure_min_samples=2
        )
        return rows, np.asarray(target, dtype=np.float64)

    def predict(self, X: ArrayLike) -> Array:
        """Predict rows (m, p); a row's prediction does not depend on the rows beside it."""
        check_is_fitted(self)
        rows = validate_data(self, X, accept_sparse=["csr", "csc"], dtype=np.float64, reset=False)
        found: Array = predicted(rows, self.coef_[None, :])[0] + self.intercept_
        return found

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def read_together(estimators: Sequence[Linear], X: ArrayLike, y: ArrayLike) -> tuple[Any, Array]:
    """Check rows once for estimators that are fitted on them together."""
    first = estimators[0]
    rows, target = first.read(X, y)
    for other in estimators[1:]:
        other.n_features_in_ = first.n_features_in_
        if hasattr(first, "feature_names_in_"):
            other.feature_names_in_ = first.feature_names_in_
    return rows, target


def check_choice(model: Any) -> None:
    """Refuse settings of a penalty and its choice. Raises ValueError."""
    alpha = model.alpha
    if alpha != CROSS_VALIDATED and not (_number(alpha) and 0 <= alpha < np.inf):
        raise ValueError(f"alpha is {alpha!r}. Allowed: a number, 0 or more, or 'cv'.")
    if model.rule not in RULES:
        raise ValueError(f"rule is {model.rule!r}. Allowed: {', '.join(RULES)}.")
    candidates = model.candidates
    if candidates is not None and not (len(candidates) and all(_number(a) and 0 <= a < np.inf for a in candidates)):
        raise ValueError("candidates are empty, or hold something else than numbers, 0 or more.")


def _number(value: Any) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def choose(mean: Array, error: Array, rule: str) -> int:
    """Return the place of the best penalty of falling ones: least mean error, or the largest within one error."""
    best = int(np.argmin(mean))
    if rule == "best" or not np.isfinite(error[best]):
        return best
    return int(np.flatnonzero(mean <= mean[best] + error[best])[0])


def blas_guard(needed: bool) -> AbstractContextManager[None]:
    """Keep BLAS on one thread where it is used at all: asking costs more than a small problem does."""
    return one_thread() if needed else nullcontext()


class LeastSquares(Linear):
    """Least squares with standard errors; columns that depend on others get the coefficient 0 and are named.

    Parameters
    ----------
    fit_intercept : add a constant

    Attributes
    ----------
    coef_, intercept_ : coefficients (p,) and constant
    standard_error_, t_, p_ : (p,) of the coefficients, NaN for columns left out or where no row is to spare
    intercept_error_, intercept_t_, intercept_p_ : of the constant
    residual_variance_ : sum of squared residuals by `freedom_`
    freedom_ : rows less fitted numbers
    dependent_ : (p,) columns that are constant or a combination of columns before them
    leverage_ : (n,) share of every row in its own prediction
    """

    def __init__(self, fit_intercept: bool = True) -> None:
        self.fit_intercept = fit_intercept

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to rows X (n, p) and target y (n,)."""
        rows, target = self.read(X, y)
        if scipy.sparse.issparse(rows):
            rows = rows.toarray()
        with one_thread():
            self._fit(rows, target)
        return self

    def _fit(self, X: Array, y: Array) -> None:
        n, p = X.shape
        mean = X.mean(axis=0) if self.fit_intercept else np.zeros(p)
        middle = float(y.mean()) if self.fit_intercept else 0.0
        centred = X - mean
        size = np.sqrt((centred * centred).sum(axis=0))
        scale = np.sqrt((X * X).sum(axis=0))
        # What a mean rounds to is no variation.
        varies = size > 1e-13 * scale
        if self.fit_intercept:
            varies &= X.min(axis=0) != X.max(axis=0)
        kept = np.flatnonzero(varies)
        Q, R = scipy.linalg.qr(centred[:, kept] / size[kept], mode="economic")
        independent = _independent(R)
        if len(independent) < len(kept):
            kept = kept[independent]
            Q, R = scipy.linalg.qr(centred[:, kept] / size[kept], mode="economic")
        self.coef_ = np.zeros(p)
        self.coef_[kept] = scipy.linalg.solve_triangular(R, Q.T @ (y - middle)) / size[kept]
        self.intercept_ = middle - float((mean * self.coef_).sum())
        self.dependent_ = np.ones(p, np.bool_)
        self.dependent_[kept] = False
        self.leverage_ = (Q * Q).sum(axis=1) + (1.0 / n if self.fit_intercept else 0.0)
        self._tell_errors(X, y, kept, scipy.linalg.solve_triangular(R, np.eye(len(kept))) / size[kept, None], mean)

    def _tell_errors(self, X: Array, y: Array, kept: NDArray[np.int64], root: Array, mean: Array) -> None:
        """Standard errors; root @ root.T is the inverse of the products of the centred columns."""
        n, p = X.shape
        left = y - (X @ self.coef_ + self.intercept_)
        self.freedom_ = n - len(kept) - (1 if self.fit_intercept else 0)
        spare = self.freedom_ > 0
        self.residual_variance_ = float((left * left).sum() / self.freedom_) if spare else np.nan
        deviation = np.sqrt(self.residual_variance_)
        self.standard_error_ = np.full(p, np.nan)
        self.standard_error_[kept] = deviation * np.sqrt((root * root).sum(axis=1))
        self.t_, self.p_ = self._tests(self.coef_, self.standard_error_)
        shift = mean[kept] @ root
        share = 1.0 / n + float((shift * shift).sum()) if self.fit_intercept else np.nan
        self.intercept_error_ = float(deviation * np.sqrt(share))
        t, chance = self._tests(np.array([self.intercept_]), np.array([self.intercept_error_]))
        self.intercept_t_, self.intercept_p_ = float(t[0]), float(chance[0])

    def _tests(self, values: Array, errors: Array) -> tuple[Array, Array]:
        t = np.full(len(values), np.nan)
        np.divide(values, errors, out=t, where=errors > 0)
        chance = 2.0 * stdtr(self.freedom_, -np.abs(t)) if self.freedom_ > 0 else np.full(len(values), np.nan)
        return t, np.asarray(chance)


def _independent(R: Array) -> NDArray[np.int64]:
    """Return the columns of unit length that do not depend on those before them."""
    basis = np.zeros((len(R), min(R.shape)))
    found: list[int] = []
    for j in range(R.shape[1]):
        if len(found) == len(R):
            break
        used = basis[:, : len(found)]
        left = R[:, j] - used @ (used.T @ R[:, j])
        left -= used @ (used.T @ left)
        size = float(np.sqrt((left * left).sum()))
        if size > _DEPENDENT:
            basis[:, len(found)] = left / size
            found.append(j)
    return np.array(found, np.int64)
