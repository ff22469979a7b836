"""Chemical formulas read as amounts, and amounts as whole ratios."""

from __future__ import annotations

import re
from fractions import Fraction

_PART = re.compile(r"([A-Z][a-z]?)(\d+(?:\.\d+)?|\.\d+)?|([()])(\d+(?:\.\d+)?)?|(\s+)")
_LONGEST = 200

SYMBOLS = frozenset([
    "H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne", "Na", "Mg", "Al", "Si", "P", "S", "Cl", "Ar", "K", "Ca",
    "Sc", "Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Ge", "As", "Se", "Br", "Kr", "Rb", "Sr", "Y",
    "Zr", "Nb", "Mo", "Tc", "Ru", "Rh", "Pd", "Ag", "Cd", "In", "Sn", "Sb", "Te", "I", "Xe", "Cs", "Ba", "La",
    "Ce", "Pr", "Nd", "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Hf", "Ta", "W", "Re",
    "Os", "Ir", "Pt", "Au", "Hg", "Tl", "Pb", "Bi", "Po", "At", "Rn", "Fr", "Ra", "Ac", "Th", "Pa", "U", "Np",
    "Pu", "Am", "Cm", "Bk", "Cf", "Es", "Fm", "Md", "No", "Lr", "Rf", "Db", "Sg", "Bh", "Hs", "Mt", "Ds", "Rg",
    "Cn", "Nh", "Fl", "Mc", "Lv", "Ts", "Og", "D",
])  # fmt: skip


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
            if symbol not in SYMBOLS:
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
