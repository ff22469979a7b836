"""learn.dbscan: dense regions, and rows that belong to none."""

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
from tenkai.learn._metrics import check_metric
from tenkai.learn._rows import own_rows_scores, read_varied_rows
from tenkai.step import Help, Keys, Outputs, Range, Rows, Shape, SweepHint, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table

DensityMetric = Literal[
    "euclidean", "cityblock", "chebyshev", "cosine", "correlation", "braycurtis", "canberra", "hamming"
]
MOST_PAIRS = 400_000_000


class DenseRegions(Outputs):
    """Rows with their clusters, what gives new rows one, and how many there are."""

    table: Annotated[Table, Shape("n p"), Help("the rows with a column 'cluster': 1 is the largest, noise has none")]
    fitted: Annotated[Fitted, Help("gives new rows the cluster of the nearest core row within the radius")]
    figures: Annotated[Scores, Keys("clusters", "noise", "core"), Help("clusters found, rows of noise, core rows")]


@step("learn.dbscan", version=1, title="Dense regions (DBSCAN)", rows=Rows(same=("table",), learns="fitted"))
def dbscan(
    table: Annotated[Table, Shape("n p"), Help("rows to group")],
    *,
    columns: Annotated[Columns, Help("columns to measure distances in")] = ALL_NUMBERS,
    radius: Annotated[
        float, Range(0.0, open_low=True), SweepHint(0.1, 2.0, 0.1), Help("how far neighbors may be (eps)")
    ] = 0.5,
    min_rows: Annotated[int, Range(1), Help("rows within the radius, itself counted, that make a core row")] = 5,
    metric: Annotated[DensityMetric, Help("distance between two rows")] = "euclidean",
    into: Annotated[str, Help("name of the new column")] = CLUSTER,
) -> DenseRegions:
    """Join rows that have many neighbors, and leave the others out as noise.

    A row with `min_rows` rows within the radius is a core row; core rows within the radius of each other, and
    what lies beside them, are one cluster. Clusters are called 1, 2, ... by falling size. Rows of noise have no
    cluster (the cell is missing). A new row gets the cluster of the nearest core row within the radius, or none.

    Raises
    ------
    TenkaiError
        TK208 where cells are missing; TK203 when no column varies; TK212 when far too many rows lie within the
        radius; TK603 when the metric is not defined for a row; TK604 when the table has a column of this name.

    Notes
    -----
    Clusters may have any shape, and their number comes out. One radius must fit all regions: where densities
    differ, `learn.hdbscan`. Columns of different units: `process.standardize` first.

    Source
    ------
    M. Ester, H.-P. Kriegel, J. Sander, X. Xu, KDD 1996, through scikit-learn.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [0.0, 0.1, 0.2, 5.0, 5.1, 5.2, 9.0]})
    >>> tk.learn.dbscan(t, radius=0.3, min_rows=2).table["cluster"].to_list()
    ['1', '1', '1', '2', '2', '2', None]
    """
    from tenkai.learn._dbscan import OrderedDBSCAN, expected_pairs

    rows = read_varied_rows(table, columns)
    check_free([into], table.columns)
    check_metric(rows.X, metric, lambda i: str(table.ids[i]))
    pairs = expected_pairs(rows.X, radius, metric)
    if pairs > MOST_PAIRS:
        raise problem(
            "TK212",
            f"some {pairs:.0e} pairs of rows lie within the radius {radius:g}.",
            allowed=f"Allowed: {MOST_PAIRS:.0e}.",
            remedy="Choose a smaller radius, or take some of the rows with process.sample.",
            setting="radius",
        )
    model = OrderedDBSCAN(eps=radius, min_samples=min_rows, metric=metric).fit(rows.X)
    columns_ = pl.DataFrame({into: cluster_names(model.labels_)})
    new, fitted = with_clusters(rows, model, columns_, step="learn.dbscan", notes=noise_note(model.labels_))
    figures = {
        "clusters": int(model.labels_.max()) + 1,
        "noise": int(np.sum(model.labels_ < 0)),
        "core": len(model.core_sample_indices_),
    }
    about = {"clusters": "clusters found", "noise": "rows in no cluster", "core": "rows with enough neighbors"}
    return DenseRegions(new, fitted, own_rows_scores(figures, about, rows, fitted))


@dbscan.schema
def _schema(table: Schema | None, *, columns: Columns, into: str, **_: object) -> Schema | None:
    return clustered_schema(table, columns, {into: "category"})
