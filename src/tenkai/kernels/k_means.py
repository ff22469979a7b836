"""Lloyd's iteration: rows to their nearest center, centers to the mean of their rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenkai.kernels._checks import check_count
from tenkai.kernels._jit import jit
from tenkai.kernels.frames import Frames

__all__ = ["Lloyd", "inertia", "lloyd"]

Floats = NDArray[np.floating]
Labels = NDArray[np.int32]
Watch = Callable[[int, Labels, Floats], None]

# Rows whose distances are computed at once: they and the centers stay in the cache.
BLOCK = 1024


class Lloyd(NamedTuple):
    """What the iteration found.

    Attributes
    ----------
    labels : (n,), the center of each row
    centers : (k, p)
    inertia : sum of squared distances of the rows to their centers
    iterations : rounds done
    settled : no label changed in the last round, or the centers moved less than the tolerance
    """

    labels: Labels
    centers: Floats
    inertia: float
    iterations: int
    settled: bool


def lloyd(
    X: Floats,
    start: Floats,
    *,
    iterations: int = 300,
    tolerance: float = 0.0,
    watch: Watch | None = None,
    frames: Frames | None = None,
) -> Lloyd:
    """Improve centers until no row changes its center.

    Parameters
    ----------
    X : array of shape (n, p), float32 or float64, C order
    start : array of shape (k, p)
        First centers.
    iterations
        At most.
    tolerance
        Ends when the squared shifts of all centers add up to no more.
    watch
        Told the number of rounds done, the labels and the centers; may raise to stop, must not change them.
    frames
        Keeps labels (n,) and centers (k, p) with their inertia: after each round the rows have the nearest of
        the centers that it left.

    Raises
    ------
    ValueError
        When shapes do not fit.

    Notes
    -----
    Computed in the order of scikit-learn's own loop on one thread, so that labels and centers agree with it to
    the last bit, as long as no row lies between two centers up to rounding. A center that loses all its rows
    takes the row that lies farthest from its own.

    Source: S. Lloyd, IEEE Trans. Inf. Theory 28, 129 (1982).
    """
    if X.ndim != 2 or start.ndim != 2 or X.shape[1] != start.shape[1] or not 1 <= len(start) <= len(X):
        raise ValueError(f"X has shape {X.shape}, the centers {start.shape}. Allowed: (n, p) and (k, p), k <= n.")
    check_count(iterations, "iterations", 1, 10**9)
    centers = np.array(start, X.dtype, order="C")
    labels = np.full(len(X), -1, np.int32)
    done, settled = 0, False

    def keep() -> None:
        if frames is not None and frames.due(done):
            frames.add(done, inertia(X, centers, labels), labels, centers)

    _assign(X, centers, labels)
    keep()
    while done < iterations and not settled:
        moved = _means(X, centers, labels)
        before = labels.copy()
        shift = float(np.square(moved - centers).sum())
        centers = moved
        _assign(X, centers, labels)
        done += 1
        keep()
        if watch is not None:
            watch(done, labels, centers)
        settled = shift <= tolerance
        if not settled and np.array_equal(labels, before):
            settled = True
            # The round that finds nothing to change counts too, as in scikit-learn.
            done = min(done + 1, iterations)
    value = inertia(X, centers, labels)
    if frames is not None:
        frames.end(done, value, labels, centers)
    return Lloyd(labels, centers, value, done, settled)


def _assign(X: Floats, centers: Floats, labels: Labels) -> None:
    """Write the nearest center of each row, the first of equally near ones."""
    squares = np.einsum("ij,ij->i", centers, centers)
    turned = np.ascontiguousarray(-2 * centers.T)
    for low in range(0, len(X), BLOCK):
        _least(X[low : low + BLOCK] @ turned, squares, labels[low : low + BLOCK])


@jit()
def _least(block: Floats, squares: Floats, labels: Labels) -> None:
    """Write the column of the smallest number of each row, after `squares` are added to the columns."""
    for i in range(block.shape[0]):
        best, least = 0, block[i, 0] + squares[0]
        for j in range(1, block.shape[1]):
            value = block[i, j] + squares[j]
            if value < least:
                best, least = j, value
        labels[i] = best


def _means(X: Floats, centers: Floats, labels: Labels) -> Floats:
    """Return the mean of the rows of each center."""
    sums = np.zeros_like(centers)
    counts = np.zeros(len(centers), np.int64)
    _add_up(X, labels, sums, counts)
    empty = np.flatnonzero(counts == 0)
    if len(empty):
        _relocate(X, centers, labels, sums, counts, empty)
    largest = int(counts.argmax())
    known = counts > 0
    sums[known] *= (1 / counts[known].astype(X.dtype))[:, None]
    sums[~known] = sums[largest]
    return sums


def _relocate(
    X: Floats, centers: Floats, labels: Labels, sums: Floats, counts: NDArray[np.int64], empty: NDArray[np.int64]
) -> None:
    """Give centers without rows the rows that lie farthest from their own."""
    away = np.square(X - centers[labels]).sum(axis=1)
    if away.max() == 0:  # more centers than different rows
        return
    far = np.argpartition(away, -len(empty))[: -len(empty) - 1 : -1]
    for center, row in zip(empty.tolist(), far.tolist(), strict=True):
        old = int(labels[row])
        sums[old] -= X[row]
        sums[center] = X[row]
        counts[center] = 1
        counts[old] -= 1


@jit()
def _add_up(X: Floats, labels: Labels, sums: Floats, counts: NDArray[np.int64]) -> None:
    """Add each row to its center, in the order of the rows."""
    for i in range(X.shape[0]):
        center = labels[i]
        counts[center] += 1
        for j in range(X.shape[1]):
            sums[center, j] += X[i, j]


@jit()
def inertia(X: Floats, centers: Floats, labels: Labels) -> float:
    """Return the sum of squared distances of the rows to their centers, in float64."""
    total = 0.0
    for i in range(X.shape[0]):
        center = labels[i]
        own = 0.0
        for j in range(X.shape[1]):
            own += np.float64(X[i, j] - centers[center, j]) ** 2
        total += own
    return total
