"""learn.hdbscan: dense regions of any density."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import polars as pl

from tenkai.errors import problem
from tenkai.learn._clusters import (
    CLUSTER,
    check_free,
    cluster_names,
    clustered_schema,
    noise_note,
    with_clusters,
)
from tenkai.learn._rows import own_rows_scores, read_varied_rows
from tenkai.step import Advanced, Help, Keys, Outputs, Range, Rows, Shape, SweepHint, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table


class StableRegions(Outputs):
    """Rows with their clusters, what gives new rows one, and how many there are."""

    table: Annotated[Table, Shape("n p"), Help("the rows with a column 'cluster': 1 is the largest, noise has none")]
    fitted: Annotated[Fitted, Help("gives new rows the cluster of the nearest clustered row within its reach")]
    figures: Annotated[Scores, Keys("clusters", "noise"), Help("clusters found, rows of noise")]


@step("learn.hdbscan", version=1, title="Dense regions (HDBSCAN)", rows=Rows(same=("table",), learns="fitted"))
def hdbscan(
    table: Annotated[Table, Shape("n p"), Help("rows to group")],
    *,
    columns: Annotated[Columns, Help("columns to measure distances in")] = ALL_NUMBERS,
    min_cluster: Annotated[
        int, Range(2, "n"), SweepHint(5, 50, 5), Help("fewest rows that may count as a cluster")
    ] = 5,
    min_rows: Annotated[
        int | None, Range(1, "n"), Help("rows around a row that tell how dense it is there; default: min_cluster")
    ] = None,
    metric: Annotated[Literal["euclidean", "cityblock", "chebyshev"], Help("distance between two rows")] = "euclidean",
    choice: Annotated[
        Literal["eom", "leaf"], Advanced, Help("eom: the most stable clusters; leaf: the finest ones")
    ] = "eom",
    least_distance: Annotated[float, Range(0.0), Advanced, Help("clusters nearer than this are not taken apart")] = 0.0,
    single: Annotated[bool, Advanced, Help("all rows may be one cluster")] = False,
    into: Annotated[str, Help("name of the new column")] = CLUSTER,
) -> StableRegions:
    """Find clusters that stay together over many radii, and leave the other rows out as noise.

    Clusters are called 1, 2, ... by falling size. Rows of noise have no cluster (the cell is missing). A new row
    gets the cluster of the nearest clustered row, if that is no farther than the least dense row of the cluster
    has to go for `min_rows` rows; else none.

    Raises
    ------
    TenkaiError
        TK640 when there are fewer rows than a cluster needs; TK208 where cells are missing; TK203 when no column
        varies; TK604 when the table has a column of this name.

    Notes
    -----
    As `learn.dbscan`, without a radius: densities may differ between regions. The number of clusters comes out,
    yet it hangs on `min_cluster`. Columns of different units: `process.standardize` first.

    Source
    ------
    R. Campello, D. Moulavi, J. Sander, PAKDD 2013, through scikit-learn.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [0.0, 0.1, 0.2, 5.0, 6.0, 7.0, 8.0, 30.0]})
    >>> tk.learn.hdbscan(t, min_cluster=3, min_rows=2).table["cluster"].to_list()
    ['2', '2', '2', '1', '1', '1', '1', None]
    """
    from tenkai.learn._dbscan import OrderedHDBSCAN

    rows = read_varied_rows(table, columns)
    check_free([into], table.columns)
    for value, setting in ((min_cluster, "min_cluster"), (min_rows or 1, "min_rows")):
        if value > table.height:
            raise problem(
                "TK640",
                f"{value} rows of {table.height} cannot be together.",
                allowed=f"Allowed: up to {table.height}.",
                setting=setting,
            )
    model = OrderedHDBSCAN(
        min_cluster_size=min_cluster,
        min_samples=min_rows,
        metric=metric,
        cluster_selection_method=choice,
        cluster_selection_epsilon=least_distance,
        allow_single_cluster=single,
        copy=True,
    ).fit(rows.X)
    columns_ = pl.DataFrame({into: cluster_names(model.labels_)})
    new, fitted = with_clusters(rows, model, columns_, step="learn.hdbscan", notes=noise_note(model.labels_))
    figures = {"clusters": int(model.labels_.max()) + 1, "noise": int(np.sum(model.labels_ < 0))}
    about = {"clusters": "clusters found", "noise": "rows in no cluster"}
    return StableRegions(new, fitted, own_rows_scores(figures, about, rows, fitted))


@hdbscan.schema
def _schema(table: Schema | None, *, columns: Columns, into: str, **_: object) -> Schema | None:
    return clustered_schema(table, columns, {into: "category"})
