"""Probabilities from the border of a support vector machine."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.calibration import CalibratedClassifierCV

from tenkai.errors import count, problem


class Calibrated(CalibratedClassifierCV):  # type: ignore[misc]
    """Calibration in folds, which says where a class has too few rows: in a fold of a cross-validation, too."""

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: Any = None, **more: Any) -> Self:
        """Fit to rows X (n, p) and their classes y (n,).

        Raises
        ------
        TenkaiError
            TK211.
        """
        folds = getattr(self.cv, "n_splits", 0)
        least = int(np.unique(np.asarray(y), return_counts=True)[1].min(initial=np.iinfo(np.int64).max))
        if least < folds:
            raise problem(
                "TK211",
                f"a class has {count(least, 'row')} to learn from: probabilities of learn.svm are calibrated in "
                f"{folds} folds.",
                allowed=f"Needed: {folds} rows of every class, also when a fold is held out.",
                remedy="Set probabilities: false in learn.svm, hold out fewer rows, or keep the shares of classes "
                "with 'stratify'.",
            )
        super().fit(X, y, sample_weight, **more)
        return self
