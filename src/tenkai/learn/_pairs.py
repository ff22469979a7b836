"""Distances of all pairs, and the nearest of given rows, for every metric that tenkai knows."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.spatial.distance import pdist

from tenkai.errors import problem
from tenkai.kernels.distances import block_rows, other_metric_block, other_metric_options
from tenkai.kernels.metrics import PairMetric
from tenkai.learn._metrics import check_metric, not_defined
from tenkai.learn._rows import RowMatrix, read_varied_rows
from tenkai.values import Columns, Distances, Identity, Table
from tenkai.values.distances import Compared
from tenkai.values.hashing import digest_array, digest_json

ABSOLUTE = "abs_correlation"
BOOLEAN = ("dice", "jaccard", "rogerstanimoto", "russellrao", "sokalsneath", "yule")
MOST_PAIRS = 100_000_000


def measure(table: Table, columns: Columns, metric: PairMetric, of: Compared) -> Distances:
    """Return the distances of all pairs of rows, or of columns.

    Raises
    ------
    TenkaiError
        TK205 for fewer than two things; TK212 for too many; TK603 where the metric is not defined; TK202, TK203,
        TK208 for cells that are no finite numbers.
    """
    rows = read_varied_rows(table, columns)
    X: NDArray[np.float64] = np.asarray(rows.X, np.float64)
    names, identity = table.ids, table.identity
    if of == "columns":
        features = rows.table.layout(rows.names).features()
        names = pl.Series("column", features)
        identity = Identity.fresh(digest_json(["columns", features]), len(features))
        X = np.ascontiguousarray(X.T)
    check_pairs(len(X), of)
    return Distances(
        pair_distances(X, metric, lambda i: str(names[i]), of),
        names,
        metric,
        identity,
        of,
        tuple(rows.names),
        measured_hash(rows, of),
        table.every_influence,
    )


def measured_hash(rows: RowMatrix, of: Compared) -> str:
    """Return the hash of the matrix distances were measured in."""
    return digest_array(np.asarray(rows.X, np.float64)) if of == "rows" else ""


def check_pairs(n: int, of: Compared) -> None:
    """Refuse fewer than two things, and more than a tree can hold. Raises TK205, TK212."""
    if n < 2:
        raise problem("TK205", f"there is one of the {of} only.", allowed="Needed: 2 or more.")
    if n * (n - 1) // 2 > MOST_PAIRS:
        most = int((1 + (1 + 8 * MOST_PAIRS) ** 0.5) / 2)
        raise problem(
            "TK212",
            f"{n} {of} have {n * (n - 1) // 2} pairs.",
            allowed=f"Allowed: {most} {of}.",
            remedy="Take some of the rows with process.sample, or use learn.k_means or learn.hdbscan."
            if of == "rows"
            else "Choose fewer columns.",
        )


def pair_distances(X: NDArray[np.float64], metric: str, name: Any, of: Compared = "rows") -> NDArray[np.float64]:
    """Return the condensed distances of the rows of X (N, p); `name` says which thing a position is."""
    plain = "correlation" if metric == ABSOLUTE else metric
    check_metric(X, plain, name, of[:-1])
    try:
        options = other_metric_options(X, plain)
        values = pdist(X != 0 if plain in BOOLEAN else X, plain, **options)
    except ValueError as wrong:
        raise not_defined(metric, wrong) from None
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        i, j = (int(k[bad[0]]) for k in np.triu_indices(len(X), 1))
        raise not_defined(metric, ValueError(f"{name(i)} and {name(j)} have none."))
    return _absolute(values) if metric == ABSOLUTE else values


def _absolute(correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn 1 - r into 1 - |r|."""
    return np.clip(1.0 - np.abs(1.0 - correlation), 0.0, 1.0)


def nearest_rows(queries: NDArray[np.float64], X: NDArray[np.float64], metric: str) -> NDArray[np.int64]:
    """Return the nearest row of X for each query, the first of equally near ones."""
    plain = "correlation" if metric == ABSOLUTE else metric
    options = other_metric_options(X, plain)
    at = np.empty(len(queries), np.int64)
    step = block_rows(len(X), None)
    for start in range(0, len(queries), step):
        block = other_metric_block(queries[start : start + step], X, plain, options)
        at[start : start + step] = (_absolute(block) if metric == ABSOLUTE else block).argmin(axis=1)
    return at
