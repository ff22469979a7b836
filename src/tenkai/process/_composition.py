"""Chemical formulas read as amounts, and amounts as whole ratios."""

from __future__ import annotations

import re
from fractions import Fraction

from tenkai.values.elements import SYMBOLS

_PART = re.compile(r"([A-Z][a-z]?)(\d+(?:\.\d+)?|\.\d+)?|([()])(\d+(?:\.\d+)?)?|(\s+)")
_LONGEST = 200

# Deuterium has a symbol of its own.
ELEMENTS = frozenset([*SYMBOLS, "D"])


def read_formula(text: str) -> dict[str, Fraction] | None:
    """Return the amount of each element in the order in which they appear; None for what is no formula.

    >>> {e: str(a) for e, a in read_formula("Al2(SO4)3").items()}
    {'Al': '2', 'S': '3', 'O': '12'}
    """
    if not text or len(text) > _LONGEST:
        return None
    stack: list[dict[str, Fraction]] = [{}]
    at = 0
    while at < len(text):
        found = _PART.match(text, at)
        if found is None:
            return None
        symbol, amount, bracket, times, _blank = found.groups()
        if symbol is not None:
            if symbol not in ELEMENTS:
                return None
            stack[-1][symbol] = stack[-1].get(symbol, Fraction(0)) + Fraction(amount or 1)
        elif bracket == "(":
            if times:
                return None
            stack.append({})
        elif bracket == ")":
            if len(stack) == 1:
                return None
            inner = stack.pop()
            for element, inside in inner.items():
                stack[-1][element] = stack[-1].get(element, Fraction(0)) + inside * Fraction(times or 1)
        at = found.end()
    total = stack[0]
    return total if len(stack) == 1 and total and all(a > 0 for a in total.values()) else None


def whole_ratios(amounts: list[Fraction], total: int) -> list[int]:
    """Return whole numbers with a sum of `total` in the ratio of the amounts.

    Each is rounded (halves to the even number); where their sum is off, those rounded most are moved by one.

    >>> whole_ratios([Fraction(2), Fraction(1)], 10), whole_ratios([Fraction(1)] * 3, 10)
    ([7, 3], [4, 3, 3])
    """
    exact = [a * total / sum(amounts) for a in amounts]
    out = [round(x) for x in exact]
    while (off := total - sum(out)) != 0:
        sign = 1 if off > 0 else -1
        i = max(range(len(out)), key=lambda k: ((exact[k] - out[k]) * sign, -k))
        out[i] += sign
    return out
