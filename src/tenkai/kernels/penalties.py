"""Families of Lasso and elastic-net penalties: on all rows, on the training rows of folds, and by cross-validation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from tenkai.kernels.gram import SPARSE, Design, Moments, Sums, each, predicted, small
from tenkai.kernels.penalized import path
from tenkai.kernels.wide import Wide

__all__ = ["Narrow", "Penalties", "Problem", "Solutions", "is_wide", "largest_penalty", "solutions"]

Array = NDArray[np.float64]
Positions = NDArray[np.int64]
Fold = tuple[Positions, Positions]

# Up to this many columns a Gram matrix of all of them is cheap, however few rows there are.
_NARROW = 512
_LARGEST = 1e300


@dataclass(frozen=True)
class Solutions:
    """Answers for a penalties.

    Parameters
    ----------
    coefs : (a, p)
    intercepts : (a,)
    rounds : (a,) rounds of descent and exact solve
    violations : (a,) largest violation of the optimality conditions, in units of |column| |target|
    gaps : (a,) duality gaps of the objective as scikit-learn writes it (divided by n)
    """

    coefs: Array
    intercepts: Array
    rounds: Positions
    violations: Array
    gaps: Array


def is_wide(n: int, p: int) -> bool:
    """Say whether products of columns are made on demand: columns outnumber rows, and are many."""
    return p > max(n, _NARROW)


class Penalties:
    """Rows and target, ready for penalties.

    Parameters
    ----------
    X : array or scipy.sparse matrix of shape (n, p)
    y : array of shape (n,)
    intercept
        Without it nothing is centred.

    Notes
    -----
    Keep BLAS on one thread unless `small`: sums of large problems go through it.
    """

    def __init__(self, X: Any, y: Array, *, intercept: bool = True) -> None:
        self.n, self.p = X.shape
        self.X, self.y, self.intercept = X, y, intercept
        self._every: Sums | None = None
        self.wide = is_wide(self.n, self.p)
        if self.wide and (scipy.sparse.issparse(X) or np.count_nonzero(X) < SPARSE * X.size):
            self.X = scipy.sparse.csr_matrix(X)

    @cached_property
    def design(self) -> Design:
        """The rows, for sums over some of them."""
        return Design(self.X, self.y, intercept=self.intercept)

    def whole(self, threads: int = 1) -> Problem:
        """Problem of all rows."""
        if self.wide:
            return Wide(self.X, self.y, intercept=self.intercept)
        return Narrow(self.design.moments(self._sums(threads)))

    def _sums(self, threads: int) -> Sums:
        if self._every is None:
            self._every = self.design.sums(None, threads)
        return self._every

    def training(self, fold: Fold, threads: int = 1) -> Problem:
        """Problem of the training rows of a fold."""
        train, test = fold
        if self.wide:
            return Wide(self.X[train], self.y[train], intercept=self.intercept)
        return Narrow(self.design.training(self._sums(threads), train, test))

    def predict(self, found: Solutions, rows: Positions) -> Array:
        """Predictions (a, m) for some rows."""
        if self.wide:
            return predicted(self.X[rows], found.coefs) + found.intercepts[:, None]
        return self.design.predict(found.coefs, found.intercepts, rows)

    def errors(self, folds: Sequence[Fold], alphas: Array, l1_ratio: float, threads: int = 1) -> Array:
        """Mean squared errors (a, folds) on the rows left out, for falling penalties."""
        return self.search(folds, alphas, l1_ratio, threads, count=False)[0]

    def search(
        self, folds: Sequence[Fold], alphas: Array, l1_ratio: float, threads: int = 1, *, count: bool = True
    ) -> tuple[Array, Array]:
        """Errors as above, and the columns used by a fit of all rows (a,) where `count` asks for them."""

        def one(fold: Fold | None) -> Array:
            if fold is None:
                whole = solutions(self.whole(), alphas, l1_ratio, alone=False)
                return np.asarray(np.count_nonzero(whole.coefs, axis=1), dtype=np.float64)
            found = solutions(self.training(fold), alphas, l1_ratio, alone=False)
            return np.asarray(((self.predict(found, fold[1]) - self.y[fold[1]]) ** 2).mean(axis=1))

        self.warm(threads)
        # Threads cost more than a small problem does.
        found = each(one, [*folds, None] if count else folds, 1 if self.small else threads)
        return np.array(found[: len(folds)]).T, found[-1]

    def warm(self, threads: int) -> None:
        """Do what all folds share, before threads ask for it."""
        if not self.wide:
            self._sums(threads)

    @property
    def small(self) -> bool:
        """Say whether no sum goes through BLAS."""
        return not self.wide and small(self.n, self.p)


class Narrow:
    """A penalized problem on the Gram matrix of all columns; has the methods of `Wide`."""

    def __init__(self, moments: Moments) -> None:
        self.n, self.p = moments.rows, len(moments.cross)
        self.gram, self.cross = moments.gram, moments.cross
        self.mean, self.target, self.length = moments.mean, moments.target, moments.length

    def path(
        self, lams: Array, mus: Array, slope: float, alone: bool, coefs: Array, rounds: Positions, off: Array
    ) -> None:
        """Solve for falling penalties; see `tenkai.kernels.penalized.path`."""
        path(self.gram, self.cross, self.length, lams, mus, slope, alone, coefs, rounds, off)

    def misfit(self, b: Array) -> tuple[Array, float, float]:
        """Products of the residual with all columns, with itself, and with the target."""
        rest = self.cross - predicted(self.gram, b[None, :])[0]
        along = self.length**2 - float((self.cross * b).sum())
        return rest, max(along - float((rest * b).sum()), 0.0), along


Problem = Narrow | Wide


def largest_penalty(problem: Problem, l1_ratio: float) -> float:
    """Return the smallest alpha that makes all coefficients zero."""
    return float(np.abs(problem.cross).max(initial=0.0)) / (problem.n * l1_ratio)


def solutions(problem: Problem, alphas: Array, l1_ratio: float, *, alone: bool = True, told: bool = True) -> Solutions:
    """Solve one problem for penalties in any order.

    With `alone` every answer has the bits it has when it is the only one asked for; without, each starts from the one
    before, which is right for a grid that belongs to one model. Duality gaps are computed where both are set.
    """
    n, a = problem.n, len(alphas)
    order = np.argsort(-alphas, kind="stable")
    falling = np.minimum(alphas[order].astype(np.float64), _LARGEST / n)
    lams, mus = falling * (n * l1_ratio), falling * (n * (1.0 - l1_ratio))
    coefs, rounds, off, gaps = np.zeros((a, problem.p)), np.zeros(a, np.int64), np.zeros(a), np.zeros(a)
    if problem.length > 0.0:  # else the target is constant, and 0 is the answer
        if l1_ratio == 0.0:
            for i in range(a):
                one = slice(i, i + 1)
                problem.path(lams[one], mus[one], 0.0, False, coefs[one], rounds[one], off[one])
        else:
            problem.path(lams, mus, (1.0 - l1_ratio) / l1_ratio, alone, coefs, rounds, off)
    if alone and told:
        gaps = np.array([_gap(problem, *each_) for each_ in zip(coefs, lams, mus, strict=True)])
    back = np.argsort(order, kind="stable")
    coefs = coefs[back]
    intercepts = problem.target - predicted(problem.mean[None, :], coefs)[:, 0]
    return Solutions(coefs, intercepts, rounds[back], off[back], gaps[back])


def _gap(problem: Problem, b: Array, lam: float, mu: float) -> float:
    """Duality gap divided by n, of a Lasso whose rows are extended by sqrt(mu) times the identity."""
    rest, size, along = problem.misfit(b)
    rest = rest - mu * b
    if lam == 0.0:
        # Without a penalty of |b| no dual point gives a bound: what the normal equations leave.
        return abs(float((rest * b).sum())) / problem.n
    ridge = mu * float((b * b).sum())
    most = float(np.abs(rest).max(initial=0.0))
    share = lam / most if most > lam else 1.0
    gap = 0.5 * (size + ridge) * (1.0 + share * share) + lam * float(np.abs(b).sum()) - share * along
    return max(gap, 0.0) / problem.n
