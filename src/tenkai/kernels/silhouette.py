"""Silhouettes: how much nearer a row lies to its own group than to the next one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels.distances import block_rows, other_metric_block, other_metric_options

__all__ = ["silhouettes"]


def silhouettes(
    X: NDArray[Any], groups: NDArray[np.int64], metric: str = "euclidean", rows: NDArray[np.int64] | None = None
) -> NDArray[np.float64]:
    """Return the silhouette of rows of X (n, p), compared with all rows.

    With a the mean distance to the other rows of the own group, and b the smallest mean distance to the rows of
    another group, it is (b - a) / max(a, b); 0 for the only row of a group (Rousseeuw, J. Comput. Appl. Math. 20,
    53 (1987)).

    Parameters
    ----------
    groups : (n,) 0, 1, ...; every number up to the largest is there
    rows : positions of the rows to measure; all by default

    Raises
    ------
    ValueError
        For fewer than two groups, or where the metric is not defined.
    """
    k = int(groups.max(initial=-1)) + 1
    if k < 2:
        raise ValueError(f"a silhouette compares two groups or more, there is {k}.")
    at = np.arange(len(X)) if rows is None else rows
    sizes = np.bincount(groups, minlength=k)
    # Rows of a group side by side: their distances are added up without a copy.
    order = np.argsort(groups, kind="stable")
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    sorted_rows = np.ascontiguousarray(X[order], np.float64)
    options = other_metric_options(sorted_rows, metric)
    out = np.empty(len(at))
    step = block_rows(len(X), None)
    for begin in range(0, len(at), step):
        part = at[begin : begin + step]
        away = other_metric_block(np.ascontiguousarray(X[part], np.float64), sorted_rows, metric, options)
        sums = np.add.reduceat(away, starts, axis=1)
        own = groups[part]
        here = np.arange(len(part))
        a = sums[here, own] / np.maximum(sizes[own] - 1, 1)
        means = sums / sizes
        means[here, own] = np.inf
        b = means.min(axis=1)
        widest = np.maximum(a, b)
        out[begin : begin + step] = np.where((sizes[own] > 1) & (widest > 0), (b - a) / np.maximum(widest, 1e-300), 0.0)
    return out
