"""UMAP on a given graph, in parallel, with the same bits for any number of threads."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix

from tenkai.kernels._checks import check_count, check_map
from tenkai.kernels._jit import jit, parallel_region, prange

__all__ = ["default_epochs", "embed_new", "optimize"]

Float = NDArray[np.float32]

_CLIP = np.float32(4.0)
_PUSH_FLOOR = 0.001  # keeps the repulsion of touching points finite
# Gradient factors come from a table over the bits of the squared distance: 6 bits of mantissa,
# exponents 2^-32 to 2^32. It needs no pow, and gives equal bits on every machine.
_MANTISSA_BITS = 6
_FIRST_EXPONENT = 127 - 32
_TABLE = 64 << _MANTISSA_BITS


def default_epochs(n: int) -> int:
    """Epochs for n rows: 500 up to 10 000 rows, else 200, as in umap-learn."""
    return 500 if n <= 10_000 else 200


def optimize(
    graph: csr_matrix,
    start: ArrayLike,
    *,
    a: float,
    b: float,
    seed: int,
    epochs: int | None = None,
    learning_rate: float = 1.0,
    negatives: int = 5,
    repulsion: float = 1.0,
    threads: int | None = None,
) -> Float:
    """Move the points of a first layout until connected rows are near and others are not.

    Parameters
    ----------
    graph : csr_matrix of shape (n, n)
        Symmetric memberships, from `fuzzy_graph`.
    start : array of shape (n, d)
        First layout.
    a, b
        From `curve_parameters`.
    seed
        Seed of the negative samples.
    epochs
        Passes over the graph; None: `default_epochs`.
    learning_rate
        Step at the start; falls to 0 linearly.
    negatives
        Rows pushed away per row pulled.
    repulsion
        Weight of the push.
    threads
        Threads; the result does not depend on them.

    Returns
    -------
    array of shape (n, d), float32

    Raises
    ------
    ValueError
        When shapes do not fit or a setting is out of range.

    Notes
    -----
    In an epoch every row moves through its own edges one after the other, against the positions
    of the other rows at the start of the epoch. Rows are then independent, and random numbers are
    counted per (seed, epoch, row), so neither the order nor the number of threads matters. An
    edge is drawn from both its ends, and each end moves for both draws, as both do in the
    sequential method. The idea of independent rows in an epoch is the "batch" mode of uwot by
    J. Melville.

    Source: L. McInnes, J. Healy, J. Melville, arXiv:1802.03426, algorithm 5.
    """
    n = graph.shape[0]
    points = check_map(start, "start", n).astype(np.float32)
    if graph.shape[0] != graph.shape[1]:
        raise ValueError(f"the graph has shape {graph.shape}. Allowed: (n, n).")
    passes = default_epochs(n) if epochs is None else check_count(epochs, "epochs", 0, 10**6)
    pull, push = _tables(a, b, repulsion)
    edges = _edges(graph, passes)
    return _run(
        edges, points, points, 2.0, pull, push, seed, passes, learning_rate, negatives, threads
    )


def embed_new(
    graph: csr_matrix,
    reference: ArrayLike,
    *,
    a: float,
    b: float,
    seed: int,
    epochs: int | None = None,
    learning_rate: float = 0.25,
    negatives: int = 5,
    repulsion: float = 1.0,
    threads: int | None = None,
) -> Float:
    """Place new rows on an existing map, which stays as it is.

    Parameters
    ----------
    graph : csr_matrix of shape (m, n)
        Memberships of new rows to rows of the map, from `membership_graph`.
    reference : array of shape (n, d)
        The map.
    a, b, seed, epochs, learning_rate, negatives, repulsion, threads
        As in `optimize`; epochs None: 100 up to 10 000 new rows, else 30.

    Returns
    -------
    array of shape (m, d), float32
        New rows start at the mean of their neighbours, weighted by membership.

    Raises
    ------
    ValueError
        When shapes do not fit or a new row has no neighbour.

    Notes
    -----
    Each new row is placed for itself: other new rows do not matter, only its position in the
    list does, through the random numbers.
    """
    fixed = check_map(reference, "reference", graph.shape[1]).astype(np.float32)
    weights = np.asarray(graph.sum(axis=1), dtype=np.float64).ravel()
    if not (weights > 0).all():
        raise ValueError(
            f"new row {int(np.flatnonzero(~(weights > 0))[0])} has no neighbour on the map."
        )
    m = graph.shape[0]
    default = 100 if m <= 10_000 else 30
    passes = default if epochs is None else check_count(epochs, "epochs", 0, 10**6)
    starts = (graph.astype(np.float64) @ fixed.astype(np.float64)) / weights[:, None]
    pull, push = _tables(a, b, repulsion)
    edges = _edges(graph, passes)
    return _run(
        edges,
        starts.astype(np.float32),
        fixed,
        1.0,
        pull,
        push,
        seed,
        passes,
        learning_rate,
        negatives,
        threads,
    )


Edges = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]


def _edges(graph: csr_matrix, epochs: int) -> Edges:
    """Edges that are drawn at least once, with their draws per epoch."""
    kept = csr_matrix(graph, copy=True)
    largest = kept.data.max() if kept.nnz else 1.0
    kept.data[kept.data < largest / max(epochs, 1)] = 0.0
    kept.eliminate_zeros()
    kept.sort_indices()
    rates = (kept.data / largest).astype(np.float32)
    return kept.indptr.astype(np.int64), kept.indices.astype(np.int32), rates


def _tables(a: float, b: float, repulsion: float) -> tuple[Float, Float]:
    """Factors of pull and push at the nodes of the table of squared distances."""
    if not (np.isfinite([a, b]).all() and a > 0 and b > 0):
        raise ValueError(f"a is {a}, b is {b}. Allowed: above 0.")
    if not (np.isfinite(repulsion) and repulsion >= 0):
        raise ValueError(f"repulsion is {repulsion}. Allowed: 0 or more.")
    node = np.arange(_TABLE + 1, dtype=np.int64)
    bits = (node + (_FIRST_EXPONENT << _MANTISSA_BITS)) << (23 - _MANTISSA_BITS)
    d2 = bits.astype(np.uint32).view(np.float32).astype(np.float64)
    pull = -2.0 * a * b * d2 ** (b - 1.0) / (a * d2**b + 1.0)
    push = 2.0 * repulsion * b / ((_PUSH_FLOOR + d2) * (a * d2**b + 1.0))
    return pull.astype(np.float32), push.astype(np.float32)


def _run(
    edges: Edges,
    points: Float,
    reference: Float,
    pull_factor: float,
    pull: Float,
    push: Float,
    seed: int,
    epochs: int,
    learning_rate: float,
    negatives: int,
    threads: int | None,
) -> Float:
    check_count(seed, "seed", 0, 2**63 - 1)
    check_count(negatives, "negatives", 0, 1000)
    if not (np.isfinite(learning_rate) and learning_rate > 0):
        raise ValueError(f"learning_rate is {learning_rate}. Allowed: above 0.")
    moving = reference is points
    old = points.copy()
    new = points.copy()
    dimensions = points.shape[1]
    kernel = _epoch_2d if dimensions == 2 else _epoch
    with parallel_region(threads):
        for epoch in range(epochs):
            step = learning_rate * (1.0 - epoch / epochs)
            others = old if moving else reference
            kernel(
                *edges, old, others, new, moving, pull_factor, pull, push, np.uint64(seed), epoch,
                np.float32(step), negatives,
            )  # fmt: skip
            old, new = new, old
    return old


@jit(inline=True)
def _factor(table: Float, d2: np.float32) -> np.float32:
    """Read a table at a squared distance, linear between nodes (relative error below 1e-4)."""
    bits = d2.view(np.int32)
    node = (bits >> (23 - _MANTISSA_BITS)) - (_FIRST_EXPONENT << _MANTISSA_BITS)
    part = np.float32(bits & ((1 << (23 - _MANTISSA_BITS)) - 1)) * np.float32(
        1.0 / (1 << (23 - _MANTISSA_BITS))
    )
    if node < 0:
        return table[0]
    if node >= _TABLE:
        return table[_TABLE]
    return table[node] + part * (table[node + 1] - table[node])


@jit(inline=True)
def _clipped(value: np.float32) -> np.float32:
    return min(max(value, -_CLIP), _CLIP)


@jit(inline=True)
def _mixed(state: np.uint64) -> np.uint64:
    """Scramble 64 bits (splitmix64, G. Steele et al., OOPSLA 2014)."""
    state += np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


@jit(inline=True)
def _stepped(state: np.uint64) -> np.uint64:
    """Advance a linear congruential generator; its high 32 bits are used (D. Knuth, MMIX)."""
    return state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)


@jit(parallel=True)
def _epoch_2d(
    starts: NDArray[np.int64],
    tails: NDArray[np.int32],
    rates: NDArray[np.float32],
    old: Float,
    others: Float,
    new: Float,
    moving: bool,
    pull_factor: float,
    pull: Float,
    push: Float,
    seed: np.uint64,
    epoch: int,
    step: np.float32,
    negatives: int,
) -> None:
    """Move every row once through its edges; `_epoch` for two dimensions, without small loops."""
    n = np.uint64(others.shape[0])
    zero = np.float32(0.0)
    pull_step = np.float32(pull_factor) * step
    for i in prange(old.shape[0]):
        state = _mixed(_mixed(seed ^ (np.uint64(epoch) << np.uint64(40))) ^ np.uint64(i))
        x, y = old[i, 0], old[i, 1]
        for edge in range(starts[i], starts[i + 1]):
            rate = np.float64(rates[edge])
            if np.floor((epoch + 1) * rate) == np.floor(epoch * rate):
                continue
            j = tails[edge]
            dx, dy = x - others[j, 0], y - others[j, 1]
            d2 = dx * dx + dy * dy
            if d2 > zero:
                factor = _factor(pull, d2)
                x += _clipped(factor * dx) * pull_step
                y += _clipped(factor * dy) * pull_step
            for _ in range(negatives):
                state = _stepped(state)
                other = np.int64(((state >> np.uint64(32)) * n) >> np.uint64(32))
                if moving and other == i:
                    continue
                dx, dy = x - others[other, 0], y - others[other, 1]
                d2 = dx * dx + dy * dy
                if d2 > zero:
                    factor = _factor(push, d2)
                    x += _clipped(factor * dx) * step
                    y += _clipped(factor * dy) * step
        new[i, 0] = x
        new[i, 1] = y


@jit(parallel=True)
def _epoch(
    starts: NDArray[np.int64],
    tails: NDArray[np.int32],
    rates: NDArray[np.float32],
    old: Float,
    others: Float,
    new: Float,
    moving: bool,
    pull_factor: float,
    pull: Float,
    push: Float,
    seed: np.uint64,
    epoch: int,
    step: np.float32,
    negatives: int,
) -> None:
    """Move every row once through its edges, in any number of dimensions."""
    n = np.uint64(others.shape[0])
    dimensions = old.shape[1]
    pull_step = np.float32(pull_factor) * step
    for i in prange(old.shape[0]):
        state = _mixed(_mixed(seed ^ (np.uint64(epoch) << np.uint64(40))) ^ np.uint64(i))
        point = old[i].copy()
        for edge in range(starts[i], starts[i + 1]):
            rate = np.float64(rates[edge])
            if np.floor((epoch + 1) * rate) == np.floor(epoch * rate):
                continue
            _move(point, others[tails[edge]], pull, pull_step)
            for _ in range(negatives):
                state = _stepped(state)
                other = np.int64(((state >> np.uint64(32)) * n) >> np.uint64(32))
                if not (moving and other == i):
                    _move(point, others[other], push, step)
        for d in range(dimensions):
            new[i, d] = point[d]


@jit()
def _move(point: Float, other: Float, table: Float, step: np.float32) -> None:
    d2 = np.float32(0.0)
    for d in range(point.size):
        d2 += (point[d] - other[d]) * (point[d] - other[d])
    if d2 > np.float32(0.0):
        factor = _factor(table, d2)
        for d in range(point.size):
            point[d] += _clipped(factor * (point[d] - other[d])) * step
