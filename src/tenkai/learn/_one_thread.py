"""Estimators of scikit-learn whose sums round differently with several threads, kept to one."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from tenkai.errors import count, problem
from tenkai.learn._threads import one_thread


class OneThread:
    """Fit and predict on one thread, so that the bits do not depend on the machine."""

    def fit(self, X: ArrayLike, y: ArrayLike, **more: Any) -> Self:
        """Fit to rows X (n, p) and their target y (n,)."""
        with one_thread():
            super().fit(X, y, **more)  # type: ignore[misc]  # of the estimator it is mixed into
        return self

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Predict rows (m, p)."""
        with one_thread():
            return super().predict(X)  # type: ignore[misc,no-any-return]


class Boosted(OneThread):
    """Boosting that says where too few rows are left to hold some out, in a fold of a cross-validation, too."""

    early_stopping: Any
    validation_fraction: Any

    def fit(self, X: ArrayLike, y: ArrayLike, **more: Any) -> Self:
        """Fit to rows X (n, p) and their target y (n,).

        Raises
        ------
        TenkaiError
            TK211.
        """
        if self.early_stopping is True:
            target = np.asarray(y)
            check_held_out(target if target.dtype.kind != "f" else None, len(target), self.validation_fraction)
        return super().fit(X, y, **more)


class BoostedClassifier(Boosted, HistGradientBoostingClassifier):  # type: ignore[misc]
    """Histogram boosting of classes."""


class BoostedRegressor(Boosted, HistGradientBoostingRegressor):  # type: ignore[misc]
    """Histogram boosting of numbers."""


def check_held_out(classes: NDArray[Any] | None, rows: int, share: float) -> None:
    """Refuse to stop early where the rows cannot be divided. Raises TK211."""
    held, least = int(np.ceil(share * rows)), 2
    if classes is not None:
        counts = np.unique(classes, return_counts=True)[1]
        least = max(least, len(counts))
        if counts.min() < 2:
            raise problem(
                "TK211",
                f"a class has {count(1, 'row')} to learn from: none of it can be held out to stop early.",
                allowed="Needed: 2 rows of every class, also when a fold is held out.",
                remedy="Set early_stopping: false in learn.boosting.",
            )
    if held < least or rows - held < least:
        raise problem(
            "TK211",
            f"{held} of {count(rows, 'row')} would be held out to stop early.",
            allowed=f"Needed: {least} or more in both parts.",
            remedy="Change held_out in learn.boosting, or set early_stopping: false.",
        )


class CenteredRegressor(OneThread, TransformedTargetRegressor):  # type: ignore[misc]
    """A regression of the target less its mean."""
