"""Scores of predictions in plain NumPy, and their spread when the rows are drawn anew (bootstrap).

Every score takes weights: how often each row counts. Ones give the score itself; counts of a bootstrap give one
score per resample, many at once. Sums go through einsum, which adds in one fixed order for any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Scores = dict[str, Array]

_CELLS = 2_000_000  # weights held at once
_KEPT = 400_000  # weights kept for the next call with the same number of rows


def counted(n: int, resamples: int, seed: int) -> Iterator[Array]:
    """Yield blocks (b, n): how often each of n rows is drawn, `resamples` times n draws with replacement."""
    if n * resamples <= _KEPT:
        yield _few(n, resamples, seed)
        return
    random = np.random.default_rng(seed)
    block = max(1, _CELLS // n)
    for start in range(0, resamples, block):
        yield _drawn(random, n, min(block, resamples - start))


def _drawn(random: np.random.Generator, n: int, b: int) -> Array:
    at = random.integers(0, n, (b, n)) + np.arange(b)[:, None] * n
    return np.bincount(at.ravel(), minlength=b * n).reshape(b, n).astype(np.float64)


@lru_cache(maxsize=8)
def _few(n: int, resamples: int, seed: int) -> Array:
    drawn = _drawn(np.random.default_rng(seed), n, resamples)
    drawn.flags.writeable = False
    return drawn


def intervals(
    score: Callable[[Array], Mapping[str, Array]], n: int, *, resamples: int, seed: int, level: float
) -> dict[str, tuple[float, float]]:
    """Return the percentile interval of each score; NaN where more than a tenth of the resamples has none."""
    blocks = [score(weights) for weights in counted(n, resamples, seed)]
    ends = [(1 - level) / 2, (1 + level) / 2]
    found: dict[str, tuple[float, float]] = {}
    for name in blocks[0]:
        values = np.concatenate([block[name] for block in blocks])
        known = values[np.isfinite(values)]
        if len(known) < 0.9 * len(values):
            found[name] = (np.nan, np.nan)
        else:
            low, high = np.quantile(known, ends).tolist()
            found[name] = (low, high)
    return found


# ---- numbers ------------------------------------------------------------------------------------


def regression(observed: Array, predicted: Array, weights: Array | None = None) -> Scores:
    """Return r2, rmse, mae, mape (percent) for weights (b, n); NaN where a score is undefined.

    R² needs two different observed values, MAPE none that is zero.
    """
    n = len(observed)
    W = np.ones((1, n)) if weights is None else weights
    error = predicted - observed
    middle = observed - observed.mean()  # keeps the digits of the variance
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        relative = np.where((observed == 0).any(), np.nan, np.abs(error / observed)) * 100
        terms = np.stack([error**2, np.abs(error), relative, middle, middle**2], axis=1)
        total = np.einsum("bn,nk->bk", W, terms)
        rows = W.sum(axis=1)
        spread = total[:, 4] - total[:, 3] ** 2 / rows
        r2 = 1 - total[:, 0] / spread
    r2[_constant(observed, W)] = np.nan
    return {
        "r2": r2,
        "rmse": np.sqrt(total[:, 0] / rows),
        "mae": total[:, 1] / rows,
        "mape": total[:, 2] / rows,
    }


def _constant(values: Array, W: Array) -> NDArray[np.bool_]:
    """Say for which weights only one value counts."""
    drawn = W > 0
    high = np.where(drawn, values, -np.inf).max(axis=1)
    low = np.where(drawn, values, np.inf).min(axis=1)
    return np.asarray(high == low)


# ---- classes ------------------------------------------------------------------------------------


def confusion(observed: Codes, predicted: Codes, classes: int, weights: Array | None = None) -> Array:
    """Return confusion matrices (b, classes, classes): rows observed, columns predicted."""
    cell = observed * classes + predicted
    if weights is None:
        counts = np.bincount(cell, minlength=classes * classes).astype(np.float64)
        return counts.reshape(1, classes, classes)
    used, at = np.unique(cell, return_inverse=True)
    hits = np.zeros((len(cell), len(used)))
    hits[np.arange(len(cell)), at] = 1
    matrices = np.zeros((len(weights), classes * classes))
    matrices[:, used] = np.einsum("bn,nk->bk", weights, hits)
    return matrices.reshape(-1, classes, classes)


def per_class(matrices: Array) -> tuple[Array, Array, Array]:
    """Return precision, recall and F1 (b, classes); what is undefined counts as 0, as in scikit-learn."""
    hit = np.diagonal(matrices, axis1=1, axis2=2)
    truth, guess = matrices.sum(axis=2), matrices.sum(axis=1)
    return _ratio(hit, guess), _ratio(hit, truth), _ratio(2 * hit, truth + guess)


def classification(matrices: Array, positive: int | None = None) -> Scores:
    """Return the scores of confusion matrices; with a positive class also its precision, recall, f1.

    Macro means run over the classes that occur, balanced accuracy over those observed.
    """
    hit = np.diagonal(matrices, axis1=1, axis2=2)
    truth, guess = matrices.sum(axis=2), matrices.sum(axis=1)
    rows = matrices.sum(axis=(1, 2))
    shares = per_class(matrices)
    occur = (truth + guess > 0).sum(axis=1)
    found: Scores = {
        "accuracy": hit.sum(axis=1) / rows,
        "balanced_accuracy": shares[1].sum(axis=1) / (truth > 0).sum(axis=1),
    }
    for name, share in zip(("precision", "recall", "f1"), shares, strict=True):
        if positive is not None:
            found[name] = share[:, positive]
        found[f"{name}_weighted"] = (share * truth).sum(axis=1) / rows
        found[f"{name}_macro"] = share.sum(axis=1) / occur
    chance = (truth * guess).sum(axis=1) / rows**2
    with np.errstate(divide="ignore", invalid="ignore"):
        found["kappa"] = (found["accuracy"] - chance) / (1 - chance)
    found["kappa"][chance == 1] = np.nan
    return found


def _ratio(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)


def row_log_loss(observed: Codes, probabilities: Array) -> Array:
    """Return -ln of the probability each row's own class got, cut off as in scikit-learn."""
    eps = np.finfo(np.float64).eps
    own = probabilities[np.arange(len(observed)), observed]
    return np.asarray(-np.log(np.clip(own, eps, 1 - eps)))


class Ranking:
    """Rows in the order of one class's probability, ready for AUCs with many weights."""

    def __init__(self, score: Array, positive: NDArray[np.bool_]) -> None:
        self.order = np.argsort(score, kind="stable")
        self.positive = positive[self.order].astype(np.float64)
        ordered = score[self.order]
        self.starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))

    def auc(self, weights: Array) -> tuple[Array, Array]:
        """Return the area under the ROC curve, NaN without rows of both kinds, and how many are positive."""
        W = weights[:, self.order]
        positive = np.add.reduceat(W * self.positive, self.starts, axis=1)
        negative = np.add.reduceat(W * (1 - self.positive), self.starts, axis=1)
        below = np.cumsum(negative, axis=1) - negative
        wins = (positive * (below + negative / 2)).sum(axis=1)
        n_positive, n_negative = positive.sum(axis=1), negative.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return wins / (n_positive * n_negative), n_positive


def roc_auc(rankings: list[Ranking], weights: Array) -> Array:
    """Return the AUC of one ranking, or the mean over classes (one against the rest) by their rows.

    A class without rows in a resample has no weight there, a class that has all of them leaves it undefined.
    """
    areas, rows = zip(*(ranking.auc(weights) for ranking in rankings), strict=True)
    area, n = np.stack(areas), np.stack(rows)
    total = np.where(n > 0, area * n, 0.0).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(total / n.sum(axis=0))
