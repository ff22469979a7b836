"""Truncation of grown trees, and what each column does in them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._jit import jit

__all__ = ["cut_trees", "gains_by_column"]


@jit()
def cut_trees(
    starts: NDArray[np.int64],
    feature: NDArray[np.int32],
    threshold: NDArray[np.float64],
    right: NDArray[np.int32],
    deep: NDArray[np.int32],
    size: NDArray[np.int32],
    values: NDArray[np.float64],
    trees: int,
    depth: int,
    min_split: int,
) -> tuple[
    NDArray[np.int64],
    NDArray[np.int32],
    NDArray[np.float64],
    NDArray[np.int32],
    NDArray[np.float64],
    NDArray[np.int64],
]:
    """Keep the first trees, down to a depth, and split no node with fewer than `min_split`.

    Returns
    -------
    starts, feature, threshold, right, values of what is left, and where each node came from.
    """
    new_starts = np.zeros(trees + 1, np.int64)
    place = np.empty(starts[trees], np.int64)
    kept = 0
    for tree in range(trees):
        leaf_at = np.int64(1) << 40
        for node in range(starts[tree], starts[tree + 1]):
            # In depth-first order the subtree of a node is what follows and lies deeper.
            if deep[node] > leaf_at:
                continue
            place[kept] = node
            kept += 1
            stops = feature[node] < 0 or deep[node] >= depth or size[node] < min_split
            leaf_at = np.int64(deep[node]) if stops else np.int64(1) << 40
        new_starts[tree + 1] = kept
    place = place[:kept].copy()
    new_feature, new_right = np.empty(kept, np.int32), np.empty(kept, np.int32)
    new_threshold, new_values = np.empty(kept), np.empty((kept, values.shape[1]))
    became = np.empty(starts[trees], np.int32)
    for tree in range(trees):
        for node in range(new_starts[tree], new_starts[tree + 1]):
            became[place[node]] = node - new_starts[tree]
    for tree in range(trees):
        for node in range(new_starts[tree], new_starts[tree + 1]):
            old = place[node]
            new_values[node] = values[old]
            if feature[old] < 0 or deep[old] >= depth or size[old] < min_split:
                new_feature[node], new_right[node], new_threshold[node] = -1, 0, 0.0
            else:
                new_feature[node], new_threshold[node] = feature[old], threshold[old]
                new_right[node] = became[starts[tree] + right[old]]
    return new_starts, new_feature, new_threshold, new_right, new_values, place


@jit()
def gains_by_column(
    starts: NDArray[np.int64],
    feature: NDArray[np.int32],
    gains: NDArray[np.float64],
    place: NDArray[np.int64],
    columns: int,
) -> NDArray[np.float64]:
    """Share of each column in what the splits of a tree gain, (trees, columns); 0 for a tree without gain."""
    shares = np.zeros((starts.size - 1, columns))
    for tree in range(starts.size - 1):
        total = 0.0
        for node in range(starts[tree], starts[tree + 1]):
            if feature[node] >= 0:
                shares[tree, feature[node]] += gains[place[node]]
                total += gains[place[node]]
        if total > 0:
            shares[tree] /= total
    return shares
