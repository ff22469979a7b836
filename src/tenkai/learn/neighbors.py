"""learn.neighbors: the k nearest rows of every row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from tenkai.errors import problem
from tenkai.kernels.metrics import GRAM_METRICS, Metric
from tenkai.learn._device import Device, DeviceChoice, refuse
from tenkai.learn._graph import Method, build_graphs
from tenkai.learn._rows import check_kinds, read_rows
from tenkai.step import Advanced, Help, Range, Run, Seed, Shape, SweepHint, step
from tenkai.values import ALL_NUMBERS, Columns, Neighbors, Schema, Table


@step("learn.neighbors", version=1, title="Nearest neighbors")
def neighbors(
    table: Annotated[Table, Shape("n p"), Help("rows to compare with each other")],
    *,
    columns: Annotated[Columns, Help("columns to measure distances in")] = ALL_NUMBERS,
    neighbors: Annotated[
        int, Range(1, "n - 1"), SweepHint(5, 100, 5), Help("nearest rows per row, itself not counted")
    ] = 90,
    metric: Annotated[Metric, Help("distance between two rows")] = "euclidean",
    method: Annotated[Method, Help("exact search, or an approximate one for very many rows")] = "auto",
    seed: Annotated[Seed, Range(0, 2**32 - 1), Advanced, Help("of the approximate search")] = 0,
    device: DeviceChoice = "auto",
    run: Run,
) -> Annotated[Neighbors, Shape("n neighbors"), Help("the graph, for learn.tsne and learn.umap")]:
    """Find the nearest rows of every row.

    The graph is a value of its own: several maps can share it (`graph` of `learn.tsne` and `learn.umap`),
    and it says whether it is exact.

    Raises
    ------
    TenkaiError
        TK111 when there are not enough rows; TK208 where cells are missing; TK603 when the metric is not
        defined for a row (cosine of zeros); TK670, TK671, TK672 for the device cuda without a GPU, for what it
        cannot do, or with too little memory.

    Notes
    -----
    t-SNE needs three times its perplexity, UMAP one less than its `neighbors`, which counts the row itself.
    A distance needs columns of like scale: `process.standardize` first. With `method` auto the search is
    exact where that takes seconds; the choice depends on the size of the table only, and with `device` cuda the
    search is always exact. A GPU serves the first four metrics; the graph has the same bits on every device.

    Source
    ------
    Exact: blocked matrix products, decided by exact distances. Approximate: W. Dong, C. Moses, K. Li, WWW 2011,
    through pynndescent.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [0.0, 1.0, 3.0, 7.0]})
    >>> tk.learn.neighbors(t, neighbors=2).indices.tolist()
    [[1, 2], [0, 2], [1, 0], [2, 1]]
    """
    return neighbor_graphs(
        table, columns=columns, neighbors=[neighbors], metric=metric, method=method, seed=seed, device=device, run=run
    )[0]


@neighbors.shared("neighbors")
def neighbor_graphs(
    table: Table,
    *,
    columns: Columns,
    neighbors: Sequence[int],
    metric: Metric,
    method: Method,
    seed: int,
    device: Device,
    run: Run,
) -> list[Neighbors]:
    """One search, for the largest number of neighbours."""
    rows = read_rows(table, columns)
    n = table.height
    for k in neighbors:
        if k >= n:
            raise problem(
                "TK111",
                f"{k} is not allowed.",
                allowed=f"{n} rows have 1 to {n - 1} neighbors each.",
                setting="neighbors",
            )
    return build_graphs(rows, neighbors, metric=metric, method=method, seed=seed, device=device, run=run)


@neighbors.check
def _check(*, metric: str, method: Method, device: Device, **_: object) -> None:
    if method == "approximate":
        refuse("the approximate search", device, "Set method: exact, or device: cpu.")
    if metric not in GRAM_METRICS:
        refuse(f"the metric {metric}", device, f"Set device: cpu, or take one of {', '.join(GRAM_METRICS)}.")


@neighbors.schema
def _schema(table: Schema | None, *, columns: Columns, **_: object) -> None:
    if table is not None:
        check_kinds(table, columns.resolve(table.columns))
