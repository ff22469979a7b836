"""Predictions of forests: one forest, all truncations of one growth, or only the trees that did not see a row.

Values are added tree after tree for each row, so that the sum over the first trees is the same number
whoever asks for it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit
from tenkai.kernels.forest_grow import draw_records

__all__ = ["add_trees", "add_truncated", "add_unseen"]


@jit(inline=True)
def _leaf(
    X: NDArray[np.float64],
    row: int,
    node: int,
    feature: NDArray[np.int32],
    threshold: NDArray[np.float64],
    right: NDArray[np.int32],
) -> int:
    """Follow a row from the root of a tree to its leaf."""
    first = node
    while feature[node] >= 0:
        node = node + 1 if X[row, feature[node]] <= threshold[node] else first + np.int64(right[node])  # type: ignore[assignment]
    return node


@jit()
def add_trees(
    X: NDArray[np.float64],
    rows: tuple[int, int],
    starts: NDArray[np.int64],
    feature: NDArray[np.int32],
    threshold: NDArray[np.float64],
    right: NDArray[np.int32],
    values: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Add what each tree says of rows[0] to rows[1] - 1 to `out` (n, width)."""
    for tree in range(starts.size - 1):
        for row in range(rows[0], rows[1]):
            leaf = _leaf(X, row, starts[tree], feature, threshold, right)
            for k in range(values.shape[1]):
                out[row, k] += values[leaf, k]


@jit()
def add_unseen(
    X: NDArray[np.float64],
    rows: tuple[int, int],
    seed: np.uint64,
    starts: NDArray[np.int64],
    feature: NDArray[np.int32],
    threshold: NDArray[np.float64],
    right: NDArray[np.int32],
    values: NDArray[np.float64],
    out: NDArray[np.float64],
    votes: NDArray[np.int64],
) -> None:
    """Do the same for rows of the bootstrapped training set X (n, p), each asked only of trees grown without it."""
    counts = np.empty(X.shape[0], np.int64)
    for tree in range(starts.size - 1):
        draw_records(seed, tree, True, counts)
        for row in range(rows[0], rows[1]):
            if counts[row] == 0:
                leaf = _leaf(X, row, starts[tree], feature, threshold, right)
                votes[row] += 1
                for k in range(values.shape[1]):
                    out[row, k] += values[leaf, k]


@jit()
def add_truncated(
    X: NDArray[np.float64],
    rows: NDArray[np.int64],
    starts: NDArray[np.int64],
    feature: NDArray[np.int32],
    threshold: NDArray[np.float64],
    right: NDArray[np.int32],
    deep: NDArray[np.int32],
    size: NDArray[np.int32],
    values: NDArray[np.float64],
    depths: NDArray[np.int64],
    splits: NDArray[np.int64],
    trees: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None:
    """Predict rows with every truncation of one growth.

    Parameters
    ----------
    depths, splits : (c,), depth and smallest node that is split, of each truncation
    trees : (t,), numbers of trees, rising
    out : (t, c, rows, width), sums over the first trees
    """
    path = np.empty(np.max(deep) + 1, np.int64)
    cuts, width = depths.size, values.shape[1]
    sums = np.empty((cuts, width))
    for at in range(rows.size):
        row = rows[at]
        sums[:] = 0.0
        wanted = 0
        for tree in range(trees[-1]):
            first = starts[tree]
            node, last = first, 0
            path[0] = node
            while feature[node] >= 0:
                node = node + 1 if X[row, feature[node]] <= threshold[node] else first + np.int64(right[node])
                last += 1
                path[last] = node
            for c in range(cuts):
                place = min(np.int64(last), depths[c])
                while place > 0 and size[path[place - 1]] < splits[c]:
                    place -= 1
                for k in range(width):
                    sums[c, k] += values[path[place], k]
            while wanted < trees.size and trees[wanted] == tree + 1:
                out[wanted, :, at, :] = sums
                wanted += 1
