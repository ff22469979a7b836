"""learn.given_distances: a square table of distances, measured elsewhere."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from tenkai.errors import TenkaiError, listing, nearest, problem
from tenkai.learn._rows import check_kinds
from tenkai.step import Advanced, Help, Range, Shape, step
from tenkai.values import ALL_NUMBERS, Columns, Distances, Schema, Table


@step("learn.given_distances", version=1, title="Distances given as a square table")
def given_distances(
    table: Annotated[Table, Shape("n n"), Help("one row and one column per thing, in each cell their distance")],
    *,
    columns: Annotated[Columns, Help("the columns of distances")] = ALL_NUMBERS,
    metric: Annotated[str, Help("what to call the distance; 'euclidean' where it is")] = "given",
    tolerance: Annotated[
        float, Range(0.0, 0.1), Advanced, Help("how far from symmetric it may be, as share of the largest")
    ] = 1e-6,
) -> Distances:
    """Read a square table of distances, such as one computed by another program.

    Columns named like the rows are put in the order of the rows; columns with other names are taken as they
    stand.

    Raises
    ------
    TenkaiError
        TK641 for a table that is not square, not symmetric, with a negative distance or one of a thing to itself
        that is not 0; TK208 where cells are missing, TK203 where they are infinite; TK205 for fewer than two.

    Notes
    -----
    Similarities are no distances: take 1 - similarity with `process.formula` first. Whatever the distance is,
    `learn.linkage` takes it, with the methods single, complete, average and weighted; ward, centroid and median
    need Euclidean distances.

    Source
    ------
    The order of pairs is that of scipy.spatial.distance.squareform.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [0.0, 2.0, 3.0], "b": [2.0, 0.0, 4.0], "c": [3.0, 4.0, 0.0]}, ids=["a", "b", "c"])
    >>> tk.learn.given_distances(t).values.tolist()
    [2.0, 3.0, 4.0]
    """
    from tenkai.learn._pairs import check_pairs

    names = table.choose(columns)
    table.require(names, ("number", "vector"), "columns")
    features = table.layout(names).features()
    ids = table.ids.to_list()
    if len(features) != len(ids):
        raise problem(
            "TK641",
            f"the table has {len(ids)} rows and {len(features)} columns of numbers.",
            allowed="A table of distances is square.",
            remedy="Choose the columns of distances, and the row ids, so that both name the same things.",
            setting="columns",
        )
    check_pairs(len(ids), "rows")
    D = table.complete_matrix(names)
    D = D[:, _order(ids, features)]
    _check(D, ids, tolerance)
    values = D[np.triu_indices(len(D), 1)]
    return Distances(values, table.ids, metric, table.identity, influences=table.every_influence)


def _order(ids: list[str], features: list[str]) -> list[int]:
    """Return which column belongs to each row."""
    place = {name: i for i, name in enumerate(features)}
    if not set(ids) & set(features):
        return list(range(len(ids)))
    missing = [i for i in ids if i not in place]
    if missing:
        raise problem(
            "TK641",
            f"row '{missing[0]}' has no column of this name, but other rows have.",
            allowed=f"Columns: {listing(features, 6)}.",
            remedy=nearest(missing[0], features) or "Name columns like rows, or choose other row ids.",
            setting="columns",
        )
    return [place[i] for i in ids]


def _check(D: NDArray[Any], ids: list[str], tolerance: float) -> None:
    def wrong(at: NDArray[np.bool_], fact: str, remedy: str) -> TenkaiError:
        i, j = (int(k) for k in np.argwhere(at)[0])
        told = fact.format(a=ids[i], b=ids[j], here=f"{D[i, j]:g}", there=f"{D[j, i]:g}")
        return problem("TK641", told, allowed="Distances: 0 to itself, the same there and back.", remedy=remedy)

    slack = tolerance * float(np.abs(D).max())
    if (D < 0).any():
        raise wrong(D < 0, "the distance from '{a}' to '{b}' is {here}.", "Negative numbers are no distances.")
    own = np.diag(np.diag(D) > slack)
    if own.any():
        remedy = "Similarities? Take 1 - similarity with process.formula first."
        raise wrong(own, "the distance of '{a}' to itself is {here}.", remedy)
    uneven = np.abs(D - D.T) > slack
    if uneven.any():
        fact = "from '{a}' to '{b}' it is {here}, from '{b}' to '{a}' {there}."
        raise wrong(uneven, fact, "Fill the whole square, both halves alike.")


@given_distances.schema
def _schema(table: Schema | None, *, columns: Columns, **_: object) -> None:
    if table is not None:
        check_kinds(table, columns.resolve(table.columns))
