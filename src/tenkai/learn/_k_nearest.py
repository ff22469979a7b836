"""Predictions from the nearest rows: one search serves every number of neighbors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from tenkai.errors import count, problem
from tenkai.kernels.neighbors import exact_neighbors
from tenkai.learn._metrics import not_defined
from tenkai.learn._threads import threads as thread_count

Array = NDArray[np.float64]
Fold = tuple[NDArray[Any], NDArray[Any]]


class NearestRows(BaseEstimator):  # type: ignore[misc]
    """What classifier and regressor share.

    Parameters
    ----------
    n_neighbors : rows asked
    weights : "uniform", or "distance" for 1 / distance; rows at distance 0 then decide alone
    metric : one of `tenkai.kernels.metrics.METRICS`

    Equally near rows are taken by their position.
    """

    def __init__(self, n_neighbors: int = 5, weights: str = "uniform", metric: str = "euclidean") -> None:
        self.n_neighbors = n_neighbors
        self.weights = weights
        self.metric = metric

    def _keep(self, X: Array, y: NDArray[Any]) -> None:
        check_enough(self.n_neighbors, len(X))
        self.X_ = X
        self.y_ = y

    def _ask(self, X: ArrayLike) -> Array:
        check_is_fitted(self)
        new = validate_data(self, X, dtype=np.float64, reset=False)
        near, away = search(self.X_, self.n_neighbors, self.metric, new)
        return next(said([self], near, away, self.y_, self._kinds()))

    def _kinds(self) -> int:
        return 0

    @classmethod
    def predict_folds(
        cls,
        estimators: Sequence[NearestRows],
        X: ArrayLike,
        y: ArrayLike,
        folds: Sequence[Fold],
        *,
        threads: int = 1,
    ) -> Iterator[Array]:
        """Yield for every fold the answers of all estimators; rows are searched once per fold and metric."""
        rows = np.asarray(X, dtype=np.float64)
        target: NDArray[Any] = np.asarray(y)
        kinds = 0
        if issubclass(cls, ClassifierMixin):
            classes, target = np.unique(target, return_inverse=True)
            kinds = len(classes)
        for train, test in folds:
            answers: dict[int, Array] = {}
            for metric in dict.fromkeys(e.metric for e in estimators):
                places = [i for i, e in enumerate(estimators) if e.metric == metric]
                members = [estimators[i] for i in places]
                most = max(e.n_neighbors for e in members)
                check_enough(most, len(train))
                with thread_count(threads):
                    near, away = search(rows[train], most, metric, rows[test])
                answers.update(zip(places, said(members, near, away, target[train], kinds), strict=True))
            yield np.stack([answers[i] for i in range(len(estimators))])


class NearestClassifier(ClassifierMixin, NearestRows):  # type: ignore[misc]
    """The nearest rows vote."""

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Keep rows X (n, p) and their classes y (n,)."""
        rows, labels = validate_data(self, X, y, dtype=np.float64, ensure_min_samples=2)
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        self._keep(rows, codes.astype(np.int64))
        return self

    def _kinds(self) -> int:
        return len(self.classes_)

    def predict_proba(self, X: ArrayLike) -> Array:
        """Return the share of the votes for every class, (m, K)."""
        return self._ask(X)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the class with the most votes; of equal ones the first."""
        votes = self.predict_proba(X)
        return np.asarray(self.classes_[votes.argmax(axis=1)])


class NearestRegressor(RegressorMixin, NearestRows):  # type: ignore[misc]
    """The mean of the nearest rows."""

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Keep rows X (n, p) and their target y (n,)."""
        rows, target = validate_data(self, X, y, dtype=np.float64, y_numeric=True, ensure_min_samples=2)
        self._keep(rows, np.asarray(target, dtype=np.float64))
        return self

    def predict(self, X: ArrayLike) -> Array:
        """Return the mean target of the nearest rows, (m,)."""
        return self._ask(X)


def check_enough(neighbors: int, rows: int) -> None:
    """Refuse more neighbors than rows. Raises TK651."""
    if neighbors > rows:
        raise problem(
            "TK651",
            f"{neighbors} neighbors were asked for, and there {'is' if rows == 1 else 'are'} {count(rows, 'row')} to "
            "learn from.",
            allowed=f"At most {rows} neighbors; in cross-validation the rows held out do not count.",
            setting="neighbors",
        )


def search(X: Array, k: int, metric: str, new: Array | None = None) -> tuple[NDArray[np.int32], Array]:
    """Find the nearest rows of X: of new rows, or of the others for each row itself. Raises TK603."""
    try:
        return exact_neighbors(X, k, metric, Y=new)
    except ValueError as wrong:
        raise not_defined(metric, wrong) from None


def said(
    asked: Sequence[NearestRows], near: NDArray[np.int32], away: Array, y: NDArray[Any], kinds: int
) -> Iterator[Array]:
    """Yield what each estimator says: means (m,), or shares of votes (m, kinds) for codes y."""
    for e in asked:
        k = e.n_neighbors
        weight = _weights(away[:, :k], e.weights)
        told = y[near[:, :k]]
        total = weight.sum(axis=1)
        if kinds == 0:
            yield np.asarray((weight * told).sum(axis=1) / total)
            continue
        votes = np.zeros((len(near), kinds))
        np.add.at(votes, (np.arange(len(near))[:, None], told), weight)
        yield votes / votes.sum(axis=1, keepdims=True)


def _weights(away: Array, kind: str) -> Array:
    """Weights of neighbors, the nearest 1."""
    if kind == "uniform":
        return np.ones(away.shape)
    first = away[:, :1]
    # Equal rows decide alone; else the nearest has weight 1, which keeps tiny distances from overflowing.
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(first == 0, (away == 0).astype(np.float64), first / away)
