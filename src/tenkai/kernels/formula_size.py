"""How many features a formula search will make at most, known from the units alone."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from tenkai.kernels.formula_space import SUMS, Rules
from tenkai.kernels.formula_terms import NEEDS_PLAIN, POWERS, UNARY
from tenkai.kernels.formula_units import Unit, Units

__all__ = ["bytes_needed", "features_at_most"]

Kinds = Counter[tuple[int, int]]
"""How many features have a unit and a number of operators."""


def features_at_most(units: Sequence[Unit], rules: Rules, rung: int) -> list[int]:
    """Return how many features there are at most up to each rung 0 .. `rung`.

    Values that are no numbers and twins are not known yet; the true number is smaller.
    """
    known = Units()
    fresh: Kinds = Counter((known.number(unit), 0) for unit in units)
    old: Kinds = Counter()
    counts = [len(units)]
    for step in range(1, rung + 1):
        if step == rung:
            counts.append(counts[-1] + _counted(fresh, old, rules))
        else:
            made = _made(fresh, old, known, rules)
            old, fresh = old + fresh, made
            counts.append(counts[-1] + made.total())
    return counts


def bytes_needed(counts: Sequence[int], rows: int, screened: int) -> int:
    """Return the memory of a search: rungs that are kept with reciprocals and a copy, and the features screened."""
    return 8 * (3 * counts[-2] * rows + 6 * screened * rows + 2 * screened**2)


def _singles(fresh: Kinds, rules: Rules) -> list[tuple[str, int, int, int]]:
    """Return (operator, unit, size, how many) of all that have one argument."""
    found = []
    for name in UNARY:
        if name in rules.operators:
            for (unit, size), count in fresh.items():
                if size < rules.most and (unit == 0 or not rules.strict or name not in NEEDS_PLAIN):
                    found.append((name, unit, size, count))
    return found


def _pairs_of(one: Counter[int], old: Counter[int], most: int) -> int:
    """Return how many pairs have fewer than `most` operators, at least one of the pair new; by numbers of operators."""
    mixed = sum(a * b for s, a in one.items() for t, b in old.items() if s + t < most)
    among = sum(a * b for s, a in one.items() for t, b in one.items() if s < t and s + t < most)
    return mixed + among + sum(math.comb(a, 2) for s, a in one.items() if 2 * s < most)


def _counted(fresh: Kinds, old: Kinds, rules: Rules) -> int:
    total = sum(count for *_, count in _singles(fresh, rules))
    sums = sum(name in rules.operators for name in SUMS)
    products = ("*" in rules.operators) + 2 * ("/" in rules.operators)
    if products:
        total += products * _pairs_of(_sizes(fresh), _sizes(old), rules.most)
    if sums:
        for unit in {u for u, _ in fresh}:
            total += sums * _pairs_of(_sizes(fresh, unit), _sizes(old, unit), rules.most)
    return total


def _sizes(kinds: Kinds, unit: int | None = None) -> Counter[int]:
    found: Counter[int] = Counter()
    for (u, size), count in kinds.items():
        if unit is None or u == unit:
            found[size] += count
    return found


def _made(fresh: Kinds, old: Kinds, known: Units, rules: Rules) -> Kinds:
    made: Kinds = Counter()
    for name, unit, size, count in _singles(fresh, rules):
        to = known.power(unit, POWERS[name]) if name in POWERS else 0 if name in NEEDS_PLAIN else unit
        made[to, size + 1] += count
    sums = sum(name in rules.operators for name in SUMS)
    new = list(fresh.items())
    for at, ((unit, size), count) in enumerate(new):
        others = [(key, n * count) for key, n in old.items()]
        others += [(key, n * count) for key, n in new[:at]] + [((unit, size), math.comb(count, 2))]
        for (unit2, size2), pairs in others:
            total = size + size2 + 1
            if total > rules.most or not pairs:
                continue
            if unit == unit2 and sums:
                made[unit, total] += sums * pairs
            if "*" in rules.operators:
                made[known.product(unit, unit2), total] += pairs
            if "/" in rules.operators:
                made[known.product(unit, unit2, -1), total] += pairs
                made[known.product(unit2, unit, -1), total] += pairs
    return made
