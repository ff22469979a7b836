"""The features that correlate best with targets (sure independence screening), each once."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit
from tenkai.kernels.formula_pairs import Hits, Packed, Pairs
from tenkai.kernels.formula_scan import PAIRS
from tenkai.kernels.formula_screen import twins
from tenkai.kernels.formula_singles import single_bounds
from tenkai.kernels.formula_space import Candidates, Space
from tenkai.kernels.formula_terms import OPERATORS

__all__ = ["Correlation", "PairScores", "Scorer", "Screened", "Tell", "screen"]

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
Tell = Callable[[float, float, str], None]
CELLS = 3_000_000
"""Scores at a time; what may be good of them is kept."""
FEW = 60_000
"""Scores at first, which raise the bar for all others."""
SPREAD = 23
"""Every so many-th feature is in the first of these."""
GUESSED = 2
"""Features looked at for one that is kept, as guessed; some are like others."""
SOME = 4
"""Of so many features of one argument one is looked at for the first guess."""
STEP = 2
"""Candidates that are made at once for one that is kept."""
_RATIO, _DIVIDED = PAIRS.index("/"), OPERATORS.index("/")
DIGITS = 10
"""Digits of a score that decide; what agrees in them is ordered by simplicity."""


@dataclass(frozen=True)
class Screened:
    """The best features, best first: how they are made, their values (m, n), and their scores |correlation|."""

    made: Candidates
    values: Array
    scores: Array
    sizes: Numbers

    def __len__(self) -> int:
        return len(self.values)


class PairScores(Protocol):
    """The scores of pairs of features, made ready."""

    def hits(self, rows: Numbers, bar: float, threads: int = 1) -> Hits:
        """Return the pairs of features in `rows` and their partners whose score may reach a bar."""


class Scorer(Protocol):
    """How good features are, from 0 up; and bounds of that, which are quicker to find and may be on another scale."""

    def scores(self, Z: Array) -> Array:
        """Score rows (m, n) of mean 0 and length 1."""

    def bounds(self, space: Space, some: Candidates, threads: int = 1) -> Array:
        """Return what the scores of candidates of one argument are not above; anything for what is not sound."""

    def of_pairs(self, pairs: Pairs, threads: int = 1) -> PairScores:
        """Make pairs ready."""

    def bar(self, floor: float) -> float:
        """Return the bound below which no score reaches `floor`."""


class Correlation:
    """The largest correlation with one of several targets.

    Parameters
    ----------
    T : (k, n) of mean 0 and length 1
    """

    def __init__(self, T: Array) -> None:
        self.T = T

    def scores(self, Z: Array) -> Array:
        """Return |correlation|."""
        # Not a product of matrices, which rounds otherwise with other shapes.
        found = np.abs(np.einsum("mn,kn->mk", Z, self.T, optimize=False))
        return np.asarray(found.max(axis=1, initial=0.0))

    def bounds(self, space: Space, some: Candidates, threads: int = 1) -> Array:
        """Return squared correlations and a little."""
        return single_bounds(space, some, self.T, threads)

    def of_pairs(self, pairs: Pairs, threads: int = 1) -> PairScores:
        """Return bounds of squared correlations."""
        return Packed(pairs, self.T, threads)

    def bar(self, floor: float) -> float:
        """Return the squared correlation, lower by what is rounded off."""
        return max(0.0, floor * abs(floor) - 1e-9)


class _Pool:
    """The best features so far, no two alike, and none like those taken before."""

    def __init__(self, space: Space, scorer: Scorer, keep: int, taken: Array, threads: int) -> None:
        self.space, self.scorer, self.keep, self.taken, self.threads = space, scorer, keep, taken, threads
        none = np.empty(0, np.int64)
        self.made, self.scores, self.sizes = Candidates(none, none, none), np.empty(0), none
        self._Z = np.empty((0, space.values.shape[1]))

    @property
    def bar(self) -> float:
        """The bound below which no feature comes in."""
        return self.scorer.bar(float(self.scores[-1]) if len(self.scores) == self.keep else -1.0)

    @property
    def best(self) -> Screened:
        """What is in the pool, best first."""
        return Screened(self.made, self.space.compute(self.made), self.scores, self.sizes)

    def add(self, some: Candidates, bounds: NDArray[np.floating[Any]]) -> None:
        """Let candidates in that are better than the last."""
        waiting = np.flatnonzero(bounds >= self.bar)
        step = min(STEP * self.keep + 1, max(256, CELLS // self.space.values.shape[1]))
        # The best first: they raise the bar, and most of the others need not be made.
        while len(waiting) > step:
            order = np.argpartition(-bounds[waiting], step)
            self._merge(some[waiting[order[:step]]])
            waiting = waiting[order[step:]]
            waiting = waiting[bounds[waiting] >= self.bar]
        if len(waiting):
            self._merge(some[waiting])

    def _merge(self, some: Candidates) -> None:
        fit, Z = self.space.standardized(some, self.threads)
        if not fit.all():
            some, Z = some[fit], Z[fit]
        made, sizes = some, self.space.sizes(some)
        scores = np.round(self.scorer.scores(Z), DIGITS)
        if len(self.made):
            made = Candidates.joined([self.made, some])
            scores, sizes = np.concatenate([self.scores, scores]), np.concatenate([self.sizes, sizes])
        taken, old = len(self.taken), len(self._Z)
        if taken or old:
            Z = np.concatenate([self.taken, self._Z, Z])
        order = np.lexsort((made.b, made.a, made.op, sizes, -scores))
        rank = np.arange(len(Z))
        rank[taken + order] = rank[taken:].copy()
        own = order[~twins(Z, rank)[taken + order]][: self.keep]
        self._Z = Z[taken + own]
        self.made, self.scores, self.sizes = made[own], scores[own], sizes[own]


def screen(
    space: Space, scorer: Scorer, keep: int, taken: Array, *, threads: int = 1, tell: Tell | None = None
) -> tuple[Screened, int]:
    """Find the best features of the space and of its next rung.

    Parameters
    ----------
    keep : how many
    taken : (t, n) features taken before, mean 0 and length 1: what is like them is left out

    Returns
    -------
    the features, and how many were scored
    """
    pool = _Pool(space, scorer, keep, taken, threads)
    every, step = Candidates.joined([space.stored(), *space.unary()]), max(1, CELLS // space.values.shape[1])
    bounds = [scorer.bounds(space, every[at : at + step], threads) for at in range(0, len(every), step)]
    singles = every, np.concatenate(bounds)
    if any(("/" if o == "\\" else o) in space.rules.operators for o in PAIRS):
        done = len(singles[0]) + _add_pairs(pool, *singles, threads, tell or _quiet)
    else:
        pool.add(*singles)
        done = len(singles[0])
    return pool.best, done


def _quiet(done: float, total: float, text: str) -> None:
    pass


def _add_pairs(pool: _Pool, singles: Candidates, bounds: Array, threads: int, tell: Tell) -> int:
    """Add features of one argument and, block by block, all pairs; return how many pairs were scored.

    What the first candidates score tells how high the bar will be in the end. A guess of it spares most of the work
    on what is not good enough; where the guess was too high, those blocks are looked through again.
    """
    ready = _Ready(pool.space, pool.scorer, threads)
    work, whole, start, scored = 0.0, float(ready.partners.sum()), time.perf_counter(), 0
    guess = _largest(bounds[::SOME], max(1, pool.keep // SOME))
    passed: list[tuple[Numbers, float]] = []
    waiting: tuple[Candidates, NDArray[np.floating[Any]]] | None = (singles, bounds)
    for rows in _blocks(ready.partners):
        bar = max(pool.bar, guess)
        count, some, more = ready.hits(rows, bar, threads)
        last = bool(passed) or len(rows) == np.count_nonzero(ready.partners)
        if not last:  # what seems good enough waits for that of the next block: making it now would mostly be in vain
            share = float(ready.partners[rows].sum()) / whole
            guess = bar = max(bar, _largest(more, max(8, math.ceil(GUESSED * pool.keep * share))))
        if waiting is not None:
            fit, own = more >= bar, waiting[1] >= bar
            some = Candidates.joined([waiting[0][own], some[fit]])
            more = np.concatenate([waiting[1][own], more[fit]])
        if last:
            pool.add(some, more)
            guess = guess if pool.bar > 0 else 0.0
        waiting = None if last else (some, more)
        passed.append((rows, bar))
        scored += count
        work += float(ready.partners[rows].sum())
        rate = (len(singles) + scored) / max(1e-9, time.perf_counter() - start)
        tell(work, whole, f"{len(singles) + scored:.3g} features, {rate:.2g} per second")
    if waiting is not None or (passed and passed[0][1] > pool.bar):
        pool.add(singles, bounds)
    for rows, bar in passed:
        if bar > pool.bar:
            pool.add(*ready.hits(rows, pool.bar, threads)[1:])
    return scored


def _largest(bounds: NDArray[np.floating[Any]], place: int) -> float:
    """Return the bound in some place, the largest first; 0 where there are fewer."""
    return max(0.0, float(np.partition(bounds, -place)[-place])) if len(bounds) >= place else 0.0


class _Ready:
    """The pairs of a space, made ready for a scorer."""

    def __init__(self, space: Space, scorer: Scorer, threads: int) -> None:
        number = np.arange(len(space))
        self.order = np.lexsort((number, space.unit, space.size))
        self.rank = np.empty_like(number)
        self.rank[np.lexsort((number, space.size))] = number
        wanted = np.array([("/" if o == "\\" else o) in space.rules.operators for o in PAIRS])
        at = self.order
        fresh = at >= space.fresh
        pairs = Pairs(space.values[at], space.unit[at], space.size[at], fresh, wanted, space.rules.most)
        self.partners, self._scores = pairs.partners(), scorer.of_pairs(pairs, threads)

    def hits(self, rows: Numbers, bar: float, threads: int) -> tuple[int, Candidates, NDArray[np.float32]]:
        """Return how many pairs of some features were scored, and those that may reach a bar with their bounds."""
        hits = self._scores.hits(rows, bar, threads)
        return hits.scored, _decoded(hits, self.order, self.rank), hits.bound


def _decoded(hits: Hits, order: Numbers, rank: Numbers) -> Candidates:
    """Return hits as candidates; the one of lower rank - simpler, or made first - is the second argument."""
    return Candidates(*_arguments(hits.i, hits.j, hits.o, order, rank))


@jit()
def _arguments(i: Numbers, j: Numbers, o: Numbers, order: Numbers, rank: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    op, a, b = np.empty_like(o), np.empty_like(o), np.empty_like(o)
    for k in range(len(o)):
        first, second = order[i[k]], order[j[k]]
        swap, ratio = rank[first] < rank[second], o[k] >= _RATIO
        if swap:
            first, second = second, first
        turned = (o[k] == len(PAIRS) - 1) != (swap and ratio)
        op[k] = _DIVIDED if ratio else o[k]
        a[k], b[k] = (second, first) if turned else (first, second)
    return op, a, b


def _blocks(partners: Numbers) -> Iterator[Numbers]:
    """Yield features that have partners, in blocks; those with many and few take turns, for equal work per thread."""
    waiting = np.flatnonzero(partners)
    waiting = waiting[np.argsort(waiting % SPREAD, kind="stable")]  # the first are like all others
    ends = len(PAIRS) * np.cumsum(partners[waiting])
    at, most = 0, FEW
    while at < len(waiting):
        before = ends[at - 1] if at else 0
        last = max(at + 1, int(np.searchsorted(ends, before + most, side="right")))
        rows = waiting[at:last]
        rows = rows[np.argsort(-partners[rows], kind="stable")]
        order, half = np.empty_like(rows), (len(rows) + 1) // 2
        order[0::2], order[1::2] = rows[:half], rows[half:][::-1]
        yield order
        at, most = last, CELLS
