"""The numbers of learn.svd: one decomposition for many ranks, and the estimator that projects new rows."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.extmath import randomized_svd
from sklearn.utils.validation import check_is_fitted, validate_data

from tenkai.kernels.low_rank import Array, Filled, Singular, decompose, fill, project, signed
from tenkai.kernels.low_rank_arrays import decompose_array, randomized_array
from tenkai.learn._device import Gpu
from tenkai.learn._sparse import dense
from tenkai.learn._threads import one_thread

Method = Literal["auto", "exact", "randomized"]
Missing = Literal["refuse", "fill"]

# Work of a direct decomposition that is over in about ten seconds on one core.
_DIRECT = 1e10
_AT_RANDOM = 50


class LowRank(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Rows as sums of a few singular vectors: the truncated singular value decomposition, uncentred by default.

    Parameters
    ----------
    rank : vectors kept
    center : take the mean of each column off first, and add it again
    shrink : taken off every singular value; with missing cells this is soft-impute
    missing : refuse, or fill cells that are NaN
    method : exact, randomized, or by size
    max_iter, tol : end of the iteration that fills cells
    """

    def __init__(
        self,
        rank: int = 2,
        *,
        center: bool = False,
        shrink: float = 0.0,
        missing: Missing = "refuse",
        method: Method = "auto",
        max_iter: int = 500,
        tol: float = 1e-5,
    ) -> None:
        self.rank = rank
        self.center = center
        self.shrink = shrink
        self.missing = missing
        self.method = method
        self.max_iter = max_iter
        self.tol = tol

    def __sklearn_tags__(self) -> Any:
        """Tell that NaN is allowed where cells are filled, and that sparse matrices are written out."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.allow_nan = self.missing == "fill"
        return tags

    def _checked(self, X: ArrayLike, reset: bool) -> Array:
        finite = "allow-nan" if self.missing == "fill" else True
        sparse = ("csr", "csc")
        checked = validate_data(
            self, X, accept_sparse=sparse, dtype=np.float64, reset=reset, ensure_all_finite=finite
        )  # fmt: skip
        written: Array = dense(checked, "a singular value decomposition")
        return written

    def fit(self, X: ArrayLike, y: None = None) -> Self:
        """Find the singular vectors of X (n, p)."""
        fit_ranks([self], self._checked(X, reset=True))
        return self

    def keep(self, found: Singular, mean: Array, rows: int) -> Self:
        """Keep the first vectors of a decomposition."""
        k = min(self.rank, len(found.S))
        self.n_features_in_ = len(mean)
        self.n_samples_ = rows
        self.mean_ = mean
        self.singular_values_ = found.S[:k].copy()
        self.components_ = found.V[:k].copy()
        return self

    def transform(self, X: ArrayLike) -> Array:
        """Return the low-rank rows (m, p) nearest to X; cells that are NaN are filled."""
        check_is_fitted(self)
        with one_thread():
            return project(self._checked(X, reset=False) - self.mean_, self.components_) + self.mean_


def fit_ranks(estimators: Sequence[LowRank], X: Array, gpu: Gpu | None = None) -> list[tuple[Filled, Array]]:
    """Fit estimators that differ by rank on the same rows, and return decomposition and low-rank rows of each.

    Without missing cells one decomposition serves all; filled cells depend on the rank and are found for each.
    """
    first = estimators[0]
    known = ~np.isnan(X)
    whole = bool(known.all())
    mean = np.zeros(X.shape[1])
    if first.center:
        mean = np.where(known, X, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    centred = X - mean
    shared: dict[int, Singular] = {}
    results = []

    def all_vectors(X: Array) -> Singular:
        return decompose(X) if gpu is None else decompose_array(gpu.put(X))

    with one_thread(), gpu.computing() if gpu else nullcontext():
        for e in estimators:
            if whole:
                found = _found(centred, e, shared, gpu)
                filled = Filled(found, centred, 0, True)
            else:
                filled = fill(
                    centred, known, e.rank, e.shrink, iterations=e.max_iter, tolerance=e.tol, decompose=all_vectors
                )
            e.keep(filled.found, mean, len(X))
            e.n_iter_ = max(filled.iterations, 1)
            results.append((filled, filled.found.low_rank(e.rank, e.shrink) + mean))
    return results


def _found(X: Array, estimator: LowRank, shared: dict[int, Singular], gpu: Gpu | None) -> Singular:
    n, p = X.shape
    wanted = 0
    if estimator.method == "randomized" or (estimator.method == "auto" and float(n) * p * min(n, p) > _DIRECT):
        # A round number, so that a rank has the same bits whatever other ranks stand beside it.
        wanted = _AT_RANDOM
        while wanted < estimator.rank + 10:
            wanted *= 2
        wanted = 0 if wanted >= min(n, p) else wanted
    if wanted not in shared and gpu is not None:
        there = gpu.put(X)
        shared[wanted] = randomized_array(there, wanted) if wanted else decompose_array(there)
    elif wanted not in shared:
        shared[wanted] = _randomized(X, wanted) if wanted else decompose(X)
    return shared[wanted]


def _randomized(X: NDArray[Any], wanted: int) -> Singular:
    U, S, V = randomized_svd(X, wanted, n_iter=7, random_state=0)
    return signed(U, S, V, exact=False)
