"""learn.linkage: the tree of a hierarchical clustering."""

from __future__ import annotations

from typing import Annotated, Literal, cast

import numpy as np

from tenkai.errors import TenkaiError, problem
from tenkai.kernels.metrics import PairMetric
from tenkai.learn._rows import check_kinds
from tenkai.step import Help, Keys, Outputs, Shape, step
from tenkai.values import ALL_NUMBERS, Columns, Distances, Linkage, Schema, Scores, Table

Method = Literal["average", "single", "complete", "weighted", "ward", "centroid", "median"]
EUCLIDEAN_ONLY = ("ward", "centroid", "median")
MOST_COMPARED = 5000


class Tree(Outputs):
    """The tree, and how well it keeps the distances."""

    linkage: Annotated[Linkage, Shape("n-1 4"), Help("the merges, for learn.cut and interpret.dendrogram")]
    figures: Annotated[
        Scores, Keys("cophenetic_correlation"), Help("of the heights at which two join with their distance")
    ]


@step("learn.linkage", version=1, title="Hierarchical clustering")
def linkage(
    data: Annotated[Table | Distances, Shape("n p"), Help("rows, or distances of all pairs")],
    *,
    columns: Annotated[Columns, Help("columns of a table to measure distances in, or to join")] = ALL_NUMBERS,
    of: Annotated[Literal["rows", "columns"], Help("what is joined, for a table")] = "rows",
    metric: Annotated[
        PairMetric | None, Help("distance of two rows of a table; default: euclidean. Distances bring their own")
    ] = None,
    method: Annotated[
        Method,
        Help("distance of two groups: of the nearest pair (single), the farthest (complete), the mean (average), ..."),
    ] = "average",
) -> Tree:
    """Join what lies nearest, again and again, until all is one: a tree of groups within groups.

    Cut it with `learn.cut`, draw it with `interpret.dendrogram`.

    Raises
    ------
    TenkaiError
        TK642 for ward, centroid or median with distances that are not Euclidean; TK212 for too many rows (about
        14 000); TK111 for a metric beside given distances; what `learn.distances` raises.

    Notes
    -----
    single follows chains, complete makes groups of like diameter, average lies between; ward joins where the
    variance within groups grows least. The tree exists for any data: long branches before a merge speak for
    groups, and different methods that agree. `cophenetic_correlation` says how well heights in the tree keep the
    distances; beyond 5 000 rows it is left out.

    Source
    ------
    scipy.cluster.hierarchy; D. Müllner, arXiv:1109.2378 (2011). R. Sokal, F. Rohlf, Taxon 11, 33 (1962).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [0.0, 1.0, 5.0]})
    >>> tk.learn.linkage(t).linkage.merges.tolist()
    [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 4.5, 3.0]]
    """
    from scipy.cluster import hierarchy

    from tenkai.learn._pairs import measure

    if isinstance(data, Distances):
        if metric is not None and metric != data.metric:
            raise problem(
                "TK111",
                f"{metric} is not allowed: the distances given are called {data.metric}.",
                remedy="Leave metric out, or give the table.",
                setting="metric",
            )
        if method in EUCLIDEAN_ONLY and data.metric != "euclidean":
            raise _needs_euclidean(method, data.metric)
        found = data
    else:
        found = measure(data, columns, metric or "euclidean", of)
    merges = hierarchy.linkage(found.values, method)
    tree = Linkage(
        merges,
        found.ids,
        method,
        found.metric,
        found.identity,
        found.of,
        found.features,
        found.measured,
        found.influences,
    )
    kept = None
    if 2 < len(found) <= MOST_COMPARED:
        heights = hierarchy.cophenet(merges)
        if np.ptp(heights) > 0 and np.ptp(found.values) > 0:
            kept = float(np.corrcoef(heights, found.values)[0, 1])
    scores = Scores.scored(
        {"cophenetic_correlation": kept},
        rows=found.identity,
        influences=found.influences,
        about={"cophenetic_correlation": "of the heights at which two join with their distance: 1 keeps all"},
    )
    return Tree(tree, scores)


def _needs_euclidean(method: str, metric: str) -> TenkaiError:
    return problem(
        "TK642",
        f"{method} linkage of {metric} distances has no meaning.",
        allowed="Its formula holds for Euclidean distances.",
        remedy="Choose method average, complete, single or weighted, or metric euclidean.",
        setting="method",
    )


@linkage.check
def _check(*, metric: PairMetric | None, method: Method, **_: object) -> None:
    if method in EUCLIDEAN_ONLY and metric not in (None, "euclidean"):
        raise _needs_euclidean(method, cast("str", metric))


@linkage.schema
def _schema(data: Schema | None, *, columns: Columns, **_: object) -> None:
    if data is not None:
        check_kinds(data, columns.resolve(data.columns))
