"""Computing a formula over the rows of a table.

What has no value is missing: a cell that misses, a division by zero, a logarithm of a number that is not
positive. Conditions on missing cells are neither true nor false.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.process._formula import Literal, Name, Node, Operation

Array = NDArray[Any]

_ARITHMETIC: dict[str, Callable[..., Array]] = {
    "+": lambda *a: reduce(np.add, a),
    "-": np.subtract,
    "*": lambda *a: reduce(np.multiply, a),
    "/": np.divide,
    "**": np.power,
    "sign": np.negative,
    "abs": np.abs,
    "exp": np.exp,
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "sqrt": np.sqrt,
    "cbrt": np.cbrt,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "floor": np.floor,
    "ceil": np.ceil,
    "min": lambda *a: reduce(np.minimum, a),
    "max": lambda *a: reduce(np.maximum, a),
}
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_CAUSES = {
    "/": "a division by zero",
    "**": "a power without a value",
    "log": "a logarithm of a number that is not positive",
    "log2": "a logarithm of a number that is not positive",
    "log10": "a logarithm of a number that is not positive",
    "sqrt": "a root of a negative number",
}
BEYOND = "a number that is too large"


class Evaluation:
    """Computes formulas over columns of n rows, and remembers where and why a value went missing."""

    def __init__(self, columns: Mapping[str, pl.Series], n: int) -> None:
        self.columns = columns
        self.n = n
        self.causes: dict[str, NDArray[np.bool_]] = {}

    def value(self, node: Node) -> pl.Series:
        """Return n values: numbers, texts or truths, null where there is none."""
        if isinstance(node, Literal):
            dtype = {bool: pl.Boolean, str: pl.String, int: pl.Int64}.get(type(node.value), pl.Float64)
            return pl.repeat(node.value, self.n, dtype=dtype, eager=True)
        if isinstance(node, Name):
            return plain(self.columns[node.name])
        assert isinstance(node, Operation)
        given = [self.value(a) for a in node.arguments]
        if node.name == "missing":
            return given[0].is_null()
        if node.name == "not":
            return ~given[0]
        if node.name in ("and", "or"):
            return reduce(pl.Series.__and__ if node.name == "and" else pl.Series.__or__, given)
        if node.name == "compare":
            pairs: list[pl.Series] = [
                _COMPARE[sign](a, b) for sign, a, b in zip(node.signs, given, given[1:], strict=False)
            ]
            return reduce(pl.Series.__and__, pairs)
        if node.name == "in":
            return reduce(pl.Series.__or__, [given[0] == choice for choice in given[1:]])
        if node.name == "where":
            return _where(*given)
        return self.number(node.name, [g.cast(pl.Float64).to_numpy() for g in given])

    def number(self, name: str, given: list[Array]) -> pl.Series:
        """Compute one operation on numbers; what is no finite number is missing."""
        with np.errstate(all="ignore"):
            out = np.array(_ARITHMETIC[name](*given), dtype=np.float64)
        bad = ~np.isfinite(out)
        if bad.any():
            out[bad] = np.nan
            new = bad & ~reduce(np.logical_or, [np.isnan(g) for g in given])
            if new.any():
                cause = _CAUSES.get(name, BEYOND)
                self.causes[cause] = self.causes.get(cause, False) | new
        return pl.Series(out).fill_nan(None)


def plain(column: pl.Series) -> pl.Series:
    """Return a column as numbers, texts or truths; NaN is missing, dates are ISO texts."""
    dtype = column.dtype
    if dtype.is_float():
        return column.fill_nan(None)
    if dtype == pl.Null or dtype.is_decimal():
        return column.cast(pl.Float64)
    if dtype.is_integer() or dtype in (pl.Boolean, pl.String) or isinstance(dtype, pl.Array):
        return column
    return column.cast(pl.String)


def _where(condition: pl.Series, yes: pl.Series, no: pl.Series) -> pl.Series:
    # polars reads a missing condition as false; here it makes the result missing.
    chosen = pl.when(condition.is_null()).then(None).when(condition).then(yes).otherwise(no)
    return pl.select(chosen.alias("")).to_series()
