"""The estimator of learn.formula_search: a weighted sum of formulas found by search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from tenkai.kernels.formula_pool import Tell
from tenkai.kernels.formula_search import Found, Model, Plan, search
from tenkai.kernels.formula_space import Rules
from tenkai.kernels.formula_terms import Term, values
from tenkai.kernels.formula_units import UNITLESS, read_unit
from tenkai.learn._threads import one_thread

Array = NDArray[np.float64]
DEFAULT = ("+", "-", "|-|", "*", "/", "exp", "exp-", "sqrt", "^2", "^3", "^-1")


class FormulaSettings:
    """What the settings of a formula search mean to the kernels."""

    operators: Sequence[str]
    units: Sequence[str] | None
    strict_units: bool
    rung: int
    complexity: int | None
    terms: int
    screened: int
    subspace: str
    residuals: int
    listed: int

    @property
    def plan(self) -> Plan:
        """Return the settings as the kernel takes them."""
        most = 2**self.rung - 1 if self.complexity is None else self.complexity
        rules = Rules(tuple(self.operators), bool(self.strict_units), most)
        fixed = self.subspace == "fixed"
        return Plan(rules, self.rung, self.terms, self.screened, fixed, self.residuals, self.listed)

    def units_of(self, columns: int) -> list[Any]:
        """Return the unit of every column."""
        return [UNITLESS] * columns if self.units is None else [read_unit(u) for u in self.units]


class FormulaRegressor(RegressorMixin, FormulaSettings, BaseEstimator):  # type: ignore[misc]
    """Linear regression on formulas of the columns, which are found by search (SISSO).

    Parameters
    ----------
    operators : what formulas are made of, see tenkai.kernels.formula_terms
    units : unit of each column as text, or None for plain numbers
    strict_units : exp, log, sin and cos take plain numbers only
    rung : how often operators are applied
    complexity : operators in a formula at most, or None
    terms : formulas in the model; fewer where no more vary
    screened : features screened per term
    subspace : "iterative" or "fixed", see the step
    residuals : models whose residuals the next features are screened by
    listed : models kept per number of terms

    Attributes
    ----------
    terms_ : list of formulas as nested tuples
    coef_, intercept_ : (terms,) and the constant
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
        """Search formulas for rows X (n, p) and target y (n,)."""
        return self.fit_together([self], X, y)[0]

    @classmethod
    def fit_together(
        cls, estimators: Sequence[FormulaRegressor], X: ArrayLike, y: ArrayLike, *, threads: int = 1
    ) -> list[FormulaRegressor]:
        """Fit estimators to the same rows, one after the other."""
        for e in estimators:
            rows, target = validate_data(e, X, y, dtype=np.float64, y_numeric=True, ensure_min_samples=2)
            e.take(e.searched(rows, np.asarray(target, np.float64), threads=threads))
        return list(estimators)

    def searched(self, X: Array, y: Array, *, threads: int = 1, tell: Tell | None = None) -> Found:
        """Return all that a search finds."""
        with one_thread():
            return search(X, y, self.units_of(X.shape[1]), self.plan, threads=threads, tell=tell)

    def take(self, found: Found) -> Self:
        """Become the best model of a search."""
        best = found.best
        self.terms_ = [*best.terms]
        self.coef_ = np.array(best.coefficients)
        self.intercept_ = best.intercept
        return self

    def predict(self, X: ArrayLike) -> Array:
        """Predict rows (n, p); NaN where a formula has no value."""
        check_is_fitted(self)
        rows = validate_data(self, X, reset=False, dtype=np.float64)
        return evaluated(self.terms_, self.coef_, self.intercept_, rows)


def evaluated(terms: Sequence[Term], coefficients: Array, intercept: float, X: Array) -> Array:
    """Return a weighted sum of formulas for rows X (n, p); NaN where it has no value."""
    out = np.full(len(X), intercept)
    with np.errstate(all="ignore"):
        for term, b in zip(terms, coefficients, strict=True):
            out += b * values(term, X)
    return np.where(np.isfinite(out), out, np.nan)


def said_by(model: Model, X: Array) -> Array:
    """Return what a model of a search says of rows X (n, p)."""
    return evaluated(model.terms, np.array(model.coefficients), model.intercept, X)
