"""Lasso and elastic net: penalties on one Gram matrix, chosen by cross-validation where asked."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import KFold

from tenkai.kernels.gram import each
from tenkai.kernels.nested import Nested
from tenkai.kernels.penalized import KKT
from tenkai.kernels.penalties import Penalties, Problem, Solutions, largest_penalty, solutions
from tenkai.learn._linear import CROSS_VALIDATED, Fold, Linear, blas_guard, check_choice, choose, read_together

Array = NDArray[np.float64]

PENALTIES, SMALLEST = 50, 1e-4
"""Candidates where none are given: falling by equal factors from the smallest alpha that gives zeros only."""


class ElasticNet(Linear):
    """Linear regression with a penalty on the size of the coefficients, which makes many of them exactly zero.

    The objective is scikit-learn's: |y - X b|^2 / (2 n) + alpha l1_ratio |b|_1 + alpha (1 - l1_ratio) |b|^2 / 2.
    Fits are exact: the optimality conditions hold to 1e-10 of |column| |target|.

    Parameters
    ----------
    alpha : the penalty, or "cv" to choose among `candidates` by shuffled k-fold cross-validation
    l1_ratio : share of the absolute penalty
    candidates : penalties to try; None for 50 from the smallest that gives zeros only down to 1e-4 of it
    folds, seed : parts, and the seed of their shuffle (those of scikit-learn's KFold)
    rule : "best", or "one_standard_error" for the largest penalty within one standard error of it
    fit_intercept : add a constant, which is not penalized

    Attributes
    ----------
    coef_, intercept_ : coefficients (p,) and constant
    alpha_ : the penalty used
    n_iter_, converged_ : rounds, and whether the optimality conditions hold
    violation_ : largest violation of the optimality conditions, in units of |column| |target|
    dual_gap_ : distance of the objective to its optimum, at most
    alphas_, errors_ : candidates (a,), falling, and mean squared errors (a, folds); empty without "cv"
    error_, error_se_ : (a,) mean over the folds and its standard error
    nonzero_ : (a,) columns used at each candidate on all rows
    chosen_ : place of `alpha_` in `alphas_`
    """

    def __init__(
        self,
        alpha: float | str = 1.0,
        l1_ratio: float = 0.5,
        candidates: Sequence[float] | None = None,
        folds: int = 5,
        rule: str = "best",
        seed: int = 0,
        fit_intercept: bool = True,
    ) -> None:
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.candidates = candidates
        self.folds = folds
        self.rule = rule
        self.seed = seed
        self.fit_intercept = fit_intercept

    @property
    def _share(self) -> float:
        """Share of the absolute penalty."""
        return float(self.l1_ratio)

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to rows X (n, p) and target y (n,)."""
        self.fit_together([self], X, y)
        if not self.converged_:
            text = f"the optimality conditions hold to {self.violation_:.1e} only; standardize the columns."
            warnings.warn(text, ConvergenceWarning, stacklevel=2)
        return self

    @classmethod
    def fit_together(
        cls, estimators: Sequence[ElasticNet], X: ArrayLike, y: ArrayLike, *, threads: int = 1
    ) -> list[ElasticNet]:
        """Fit estimators on the same rows; each gets the bits it would get alone."""
        estimators = list(estimators)
        rows, target = read_together(estimators, X, y)
        for e in estimators:
            e._check(rows.shape[0])
        for members in _alike(estimators, lambda e: bool(e.fit_intercept)):
            penalties = Penalties(rows, target, intercept=bool(members[0].fit_intercept))
            with blas_guard(not penalties.small):
                problem = penalties.whole(threads)
                _choose_all(members, penalties, problem, threads)
                for group in _alike(members, lambda e: e._share):
                    alphas = np.array([e.alpha_ for e in group])
                    found = solutions(problem, alphas, group[0]._share)
                    for place, e in enumerate(group):
                        e._keep(found, place)
        return estimators

    @classmethod
    def fit_growing(
        cls, estimator: ElasticNet, X: Any, y: Array, sizes: Sequence[int], *, threads: int = 1
    ) -> Iterator[ElasticNet]:
        """Yield it fitted on the first rows of sparse X, for rising numbers of rows, with the bits of separate fits."""
        nested = Nested(X, y, intercept=bool(estimator.fit_intercept))
        for size in sizes:
            e = clone(estimator)
            if e.alpha == CROSS_VALIDATED:
                cls.fit_together([e], X[:size], y[:size], threads=threads)
            else:
                e.read(X[:size], y[:size])
                e._check(size)
                with blas_guard(True):
                    problem = nested.problem(size)
                    e._given()
                    e._keep(solutions(problem, np.array([e.alpha_]), e._share), 0)
            yield e

    @classmethod
    def predict_folds(
        cls,
        estimators: Sequence[ElasticNet],
        X: ArrayLike,
        y: ArrayLike,
        folds: Sequence[Fold],
        *,
        threads: int = 1,
    ) -> Iterator[Array]:
        """Yield for every fold the predictions (estimators, n_test) of its held-out rows."""
        estimators = [clone(e) for e in estimators]
        rows, target = read_together(estimators, X, y)
        if scipy.sparse.issparse(rows):
            rows = scipy.sparse.csr_matrix(rows)
        for e in estimators:
            e._check(min(len(train) for train, _ in folds))
        plain = [e for e in estimators if e.alpha != CROSS_VALIDATED]
        shared = {with_: Penalties(rows, target, intercept=with_) for with_ in {bool(e.fit_intercept) for e in plain}}

        def one(fold: Fold) -> Array:
            train, test = fold
            said: dict[int, Array] = {}
            for members in _alike(plain, lambda e: (bool(e.fit_intercept), e._share)):
                penalties = shared[bool(members[0].fit_intercept)]
                alphas = np.array([float(e.alpha) for e in members])
                found = solutions(penalties.training(fold), alphas, members[0]._share, told=False)
                said.update(zip(map(id, members), penalties.predict(found, test), strict=True))
            choosing = [e for e in estimators if e.alpha == CROSS_VALIDATED]
            if choosing:
                fitted = cls.fit_together([clone(e) for e in choosing], rows[train], target[train])
                said.update({id(e): f.predict(rows[test]) for e, f in zip(choosing, fitted, strict=True)})
            return np.array([said[id(e)] for e in estimators])

        small = Penalties(rows, target).small
        with blas_guard(not small):
            for penalties in shared.values():
                penalties.warm(threads)
            # Threads cost more than a small problem does.
            found = each(one, folds, 1 if small else threads)
        yield from found

    def _check(self, rows: int) -> None:
        check_choice(self)
        if not 0 <= self._share <= 1:
            raise ValueError(f"l1_ratio is {self.l1_ratio!r}. Allowed: 0 to 1.")
        if self.alpha == CROSS_VALIDATED and not 2 <= self.folds <= rows:
            raise ValueError(f"{self.folds} folds of {rows} rows are not possible. Allowed: 2 to {rows}.")
        if self.alpha == CROSS_VALIDATED and self._share == 0 and self.candidates is None:
            raise ValueError("without an absolute penalty (l1_ratio 0) no alpha gives zeros only: give candidates.")

    def _given(self) -> None:
        """Take the penalty as it is given."""
        self.alpha_ = float(self.alpha)
        self.alphas_: Array = np.empty(0)
        self.errors_: Array = np.empty((0, 0))
        self.nonzero_: NDArray[np.int64] = np.empty(0, np.int64)
        self.error_: Array = np.empty(0)
        self.error_se_: Array = np.empty(0)
        self.chosen_ = -1

    def _keep(self, found: Solutions, place: int) -> None:
        self.coef_ = found.coefs[place].copy()
        self.intercept_ = float(found.intercepts[place])
        self.n_iter_ = int(found.rounds[place])
        self.violation_ = float(found.violations[place])
        self.converged_ = self.violation_ <= KKT
        self.dual_gap_ = float(found.gaps[place])

    def _candidates(self, problem: Problem) -> Array:
        if self.candidates is not None:
            return np.unique(np.asarray(self.candidates, dtype=np.float64))[::-1].copy()
        largest = max(largest_penalty(problem, self._share), np.finfo(np.float64).tiny * 1e10)
        return np.asarray(largest * np.logspace(0.0, np.log10(SMALLEST), PENALTIES))


def _choose_all(members: Sequence[ElasticNet], penalties: Penalties, problem: Problem, threads: int) -> None:
    """Find the penalty of each estimator; those that try the same candidates on the same folds share the errors."""
    known: dict[Any, tuple[Array, Array, NDArray[np.int64]]] = {}
    for e in members:
        if e.alpha != CROSS_VALIDATED:
            e._given()
            continue
        key = (e._share, e.folds, e.seed, None if e.candidates is None else tuple(e.candidates))
        if key not in known:
            alphas = e._candidates(problem)
            split = KFold(e.folds, shuffle=True, random_state=e.seed).split(np.empty((penalties.n, 0)))
            errors, used = penalties.search(list(split), alphas, e._share, threads)
            known[key] = alphas, errors, used.astype(np.int64)
        tried, off, counts = known[key]
        e.alphas_, e.errors_, e.nonzero_ = tried.copy(), off.copy(), counts.copy()
        e.error_ = e.errors_.mean(axis=1)
        e.error_se_ = e.errors_.std(axis=1, ddof=1) / np.sqrt(e.folds)
        e.chosen_ = choose(e.error_, e.error_se_, e.rule)
        e.alpha_ = float(e.alphas_[e.chosen_])


def _alike(estimators: Sequence[ElasticNet], key: Any) -> list[list[ElasticNet]]:
    groups: dict[Any, list[ElasticNet]] = {}
    for e in estimators:
        groups.setdefault(key(e), []).append(e)
    return list(groups.values())


class Lasso(ElasticNet):
    """`ElasticNet` with the absolute penalty only: |y - X b|^2 / (2 n) + alpha |b|_1, as in scikit-learn."""

    def __init__(
        self,
        alpha: float | str = 1.0,
        candidates: Sequence[float] | None = None,
        folds: int = 5,
        rule: str = "best",
        seed: int = 0,
        fit_intercept: bool = True,
    ) -> None:
        self.alpha = alpha
        self.candidates = candidates
        self.folds = folds
        self.rule = rule
        self.seed = seed
        self.fit_intercept = fit_intercept

    @property
    def _share(self) -> float:
        return 1.0
