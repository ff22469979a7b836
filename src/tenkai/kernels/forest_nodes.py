"""What is done with the rows of one node: add up, part, number anew."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit
from tenkai.kernels.forest_bits import mark, ones, ones_below
from tenkai.kernels.forest_split import LOW, View

__all__ = ["Buffers", "add_up", "enter_block", "gain_of", "longer", "part"]


class Buffers(NamedTuple):
    """Nodes of trees, one tree after the other, each in depth-first order.

    Parameters
    ----------
    feature : (nodes,), column of a split, -1 in a leaf
    threshold : (nodes,); at or below it the next node follows
    right : (nodes,), place of the other child, counted from the root
    deep, size : (nodes,), depth and count of rows (or records)
    gains : (nodes,), how much the split lowers the impurity of the tree, in units of the targets
    values : (nodes, width), mean, or shares of the classes
    """

    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    right: NDArray[np.int32]
    deep: NDArray[np.int32]
    size: NDArray[np.int32]
    gains: NDArray[np.float64]
    values: NDArray[np.float64]


@jit()
def longer(old: Buffers, used: int, size: int) -> Buffers:
    """Copy the first nodes into buffers of another size."""
    new = Buffers(
        np.empty(size, np.int32),
        np.empty(size, np.float64),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
        np.empty(size, np.float64),
        np.empty((size, old.values.shape[1]), np.float64),
    )
    _copy(old, new, used)
    return new


@jit(borrow=True)
def _copy(old: Buffers, new: Buffers, used: int) -> None:
    for i in range(used):
        new.feature[i], new.threshold[i], new.right[i] = old.feature[i], old.threshold[i], old.right[i]
        new.deep[i], new.size[i], new.gains[i] = old.deep[i], old.size[i], old.gains[i]
        for k in range(old.values.shape[1]):
            new.values[i, k] = old.values[i, k]


@jit(borrow=True)
def add_up(view: View, start: int, end: int, by_class: bool, totals: NDArray[np.int64]) -> bool:
    """Add up a node; say whether all its rows have the same target."""
    for k in range(totals.size):
        totals[k] = 0
    first, same = view.level[view.rows[start]], True
    for i in range(start, end):
        row = view.rows[i]
        same = same and view.level[row] == first
        totals[0] += view.stat[row, 0]
        if by_class:
            totals[1 + view.stat[row, 1]] += view.stat[row, 0] & LOW
        else:
            totals[1] += view.stat[row, 1]
    return same


@jit(borrow=True)
def part(view: View, at: int, code: int, start: int, end: int, spare: NDArray[np.uint32]) -> tuple[int, int, int]:
    """Put rows below a code first, keep their order; also name the rows on both sides of the cut."""
    cut, later, low, high = start, 0, np.int64(-1), np.int64(-1)
    codes, rows = view.codes, view.rows
    for i in range(start, end):
        row = rows[i]
        if codes[at, row] < code:
            rows[cut] = row
            cut += 1
            if low < 0 or codes[at, row] > codes[at, low]:
                low = np.int64(row)
        else:
            spare[later] = row
            later += 1
            if high < 0 or codes[at, row] < codes[at, high]:
                high = np.int64(row)
    for i in range(later):
        rows[cut + i] = spare[i]
    return cut, low, high  # type: ignore[return-value]


@jit(borrow=True)
def gain_of(
    view: View, start: int, cut: int, by_class: bool, totals: NDArray[np.int64], left: NDArray[np.int64]
) -> float:
    """How much a split lowers the sum of squares (or the Gini impurity times records)."""
    for k in range(left.size):
        left[k] = 0
    for i in range(start, cut):
        row = view.rows[i]
        left[0] += view.stat[row, 0] & LOW
        if by_class:
            left[1 + view.stat[row, 1]] += view.stat[row, 0] & LOW
        else:
            left[1] += view.stat[row, 1]
    whole = np.float64(totals[0] & LOW)
    here = np.float64(left[0])
    squares = 0.0
    for k in range(1, totals.size):
        difference = left[k] / here - (totals[k] - left[k]) / (whole - here)
        squares += difference * difference
    return squares * here * (whole - here) / whole


@jit(borrow=True)
def enter_block(
    view: View, start: int, end: int, block: View, names: NDArray[np.uint32], bases: NDArray[np.int64]
) -> None:
    """Number the rows of a node, and the values they have in each column, from 0."""
    words, tops = view.words, view.tops
    for i in range(start, end):
        row = view.rows[i]
        names[i - start], block.rows[i - start] = row, i - start
        block.stat[i - start, 0], block.stat[i - start, 1] = view.stat[row, 0], view.stat[row, 1]
        block.level[i - start] = view.level[row]
    for at in range(view.sizes.size):
        for i in range(start, end):
            mark(words, tops, np.int64(view.codes[at, view.rows[i]]))  # type: ignore[arg-type]
        count = 0
        for top in range(tops.size):
            if tops[top] != 0:
                for word in range(top << 6, min((top + 1) << 6, words.size)):
                    bases[word] = count
                    count += ones(words[word])
        for i in range(start, end):
            code = np.int64(view.codes[at, view.rows[i]])
            block.codes[at, i - start] = bases[code >> 6] + ones_below(words[code >> 6], code)  # type: ignore[arg-type]
        for top in range(tops.size):
            if tops[top] != 0:
                for word in range(top << 6, min((top + 1) << 6, words.size)):
                    words[word] = 0
                tops[top] = 0
        block.sizes[at] = count
