"""Formula search for classes: formulas in which the domains of the classes overlap least.

R. Ouyang, S. Curtarolo, E. Ahmetcik, M. Scheffler, L. Ghiringhelli, Phys. Rev. Materials 2, 083802 (2018), section II.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit, parallel_region, prange
from tenkai.kernels.formula_hulls import hull, interval_score, interval_scores, outside, pair_domains
from tenkai.kernels.formula_pairs import Hits, Pairs, hits
from tenkai.kernels.formula_pool import Tell, screen
from tenkai.kernels.formula_scan import PAIRS
from tenkai.kernels.formula_screen import CONSTANT, HIGH, LOW
from tenkai.kernels.formula_search import Chosen, Plan, Steps
from tenkai.kernels.formula_space import Candidates, Space, first_rung
from tenkai.kernels.formula_strips import NONE
from tenkai.kernels.formula_terms import Term
from tenkai.kernels.formula_units import Unit

__all__ = ["Domains", "FoundDomains", "domains_of", "search_domains"]

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]


@jit(parallel=True)
def _rough(
    V: Array,
    unit: Numbers,
    fresh: NDArray[np.bool_],
    codes: Numbers,
    active: NDArray[np.bool_],
    classes: int,
    rows: Numbers,
    partners: Numbers,
    wanted: NDArray[np.bool_],
    spare: np.float32,
    out: NDArray[np.float32],
) -> None:
    n = len(codes)
    for place in prange(len(rows)):
        i = rows[place]
        v, low, high = np.empty(n), np.empty(classes), np.empty(classes)
        for j in range(partners[place]):
            if not (fresh[i] or fresh[j]):
                continue
            for o in range(6):
                if not wanted[o] or (o < 3 and unit[i] != unit[j]):
                    continue
                s = q = 0.0
                for r in range(n):
                    a, b = V[i, r], V[j, r]
                    if o == 0:
                        v[r] = a + b
                    elif o == 1:
                        v[r] = a - b
                    elif o == 2:
                        v[r] = abs(a - b)
                    elif o == 3:
                        v[r] = a * b
                    elif o == 4:
                        v[r] = a / b
                    else:
                        v[r] = b / a
                    s += v[r]
                    q += v[r] * v[r]
                if q - s * s / n > CONSTANT * q and q > LOW * n and q < HIGH * n:
                    out[place, 6 * j + o] = interval_score(v, codes, active, low, high) + spare


class Overlap:
    """A scorer: how little the intervals of the classes overlap.

    Parameters
    ----------
    codes : (n,) 0, 1, ...; active : rows whose separation counts
    """

    def __init__(self, codes: Numbers, classes: int, active: NDArray[np.bool_]) -> None:
        self.codes, self.classes, self.active = codes, classes, active

    def scores(self, Z: Array) -> Array:
        """Score rows."""
        return interval_scores(Z, self.codes, self.active, self.classes)

    def bounds(self, space: Space, some: Candidates, threads: int = 1) -> Array:
        """Return the scores and a little for rounding."""
        values = space.compute(some)
        return interval_scores(values, self.codes, self.active, self.classes) + self._spare

    def of_pairs(self, pairs: Pairs, threads: int = 1) -> _PairOverlaps:
        """Make pairs ready."""
        return _PairOverlaps(self, pairs)

    def bar(self, floor: float) -> float:
        """Return the score itself."""
        return max(0.0, floor)

    @property
    def _spare(self) -> float:
        return max(1e-3, 1e-6 * len(self.codes))


class _PairOverlaps:
    """The scores of pairs."""

    def __init__(self, scorer: Overlap, pairs: Pairs) -> None:
        self.scorer, self.pairs = scorer, pairs

    def hits(self, rows: Numbers, bar: float, threads: int = 1) -> Hits:
        """Return pairs that may be good."""
        partners, own, pairs = self.pairs.partners()[rows], self.scorer, self.pairs
        out = np.full((len(rows), int(partners.max(initial=0)), len(PAIRS)), NONE)
        with parallel_region(threads):
            _rough(
                pairs.V, pairs.unit, pairs.fresh, own.codes, own.active, own.classes, rows, partners, pairs.wanted,
                np.float32(own._spare), out.reshape(len(rows), -1),
            )  # fmt: skip
        return hits(rows, out, bar)


@dataclass(frozen=True)
class Domains:
    """One or two formulas and the domains of the classes in them.

    Parameters
    ----------
    mixed : rows in the domain of another class
    gap : distance of the two nearest rows of different classes, in standard deviations of the formulas
    corners : per class (c, 2) corners of its hull, in standard deviations; the second number is 0 for one formula
    middles : (classes, 2) means
    centre, scale : (terms,) to bring values to standard deviations
    """

    terms: tuple[Term, ...]
    places: tuple[int, ...]
    mixed: int
    gap: float
    size: int
    corners: tuple[Array, ...]
    middles: Array
    centre: Array
    scale: Array

    def classify(self, values: Array) -> Numbers:
        """Return the codes of rows: the class whose domain is nearest, of several the one with the nearest mean.

        values : (terms, n); rows that have no value get -1
        """
        flat = (values - self.centre[:, None]) / self.scale[:, None]
        x, y = flat[0], flat[1] if len(flat) > 1 else np.zeros(flat.shape[1])
        out = np.full(len(x), -1)
        for r in np.flatnonzero(np.isfinite(x) & np.isfinite(y)):
            away = np.array([outside(c[:, 0], c[:, 1], x[r], y[r]) for c in self.corners])
            middle = np.hypot(self.middles[:, 0] - x[r], self.middles[:, 1] - y[r])
            nearest = np.flatnonzero(away <= away.min() + 1e-12)
            out[r] = nearest[middle[nearest].argmin()]
        return out


@dataclass(frozen=True)
class FoundDomains:
    """What a search found, as formula_search.Found; `labels` are the numbers of the classes."""

    models: tuple[tuple[Domains, ...], ...]
    terms: tuple[Term, ...]
    values: Array
    sizes: Numbers
    labels: Numbers
    kept: int
    scored: int
    tried: float
    marks: tuple[tuple[int, float], ...] = ()
    work: tuple[tuple[str, float, float], ...] = ()

    @property
    def best(self) -> Domains:
        """The best model with most terms."""
        return self.models[-1][0]


def domains_of(
    terms: Sequence[Term], places: Sequence[int], values: Array, codes: Numbers, classes: int, size: int
) -> Domains:
    """Draw the domains of classes in the values (terms, n) of one or two formulas."""
    centre, scale = values.mean(axis=1), values.std(axis=1)
    flat = (values - centre[:, None]) / scale[:, None]
    x, y = flat[0], flat[1] if len(flat) > 1 else np.zeros(flat.shape[1])
    corners, middles, inside, gap = [], [], np.zeros(len(codes), bool), np.inf
    for k in range(classes):
        own = codes == k
        at = hull(x[own], y[own])
        corners.append(np.column_stack([x[own][at], y[own][at]]))
        middles.append((float(x[own].mean()), float(y[own].mean())))
        for r in np.flatnonzero(~own):
            inside[r] |= outside(corners[k][:, 0], corners[k][:, 1], x[r], y[r]) == 0.0
            gap = min(gap, float(np.hypot(x[own] - x[r], y[own] - y[r]).min()))
    return Domains(
        tuple(terms), tuple(places), int(inside.sum()), gap, size, tuple(corners), np.array(middles), centre, scale
    )


def mixed_rows(model: Domains, values: Array, codes: Numbers) -> NDArray[np.bool_]:
    """Say which rows lie in the domain of another class."""
    flat = (values - model.centre[:, None]) / model.scale[:, None]
    x, y = flat[0], flat[1] if len(flat) > 1 else np.zeros(flat.shape[1])
    out = np.zeros(len(codes), bool)
    for k, c in enumerate(model.corners):
        for r in np.flatnonzero(codes != k):
            out[r] |= outside(c[:, 0], c[:, 1], x[r], y[r]) == 0.0
    return out


def search_domains(
    X: Array, y: Numbers, units: Sequence[Unit], plan: Plan, *, threads: int = 1, tell: Tell | None = None
) -> FoundDomains:
    """Find the one and two formulas in which the domains of classes share fewest rows.

    A second set of formulas is screened by the rows that the best single ones leave mixed.

    Parameters
    ----------
    y : (n,) numbers of classes
    """
    labels, codes = np.unique(y, return_inverse=True)
    codes, classes = codes.astype(np.int64), len(labels)
    steps = Steps(tell, 2 * plan.terms)
    space = first_rung(X, units, plan.rules)
    for _ in range(plan.rung - 1):
        space = space.grown()
    chosen = Chosen(space, len(codes))
    models: list[tuple[Domains, ...]] = []
    marks: list[tuple[int, float]] = []
    active, scored, tried = np.ones(len(codes), bool), 0, 0.0
    for terms in range(1, plan.terms + 1):
        if terms == 1 or not plan.fixed:
            scorer = Overlap(codes, classes, active)
            with steps.timed("features") as work:
                found, scored = screen(space, scorer, plan.screened, chosen.Z, threads=threads, tell=steps.at)
                work.count = scored
            chosen.take(found)
        steps.done()
        if len(chosen.terms) < terms:
            break
        if terms == 1:
            # Formulas screened for the target alone are all the singles there are.
            score = interval_scores(chosen.Z, codes, np.ones(len(codes), bool), classes)
            best = np.lexsort((np.arange(len(score)), chosen.sizes, -np.round(score, 10)))[: plan.listed]
            places: list[tuple[int, ...]] = [(int(i),) for i in best]
            tried += len(score)
        else:
            with steps.timed("models") as work:
                mixed, gap = pair_domains(chosen.Z, codes, classes, threads)
                work.count = len(mixed)
            i = np.repeat(np.arange(len(chosen.Z)), np.arange(len(chosen.Z)))
            j = np.arange(len(i)) - i * (i - 1) // 2
            size = chosen.sizes[i] + chosen.sizes[j]
            best = np.lexsort((i, j, size, -np.round(gap, 10), mixed))[: plan.listed]
            places = [(int(j[p]), int(i[p])) for p in best]
            tried += len(i)
        models.append(
            tuple(
                domains_of(
                    [chosen.terms[i] for i in at],
                    at,
                    chosen.values[list(at)],
                    codes,
                    classes,
                    int(chosen.sizes[list(at)].sum()),
                )
                for at in places
            )
        )
        marks.append((len(chosen.terms), tried))
        steps.done()
        active = np.zeros(len(codes), bool)
        for model in models[-1][: plan.residuals]:
            active |= mixed_rows(model, chosen.values[list(model.places)], codes)
        if not mixed_rows(models[-1][0], chosen.values[list(models[-1][0].places)], codes).any():
            break  # the classes are apart
    return FoundDomains(
        tuple(models),
        tuple(chosen.terms),
        chosen.values,
        chosen.sizes,
        labels,
        len(space),
        scored,
        tried,
        tuple(marks),
        steps.told(),
    )
