"""Neighbour graphs for the maps: one graph serves every setting of a sweep, and gives the bits of separate runs.

An exact graph for a large k begins with the graph for a smaller one. An approximate graph does not, so it is
only made for a few round numbers of neighbours, and the nearest larger one is cut. The choice between the two
looks at the table only, never at k.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import Note, TenkaiError, listing, problem
from tenkai.kernels.metrics import GRAM_METRICS, Metric
from tenkai.learn._device import Device, Gpu, chosen
from tenkai.learn._metrics import check_metric, not_defined
from tenkai.learn._rows import RowMatrix
from tenkai.learn._threads import threads
from tenkai.step import Run
from tenkai.values import Neighbors
from tenkai.values.hashing import digest_array

Method = Literal["auto", "exact", "approximate"]

_TYPICAL = 90  # the neighbours of perplexity 30
_ROUND = (30, 100, 300, 1000, 3000, 10_000)


@dataclass(frozen=True)
class Found:
    """The nearest rows of every row, (n, k), and how they were searched."""

    indices: NDArray[np.int32]
    distances: NDArray[np.float64]
    exact: bool

    def first(self, k: int) -> Found:
        """Return the k nearest only."""
        return Found(np.ascontiguousarray(self.indices[:, :k]), np.ascontiguousarray(self.distances[:, :k]), self.exact)


def find_neighbors(
    X: NDArray[Any],
    ks: Sequence[int],
    *,
    metric: str,
    method: Method = "auto",
    seed: int = 0,
    device: Device = "cpu",
    run: Run,
) -> list[Found]:
    """Return the nearest rows for each number of neighbours; the search is done once where it can be.

    The bits do not depend on the device. Asked for by name, a GPU searches exactly, which it is quick at.

    Raises
    ------
    TenkaiError
        TK603 when the metric is not defined for the rows; TK670, TK672 as `_device`.
    """
    from tenkai.kernels.neighbors import choose_method
    from tenkai.kernels.neighbors_arrays import BLOCK_CELLS

    n, p = X.shape
    way = method
    if way == "auto":
        way = "exact" if device == "cuda" else choose_method(n, p, _TYPICAL, metric)
    gpu = None
    if way == "exact" and metric in GRAM_METRICS:
        gpu = chosen(device, work=2.0 * n * n * p, size=8.0 * (n * p + 2 * BLOCK_CELLS))
    sizes = [max(ks) if way == "exact" else _round(k, n) for k in ks]
    made: dict[int, Found] = {}
    for size in dict.fromkeys(sizes):
        run.progress(len(made), len(set(sizes)), f"{size} neighbors of {n} rows")
        made[size] = _search(X, size, metric, way, seed, gpu, run)
    return [made[size].first(k) for size, k in zip(sizes, ks, strict=True)]


def _round(k: int, n: int) -> int:
    return min(next((r for r in _ROUND if r >= k), k), n - 1)


def _search(X: NDArray[Any], k: int, metric: str, method: str, seed: int, gpu: Gpu | None, run: Run) -> Found:
    from tenkai.kernels.neighbors import approximate_neighbors, exact_neighbors
    from tenkai.kernels.neighbors_arrays import exact_neighbors_by

    exact = method == "exact" or k >= len(X) - 1
    try:
        with threads(run.threads), gpu.computing() if gpu else nullcontext():
            if gpu:
                return Found(*exact_neighbors_by(gpu.put, X, k, metric), True)
            if exact:
                return Found(*exact_neighbors(X, k, metric), True)
            return Found(*approximate_neighbors(X, k, metric, seed=seed), False)
    except ValueError as wrong:
        raise not_defined(metric, wrong) from None


def build_graphs(
    rows: RowMatrix,
    ks: Sequence[int],
    *,
    metric: str,
    method: Method = "auto",
    seed: int = 0,
    device: Device = "cpu",
    run: Run,
) -> list[Neighbors]:
    """Return the neighbour graph of a table for each number of neighbours.

    Raises
    ------
    TenkaiError
        TK603 when the metric is not defined for the rows.
    """
    check_metric(rows.X, metric, lambda i: str(rows.table.ids[i]))
    found = find_neighbors(rows.X, ks, metric=metric, method=method, seed=seed, device=device, run=run)
    measured = digest_array(rows.X)
    return [_graph(rows, f, metric, measured) for f in found]


def _graph(rows: RowMatrix, found: Found, metric: str, measured: str) -> Neighbors:
    notes: tuple[Note, ...] = ()
    if not found.exact:
        text = (
            f"the nearest rows among {rows.table.height} were searched approximately: nearly all are found. "
            "learn.neighbors with method: exact finds all, and takes longer."
        )
        notes = (Note("TKW602", text),)
    return Neighbors(
        found.indices,
        found.distances,
        rows.table.ids,
        metric,
        "exact" if found.exact else "approximate",
        notes,
        tuple(rows.names),
        measured,
    )


def graphs_for(
    rows: RowMatrix, graph: Neighbors | None, ks: Sequence[int], *, metric: Metric | None, run: Run
) -> list[Neighbors]:
    """Return the graph given, checked and cut to each number of neighbours; or search.

    Raises
    ------
    TenkaiError
        TK602 when the graph belongs to other rows, columns or another metric, or has too few neighbours.
    """
    if graph is None:
        return build_graphs(rows, ks, metric=metric or "euclidean", run=run)
    if not graph.ids.equals(rows.table.ids):
        raise _does_not_fit(*_other_rows(rows, graph))
    if metric is not None and metric != graph.metric:
        raise _does_not_fit(
            f"it was made with the metric {graph.metric}, and metric says {metric}",
            "Leave metric out: the graph decides.",
        )
    if graph.features and graph.features != tuple(rows.names):
        raise _does_not_fit(
            f"it was made from {listing(graph.features, 4)}, and columns says {listing(rows.names, 4)}",
            "Give both steps the same columns.",
        )
    if graph.measured and graph.measured != digest_array(rows.X):
        raise _does_not_fit(
            "the values of these rows have changed since it was made",
            "Give learn.neighbors and this step the same table, with the same preparation.",
        )
    if graph.k < max(ks):
        raise _does_not_fit(
            f"it has {graph.k} neighbors per row, and {max(ks)} are needed",
            f"Set neighbors: {max(ks)} in learn.neighbors.",
        )
    return [graph.first(k) for k in ks]


def _other_rows(rows: RowMatrix, graph: Neighbors) -> tuple[str, str]:
    mine, theirs = set(rows.table.ids), set(graph.ids)
    if mine == theirs:
        return "its rows stand in another order", "Give learn.neighbors the same table."
    example = next(iter(sorted(mine ^ theirs)))
    where = "the table" if example in mine else "the graph"
    return (
        f"it has {len(graph.ids)} rows and the table {len(rows.table)}; row '{example}' is only in {where}",
        "Give learn.neighbors the same table.",
    )


def _does_not_fit(fact: str, remedy: str) -> TenkaiError:
    return problem("TK602", f"the graph does not fit the table: {fact}.", remedy=remedy, setting="graph")


def new_neighbors(
    X: NDArray[Any], Y: NDArray[Any], k: int, metric: str
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Nearest rows of X for each new row of Y, exactly.

    Raises
    ------
    TenkaiError
        TK603 when the metric is not defined for a new row.
    """
    from tenkai.kernels.neighbors import exact_neighbors

    check_metric(Y, metric if metric != "seuclidean" else "", lambda i: f"new row {i}")
    try:
        return exact_neighbors(X, k, metric, Y=Y)
    except ValueError as wrong:
        raise not_defined(metric, wrong) from None
