"""Which rows a learning curve learns from and is scored on: nested sizes, drawn anew for every seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import TenkaiError, count, problem

Positions = NDArray[np.int64]
POINTS, FEWEST = 8, 10
"""Sizes where none are given, and the smallest of them."""
MOST_SIZES = 1000
# A share of 0.3 of 50 rows is 15 rows, whatever 0.3 is in binary.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Size:
    """One size: rows as it was asked for, how many of them are learned from, and how many score it."""

    rows: int
    train: int
    test: int


@dataclass(frozen=True)
class Draw:
    """Rows of one seed in the order they are used: a size takes the first of both.

    Parameters
    ----------
    train : positions to learn from
    test : positions to score
    sizes : rising
    """

    seed: int
    train: Positions
    test: Positions
    sizes: tuple[Size, ...]


def read_sizes(given: Sequence[int] | Mapping[str, Sequence[float]] | None, most: int) -> list[int]:
    """Return the sizes asked for, rising; by default evenly spread on a log axis up to all rows.

    Raises
    ------
    TenkaiError
        TK691 for sizes that cannot be read.
    """
    if given is None:
        low = min(max(FEWEST, most // 100), max(most, 1))
        return sorted({round(v) for v in np.geomspace(low, max(most, 1), POINTS)})
    if isinstance(given, Mapping):
        return _spread(given)
    sizes = sorted(set(given))
    if len(sizes) < len(given):
        raise _wrong("a size stands twice.")
    return sizes


def _spread(given: Mapping[str, Sequence[float]]) -> list[int]:
    (kind, numbers), *more = given.items() if given else (("", ()),)
    if more or kind not in ("log", "range") or len(numbers) != 3:
        raise _wrong(f"{dict(given)!r} tells no sizes.")
    low, high, third = numbers
    if not 2 <= low <= high < 2**40 or third < 1:
        raise _wrong(f"{kind}: {list(numbers)} holds no sizes of 2 rows or more.")
    if kind == "log":
        if third > MOST_SIZES:
            raise _wrong(f"{third:g} sizes are more than {MOST_SIZES}.")
        values = np.geomspace(low, high, int(third))
    else:
        if (high - low) / third >= MOST_SIZES:
            raise _wrong(f"{kind}: {list(numbers)} holds more than {MOST_SIZES} sizes.")
        values = np.arange(low, high + 1e-9, third)
    return sorted({round(v) for v in values.tolist()})


def _wrong(fact: str) -> TenkaiError:
    allowed = "Allowed: [100, 1000, 10000], {log: [low, high, count]} or {range: [low, high, step]}."
    return problem("TK691", fact, allowed=allowed, setting="sizes")


def drawn(
    n: int, sizes: Sequence[int], seed: int, share: float, each: bool, classes: NDArray[Any] | None, apart: int | None
) -> Draw:
    """Draw the rows of one seed.

    Parameters
    ----------
    n : rows at hand
    sizes : rising numbers of rows
    share : of the rows, held out to score
    each : of every size the share is held out; otherwise of all rows, once
    classes : (n,) codes whose shares are kept in every size, or None
    apart : rows of another table that score all sizes, or None

    Raises
    ------
    TenkaiError
        TK690 for more rows than there are, TK692 for a size that leaves too few.
    """
    codes = np.zeros(n, np.int64) if classes is None else classes
    order = np.random.default_rng(seed).permutation(n)
    rank = np.empty(n, np.int64)
    for code in np.unique(codes):
        own = codes[order] == code
        rank[own] = np.arange(own.sum())
    if classes is not None:
        whole = np.bincount(codes)[codes[order]]
        spread = np.argsort((rank + 0.5) / whole, kind="stable")
        order, rank = order[spread], rank[spread]
    if apart is not None:
        _require(sizes, n, "")
        return _told(seed, order, np.arange(apart), [Size(s, s, apart) for s in sizes])
    # Of every class the same share, spread evenly over the order.
    held = np.floor((rank + 1) * share + _ROUNDING) > np.floor(rank * share + _ROUNDING)
    if each:
        _require(sizes, n, "")
        tests = np.cumsum(held)
        told = [Size(s, s - int(tests[s - 1]), int(tests[s - 1])) for s in sizes]
    else:
        left = int((~held).sum())
        _require(sizes, left, f", less {count(int(held.sum()), 'row')} held out")
        told = [Size(s, s, int(held.sum())) for s in sizes]
    return _told(seed, order[~held], order[held], told)


def _require(sizes: Sequence[int], most: int, less: str) -> None:
    if sizes[-1] > most:
        raise problem(
            "TK690",
            f"a size of {sizes[-1]} rows needs more rows than there are: {most}{less}.",
            allowed=f"At most {most}.",
            remedy="Leave larger sizes out, or hold out less with 'test'." if less else "Leave larger sizes out.",
            setting="sizes",
        )


def _told(seed: int, train: Positions, test: Positions, sizes: Sequence[Size]) -> Draw:
    first = sizes[0]
    if first.train < 2 or first.test < 1:
        raise problem(
            "TK692",
            f"of {count(first.rows, 'row')}, {first.train} are left to learn from and {first.test} to score.",
            allowed="Needed: 2 to learn from and 1 to score.",
            remedy="Begin with a larger size, or hold out another share with 'test'.",
            setting="sizes",
        )
    return Draw(seed, train, test, tuple(sizes))
