"""Gaussian process regression with a kernel chosen by name and fitted to the rows."""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, Kernel, Matern, RationalQuadratic, WhiteKernel
from sklearn.utils.validation import check_is_fitted, validate_data

from tenkai.learn._threads import one_thread

Array = NDArray[np.float64]
_WIDE = 1e4  # lengths are sought between the deviation of the rows divided by this, and times this
_NOISE = (1e-8, 10.0)  # variance of the noise, as share of that of the target
_SIGNAL = (1e-4, 1e4)
_ON_EDGE = 1e-3


class GaussianProcess(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """A Gaussian process with signal, kernel and white noise; the target is standardized.

    Parameters
    ----------
    kernel : rbf, matern32, matern52 or rational_quadratic
    per_column : a length for every column instead of one for all (not for rational_quadratic)
    restarts : further starts of the search for the likeliest kernel
    random_state : seed of these starts

    Attributes
    ----------
    length_ : (1,) or (p,), in the unit of the columns
    signal_sd_, noise_sd_ : in the unit of the target
    mixture_ : alpha of the rational quadratic kernel, else NaN
    log_likelihood_ : of the standardized target
    at_edge_ : names of what ended at the edge of the search
    """

    def __init__(
        self, kernel: str = "matern52", per_column: bool = False, restarts: int = 2, random_state: int = 0
    ) -> None:
        self.kernel = kernel
        self.per_column = per_column
        self.restarts = restarts
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to rows X (n, p) and target y (n,)."""
        rows, target = validate_data(self, X, y, dtype=np.float64, y_numeric=True, ensure_min_samples=2)
        target = np.asarray(target, dtype=np.float64)
        names = ["signal", *self._names(rows.shape[1]), "noise"]
        model = GaussianProcessRegressor(
            self._start(rows), normalize_y=True, n_restarts_optimizer=self.restarts, random_state=self.random_state
        )
        with one_thread(), warnings.catch_warnings():
            # What lies at an edge is told by `at_edge_`.
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.model_ = model.fit(rows, target)
        found = self.model_.kernel_
        spread = float(self.model_._y_train_std)
        shape = found.k1.k2
        self.signal_sd_ = float(np.sqrt(found.k1.k1.constant_value)) * spread
        self.noise_sd_ = float(np.sqrt(found.k2.noise_level)) * spread
        self.length_ = np.atleast_1d(np.asarray(shape.length_scale, dtype=np.float64))
        self.mixture_ = float(getattr(shape, "alpha", np.nan))
        self.log_likelihood_ = float(self.model_.log_marginal_likelihood_value_)
        edge = np.abs(found.theta[:, None] - found.bounds).min(axis=1) < _ON_EDGE
        self.at_edge_ = [n for n, e in zip(names, edge, strict=True) if e]
        return self

    def _names(self, p: int) -> list[str]:
        """Parameters of the shape, in scikit-learn's order."""
        if self.kernel == "rational_quadratic":
            return ["mixture", "length"]
        return [f"length {j}" for j in range(p)] if self.per_column else ["length"]

    def _start(self, X: Array) -> Kernel:
        spread = X.std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        one = float(np.sqrt((spread**2).sum()))
        length: Any = spread * np.sqrt(len(spread)) if self.per_column else one
        bounds: Any = (
            np.column_stack([length / _WIDE, length * _WIDE]) if self.per_column else (one / _WIDE, one * _WIDE)
        )
        shapes: dict[str, Any] = {
            "rbf": lambda: RBF(length, bounds),
            "matern32": lambda: Matern(length, bounds, nu=1.5),
            "matern52": lambda: Matern(length, bounds, nu=2.5),
            "rational_quadratic": lambda: RationalQuadratic(one, 1.0, (one / _WIDE, one * _WIDE), (1e-3, 1e3)),
        }
        return ConstantKernel(1.0, _SIGNAL) * shapes[self.kernel]() + WhiteKernel(0.1, _NOISE)

    def predict(self, X: ArrayLike, return_std: bool = False) -> Any:
        """Predict rows (m, p); with `return_std` also the standard deviation of a new measurement, noise included."""
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=np.float64, reset=False)
        with one_thread():
            return self.model_.predict(rows, return_std=return_std)
