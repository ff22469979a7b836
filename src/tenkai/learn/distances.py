"""learn.distances: how far rows, or columns, lie apart."""

from __future__ import annotations

from typing import Annotated, Literal

from tenkai.kernels.metrics import PairMetric
from tenkai.learn._rows import check_kinds
from tenkai.step import Help, Shape, step
from tenkai.values import ALL_NUMBERS, Columns, Distances, Schema, Table


@step("learn.distances", version=1, title="Distances of all pairs")
def distances(
    table: Annotated[Table, Shape("n p"), Help("rows to compare with each other")],
    *,
    columns: Annotated[Columns, Help("columns to measure distances in, or to compare")] = ALL_NUMBERS,
    of: Annotated[Literal["rows", "columns"], Help("what is compared with each other")] = "rows",
    metric: Annotated[PairMetric, Help("distance; abs_correlation is 1 - |r|")] = "euclidean",
) -> Distances:
    """Measure the distance of every two rows, or of every two columns.

    For `learn.linkage`, which takes rows directly as well: do it here where one set of distances serves several
    trees, or to look at them.

    Raises
    ------
    TenkaiError
        TK212 for too many rows (about 14 000); TK205 for fewer than two; TK603 where the metric is not defined,
        such as a correlation with a constant column; TK208 where cells are missing.

    Notes
    -----
    Columns (descriptors) are compared with `of: columns`; by abs_correlation those are near that say the same,
    with either sign. Rows are compared in the columns as they are: `process.standardize` first where units
    differ.

    Source
    ------
    scipy.spatial.distance.pdist.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [0.0, 3.0, 0.0], "b": [0.0, 4.0, 1.0]})
    >>> tk.learn.distances(t).values.round(3).tolist()
    [5.0, 1.0, 4.243]
    """
    from tenkai.learn._pairs import measure

    return measure(table, columns, metric, of)


@distances.schema
def _schema(table: Schema | None, *, columns: Columns, **_: object) -> None:
    if table is not None:
        check_kinds(table, columns.resolve(table.columns))
