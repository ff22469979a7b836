"""Folds for cross-validation: which rows are held out together."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Fold = tuple[NDArray[np.int64], NDArray[np.int64]]


def k_folds(n: int, folds: int, seed: int, classes: NDArray[Any] | None = None) -> list[Fold]:
    """Split n rows into folds at random; each row is held out once.

    Parameters
    ----------
    n : rows
    folds : 2 to n
    seed : the same seed gives the folds of scikit-learn's KFold (or StratifiedKFold), shuffled
    classes : (n,) codes whose shares are kept in every fold, or None

    Returns
    -------
    list of (train, test) positions, both ascending
    """
    from sklearn.model_selection import KFold, StratifiedKFold

    if classes is None:
        parts = KFold(folds, shuffle=True, random_state=seed).split(np.empty(n))
    else:
        parts = StratifiedKFold(folds, shuffle=True, random_state=seed).split(np.empty(n), classes)
    return [(train.astype(np.int64), test.astype(np.int64)) for train, test in parts]


def group_folds(groups: NDArray[Any], folds: int, seed: int) -> list[Fold]:
    """Split rows so that rows of one group are held out together; groups of like number of rows per fold.

    Groups are drawn in random order, the largest first; each goes to the fold with the fewest rows so far.

    Parameters
    ----------
    groups : (n,) codes 0, 1, ...
    folds : 2 to the number of groups
    """
    sizes = np.bincount(groups)
    order = np.random.default_rng(seed).permutation(len(sizes))
    order = order[np.argsort(-sizes[order], kind="stable")]
    rows, of = np.zeros(folds, np.int64), np.empty(len(sizes), np.int64)
    for group in order:
        of[group] = int(rows.argmin())
        rows[of[group]] += sizes[group]
    fold = of[groups]
    return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(folds)]


def leave_one_out(n: int) -> list[Fold]:
    """Hold out each row once, alone."""
    every = np.arange(n)
    return [(np.delete(every, i), every[i : i + 1]) for i in range(n)]
