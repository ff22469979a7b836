"""UMAP on a given graph, in parallel, with the same bits for any number of threads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix

from tenkai.kernels._checks import check_count, check_map
from tenkai.kernels._jit import parallel_region
from tenkai.kernels.frames import Frames
from tenkai.kernels.umap_moves import Float, factor_tables, move_cells, place_rows

__all__ = ["default_epochs", "embed_new", "optimize"]

# Every round waits for its slowest thread. Below this many rows a round is so short that on a busy machine the
# waiting costs more than a second thread brings. The bits are the same either way.
ONE_THREAD_ROWS = 5000

Watch = Callable[[int, int, Float], None]


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
    watch: Watch | None = None,
    frames: Frames | None = None,
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
    watch
        Told the number of epochs done, of how many, and the map; may raise to stop.
    frames
        Keeps maps, each with how far its points have moved since the one before (root mean square).

    Returns
    -------
    array of shape (n, d), float32

    Raises
    ------
    ValueError
        When shapes do not fit or a setting is out of range.

    Notes
    -----
    Rows are split into blocks, edges into cells by the blocks of their ends. An epoch is a
    tournament: in a round every block meets one other, so the cells of a round share no row and
    can run at the same time, each edge moving both its ends at once as in the sequential method.
    Rows pushed away are read where they were at the start of the epoch. Blocks and random numbers
    depend on (rows, seed, epoch, cell) only, so the bits are the same for any number of threads.
    Moving both ends matters: when each row moves for itself against old positions of the others,
    as in the batch mode of uwot (J. Melville), clusters tear on small data.

    Source: L. McInnes, J. Healy, J. Melville, arXiv:1802.03426, algorithm 5.
    """
    n = graph.shape[0]
    points = check_map(start, "start", n).astype(np.float32)
    if graph.shape[0] != graph.shape[1]:
        raise ValueError(f"the graph has shape {graph.shape}. Allowed: (n, n).")
    passes = default_epochs(n) if epochs is None else check_count(epochs, "epochs", 0, 10**6)
    _check_settings(a, b, seed, learning_rate, negatives, repulsion)
    pull, push = factor_tables(a, b, repulsion)
    starts, heads, tails, periods = _cells(_edges(graph, passes))
    due = periods.copy()
    rounds = _tournament(_blocks(n))
    axes = tuple(range(points.shape[1]))
    with parallel_region(min(1, 1 if threads is None else threads) if n < ONE_THREAD_ROWS else threads):
        for epoch in range(passes):
            step = np.float32(learning_rate * (1.0 - epoch / passes))
            before = points.copy()
            if frames is not None and frames.due(epoch):
                frames.add(epoch, _moved(points, frames), points)
            if watch is not None:
                watch(epoch, passes, points)
            for meeting in rounds:
                move_cells(
                    meeting, starts, heads, tails, periods, due, points, before, axes,
                    pull, push, np.uint64(seed), epoch, step, negatives,
                )  # fmt: skip
    if frames is not None:
        frames.end(passes, _moved(points, frames), points)
    return points


def _moved(points: Float, frames: Frames) -> float:
    """Return how far points have moved since the last state kept."""
    if not frames.kept:
        return float("nan")
    before = np.asarray(frames.kept[-1].arrays[0], np.float64)
    return float(np.sqrt(np.square(points - before).sum(axis=1).mean()))


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
        raise ValueError(f"new row {int(np.flatnonzero(~(weights > 0))[0])} has no neighbour on the map.")
    m = graph.shape[0]
    default = 100 if m <= 10_000 else 30
    passes = default if epochs is None else check_count(epochs, "epochs", 0, 10**6)
    starts = (graph.astype(np.float64) @ fixed.astype(np.float64)) / weights[:, None]
    _check_settings(a, b, seed, learning_rate, negatives, repulsion)
    points = np.ascontiguousarray(starts, dtype=np.float32)
    pull, push = factor_tables(a, b, repulsion)
    edges = _edges(graph, passes)
    with parallel_region(threads):
        place_rows(
            edges.indptr, edges.indices, edges.data, points, fixed, pull, push,
            np.uint64(seed), passes, learning_rate, negatives,
        )  # fmt: skip
    return points


def _check_settings(a: float, b: float, seed: int, learning_rate: float, negatives: int, repulsion: float) -> None:
    check_count(seed, "seed", 0, 2**63 - 1)
    check_count(negatives, "negatives", 0, 1000)
    if not (np.isfinite([a, b]).all() and a > 0 and b > 0):
        raise ValueError(f"a is {a}, b is {b}. Allowed: above 0.")
    if not (np.isfinite(repulsion) and repulsion >= 0):
        raise ValueError(f"repulsion is {repulsion}. Allowed: 0 or more.")
    if not (np.isfinite(learning_rate) and learning_rate > 0):
        raise ValueError(f"learning_rate is {learning_rate}. Allowed: above 0.")


def _edges(graph: csr_matrix, epochs: int) -> csr_matrix:
    """Edges that are drawn at least once; their values are the epochs from draw to draw."""
    kept = csr_matrix(graph, copy=True).astype(np.float32)
    largest = kept.data.max() if kept.nnz else np.float32(1)
    kept.data[kept.data < largest / max(epochs, 1)] = 0.0
    kept.eliminate_zeros()
    kept.sort_indices()
    kept.data = largest / kept.data
    return kept


def _blocks(n: int) -> int:
    """Blocks of rows, an even number. More allow more threads, fewer cost fewer rounds."""
    return 8 if n < 8_000 else 16 if n < 50_000 else 32


def _tournament(blocks: int) -> list[NDArray[np.int64]]:
    """Rounds of pairs of blocks in which every pair meets once; the first: each with itself.

    Notes
    -----
    The circle method of round-robin tournaments.
    """
    rounds = [np.array([[i, i] for i in range(blocks)])]
    ring = list(range(1, blocks))
    for _ in range(blocks - 1):
        order = [0, *ring]
        half = blocks // 2
        pairs = zip(order[:half], reversed(order[half:]), strict=True)
        rounds.append(np.array([[min(p), max(p)] for p in pairs]))
        ring = [ring[-1], *ring[:-1]]
    return rounds


Cells = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]


def _cells(edges: csr_matrix) -> Cells:
    """Sort edges by the pair of blocks of their ends, whichever end is the head."""
    n = edges.shape[0]
    blocks = _blocks(n)
    heads = np.repeat(np.arange(n, dtype=np.int32), np.diff(edges.indptr))
    tails = edges.indices.astype(np.int32)
    first = heads.astype(np.int64) * blocks // n
    second = tails.astype(np.int64) * blocks // n
    cell = np.minimum(first, second) * blocks + np.maximum(first, second)
    order = np.argsort(cell, kind="stable")
    starts = np.searchsorted(cell[order], np.arange(blocks * blocks + 1))
    return starts.astype(np.int64), heads[order], tails[order], edges.data[order]
