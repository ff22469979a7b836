"""Formula search by sure independence screening and an exhaustive search over what was screened (SISSO).

R. Ouyang, S. Curtarolo, E. Ahmetcik, M. Scheffler, L. Ghiringhelli, Phys. Rev. Materials 2, 083802 (2018).
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels.formula_models import best_models
from tenkai.kernels.formula_pool import Correlation, Screened, Tell, screen
from tenkai.kernels.formula_screen import standardized
from tenkai.kernels.formula_space import Rules, Space, first_rung
from tenkai.kernels.formula_terms import Term
from tenkai.kernels.formula_units import Unit

if TYPE_CHECKING:
    from tenkai.kernels.formula_domains import FoundDomains

__all__ = ["Chosen", "Found", "Model", "Plan", "Steps", "of_fewer_terms", "search", "solve"]

Array = NDArray[np.float64]
F = TypeVar("F", "Found", "FoundDomains")
DIGITS = 10
"""Digits of an error that decide; of models that agree in them the simplest comes first."""


@dataclass(frozen=True)
class Plan:
    """What to search.

    Parameters
    ----------
    rung : how often operators are applied, 1 to 3
    terms : formulas in a model, at most
    screened : features taken per number of terms; in all, where `fixed`
    fixed : one set of features for all numbers of terms, by the target; else each further set by what is left
    residuals : models whose residuals the next set is screened by
    listed : models kept per number of terms
    """

    rules: Rules
    rung: int = 2
    terms: int = 2
    screened: int = 100
    fixed: bool = False
    residuals: int = 1
    listed: int = 50


@dataclass(frozen=True)
class Model:
    """A weighted sum of formulas.

    Parameters
    ----------
    places : of the formulas among those screened
    coefficients : one per formula, and the constant
    rmse, worst : root of the mean squared error and largest error of the rows it was fitted on
    size : operators in all formulas
    """

    terms: tuple[Term, ...]
    places: tuple[int, ...]
    coefficients: tuple[float, ...]
    intercept: float
    rmse: float
    worst: float
    size: int


@dataclass(frozen=True)
class Found:
    """What a search found.

    Parameters
    ----------
    models : per number of terms the best, best first
    terms, values : the features screened, (m, n)
    sizes : (m,) operators
    mean : the model without any formula
    kept : features of all rungs but the last
    scored : features scored, the last rung included
    tried : models tried
    marks : per number of terms how many features were screened and models tried up to there
    work : what was worked through, how many and in how many seconds
    """

    models: tuple[tuple[Model, ...], ...]
    terms: tuple[Term, ...]
    values: Array
    sizes: NDArray[np.int64]
    mean: Model
    kept: int
    scored: int
    tried: float
    marks: tuple[tuple[int, float], ...] = ()
    work: tuple[tuple[str, float, float], ...] = ()

    @property
    def best(self) -> Model:
        """The best model with most terms; its mean where there is none."""
        return self.models[-1][0] if self.models else self.mean


def search(
    X: Array, y: Array, units: Sequence[Unit], plan: Plan, *, threads: int = 1, tell: Tell | None = None
) -> Found:
    """Find the models of 1, 2, ... formulas that describe a target best.

    Parameters
    ----------
    X : (n, p); y : (n,)
    units : one per column

    Returns
    -------
    Found; `models` is shorter than asked where too few features vary
    """
    steps = Steps(tell, 2 * plan.terms)
    space = first_rung(X, units, plan.rules)
    for _ in range(plan.rung - 1):
        space = space.grown()
        steps.at(0.0, 1.0, f"{len(space)} features kept")
    left = y - y.mean()
    none = Model((), (), (), float(y.mean()), float(np.sqrt(np.mean(left**2))), float(np.abs(left).max()), 0)
    if not len(space) or not left.any():
        return Found((), (), np.empty((0, len(y))), np.empty(0, np.int64), none, len(space), len(space), 0.0)
    targets = _unit(y)[None]
    chosen = Chosen(space, targets.shape[1])
    models: list[tuple[Model, ...]] = []
    marks: list[tuple[int, float]] = []
    scored, tried = 0, 0.0
    for terms in range(1, plan.terms + 1):
        if terms == 1 or not plan.fixed:
            with steps.timed("features") as work:
                found, scored = screen(
                    space, Correlation(targets), plan.screened, chosen.Z, threads=threads, tell=steps.at
                )
                work.count = scored
            chosen.take(found)
        steps.done()
        if len(chosen.terms) < terms:
            break
        with steps.timed("models") as work:
            listed = _fitted(chosen, y, terms, plan.listed, threads, steps)
            work.count = math.comb(len(chosen.terms), terms)
        if not listed:
            break
        tried += work.count
        models.append(tuple(listed))
        marks.append((len(chosen.terms), tried))
        steps.done()
        left = np.array([y - predicted(m, chosen.values) for m in listed[: plan.residuals]])
        size = np.linalg.norm(left, axis=1)
        fit = size > 1e-12 * np.linalg.norm(y - y.mean())
        if not fit[0]:
            break  # a formula is the target itself
        targets = np.array([_unit(row) for row in left[fit]])
    return Found(
        tuple(models),
        tuple(chosen.terms),
        chosen.values,
        chosen.sizes,
        none,
        len(space),
        scored,
        tried,
        tuple(marks),
        steps.told(),
    )


def of_fewer_terms(found: F, terms: int) -> F:
    """Return what a search for fewer terms finds, in which the features screened for more do not count."""
    if terms > len(found.models):
        return found
    screened, tried = found.marks[terms - 1]
    return replace(
        found,
        models=found.models[:terms],
        terms=found.terms[:screened],
        values=found.values[:screened],
        sizes=found.sizes[:screened],
        tried=tried,
        marks=found.marks[:terms],
    )


@dataclass
class Work:
    """How many of something were worked through, and in how many seconds."""

    what: str
    count: float = 0.0
    seconds: float = 0.0


class Steps:
    """Progress over the parts of a search, and what was worked through in them."""

    def __init__(self, tell: Tell | None, parts: int) -> None:
        self.tell, self.parts, self.past = tell, parts, 0
        self._work: list[Work] = []

    @contextmanager
    def timed(self, what: str) -> Iterator[Work]:
        """Take the time of some work, whose `count` is to be set."""
        work, start = Work(what), time.perf_counter()
        yield work
        work.seconds = time.perf_counter() - start
        self._work.append(work)

    def told(self) -> tuple[tuple[str, float, float], ...]:
        """Return what was worked through."""
        return tuple((w.what, w.count, w.seconds) for w in self._work)

    def at(self, done: float, total: float, text: str) -> None:
        """Tell how far the part at hand is."""
        if self.tell is not None:
            self.tell(self.past + (done / total if total else 1.0), self.parts, text)

    def done(self) -> None:
        """A part is done."""
        self.past += 1
        self.at(0.0, 1.0, "")


class Chosen:
    """The features screened so far."""

    def __init__(self, space: Space, n: int) -> None:
        self.space = space
        self.terms: list[Term] = []
        self.values = self.Z = np.empty((0, n))
        self.sizes = np.empty(0, np.int64)

    def take(self, found: Screened) -> None:
        """Add features."""
        self.terms += [self.space.term_of(found.made, i) for i in range(len(found))]
        self.values = np.concatenate([self.values, found.values])
        self.sizes = np.concatenate([self.sizes, found.sizes])
        self.Z = standardized(self.values) if len(self.values) else self.values


def _unit(y: Array) -> Array:
    left = y - y.mean()
    return np.asarray(left / np.linalg.norm(left))


def _fitted(chosen: Chosen, y: Array, terms: int, listed: int, threads: int, steps: Steps) -> list[Model]:
    """Find the best models on the Gram matrix, then fit each exactly."""
    # einsum adds up in one order whatever the number of threads of BLAS.
    G = np.einsum("in,jn->ij", chosen.Z, chosen.Z, optimize=False)
    c = np.einsum("in,n->i", chosen.Z, _unit(y), optimize=False)
    places, _ = best_models(G, c, terms, listed, threads=threads, tell=steps.at)
    models = []
    for row in places:
        at = tuple(sorted(int(i) for i in row))
        coefficients, intercept = solve(chosen.values[list(at)], y)
        left = y - (coefficients @ chosen.values[list(at)] + intercept)
        models.append(
            Model(
                tuple(chosen.terms[i] for i in at),
                at,
                tuple(float(b) for b in coefficients),
                intercept,
                float(np.sqrt(np.mean(left**2))),
                float(np.abs(left).max()),
                int(chosen.sizes[list(at)].sum()),
            )
        )
    return sorted(models, key=lambda m: (float(f"{m.rmse:.{DIGITS}g}"), m.size, m.places))


def solve(values: Array, y: Array) -> tuple[Array, float]:
    """Return the coefficients (k,) and the constant of least squares on features (k, n)."""
    mean = values.mean(axis=1, keepdims=True)
    scale = np.sqrt(((values - mean) ** 2).sum(axis=1, keepdims=True))
    found = np.linalg.lstsq(((values - mean) / scale).T, y - y.mean(), rcond=None)[0]
    coefficients = np.asarray(found / scale[:, 0])
    return coefficients, float(y.mean() - coefficients @ mean[:, 0])


def predicted(model: Model, values: Array) -> Array:
    """Return what a model says of the rows it was fitted on; `values` (m, n) of the features screened."""
    return np.asarray(np.array(model.coefficients) @ values[list(model.places)] + model.intercept)
