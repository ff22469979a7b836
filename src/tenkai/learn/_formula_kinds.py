"""A formula search for numbers and one for classes, as the step that tells of both sees them."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.base import clone

from tenkai.errors import count, problem
from tenkai.kernels.formula_pool import Tell
from tenkai.learn._formula import FormulaRegressor, said_by
from tenkai.learn._formula_domains import FormulaClassifier, domain_codes
from tenkai.learn._formula_tables import domain_table, formula_table
from tenkai.learn._model import Lesson
from tenkai.values import Kind as ColumnKind

Array = NDArray[Any]
AnyEstimator = FormulaRegressor | FormulaClassifier


class Kind(Protocol):
    """What differs between numbers and classes."""

    by: str
    perfect: str
    kind: ColumnKind

    def search(self, X: Array, y: Array, threads: int, tell: Tell) -> Any:
        """Search formulas for some rows."""

    def fitted(self, found: Any) -> Any:
        """Return the estimator of all rows."""

    def ends(self, found: Any) -> bool:
        """Say whether a model is so good that the search ended."""

    def said(self, found: Any, model: Any, X: Array) -> Array:
        """Return numbers or codes; NaN or -1 where a formula has no value."""

    def named(self, said: Array) -> pl.Series:
        """Return what is said as a column."""

    def score(self, said: Array, rows: Array) -> tuple[float | None, int]:
        """Score what is said of some rows; return how many have no value too."""

    def table(self, found: Any, alike: float) -> pl.DataFrame:
        """Return the models listed."""

    def figures(self, found: Any) -> tuple[dict[str, Any], dict[str, str]]:
        """Return figures of the best models, and what they are."""


class Numbers:
    """Regression."""

    by, perfect = "rmse", "they fit the target exactly."
    kind: ColumnKind = "number"

    def __init__(self, estimator: Any, lesson: Lesson) -> None:
        self.estimator, self.lesson, self.y = estimator, lesson, lesson.target.y

    def search(self, X: Array, y: Array, threads: int, tell: Tell) -> Any:
        """Search formulas for some rows."""
        return self.estimator.searched(X, y, threads=threads, tell=tell)

    def fitted(self, found: Any) -> Any:
        """Return the estimator of all rows."""
        done = clone(self.estimator).take(found)
        done.n_features_in_ = self.lesson.X.shape[1]
        return done

    def ends(self, found: Any) -> bool:
        """Say whether the target is met."""
        return bool(found.best.rmse < 1e-9 * self.y.std())

    def said(self, found: Any, model: Any, X: Array) -> Array:
        """Return numbers."""
        return said_by(model, X)

    def named(self, said: Array) -> pl.Series:
        """Return numbers as a column."""
        return pl.Series(said)

    def score(self, said: Array, rows: Array) -> tuple[float | None, int]:
        """Return the root of the mean squared error."""
        left = self.y[rows] - said
        known = left[np.isfinite(left)]
        return (float(np.sqrt(np.mean(known**2))) if len(known) else None), len(left) - len(known)

    def table(self, found: Any, alike: float) -> pl.DataFrame:
        """Return the models listed."""
        return formula_table(found, self.lesson.features, self.y, alike)

    def figures(self, found: Any) -> tuple[dict[str, Any], dict[str, str]]:
        """Return errors of the best models."""
        figures: dict[str, Any] = {"rmse_1": found.best.rmse}
        about = {}
        for k, models in enumerate(found.models, start=1):
            error, who = models[0].rmse, f"of the best model of {count(k, 'term')}, rows searched"
            figures[f"rmse_{k}"], figures[f"r2_{k}"] = error, 1 - (error / float(self.y.std())) ** 2
            about[f"rmse_{k}"] = f"root of the mean squared error {who}"
            about[f"r2_{k}"] = f"share of the variance explained {who}"
        return figures, about


class Classes:
    """Classification by domains."""

    by, perfect = "accuracy", "their domains share no row."
    kind: ColumnKind = "category"

    def __init__(self, estimator: Any, lesson: Lesson) -> None:
        self.estimator, self.lesson, self.y = estimator, lesson, lesson.target.y

    def search(self, X: Array, y: Array, threads: int, tell: Tell) -> Any:
        """Search formulas for some rows, which may lack a class."""
        found = self.estimator.searched(X, y, threads=threads, tell=tell)
        if not found.models:
            raise problem("TK204", "no column varies, so no formula does.", setting="columns")
        return found

    def fitted(self, found: Any) -> Any:
        """Return the estimator of all rows."""
        done = clone(self.estimator).take(found, np.arange(len(self.lesson.target.classes)))
        done.n_features_in_ = self.lesson.X.shape[1]
        return done

    def ends(self, found: Any) -> bool:
        """Say whether the classes are apart."""
        return bool(found.best.mixed == 0)

    def said(self, found: Any, model: Any, X: Array) -> Array:
        """Return codes."""
        codes = domain_codes(model, X)
        return np.where(codes < 0, -1, found.labels[codes])

    def named(self, said: Array) -> pl.Series:
        """Return the names of classes."""
        names = pl.Series(self.lesson.target.classes, dtype=pl.String)
        return names.gather(pl.Series(said, dtype=pl.Int64).replace(-1, None))

    def score(self, said: Array, rows: Array) -> tuple[float | None, int]:
        """Return the share of rows that get their class."""
        known = said >= 0
        right = (said == self.y[rows])[known]
        return (float(right.mean()) if len(right) else None), int((~known).sum())

    def _right(self, found: Any, model: Any) -> float:
        return float((self.said(found, model, self.lesson.X) == self.y).mean())

    def table(self, found: Any, alike: float) -> pl.DataFrame:
        """Return the models listed."""
        right = [[self._right(found, m) for m in models] for models in found.models]
        return domain_table(found, self.lesson.features, alike, right)

    def figures(self, found: Any) -> tuple[dict[str, Any], dict[str, str]]:
        """Return how far the domains of the best models are apart."""
        figures: dict[str, Any] = {}
        about = {}
        for k, models in enumerate(found.models, start=1):
            who = f"of the best model of {count(k, 'term')}, rows searched"
            figures[f"mixed_{k}"], figures[f"accuracy_{k}"] = models[0].mixed, self._right(found, models[0])
            about[f"mixed_{k}"] = f"rows in the domain of another class, {who}"
            about[f"accuracy_{k}"] = f"share of rows whose class is right, {who}"
        return figures, about
