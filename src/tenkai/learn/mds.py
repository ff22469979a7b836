"""learn.mds: multidimensional scaling."""

from __future__ import annotations

from typing import Annotated, Literal

from tenkai.errors import problem
from tenkai.kernels.metrics import Metric
from tenkai.learn._metrics import check_metric
from tenkai.learn._rows import axis_names, fit_map, map_schema, own_rows_scores, read_varied_rows
from tenkai.step import Advanced, Help, Keys, Outputs, Range, Rows, Run, Seed, Shape, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table

MOST_ROWS = {"classical": 10_000, "smacof": 5_000}


class DistanceMap(Outputs):
    """Coordinates, the fitted map for new rows, and how well it keeps distances."""

    map: Annotated[Table, Shape("n dimensions"), Help("coordinates MDS1, MDS2, ... and the columns not used")]
    fitted: Annotated[Fitted, Help("to place new rows")]
    figures: Annotated[Scores, Keys("stress"), Help("stress: 0 where all distances are kept")]


@step("learn.mds", version=1, title="Multidimensional scaling (MDS)", rows=Rows(same=("map",), learns="prepared"))
def mds(
    table: Annotated[Table, Shape("n p"), Help("rows to lay out")],
    *,
    columns: Annotated[Columns, Help("columns to measure distances in")] = ALL_NUMBERS,
    metric: Annotated[Metric, Help("distance between two rows")] = "euclidean",
    method: Annotated[
        Literal["classical", "smacof"], Help("classical: one exact solution; smacof: least stress, step by step")
    ] = "classical",
    dimensions: Annotated[int, Range(1, 100), Help("coordinates of the map")] = 2,
    initialization: Annotated[Literal["classical", "random"], Advanced, Help("where smacof starts")] = "classical",
    iterations: Annotated[int, Range(1, 100_000), Advanced, Help("most iterations of smacof")] = 300,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of the random start of smacof")] = 0,
    run: Run,
) -> DistanceMap:
    """Lay out rows so that all distances between them are kept as well as possible.

    Far distances count most, unlike in t-SNE and UMAP. New rows are placed with `process.apply`.

    Raises
    ------
    TenkaiError
        TK212 for more than 10 000 rows (smacof: 5 000), as every pair is compared; TK208 where cells are
        missing; TK603 when the metric is not defined for a row; TK111 for as many dimensions as rows;
        TK203 when all rows are equal.

    Notes
    -----
    With the Euclidean distance, classical MDS draws the map of PCA. Use it for other distances, or to see a
    map that does not tear far groups apart. A stress of 0.05 is good, 0.2 poor. A surface that is rolled up
    stays rolled up: `learn.umap` and `learn.tsne` limit themselves to near rows and unroll it.

    Source
    ------
    Classical: W. Torgerson, Psychometrika 17, 401 (1952); new rows: J. Gower, Biometrika 55, 582 (1968).
    smacof: scikit-learn; stress: J. Kruskal, Psychometrika 29, 1 (1964).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [0.0, 3.0, 0.0], "b": [0.0, 0.0, 4.0]})
    >>> found = tk.learn.mds(t)
    >>> found.map.columns, found.figures["stress"] < 1e-6
    (['MDS1', 'MDS2'], True)
    """
    from tenkai.learn._mds import DistanceScaling

    most = MOST_ROWS[method]
    if table.height > most:
        raise problem(
            "TK212",
            f"the table has {table.height} rows, and {method} MDS compares every pair of them.",
            allowed=f"Allowed: up to {most} rows.",
            remedy=f"Take a part with process.sample (rows: {most}) and place the others with process.apply.",
        )
    rows = read_varied_rows(table, columns)
    n = table.height
    if dimensions >= n:
        raise problem(
            "TK111", f"{dimensions} is not allowed.", allowed=f"{n} rows span {n - 1} dimensions.", setting="dimensions"
        )
    check_metric(rows.X, metric, lambda i: str(table.ids[i]))
    estimator = DistanceScaling(dimensions, metric, method, initialization, iterations, seed)
    estimator.lay_out(rows.X, run.progress)
    fitted = fit_map(rows, estimator, step="learn.mds", axes=axis_names("MDS", dimensions))
    figures: dict[str, float] = {"stress": estimator.stress_}
    about = {"stress": "error of the drawn distances over their size (Kruskal's stress-1); 0 is perfect"}
    if method == "classical":
        figures["explained"] = estimator.explained_
        about["explained"] = "share of the sum of all eigenvalues; for Euclidean distances that of the variance"
    else:
        figures["iterations"] = estimator.n_iter_
        about["iterations"] = "iterations until the stress stayed"
    return DistanceMap(
        fitted.transform(table, estimator.embedding_), fitted, own_rows_scores(figures, about, rows, fitted)
    )


@mds.schema
def _schema(table: Schema | None, *, columns: Columns, dimensions: int, **_: object) -> Schema | None:
    return map_schema(table, columns, axis_names("MDS", dimensions))
