"""The estimator of learn.formula_search for classes: domains in one or two formulas found by search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from tenkai.kernels.formula_domains import Domains, FoundDomains, search_domains
from tenkai.kernels.formula_pool import Tell
from tenkai.kernels.formula_terms import values
from tenkai.learn._formula import DEFAULT, FormulaSettings
from tenkai.learn._threads import one_thread

Array = NDArray[np.float64]


class FormulaClassifier(ClassifierMixin, FormulaSettings, BaseEstimator):  # type: ignore[misc]
    """Classes told apart by their domains in one or two formulas, which are found by search (SISSO).

    A row belongs to the class in whose domain (interval, convex hull) it lies or which is nearest; in several, to the
    one with the nearest mean.

    Parameters
    ----------
    operators, units, strict_units, rung, complexity, terms, screened, subspace, residuals, listed :
        As those of FormulaRegressor; `terms` is 1 or 2.

    Attributes
    ----------
    classes_ : names
    terms_ : list of formulas as nested tuples
    corners_, middles_, centre_, scale_ : the domains, see tenkai.kernels.formula_domains
    """

    def __init__(
        self,
        operators: Sequence[str] = DEFAULT,
        units: Sequence[str] | None = None,
        strict_units: bool = True,
        rung: int = 2,
        complexity: int | None = None,
        terms: int = 2,
        screened: int = 100,
        subspace: str = "iterative",
        residuals: int = 10,
        listed: int = 20,
    ) -> None:
        self.operators = operators
        self.units = units
        self.strict_units = strict_units
        self.rung = rung
        self.complexity = complexity
        self.terms = terms
        self.screened = screened
        self.subspace = subspace
        self.residuals = residuals
        self.listed = listed

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Search formulas for rows X (n, p) and classes y (n,)."""
        return self.fit_together([self], X, y)[0]

    @classmethod
    def fit_together(
        cls, estimators: Sequence[FormulaClassifier], X: ArrayLike, y: ArrayLike, *, threads: int = 1
    ) -> list[FormulaClassifier]:
        """Fit estimators to the same rows, one after the other."""
        for e in estimators:
            rows, target = validate_data(e, X, y, dtype=np.float64, ensure_min_samples=2)
            check_classification_targets(target)
            classes, codes = np.unique(target, return_inverse=True)
            if len(classes) < 2:
                raise ValueError(f"y has {len(classes)} class. Allowed: 2 or more classes.")
            e.take(e.searched(rows, codes.astype(np.int64), threads=threads), classes)
        return list(estimators)

    def searched(
        self, X: Array, codes: NDArray[np.int64], *, threads: int = 1, tell: Tell | None = None
    ) -> FoundDomains:
        """Return all that a search finds."""
        with one_thread():
            units = self.units_of(X.shape[1])
            return search_domains(X, codes, units, self.plan, threads=threads, tell=tell)

    def take(self, found: FoundDomains, classes: NDArray[Any]) -> Self:
        """Become the best model of a search."""
        if not found.models:
            raise ValueError("No formula of these columns varies.")
        best = found.best
        self.classes_ = classes
        self.terms_ = [*best.terms]
        self.corners_, self.middles_ = [*best.corners], best.middles
        self.centre_, self.scale_ = best.centre, best.scale
        return self

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Name the class of rows (n, p); of numbered classes, -1 where a formula has no value."""
        check_is_fitted(self)
        rows = validate_data(self, X, reset=False, dtype=np.float64)
        model = Domains(
            tuple(self.terms_), (), 0, 0.0, 0, tuple(self.corners_), self.middles_, self.centre_, self.scale_
        )
        codes = domain_codes(model, rows)
        found: NDArray[Any] = self.classes_[codes]
        if (codes < 0).any():
            if self.classes_.dtype.kind not in "iu":
                raise ValueError(f"row {int(np.argmax(codes < 0))} has no value under a formula of the model.")
            found[codes < 0] = -1
        return found


def domain_codes(model: Domains, X: Array) -> NDArray[np.int64]:
    """Return the class of rows X (n, p) as codes, -1 where a formula has no value."""
    with np.errstate(all="ignore"):
        return model.classify(np.array([values(t, X) for t in model.terms]))
