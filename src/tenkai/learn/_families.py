"""Fitting many estimators on the same rows or folds: families share what they can, others are fitted one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Fold = tuple[NDArray[Any], NDArray[Any]]
"""Positions to learn from, positions to predict."""


def fit_all(estimators: Sequence[Any], X: NDArray[Any], y: NDArray[Any], *, threads: int = 1) -> list[Any]:
    """Fit estimators on the same rows and return them, in their order.

    Those of a class with ``fit_together`` are given to it at once.
    """
    fitted: dict[int, Any] = {}
    for places in _by_class(estimators):
        members = [estimators[i] for i in places]
        together = getattr(type(members[0]), "fit_together", None)
        if together is None:
            found = [e.fit(X, y) for e in members]
        else:
            found = together(members, X, y, threads=threads)
        fitted.update(zip(places, found, strict=True))
    return [fitted[i] for i in range(len(estimators))]


def takes_growth(estimator: Any) -> bool:
    """Say whether a class fits growing numbers of sparse rows with shared work."""
    return hasattr(type(estimator), "fit_growing")


def fit_growing(estimator: Any, X: Any, y: NDArray[Any], sizes: Sequence[int], *, threads: int = 1) -> Iterator[Any]:
    """Yield an estimator fitted on the first rows of X, for rising numbers of rows."""
    from scipy.sparse import issparse

    if takes_growth(estimator) and issparse(X):
        yield from type(estimator).fit_growing(estimator, X, y, sizes, threads=threads)
        return
    from sklearn.base import clone

    for size in sizes:
        yield fit_all([clone(estimator)], X[:size], y[:size], threads=threads)[0]


def predict_folds(
    estimators: Sequence[Any], X: NDArray[Any], y: NDArray[Any], folds: Sequence[Fold], *, threads: int = 1
) -> Iterator[list[NDArray[Any]]]:
    """Predict the held-out rows of every fold with every estimator.

    Yields
    ------
    list of arrays, one per estimator
        Numbers (n_test,), codes (n_test,), or probabilities (n_test, K) in the order of ``np.unique(y)``.
    """
    groups = _by_class(estimators)
    streams = [_stream([estimators[i] for i in places], X, y, folds, threads) for places in groups]
    for _ in folds:
        found: dict[int, NDArray[Any]] = {}
        for places, stream in zip(groups, streams, strict=True):
            found.update(zip(places, next(stream), strict=True))
        yield [found[i] for i in range(len(estimators))]


def _stream(
    members: list[Any], X: NDArray[Any], y: NDArray[Any], folds: Sequence[Fold], threads: int
) -> Iterator[Sequence[NDArray[Any]]]:
    shared = getattr(type(members[0]), "predict_folds", None)
    if shared is not None and _full(y, folds):
        yield from shared(members, X, y, folds, threads=threads)
        return
    from sklearn.base import clone

    for train, test in folds:
        fitted = fit_all([clone(e) for e in members], X[train], y[train], threads=threads)
        yield [answers(e, X[test], y) for e in fitted]


def answers(estimator: Any, X: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
    """Predict rows: probabilities of all classes of `y` where there are any, else numbers or codes."""
    if not hasattr(estimator, "predict_proba"):
        return np.asarray(estimator.predict(X))
    told = np.asarray(estimator.predict_proba(X))
    classes = np.unique(y)
    if len(estimator.classes_) == len(classes):
        return told
    # A class that the training rows lack has no chance.
    wide = np.zeros((len(told), len(classes)))
    wide[:, np.searchsorted(classes, estimator.classes_)] = told
    return wide


def _full(y: NDArray[Any], folds: Sequence[Fold]) -> bool:
    """Say whether every class is met in every fold's training rows; families need not think of others."""
    if y.dtype.kind == "f":
        return True
    classes = len(np.unique(y))
    return all(len(np.unique(y[train])) == classes for train, _ in folds)


def _by_class(estimators: Sequence[Any]) -> list[list[int]]:
    groups: dict[type, list[int]] = {}
    for i, e in enumerate(estimators):
        groups.setdefault(type(e), []).append(i)
    return list(groups.values())
