"""The features that correlate best with targets (sure independence screening), each once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels.formula_pairs import PAIRS, Pairs, padded
from tenkai.kernels.formula_screen import sound, standardized, twins
from tenkai.kernels.formula_space import Candidates, Space
from tenkai.kernels.formula_terms import OPERATORS

__all__ = ["Correlation", "Scorer", "Screened", "Tell", "screen"]

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
Tell = Callable[[float, float, str], None]
CELLS = 3_000_000
"""Scores at a time: 12 MB."""
SPARE = 1e-5
"""How far below the last place a squared correlation in float32 is looked at again in float64."""
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


class Scorer(Protocol):
    """How good features are: larger is better, 0 or more."""

    def scores(self, values: Array, Z: Array) -> Array:
        """Score rows (m, n) of values, in Z with mean 0 and length 1."""

    def rough(self, pairs: Pairs, rows: Numbers, threads: int) -> NDArray[np.float32]:
        """Score the pairs of some features roughly, as `Pairs.scores` does."""

    def bar(self, floor: float) -> float:
        """Return which rough score may be a score of `floor`."""


class Correlation:
    """The largest correlation with one of several targets.

    Parameters
    ----------
    T : (k, n) of mean 0 and length 1
    """

    def __init__(self, T: Array) -> None:
        self.T, self._padded = T, padded(T)

    def scores(self, values: Array, Z: Array) -> Array:
        """Return |correlation|."""
        # Not a product of matrices, which rounds otherwise with other shapes.
        found = np.abs(np.einsum("mn,kn->mk", Z, self.T, optimize=False))
        return np.asarray(found.max(axis=1, initial=0.0))

    def rough(self, pairs: Pairs, rows: Numbers, threads: int) -> NDArray[np.float32]:
        """Return squared correlations."""
        return pairs.scores(rows, self._padded, threads)

    def bar(self, floor: float) -> float:
        """Return the squared correlation, a little lower for its rounding."""
        return max(0.0, floor * abs(floor) - SPARE)


class _Pool:
    """The best features so far, no two alike, and none like those taken before."""

    def __init__(self, space: Space, scorer: Scorer, keep: int, taken: Array) -> None:
        self.space, self.scorer, self.keep, self.taken = space, scorer, keep, taken
        none = np.empty(0, np.int64)
        empty = np.empty((0, space.values.shape[1]))
        self.best = Screened(Candidates(none, none, none), empty, np.empty(0), none)
        self._Z = empty

    @property
    def floor(self) -> float:
        """The score in the last place; -1 while there is room."""
        return float(self.best.scores[-1]) if len(self.best) == self.keep else -1.0

    def add(self, some: Candidates) -> None:
        """Let candidates in that are better than the last."""
        step = max(256, CELLS // self.space.values.shape[1])
        for at in range(0, len(some), step):
            part = some[at : at + step]
            values = self.space.compute(part)
            fit = sound(values)
            part, values = part[fit], values[fit]
            Z = standardized(values)
            scores = np.round(self.scorer.scores(values, Z), DIGITS)
            waiting = np.argsort(-scores, kind="stable")
            waiting = waiting[scores[waiting] >= self.floor]
            # The best first: they raise the bar, and most of the others need not be compared with each other.
            while len(waiting):
                # What has the same score goes together, so that the simplest of twins is found.
                end = np.searchsorted(-scores[waiting], -scores[waiting[min(len(waiting), 2 * self.keep) - 1]], "right")
                now, waiting = waiting[:end], waiting[end:]
                self._merge(part[now], values[now], Z[now], scores[now])
                waiting = waiting[scores[waiting] >= self.floor]

    def _merge(self, some: Candidates, values: Array, Z: Array, scores: Array) -> None:
        made = Candidates.joined([self.best.made, some])
        scores = np.concatenate([self.best.scores, scores])
        sizes = np.concatenate([self.best.sizes, self.space.sizes(some)])
        order = np.lexsort((made.b, made.a, made.op, sizes, -scores))
        values = np.concatenate([self.best.values, values])[order]
        Z = np.concatenate([self._Z, Z])[order]
        own = np.flatnonzero(~twins(np.concatenate([self.taken, Z]))[len(self.taken) :])[: self.keep]
        self.best = Screened(made[order][own], values[own], scores[order][own], sizes[order][own])
        self._Z = Z[own]


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
    pool = _Pool(space, scorer, keep, taken)
    pool.add(space.stored())
    single = space.unary()
    pool.add(single)
    done = len(space) + len(single)
    for scored, found in _pairs(space, pool, done, threads, tell or _quiet):
        done += scored
        pool.add(found)
    return pool.best, done


def _quiet(done: float, total: float, text: str) -> None:
    pass


def _pairs(space: Space, pool: _Pool, before: int, threads: int, tell: Tell) -> Iterator[tuple[int, Candidates]]:
    """Yield block by block how many pairs were scored, and those that may be good enough, best first."""
    wanted = np.array([("/" if o == "\\" else o) in space.rules.operators for o in PAIRS])
    if not wanted.any():
        return
    order = np.lexsort((np.arange(len(space)), space.size))
    pairs = Pairs.of(
        space.values[order], space.unit[order], space.size[order], order >= space.fresh, wanted, space.rules.most
    )
    partners = pairs.partners()
    work, whole, start, scored = 0.0, float(partners.sum()), time.perf_counter(), 0
    for rows in _blocks(partners):
        out = pool.scorer.rough(pairs, rows, threads)
        count = int(np.count_nonzero(out >= 0))
        flat = np.flatnonzero(out >= pool.scorer.bar(pool.floor))
        flat = flat[np.lexsort((flat, -out.ravel()[flat]))]
        scored += count
        yield count, _decoded(flat, rows, out.shape[1], order)
        work += float(partners[rows].sum())
        rate = scored / max(1e-9, time.perf_counter() - start)
        tell(work, whole, f"{before + scored:.3g} features, {rate:.2g} per second")


def _decoded(flat: Numbers, rows: Numbers, width: int, order: Numbers) -> Candidates:
    place, rest = np.divmod(flat, max(1, width))
    j, o = np.divmod(rest, len(PAIRS))
    i, j, turned = order[rows[place]], order[j], o == len(PAIRS) - 1
    op = np.where(turned, OPERATORS.index("/"), o)
    return Candidates(op, np.where(turned, j, i), np.where(turned, i, j))


def _blocks(partners: Numbers) -> Iterator[Numbers]:
    """Yield features that have partners, in blocks; those with many and few take turns, for equal work per thread."""
    waiting = np.flatnonzero(partners)
    at, most = 0, 20_000  # the first block is small: it raises the bar for the others
    while at < len(waiting):
        last, widest = at, 0
        while last < len(waiting):
            widest = max(widest, int(partners[waiting[last]]))
            if last > at and (last + 1 - at) * widest * len(PAIRS) > most:
                break
            last += 1
        rows = waiting[at:last]
        rows = rows[np.argsort(-partners[rows], kind="stable")]
        order, half = np.empty_like(rows), (len(rows) + 1) // 2
        order[0::2], order[1::2] = rows[:half], rows[half:][::-1]
        yield order
        at, most = last, min(CELLS, 8 * most)
