"""Agreement of maps after shifting, scaling and turning; labels found again on a map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from tenkai.kernels._checks import check_count, check_map

__all__ = [
    "LabelAccuracy",
    "SeedStability",
    "knn_label_accuracy",
    "procrustes_similarity",
    "seed_stability",
]


class LabelAccuracy(NamedTuple):
    """Cross-validated accuracy of nearest-neighbour labels on a map.

    Attributes
    ----------
    accuracy : float
        Mean over folds.
    deviation : float
        Standard deviation over folds.
    folds : int
        Folds used; fewer than asked for when a class is small.
    k : int
        Neighbours used; fewer than asked for when rows are few.
    left_out : int
        Rows of classes with a single member, which cannot be tested.
    """

    accuracy: float
    deviation: float
    folds: int
    k: int
    left_out: int


class SeedStability(NamedTuple):
    """Pairwise Procrustes similarity of maps that differ by seed.

    Attributes
    ----------
    mean, minimum : float
        Over all pairs; 1 is the same map, up to shift, scale, turn and mirror.
    pairs : int
        Number of pairs.
    """

    mean: float
    minimum: float
    pairs: int


def knn_label_accuracy(Y: ArrayLike, labels: ArrayLike, k: int = 5, folds: int = 10, *, seed: int = 0) -> LabelAccuracy:
    """Ask whether labels can be read off a map: cross-validated k-NN accuracy.

    Parameters
    ----------
    Y : array of shape (n, d)
        Map coordinates.
    labels : array of shape (n,)
        Classes.
    k
        Neighbours that vote.
    folds
        Stratified, shuffled folds; reduced to the size of the smallest class.
    seed
        Seed of the shuffle.

    Returns
    -------
    LabelAccuracy

    Raises
    ------
    ValueError
        When fewer than two rows share a class with another row.

    Notes
    -----
    The map was made from all rows, so this measures the map, not a model for new rows.
    """
    coordinates = check_map(Y, "the map")
    classes = np.asarray(labels)
    if classes.shape != (coordinates.shape[0],):
        raise ValueError(f"labels have shape {classes.shape}. Allowed: ({coordinates.shape[0]},), one per row.")
    check_count(k, "k", 1, 2**31)
    check_count(folds, "folds", 2, 2**31)
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.neighbors import KNeighborsClassifier

    _, codes, counts = np.unique(classes, return_inverse=True, return_counts=True)
    kept = counts[codes] >= 2
    if not kept.any():
        raise ValueError("every label occurs once. Allowed: a label with at least two rows.")
    used = int(min(folds, counts[counts >= 2].min()))
    smallest_training = int(kept.sum()) - -(-int(kept.sum()) // used)
    voters = max(1, min(k, smallest_training - 1)) if smallest_training < k + 1 else k
    splitter = StratifiedKFold(used, shuffle=True, random_state=seed)
    scores = cross_val_score(KNeighborsClassifier(voters), coordinates[kept], codes[kept], cv=splitter)
    left_out = int((~kept).sum())
    return LabelAccuracy(float(scores.mean()), float(scores.std()), used, voters, left_out)


def procrustes_similarity(A: ArrayLike, B: ArrayLike) -> float:
    """Compare two maps of the same rows after the best shift, scale, turn and mirror.

    Parameters
    ----------
    A, B : array of shape (n, d)
        Maps.

    Returns
    -------
    float
        1 minus the Procrustes disparity: 1 for the same map, near 0 for unrelated ones.

    Raises
    ------
    ValueError
        When shapes differ or a map is a single point.

    Notes
    -----
    Source: J. C. Gower, Psychometrika 40 (1975) 33; equal to 1 - `scipy.spatial.procrustes`.
    """
    first = check_map(A, "the first map")
    second = check_map(B, "the second map")
    if first.shape != second.shape:
        raise ValueError(f"the maps have shapes {first.shape} and {second.shape}. Allowed: one shape.")
    first = first - first.mean(axis=0)
    second = second - second.mean(axis=0)
    sizes = float(np.sqrt((first**2).sum())), float(np.sqrt((second**2).sum()))
    if min(sizes) == 0:
        raise ValueError("all rows of a map lie on one point. Allowed: maps with some extent.")
    # Without BLAS: its sums over rows may depend on the number of threads.
    cross = np.array([[(a * b).sum() for b in second.T] for a in first.T], dtype=np.float64) / (sizes[0] * sizes[1])
    return min(1.0, float(np.linalg.svd(cross, compute_uv=False).sum()) ** 2)


def seed_stability(maps: Sequence[ArrayLike]) -> SeedStability:
    """Compare maps that differ by seed, all pairs, by Procrustes similarity.

    Parameters
    ----------
    maps : sequence of arrays of shape (n, d)
        At least two maps of the same rows.

    Returns
    -------
    SeedStability

    Raises
    ------
    ValueError
        When there are fewer than two maps, or shapes differ.
    """
    if len(maps) < 2:
        raise ValueError(f"{len(maps)} map given. Allowed: two or more.")
    values = [procrustes_similarity(maps[i], maps[j]) for i in range(len(maps)) for j in range(i + 1, len(maps))]
    return SeedStability(float(np.mean(values)), float(np.min(values)), len(values))
