"""One score of very many predictions of the same rows: for searches over settings.

Sums run along the last axis of contiguous arrays, so the score of one prediction does not depend on the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels.scores import classification

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

REGRESSION = ("r2", "rmse", "mae", "mape", "max_error")
CLASSIFICATION = (
    "accuracy",
    "balanced_accuracy",
    "precision_weighted",
    "precision_macro",
    "recall_weighted",
    "recall_macro",
    "f1_weighted",
    "f1_macro",
    "kappa",
    "roc_auc",
    "log_loss",
)
OF_PROBABILITIES = ("roc_auc", "log_loss")
BEST_LOW = ("rmse", "mae", "mape", "max_error", "log_loss")
"""Scores of which the lowest is the best."""


def score_numbers(name: str, observed: Array, predicted: Array) -> Array:
    """Score predicted numbers (s, n) of s models against n observed ones; NaN where undefined.

    R² needs two different observed values, MAPE none that is zero.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return _NUMBERS[name](observed, predicted - observed)


def _r2(observed: Array, error: Array) -> Array:
    middle = observed - observed.mean()
    spread = float((middle * middle).sum())
    if spread == 0 or len(observed) < 2:
        return np.full(len(error), np.nan)
    return np.asarray(1 - (error * error).sum(axis=1) / spread)


def _mape(observed: Array, error: Array) -> Array:
    if (observed == 0).any():
        return np.full(len(error), np.nan)
    return np.asarray(np.abs(error / observed).mean(axis=1) * 100)


_NUMBERS: dict[str, Callable[[Array, Array], Array]] = {
    "r2": _r2,
    "rmse": lambda observed, error: np.sqrt((error * error).mean(axis=1)),
    "mae": lambda observed, error: np.abs(error).mean(axis=1),
    "mape": _mape,
    "max_error": lambda observed, error: np.abs(error).max(axis=1),
}


def score_classes(name: str, observed: Codes, told: NDArray[Any], classes: int) -> Array:
    """Score predicted classes of s models: codes (s, n), or probabilities (s, n, classes) in the order of codes.

    `roc_auc` of several classes is the mean of one against the rest, by their rows.
    """
    if name == "log_loss":
        own = np.ascontiguousarray(told[:, np.arange(len(observed)), observed])
        eps = np.finfo(np.float64).eps
        return np.asarray(-np.log(np.clip(own, eps, 1 - eps)).mean(axis=1))
    if name == "roc_auc":
        return _auc(observed, told, classes)
    codes = told.argmax(axis=2) if told.ndim == 3 else told.astype(np.int64)
    models = np.arange(len(codes))[:, None]
    cells = (models * classes + observed) * classes + codes
    counts = np.bincount(cells.ravel(), minlength=len(codes) * classes * classes)
    return classification(counts.reshape(-1, classes, classes).astype(np.float64))[name]


def _auc(observed: Codes, told: NDArray[Any], classes: int) -> Array:
    if classes == 2:
        return _one_auc(told[:, :, 1], observed == 1)
    rows = np.bincount(observed, minlength=classes)
    areas = [rows[k] * _one_auc(told[:, :, k], observed == k) for k in range(classes) if rows[k] > 0]
    return np.asarray(np.sum(areas, axis=0) / rows.sum())


def _one_auc(score: Array, positive: NDArray[np.bool_]) -> Array:
    """Return the area under the ROC curve for scores (s, n), by ranks; equal scores share their rank."""
    n, hits = len(positive), int(positive.sum())
    if hits in (0, n):
        return np.full(len(score), np.nan)
    order = np.argsort(score, axis=1, kind="stable")
    ordered = np.take_along_axis(score, order, axis=1)
    new = np.ones(ordered.shape, bool)
    new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    last = np.ones(ordered.shape, bool)
    last[:, :-1] = new[:, 1:]
    place = np.arange(n)
    first_of = np.maximum.accumulate(np.where(new, place, 0), axis=1)
    last_of = np.minimum.accumulate(np.where(last, place, n)[:, ::-1], axis=1)[:, ::-1]
    ranks = np.where(positive[order], (first_of + last_of) / 2 + 1, 0.0).sum(axis=1)
    return np.asarray((ranks - hits * (hits + 1) / 2) / (hits * (n - hits)))
