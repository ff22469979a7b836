"""Formulas as trees of operators: their values, their units, and how they are written."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["BINARY", "NEEDS_PLAIN", "OPERATORS", "POWERS", "UNARY", "VALUES", "Namer", "Term", "size", "text", "values"]

Term = int | tuple[Any, ...]
"""The number of a column; or an operator with its one or two terms."""
Array = NDArray[np.float64]
Namer = Callable[[int], str]

BINARY = ("+", "-", "|-|", "*", "/")
UNARY = ("exp", "exp-", "log", "sqrt", "cbrt", "^2", "^3", "^-1", "abs", "sin", "cos")
OPERATORS = (*BINARY, *UNARY)
POWERS = {"sqrt": Fraction(1, 2), "cbrt": Fraction(1, 3), "^2": Fraction(2), "^3": Fraction(3), "^-1": Fraction(-1)}
NEEDS_PLAIN = frozenset({"exp", "exp-", "log", "sin", "cos"})
"""Operators whose argument has to be a plain number."""

VALUES: dict[str, Callable[..., Array]] = {
    "+": np.add,
    "-": np.subtract,
    "|-|": lambda a, b: np.abs(a - b),
    "*": np.multiply,
    "/": np.divide,
    "exp": np.exp,
    "exp-": lambda a: np.exp(-a),
    "log": np.log,
    "sqrt": np.sqrt,
    "cbrt": np.cbrt,
    "^2": lambda a: a * a,
    "^3": lambda a: a * a * a,
    "^-1": lambda a: 1 / a,
    "abs": np.abs,
    "sin": np.sin,
    "cos": np.cos,
}


def values(term: Term, X: Array) -> Array:
    """Return the values of a term for rows X (n, p); NaN or infinity where it has none."""
    if not isinstance(term, tuple):
        return X[:, term]
    with np.errstate(all="ignore"):
        return VALUES[term[0]](*(values(part, X) for part in term[1:]))


def size(term: Term) -> int:
    """Return how many operators a term has."""
    return 1 + sum(size(part) for part in term[1:]) if isinstance(term, tuple) else 0


# ---- writing --------------------------------------------------------------------------------------

# How strongly what is written holds together: a sum least, a name most.
SUM, PRODUCT, SIGN, POWER, ATOM = 1, 2, 3, 4, 5
_TEXT = {"^2": "{} ** 2", "^3": "{} ** 3", "^-1": "1 / {}"}


def text(term: Term, name: Namer, prefix: str = "") -> str:
    """Write a term so that process.formula (and with `prefix` "np." Python) reads it.

    Parameters
    ----------
    name : how a column is written
    prefix : before the names of functions
    """
    return _written(term, name, prefix)[0]


def _written(term: Term, name: Namer, prefix: str) -> tuple[str, int]:
    if not isinstance(term, tuple):
        return name(term), ATOM
    op = term[0]
    parts = [_written(part, name, prefix) for part in term[1:]]

    def least(i: int, strength: int) -> str:
        said, holds = parts[i]
        return said if holds >= strength else f"({said})"

    if op == "|-|":
        return f"{prefix}abs({parts[0][0]} - {least(1, PRODUCT)})", ATOM
    if op in ("+", "-"):
        return f"{parts[0][0]} {op} {least(1, PRODUCT)}", SUM
    if op in ("*", "/"):
        return f"{least(0, PRODUCT)} {op} {least(1, SIGN)}", PRODUCT
    if op in ("^2", "^3"):
        return _TEXT[op].format(least(0, ATOM)), POWER
    if op == "^-1":
        return _TEXT[op].format(least(0, SIGN)), PRODUCT
    if op == "exp-":
        return f"{prefix}exp(-{least(0, POWER)})", ATOM
    return f"{prefix}{op}({parts[0][0]})", ATOM
