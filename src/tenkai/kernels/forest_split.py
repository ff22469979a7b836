"""The best split of one node: all thresholds of the columns drawn for it.

All sums are sums of integers: they are exact, so neither the order of the rows nor the way they are
counted can change a bit of the result.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit
from tenkai.kernels.forest_bits import drawn, mark, take_marked
from tenkai.kernels.forest_codes import Codes

__all__ = ["FEW", "LOW", "Scratch", "View", "best_split"]

# Two counts in one number: distinct rows in the high half, records (rows as often as drawn) in the low.
LOW = np.int64(0xFFFFFFFF)
# Up to so many rows are sorted instead of counted.
FEW = 8
# Above so many codes per row, those that occur are looked up by bits; below, all are visited.
_SPARSE = 2


class View(NamedTuple):
    """The rows of a tree, as they are numbered in the data set or in a subtree.

    Parameters
    ----------
    codes, sizes : (p, n) and (p,), ranks of the values of each column, and how many there are
    rows : the rows, those of a node side by side and rising
    stat : (n, 2), both counts of a row; its class, or its target times its records
    level : (n,), its target
    words, tops : room for one bit per code, and one bit per word
    """

    codes: Codes
    sizes: NDArray[np.int64]
    rows: NDArray[np.uint32]
    stat: NDArray[np.int64]
    level: NDArray[np.int64]
    words: NDArray[np.uint64]
    tops: NDArray[np.uint64]


class Scratch(NamedTuple):
    """Room to count in.

    Parameters
    ----------
    table : (codes, 1 + width), counts and sums per code; zero between uses
    found, pairs : codes that occur, in order; rows to sort
    order, swaps : (p,), columns in any order that is put back after use
    totals, left : (1 + width,), counts and sums of a node and of its left part
    constant : a bit per column that has one value in the node
    inverse : 1/i
    """

    table: NDArray[np.int64]
    found: NDArray[np.uint32]
    pairs: NDArray[np.uint64]
    order: NDArray[np.int64]
    swaps: NDArray[np.int64]
    totals: NDArray[np.int64]
    left: NDArray[np.int64]
    constant: NDArray[np.uint64]
    inverse: NDArray[np.float64]


@jit(inline=True, borrow=True)
def _add(view: View, row: int, table: NDArray[np.int64], place: int, by_class: bool) -> None:
    table[place, 0] += view.stat[row, 0]
    if by_class:
        table[place, 1 + view.stat[row, 1]] += view.stat[row, 0] & LOW
    else:
        table[place, 1] += view.stat[row, 1]


@jit(inline=True, borrow=True)
def _tally(view: View, at: int, start: int, end: int, by_class: bool, scratch: Scratch) -> int:
    """Add the rows of a node up per code of a column; write the codes that occur, in order."""
    size = view.sizes[at]
    sparse = size > _SPARSE * (end - start)
    for i in range(start, end):
        row = view.rows[i]
        code = np.int64(view.codes[at, row])
        _add(view, row, scratch.table, code, by_class)  # type: ignore[arg-type]
        if sparse:
            mark(view.words, view.tops, code)  # type: ignore[arg-type]
    if sparse:
        return take_marked(view.words, view.tops, scratch.found)
    count = 0
    for place in range(size):
        scratch.found[count] = place
        count += scratch.table[place, 0] != 0
    return count


@jit(inline=True, borrow=True)
def _tally_few(view: View, at: int, start: int, end: int, by_class: bool, scratch: Scratch) -> int:
    """Do the same for a few rows by sorting them; sums are written at 0, 1, ... instead of at their codes."""
    highest, lowest = np.uint32(0), np.uint32(0xFFFFFFFF)
    pairs = scratch.pairs
    for i in range(start, end):
        code = view.codes[at, view.rows[i]]
        highest, lowest = max(highest, code), min(lowest, code)
        pairs[i - start] = (np.uint64(code) << np.uint64(32)) | np.uint64(view.rows[i])
    if highest == lowest:
        return 0
    for i in range(1, end - start):
        pair, j = pairs[i], i
        while j > 0 and pairs[j - 1] > pair:
            pairs[j] = pairs[j - 1]
            j -= 1
        pairs[j] = pair
    count = -1
    for i in range(end - start):
        code = np.uint32(pairs[i] >> np.uint64(32))
        if count < 0 or scratch.found[count] != code:
            count += 1
            scratch.found[count] = code
        _add(view, np.uint32(pairs[i] & np.uint64(0xFFFFFFFF)), scratch.table, count, by_class)  # type: ignore[arg-type]
    return count + 1


@jit(borrow=True)
def best_split(
    view: View,
    start: int,
    end: int,
    by_class: bool,
    key: np.uint64,
    tried: int,
    shift: int,
    min_leaf: int,
    scratch: Scratch,
) -> tuple[int, int, int]:
    """Find the column and threshold with the least variance (or Gini impurity) in the two parts.

    Returns the column, the smallest code of its right part, and 1 if there is one (else 0). Columns are drawn
    one after the other; of equal splits the first column drawn and its lowest threshold win. `tried` columns
    are looked at, and more only until one is not constant.
    """
    table, found, totals, left = scratch.table, scratch.found, scratch.totals, scratch.left
    order, swaps, constant = scratch.order, scratch.swaps, scratch.constant
    columns = view.sizes.size
    whole = totals[0]
    records = whole & LOW
    number = (whole >> shift) & LOW
    best, best_column, best_code, is_found = -1.0, 0, 0, 0
    visited, varied, perfect = 0, False, False
    few = end - start <= FEW
    squares = np.int64(0)
    if by_class:
        for k in range(1, totals.size):
            squares += totals[k] * totals[k]
    while visited < columns and (visited < tried or not varied) and not perfect:
        place = visited + drawn(key, visited, columns - visited)
        swaps[visited] = place
        order[visited], order[place] = order[place], order[visited]
        at = order[visited]
        visited += 1
        bit = np.uint64(1) << np.uint64(at & 63)
        if constant[at >> 6] & bit != 0:
            continue
        if few:
            count = _tally_few(view, at, start, end, by_class, scratch)
        else:
            count = _tally(view, at, start, end, by_class, scratch)
        if count < 2:
            constant[at >> 6] |= bit
        varied = varied or count > 1
        lefts, sums = np.int64(0), np.int64(0)
        left2, right2 = np.int64(0), squares
        if by_class:
            for k in range(1, totals.size):
                left[k] = 0
        for j in range(count):
            code = np.int64(j) if few else np.int64(found[j])
            lefts += table[code, 0]
            table[code, 0] = 0
            if by_class:
                for k in range(1, totals.size):
                    h = table[code, k]
                    if h != 0:
                        table[code, k] = 0
                        left2 += h * (2 * left[k] + h)
                        right2 -= h * (2 * (totals[k] - left[k]) - h)
                        left[k] += h
            else:
                sums += table[code, 1]
                table[code, 1] = 0
            below = (lefts >> shift) & LOW
            if below < min_leaf or number - below < min_leaf:
                continue
            weight = lefts & LOW
            if by_class:
                gain = left2 / weight + right2 / (records - weight)
            else:
                here, rest = np.float64(sums), np.float64(totals[1] - sums)
                gain = here * here * scratch.inverse[weight] + rest * rest * scratch.inverse[records - weight]
            if gain > best:
                # The last code never gets here: nothing is right of it, and `min_leaf` is 1 or more.
                best, best_column, is_found = gain, at, 1
                best_code = np.int64(found[j + 1])  # type: ignore[assignment]
        # Nothing beats two pure parts, and all splits of two rows are the same one.
        perfect = is_found == 1 and (best == records if by_class else end - start == 2)
    for turn in range(visited - 1, -1, -1):
        place = swaps[turn]
        order[turn], order[place] = order[place], order[turn]
    return best_column, best_code, is_found
