"""The features of a formula search: rung by rung, every pair of features under every operator that its units allow.

Rung 0 are the columns. A feature of rung r has at least one argument of rung r - 1. All rungs but the last are kept
with their values; the last is made on the fly (formula_screen).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import parallel_region
from tenkai.kernels.formula_scan import pair_values, standard_rows
from tenkai.kernels.formula_screen import same_values, sound
from tenkai.kernels.formula_terms import BINARY, NEEDS_PLAIN, OPERATORS, POWERS, UNARY, VALUES, Term
from tenkai.kernels.formula_units import Unit, Units

__all__ = ["STORED", "Candidates", "Rules", "Space", "first_rung"]

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
BLOCK = 4_000_000
"""Cells of candidates computed at a time: 32 MB."""
PART = 1_000_000
"""Pairs listed at a time."""
SUMS = ("+", "-", "|-|")
STORED = -1


@dataclass(frozen=True)
class Rules:
    """What may be made.

    Parameters
    ----------
    operators : some of OPERATORS
    strict : exp, log, sin and cos take plain numbers only; else the number of any unit, and give a plain number
    most : operators a feature may have
    """

    operators: tuple[str, ...]
    strict: bool
    most: int


@dataclass(frozen=True)
class Candidates:
    """Features not made yet: operator (place in OPERATORS) and its arguments, b -1 for one argument.

    With the operator STORED it is the feature a itself.
    """

    op: Numbers
    a: Numbers
    b: Numbers

    def __len__(self) -> int:
        return len(self.op)

    def __getitem__(self, some: slice | NDArray[np.generic]) -> Candidates:
        return Candidates(self.op[some], self.a[some], self.b[some])

    @classmethod
    def joined(cls, parts: Sequence[Candidates]) -> Candidates:
        """Put candidates behind each other."""
        return cls(
            *(np.concatenate([np.empty(0, np.int64), *(getattr(p, n) for p in parts)]) for n in ("op", "a", "b"))
        )


@dataclass(frozen=True)
class Space:
    """Features with their values.

    Parameters
    ----------
    made : how each came about; op -1 for a column, whose number is a
    values : (p, n)
    unit, size : (p,) number of the unit, number of operators
    fresh : place of the first feature of the last rung
    """

    rules: Rules
    units: Units
    made: Candidates
    values: Array
    unit: Numbers
    size: Numbers
    fresh: int = 0

    def __len__(self) -> int:
        return len(self.values)

    def term(self, feature: int) -> Term:
        """Return the formula of a feature."""
        op, a, b = int(self.made.op[feature]), int(self.made.a[feature]), int(self.made.b[feature])
        if op < 0:
            return a
        return (OPERATORS[op], self.term(a)) if b < 0 else (OPERATORS[op], self.term(a), self.term(b))

    def term_of(self, some: Candidates, place: int) -> Term:
        """Return the formula of a candidate made from these features."""
        op, a, b = int(some.op[place]), int(some.a[place]), int(some.b[place])
        if op == STORED:
            return self.term(a)
        return (OPERATORS[op], self.term(a)) if b < 0 else (OPERATORS[op], self.term(a), self.term(b))

    def stored(self) -> Candidates:
        """Return the features themselves as candidates."""
        none = np.full(len(self), STORED)
        return Candidates(none, np.arange(len(self)), none)

    def sizes(self, some: Candidates) -> Numbers:
        """Return the number of operators of candidates."""
        return np.where(some.op == STORED, 0, 1) + self.size[some.a] + np.where(some.b < 0, 0, self.size[some.b])

    def compute(self, some: Candidates) -> Array:
        """Return the values (m, n) of candidates."""
        if len(some) and some.op[0] >= len(BINARY) and (some.op == some.op[0]).all():
            return self._single(int(some.op[0]), some.a)
        out = self._singles(some)
        pair_values(self.values, some.op, some.a, some.b, out)
        return out

    def standardized(self, some: Candidates, threads: int = 1) -> tuple[NDArray[np.bool_], Array]:
        """Say which candidates are sound, and return all with mean 0 and length 1; numbers without sense for others."""
        Z, fit = self._singles(some), np.empty(len(some), np.bool_)
        with parallel_region(threads):
            standard_rows(self.values, some.op, some.a, some.b, Z, fit)
        return fit, Z

    def _singles(self, some: Candidates) -> Array:
        """Return room for the values of candidates, with those of one argument in it."""
        out = np.empty((len(some), self.values.shape[1]))
        single = np.flatnonzero(some.op >= len(BINARY))
        ops = some.op[single]
        for op in np.flatnonzero(np.bincount(ops)):
            at = single[ops == op]
            out[at] = self._single(int(op), some.a[at])
        return out

    def _single(self, op: int, at: Numbers) -> Array:
        with np.errstate(all="ignore"):
            return np.asarray(VALUES[OPERATORS[op]](self.some(at)))

    def some(self, at: Numbers) -> Array:
        """Return values of some features; of neighbors without a copy."""
        if len(at) > 1 and at[-1] - at[0] == len(at) - 1 and (at[1:] > at[:-1]).all():
            return self.values[at[0] : at[-1] + 1]
        return self.values[at]

    # ---- the next rung ----------------------------------------------------------------------------

    def unary(self) -> Iterator[Candidates]:
        """Yield all candidates with one argument of the last rung, operator by operator."""
        last = np.arange(self.fresh, len(self))
        last = last[self.size[last] < self.rules.most]
        for name in UNARY:
            if name in self.rules.operators:
                fit = last[self.unit[last] == 0] if name in NEEDS_PLAIN and self.rules.strict else last
                yield _candidates(OPERATORS.index(name), fit, np.full(len(fit), -1))

    def binary(self) -> Iterator[Candidates]:
        """Yield all candidates with two arguments, at least one of the last rung, in parts."""
        last = np.arange(self.fresh, len(self))
        for own in np.unique(self.size[last]):
            other = np.flatnonzero(self.size < self.rules.most - own)
            first = last[self.size[last] == own]
            step = max(1, PART // max(1, len(other)))
            for at in range(0, len(first), step):
                i, j = np.repeat(first[at : at + step], len(other)), np.tile(other, len(first[at : at + step]))
                yield from self._of_pairs(i[j < i], j[j < i])

    def _of_pairs(self, i: Numbers, j: Numbers) -> Iterator[Candidates]:
        alike = self.unit[i] == self.unit[j]
        for name in BINARY:
            if name not in self.rules.operators:
                continue
            op = OPERATORS.index(name)
            if name in SUMS:
                yield _candidates(op, i[alike], j[alike])
            else:
                yield _candidates(op, i, j)
                if name == "/":
                    yield _candidates(op, j, i)

    def unit_of(self, some: Candidates) -> Numbers:
        """Return the number of the unit of candidates."""
        out = np.empty(len(some), np.int64)
        for op in np.unique(some.op):
            at, name = some.op == op, OPERATORS[op]
            a = self.unit[some.a[at]]
            if name in ("*", "/"):
                pairs, back = np.unique(np.stack([a, self.unit[some.b[at]]]), axis=1, return_inverse=True)
                sign = 1 if name == "*" else -1
                made = [self.units.product(int(x), int(z), sign) for x, z in pairs.T]
                out[at] = np.array(made, np.int64)[back.ravel()]
            elif name in POWERS:
                kinds, back = np.unique(a, return_inverse=True)
                out[at] = np.array([self.units.power(int(x), POWERS[name]) for x in kinds], np.int64)[back]
            else:
                out[at] = 0 if name in NEEDS_PLAIN else a
        return out

    def grown(self) -> Space:
        """Return the space with its next rung, without values that are no numbers, and without twins."""
        kept, found = [], []
        step = max(1, BLOCK // max(1, self.values.shape[1]))
        for some in (*self.unary(), *self.binary()):
            for at in range(0, len(some), step):
                block = some[at : at + step]
                values = self.compute(block)
                good = sound(values)
                kept.append(block[good])
                found.append(values[good])
        new = Candidates.joined(kept)
        values = np.concatenate([self.values, *found])
        size = np.concatenate([self.size, self.sizes(new)])
        made = Candidates.joined([self.made, new])
        unit = np.concatenate([self.unit, self.unit_of(new)])
        # Of twins the simplest stays; of equally simple ones the first.
        order = np.lexsort((np.arange(len(size)), size, np.arange(len(size)) >= len(self)))
        first = np.sort(order[~same_values(values[order])])
        return Space(self.rules, self.units, made[first], values[first], unit[first], size[first], len(self))


def _candidates(op: int, a: Numbers, b: Numbers) -> Candidates:
    return Candidates(np.full(len(a), op), a.astype(np.int64), b.astype(np.int64))


def first_rung(X: Array, units: Sequence[Unit], rules: Rules) -> Space:
    """Return the columns of X (n, p) as features; columns without variation are left out."""
    known = Units()
    numbers = np.array([known.number(unit) for unit in units], np.int64)
    values = np.ascontiguousarray(X.T)
    at = np.flatnonzero(sound(values))
    made = Candidates(np.full(len(at), -1), at.astype(np.int64), np.full(len(at), -1))
    return Space(rules, known, made, values[at], numbers[at], np.zeros(len(at), np.int64))
