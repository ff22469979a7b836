"""Values per element, from ASE or from a table of the user, and their statistics over a composition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import listing, nearest, problem
from tenkai.values import Table
from tenkai.values.element_values import WHAT, element_values
from tenkai.values.elements import NUMBERS, SYMBOLS

Statistic = Literal["min", "max", "mean", "sd", "range"]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ElementValues:
    """Values of the elements: a column per name, one row per element in the order of their numbers, NaN unknown."""

    names: tuple[str, ...]
    values: Floats

    def lack(self, symbol: str) -> bool:
        """Say whether some value of an element is not known."""
        return bool(np.isnan(self.values[NUMBERS[symbol] - 1]).any())


def known_values(names: Sequence[str] | None) -> ElementValues:
    """Return the values that come with tenkai. Raises TK235 for a name that is none of them, TK311 without ASE."""
    chosen = list(names or WHAT)
    for name in chosen:
        if name not in WHAT:
            raise problem(
                "TK235",
                f"there is no value '{name}' of the elements.",
                allowed=f"Known are {listing(WHAT)}.",
                remedy=nearest(name, WHAT) or "Give a table of your own (port elements).",
                setting="values",
            )
    every = element_values()
    return ElementValues(tuple(chosen), np.column_stack([every[n] for n in chosen]))


def given_values(table: Table, names: Sequence[str] | None) -> ElementValues:
    """Return the values of a table whose rows are elements: by row id, or by a column `element`.

    Raises
    ------
    TenkaiError
        TK201, TK202 for named columns, TK204 where there are no numbers, TK235 where rows are no elements or repeat.
    """
    symbols = table.frame["element"].to_list() if "element" in table.columns else table.ids.to_list()
    chosen = list(names) if names else table.choose("numbers")
    table.require(chosen, ("number",), "values")
    known = [s for s in symbols if s in NUMBERS]
    if not known:
        raise problem(
            "TK235",
            f"the rows of 'elements' are not named by elements, first '{symbols[0] if symbols else ''}'.",
            allowed="Symbols such as Fe, as row ids or in a column 'element'.",
        )
    twice = [s for i, s in enumerate(known) if s in known[:i]]
    if twice:
        raise problem("TK235", f"the element '{twice[0]}' has several rows in 'elements'.")
    out = np.full((len(SYMBOLS), len(chosen)), np.nan)
    at = [i for i, s in enumerate(symbols) if s in NUMBERS]
    out[[NUMBERS[symbols[i]] - 1 for i in at]] = table.matrix(chosen)[at]
    return ElementValues(tuple(chosen), out)


def statistics(
    compositions: Sequence[Mapping[str, float]], values: ElementValues, wanted: Sequence[Statistic]
) -> dict[str, Floats]:
    """Return statistics of the values over each composition; NaN where an element has no value.

    `mean` and `sd` weigh elements by their amounts; sd is that of the atoms in the formula (divided by their number).
    """
    shares = np.zeros((len(compositions), len(SYMBOLS)))
    for i, amounts in enumerate(compositions):
        total = sum(amounts.values())
        for symbol, amount in amounts.items():
            shares[i, NUMBERS[symbol] - 1] += amount / total
    out: dict[str, Floats] = {}
    for k, name in enumerate(values.names):
        x = values.values[:, k]
        there = shares > 0
        unknown = (there & np.isnan(x)).any(axis=1)
        filled = np.nan_to_num(x)
        mean = shares @ filled
        lowest = np.where(there, filled, np.inf).min(axis=1)
        highest = np.where(there, filled, -np.inf).max(axis=1)
        spread = np.sqrt((shares * (filled[None, :] - mean[:, None]) ** 2).sum(axis=1))
        found = {"min": lowest, "max": highest, "mean": mean, "sd": spread, "range": highest - lowest}
        for statistic in wanted:
            out[f"{statistic}_{name}"] = np.where(unknown, np.nan, found[statistic])
    return out
