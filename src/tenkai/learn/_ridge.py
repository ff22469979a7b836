"""Ridge regression, its penalty chosen by exact leave-one-out where asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from tenkai.kernels.gram import Design, Moments, each
from tenkai.kernels.nested import Nested
from tenkai.kernels.ridge import coefficients, from_moments, needs_moments, spectrum
from tenkai.learn._linear import CROSS_VALIDATED, Fold, Linear, check_choice, choose, read_together
from tenkai.learn._threads import one_thread

Array = NDArray[np.float64]

PENALTIES, SMALLEST = 50, 1e-8
"""Candidates where none are given: falling by equal factors from the largest eigenvalue of X'X."""


class Ridge(Linear):
    """Linear regression with a penalty on the squares of the coefficients.

    The objective is scikit-learn's: |y - X b|^2 + alpha |b|^2. It is not divided by the number of rows, as that of
    the Lasso is.

    Parameters
    ----------
    alpha : the penalty, or "cv" to choose among `candidates` by exact leave-one-out
    candidates : penalties to try; None for 50 from the largest eigenvalue of X'X down to 1e-8 of it
    rule : "best", or "one_standard_error" for the largest penalty within one standard error of it
    fit_intercept : add a constant, which is not penalized

    Attributes
    ----------
    coef_, intercept_ : coefficients (p,) and constant
    alpha_ : the penalty used
    violation_ : what the normal equations leave, in units of |column| |target|
    alphas_, error_, error_se_ : (a,) candidates, falling; mean squared error of the rows left out, one at a time,
        and its standard error; empty without "cv"
    chosen_ : place of `alpha_` in `alphas_`
    """

    def __init__(
        self,
        alpha: float | str = 1.0,
        candidates: Sequence[float] | None = None,
        rule: str = "best",
        fit_intercept: bool = True,
    ) -> None:
        self.alpha = alpha
        self.candidates = candidates
        self.rule = rule
        self.fit_intercept = fit_intercept

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to rows X (n, p) and target y (n,)."""
        self.fit_together([self], X, y)
        return self

    @classmethod
    def fit_together(cls, estimators: Sequence[Ridge], X: ArrayLike, y: ArrayLike, *, threads: int = 1) -> list[Ridge]:
        """Fit estimators on the same rows; each gets the bits it would get alone."""
        estimators = list(estimators)
        rows, target = read_together(estimators, X, y)
        for e in estimators:
            check_choice(e)
        with one_thread():
            for with_ in sorted({bool(e.fit_intercept) for e in estimators}):
                members = [e for e in estimators if bool(e.fit_intercept) == with_]
                _fit(members, Design(rows, target, intercept=with_), threads)
        return estimators

    @classmethod
    def fit_growing(
        cls, estimator: Ridge, X: Any, y: Array, sizes: Sequence[int], *, threads: int = 1
    ) -> Iterator[Ridge]:
        """Yield it fitted on the first rows of sparse X, for rising numbers of rows, with the bits of separate fits."""
        nested = Nested(X, y, intercept=bool(estimator.fit_intercept))
        for size in sizes:
            e = clone(estimator)
            e.read(X[:size], y[:size])
            check_choice(e)
            with one_thread():
                design = nested.design(size)
                many = needs_moments(design, size)
                _fit([e], design, threads, design.moments(nested.sums(design)) if many else None)
            yield e

    @classmethod
    def predict_folds(
        cls, estimators: Sequence[Ridge], X: ArrayLike, y: ArrayLike, folds: Sequence[Fold], *, threads: int = 1
    ) -> Iterator[Array]:
        """Yield for every fold the predictions (estimators, n_test) of its held-out rows."""
        estimators = [clone(e) for e in estimators]
        rows, target = read_together(estimators, X, y)
        if scipy.sparse.issparse(rows):
            rows = scipy.sparse.csr_matrix(rows)
        for e in estimators:
            check_choice(e)
        smallest = min(len(train) for train, _ in folds)
        with one_thread():
            shared: dict[bool, tuple[Design, Any]] = {}
            for e in estimators:
                with_ = bool(e.fit_intercept)
                if e.alpha != CROSS_VALIDATED and with_ not in shared:
                    design = Design(rows, target, intercept=with_)
                    if needs_moments(design, smallest):
                        shared[with_] = design, design.sums(None, threads)

            def one(fold: Fold) -> Array:
                train, test = fold
                said = np.empty((len(estimators), len(test)))
                for with_ in (True, False):
                    places = [i for i, e in enumerate(estimators) if bool(e.fit_intercept) == with_]
                    fixed = [i for i in places if estimators[i].alpha != CROSS_VALIDATED and with_ in shared]
                    others = [i for i in places if i not in fixed]
                    if fixed:
                        design, every = shared[with_]
                        alphas = np.array([float(estimators[i].alpha) for i in fixed])
                        known = design.training(every, train, test)
                        coefs, intercepts = from_moments(known, alphas)
                        said[fixed] = design.predict(coefs, intercepts, test)
                    if others:
                        members = [clone(estimators[i]) for i in others]
                        for i, e in zip(others, cls.fit_together(members, rows[train], target[train]), strict=True):
                            said[i] = e.predict(rows[test])
                return said

            small = rows.shape[0] * rows.shape[1] ** 2 < 1e8
            found = each(one, folds, 1 if small else threads)
        yield from found


def _fit(members: Sequence[Ridge], design: Design, threads: int, known: Moments | None = None) -> None:
    if known is None and needs_moments(design, design.n):
        known = design.moments(design.sums(None, threads))
    spread = None
    errors: dict[Any, tuple[Array, Array, Array]] = {}
    for e in members:
        e.alphas_, e.error_, e.error_se_, e.chosen_ = np.empty(0), np.empty(0), np.empty(0), -1
        if e.alpha != CROSS_VALIDATED:
            e.alpha_ = float(e.alpha)
            continue
        key = None if e.candidates is None else tuple(e.candidates)
        if key not in errors:
            spread = spread if spread is not None else spectrum(design, known, threads)
            if e.candidates is not None:
                alphas = np.unique(np.asarray(e.candidates, dtype=np.float64))[::-1].copy()
            else:
                largest = max(float(spread.values.max(initial=0.0)), np.finfo(np.float64).tiny * 1e20)
                alphas = np.asarray(largest * np.logspace(0.0, np.log10(SMALLEST), PENALTIES))
            squares = spread.leave_one_out(alphas, threads)
            with np.errstate(invalid="ignore"):
                errors[key] = alphas, squares.mean(axis=1), squares.std(axis=1, ddof=1) / np.sqrt(design.n)
        e.alphas_, e.error_, e.error_se_ = (a.copy() for a in errors[key])
        e.chosen_ = choose(e.error_, e.error_se_, e.rule)
        e.alpha_ = float(e.alphas_[e.chosen_])
    alphas = np.array([e.alpha_ for e in members])
    coefs, intercepts = coefficients(design, alphas, known, spread, threads)
    for e, b, constant in zip(members, coefs, intercepts, strict=True):
        e.coef_, e.intercept_ = b.copy(), float(constant)
        e.violation_ = _left(design, e) if known is None else _left_of_products(known, e)


def _left_of_products(known: Moments, model: Ridge) -> float:
    off = np.abs(known.cross - known.gram @ model.coef_ - model.alpha_ * model.coef_)
    unit = np.sqrt(np.diagonal(known.gram)) * known.length
    return float((off[unit > 0] / unit[unit > 0]).max(initial=0.0))


def _left(design: Design, model: Ridge) -> float:
    """Largest violation of the normal equations, in units of |column| |target|."""
    every = np.arange(design.n)
    constant = np.array([model.intercept_])
    left = design.y + design.y_origin - design.predict(model.coef_[None, :], constant, every)[0]
    rows = design.sparse.toarray() if design.sparse is not None else design.dense
    off = np.abs(rows.T @ left - model.alpha_ * model.coef_)
    squares = (rows * rows).sum(axis=0)
    unit = np.sqrt(np.asarray(squares).ravel() * float((design.y * design.y).sum()))
    return float((off[unit > 0] / unit[unit > 0]).max(initial=0.0))
