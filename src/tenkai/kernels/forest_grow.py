"""Growth of decision trees whose truncation is the tree grown to that depth, bit for bit.

Random numbers belong to a place (seed, tree, path from the root), not to a moment: what is drawn in a node
does not depend on what else has grown. Sums are exact integers. So a node is the same whatever the depth, the
smallest node that is split, the number of trees, the number of threads, and whether the rows are part of a
larger data set.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit
from tenkai.kernels.forest_bits import drawn, mixed
from tenkai.kernels.forest_codes import Codes
from tenkai.kernels.forest_nodes import Buffers, add_up, enter_block, gain_of, longer, part
from tenkai.kernels.forest_split import FEW, LOW, Scratch, View, best_split

__all__ = ["Rules", "draw_records", "grow_trees"]

# Rows of a subtree that gets its own small numbering, so that its counts stay in the fast cache.
_BLOCK = 1024
# It pays where its columns are looked at so many times, once per level.
_LEVELS = 8


class Rules(NamedTuple):
    """What decides which splits there are, and how far the trees grow.

    Parameters
    ----------
    tried : columns tried per split
    shift : 32 counts distinct rows for `min_leaf` and `min_split`, 0 counts records
    """

    bootstrap: bool
    tried: int
    min_leaf: int
    shift: int
    depth: int
    min_split: int


@jit(borrow=True)
def draw_records(seed: np.uint64, tree: int, bootstrap: bool, counts: NDArray[np.int64]) -> np.uint64:
    """Say how often each row is drawn for a tree, and return the key of its root."""
    key = mixed(mixed(seed) ^ np.uint64(tree))
    n = counts.size
    for i in range(n):
        counts[i] = 0 if bootstrap else 1
    if bootstrap:
        for i in range(n):
            counts[drawn(key, i, n)] += 1
    return mixed(key)


@jit()
def grow_trees(
    X: NDArray[np.float64],
    codes: Codes,
    sizes: NDArray[np.int64],
    train: NDArray[np.int64],
    target: NDArray[np.int64],
    classes: int,
    unit: float,
    middle: float,
    seed: np.uint64,
    trees: tuple[int, int],
    rules: Rules,
) -> tuple[NDArray[np.int64], Buffers]:
    """Grow trees number trees[0] to trees[1] - 1 on some rows of a data set.

    Parameters
    ----------
    X : (n, p)
    codes, sizes : (p, n) and (p,), ranks of the values of each column, and how many there are
    train : (m,), the rows to learn from
    target : (m,), class codes, or integers y with `middle` + `unit` y the value to learn
    classes : number of classes; 0 learns values

    Returns
    -------
    Where each tree starts, and the nodes in depth-first order.
    """
    columns, m = X.shape[1], train.size
    by_class, width = classes > 0, max(classes, 1)
    most = max(int(sizes.max()), FEW)
    whole = _view(codes, sizes, m, most)
    use_blocks = m > 2 * _BLOCK and rules.tried * _LEVELS >= columns
    room = _BLOCK if use_blocks else 1
    block = _view(np.empty((columns, room), codes.dtype), np.empty(columns, np.int64), room, room)
    names, bases = np.empty(room, np.uint32), np.empty(whole.words.size, np.int64)
    scratch = _scratch(most, width, columns, m)
    counts, spare = np.empty(m, np.int64), np.empty(m, np.uint32)
    waiting = np.empty((m + 2, 5), np.int64)
    # Known constant columns only save time: nodes that wait above this height start without.
    constants = np.empty((min(m + 2, 256), (columns + 63) // 64), np.uint64)
    keys, sides = np.empty(m + 2, np.uint64), np.empty((2 * m, 2), np.int64)
    free = max(64, 2 * m)
    nodes = Buffers(
        np.empty(free, np.int32),
        np.empty(free, np.float64),
        np.empty(free, np.int32),
        np.empty(free, np.int32),
        np.empty(free, np.int32),
        np.empty(free, np.float64),
        np.empty((free, width), np.float64),
    )
    starts = np.zeros(trees[1] - trees[0] + 1, np.int64)
    for tree in range(trees[0], trees[1]):
        first = starts[tree - trees[0]]
        if first + 2 * m > free:
            free = 2 * free + 2 * m
            nodes = longer(nodes, first, free)
        key = draw_records(seed, tree, rules.bootstrap, counts)
        distinct = _plant(whole, train, target, counts, by_class)
        starts[tree - trees[0] + 1] = _grow_tree(
            X, whole, block, scratch, nodes, first, distinct, m, key, by_class, unit, middle, rules, use_blocks,
            names, bases, spare, waiting, keys, constants, sides,
        )  # fmt: skip
    return starts, longer(nodes, starts[-1], starts[-1])


@jit()
def _view(codes: Codes, sizes: NDArray[np.int64], rows: int, most: int) -> View:
    """Make room for the rows of a tree, with up to `most` codes."""
    words, n = (most + 63) // 64, codes.shape[1]
    stat, level = np.empty((n, 2), np.int64), np.empty(n, np.int64)
    marks, tops = np.zeros(words, np.uint64), np.zeros((words + 63) // 64, np.uint64)
    return View(codes, sizes, np.empty(rows, np.uint32), stat, level, marks, tops)


@jit()
def _scratch(most: int, width: int, columns: int, rows: int) -> Scratch:
    """Make room to count in."""
    table, found, pairs = np.zeros((most, width + 1), np.int64), np.empty(most + 1, np.uint32), np.empty(FEW, np.uint64)
    order, swaps = np.arange(columns), np.empty(columns, np.int64)
    totals, left = np.zeros(width + 1, np.int64), np.zeros(width + 1, np.int64)
    constant, inverse = np.empty((columns + 63) // 64, np.uint64), 1.0 / np.arange(rows + 1)
    return Scratch(table, found, pairs, order, swaps, totals, left, constant, inverse)


@jit(borrow=True)
def _plant(
    whole: View, train: NDArray[np.int64], target: NDArray[np.int64], counts: NDArray[np.int64], by_class: bool
) -> int:
    """Write down the rows drawn for a tree; return how many distinct ones there are."""
    distinct = 0
    for i in range(train.size):
        if counts[i] > 0:
            row = train[i]
            whole.rows[distinct] = row
            whole.stat[row, 0] = (np.int64(1) << 32) | counts[i]
            whole.stat[row, 1] = target[i] if by_class else target[i] * counts[i]
            whole.level[row] = target[i]
            distinct += 1
    return distinct


@jit(borrow=True)
def _grow_tree(
    X: NDArray[np.float64],
    whole: View,
    block: View,
    scratch: Scratch,
    nodes: Buffers,
    first: int,
    distinct: int,
    records: int,
    key: np.uint64,
    by_class: bool,
    unit: float,
    middle: float,
    rules: Rules,
    use_blocks: bool,
    names: NDArray[np.uint32],
    bases: NDArray[np.int64],
    spare: NDArray[np.uint32],
    waiting: NDArray[np.int64],
    keys: NDArray[np.uint64],
    constants: NDArray[np.uint64],
    sides: NDArray[np.int64],
) -> int:
    """Grow one tree from node number `first` on; return where the next one starts.

    `waiting` holds nodes to come: start, end, depth, parent to tell, in the block or not.
    """
    totals, constant = scratch.totals, scratch.constant
    for k in range(constant.size):
        constant[k] = 0
    _push(waiting, keys, constants, 0, 0, distinct, 0, -1, 0, key, constant)
    queue, node = 1, first - 1
    while queue > 0:
        queue -= 1
        start, end, at_depth = waiting[queue, 0], waiting[queue, 1], waiting[queue, 2]
        parent, inside = waiting[queue, 3], waiting[queue, 4]
        key = keys[queue]
        for k in range(constant.size):
            constant[k] = constants[queue, k] if queue < constants.shape[0] else np.uint64(0)
        node += 1
        if parent >= 0:
            nodes.right[parent] = node - first
        if inside == 0:
            pure = add_up(whole, start, end, by_class, totals)
        else:
            pure = add_up(block, start, end, by_class, totals)
        weight = totals[0] & LOW
        number = (totals[0] >> rules.shift) & LOW
        for k in range(totals.size - 1):
            mean = totals[k + 1] / weight
            nodes.values[node, k] = mean if by_class else middle + unit * mean
        nodes.feature[node], nodes.right[node], nodes.threshold[node] = -1, 0, 0.0
        nodes.deep[node], nodes.size[node], nodes.gains[node] = at_depth, number, 0.0
        if pure or at_depth >= rules.depth or number < rules.min_split or number < 2 * rules.min_leaf:
            continue
        if inside == 0 and use_blocks and end - start <= _BLOCK:
            enter_block(whole, start, end, block, names, bases)
            start, end, inside = 0, end - start, 1
        if inside == 0:
            best, code, is_found = best_split(
                whole, start, end, by_class, key, rules.tried, rules.shift, rules.min_leaf, scratch
            )
            if is_found == 0:
                continue
            cut, low, high = part(whole, best, code, start, end, spare)
            gain = gain_of(whole, start, cut, by_class, totals, scratch.left)
        else:
            best, code, is_found = best_split(
                block, start, end, by_class, key, rules.tried, rules.shift, rules.min_leaf, scratch
            )
            if is_found == 0:
                continue
            cut, low, high = part(block, best, code, start, end, spare)
            gain = gain_of(block, start, cut, by_class, totals, scratch.left)
            low, high = np.int64(names[low]), np.int64(names[high])  # type: ignore[assignment]
        nodes.feature[node] = best
        nodes.gains[node] = gain / records
        sides[node - first, 0], sides[node - first, 1] = low, high
        other = mixed(key ^ np.uint64(0x5851F42D4C957F2D))
        _push(waiting, keys, constants, queue, cut, end, at_depth + 1, node, inside, other, constant)
        _push(waiting, keys, constants, queue + 1, start, cut, at_depth + 1, -1, inside, mixed(key), constant)
        queue += 2
    # All thresholds at once: the processor can wait for many of these far-away numbers at the same time.
    for at in range(first, node + 1):
        if nodes.feature[at] >= 0:
            below = X[sides[at - first, 0], nodes.feature[at]]
            above = X[sides[at - first, 1], nodes.feature[at]]
            between = 0.5 * below + 0.5 * above
            nodes.threshold[at] = between if between < above else below
    return node + 1


@jit(inline=True, borrow=True)
def _push(
    waiting: NDArray[np.int64],
    keys: NDArray[np.uint64],
    constants: NDArray[np.uint64],
    place: int,
    start: int,
    end: int,
    depth: int,
    parent: int,
    inside: int,
    key: np.uint64,
    constant: NDArray[np.uint64],
) -> None:
    waiting[place, 0], waiting[place, 1], waiting[place, 2] = start, end, depth
    waiting[place, 3], waiting[place, 4] = parent, inside
    keys[place] = key
    if place < constants.shape[0]:
        for k in range(constant.size):
            constants[place, k] = constant[k]
