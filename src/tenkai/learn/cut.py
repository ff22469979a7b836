"""learn.cut: groups from a tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import Note, TenkaiError, count, listing, problem
from tenkai.learn._clusters import CLUSTER, check_free, cluster_names, with_clusters
from tenkai.learn._rows import RowMatrix as Read
from tenkai.learn._rows import read_rows
from tenkai.step import Help, Keys, Outputs, Range, Rows, Shape, SweepHint, step
from tenkai.values import Columns, Fitted, Linkage, Schema, Scores, Table

if TYPE_CHECKING:
    from tenkai.kernels.dendrogram import CutTree


class Cut(Outputs):
    """Rows with their clusters, what gives new rows one, and where the tree was cut."""

    table: Annotated[Table, Shape("n p"), Help("the rows with a column 'cluster': 1 is the largest")]
    fitted: Annotated[Fitted, Help("gives new rows the cluster of the nearest row of the tree")]
    figures: Annotated[Scores, Keys("clusters", "low", "high"), Help("heights between which a cut gives these")]


@step("learn.cut", version=1, title="Cut a tree into clusters", rows=Rows(same=("table",), learns="fitted"))
def cut(
    linkage: Annotated[Linkage, Shape("n-1 4"), Help("the tree")],
    table: Annotated[
        Table | None, Shape("n p"), Help("rows to write clusters beside; default: a table of the names in the tree")
    ] = None,
    *,
    clusters: Annotated[int | None, Range(1, "n"), SweepHint(2, 10, 1), Help("number of groups")] = None,
    height: Annotated[float | None, Range(0.0), Help("or: merges up to this height are kept")] = None,
    into: Annotated[str, Help("name of the new column")] = CLUSTER,
) -> Cut:
    """Cut a tree at a height, or into a number of groups.

    Clusters are called 1, 2, ... by falling size. Where `table` holds the very numbers the tree was made from,
    new rows (`process.apply`) get the cluster of the nearest of its rows, by the metric of the tree.

    Raises
    ------
    TenkaiError
        TK111 when neither clusters nor height is given, or both; TK640 for more clusters than rows; TK643 when
        the table has other rows than the tree; TK604 when it has a column of this name.

    Notes
    -----
    A long way between `low` and `high` says that this number of groups is stable under the cut. A tree of given
    distances, of columns, or of a table with other numbers cannot place new rows.

    Source
    ------
    scipy.cluster.hierarchy.fcluster.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [0.0, 1.0, 5.0]})
    >>> tk.learn.cut(tk.learn.linkage(t).linkage, t, clusters=2).table["cluster"].to_list()
    ['1', '1', '2']
    """
    return cut_sweep(linkage, table, clusters=[clusters], height=height, into=into)[0]


@cut.shared("clusters")
def cut_sweep(
    linkage: Linkage, table: Table | None, *, clusters: Sequence[int | None], height: float | None, into: str
) -> list[Cut]:
    """One tree for any number of cuts."""
    from tenkai.kernels.dendrogram import cut_below, cut_into

    n = len(linkage)
    most = max((k for k in clusters if k is not None), default=1)
    if most > n:
        raise problem(
            "TK640",
            f"{count(most, 'cluster')} of {n} {linkage.of} cannot be found.",
            allowed=f"Allowed: 1 to {n}.",
            setting="clusters",
        )
    rows, at = _rows(linkage, table)
    check_free([into], rows.table.columns if table is not None else ())
    made: list[Cut] = []
    for k in clusters:
        found = cut_into(linkage.merges, k) if k is not None else cut_below(linkage.merges, height or 0.0)
        notes = []
        if k is not None and found.high <= found.low:
            text = f"no height of this tree gives {count(k, 'cluster')}: of several merges the first were taken."
            notes.append(Note("TKW642", text))
        made.append(_cut(linkage, rows, found, found.groups[at], into, notes, bare=table is None))
    return made


def _cut(
    linkage: Linkage,
    rows: Read,
    found: CutTree,
    groups: NDArray[np.int64],
    into: str,
    notes: list[Note],
    *,
    bare: bool,
) -> Cut:
    from tenkai.learn._cut import GroupsOfThese, HierarchicalGroups

    k = int(groups.max()) + 1
    estimator: Any = GroupsOfThese(groups)
    if rows.names:
        estimator = HierarchicalGroups(k, None, linkage.method, linkage.metric)
        estimator.keep(np.asarray(rows.X, np.float64), groups)
    columns = pl.DataFrame({into: cluster_names(groups)})
    table, fitted = with_clusters(rows, estimator, columns, step="learn.cut", notes=notes)
    if bare:
        table = table.with_columns(columns, {into: "category"})
    figures = {"clusters": k, "low": found.low, "high": found.high if np.isfinite(found.high) else None}
    about = {
        "clusters": "number of clusters",
        "low": "height of the last merge kept",
        "high": "height of the first merge undone",
    }
    scores = Scores.scored(figures, rows=rows.table.identity, influences=fitted.influences, about=about)
    return Cut(table, fitted, scores.with_notes(notes))


def _rows(linkage: Linkage, table: Table | None) -> tuple[Read, NDArray[np.int64]]:
    """Return the rows of the table, and where each stands in the tree.

    Without columns where they are not those the tree was made from.
    """
    from tenkai.learn._pairs import measured_hash

    n = len(linkage)
    empty = np.empty((n, 0))
    if table is None:
        # A frame needs a column to have rows; it goes again.
        bare = Table.from_({"_": np.zeros(n)}, ids=linkage.ids, source="tree")
        bare = replace(bare, identity=linkage.identity, influences=linkage.influences, notes=linkage.notes)
        return Read(bare, [], empty), np.arange(n)
    at = _positions(linkage, table)
    table = table.influenced(linkage.influences)
    if linkage.measured and all(name in table.kinds for name in linkage.features):
        kinds_fit = all(table.kinds[name] in ("number", "vector", "image") for name in linkage.features)
        names = list(linkage.features)
        if kinds_fit and not any(table.frame[name].null_count() for name in names):
            found = read_rows(table, Columns(names=tuple(names)))
            if measured_hash(Read(table, names, found.X[np.argsort(at)]), "rows") == linkage.measured:
                return found, at
    return Read(table, [], empty), at


def _positions(linkage: Linkage, table: Table) -> NDArray[np.int64]:
    place = {name: i for i, name in enumerate(linkage.ids.to_list())}
    ids = table.ids.to_list()
    strange = [i for i in ids if i not in place]
    if strange or len(ids) != len(place):
        raise _other_rows(linkage, len(ids), strange)
    return np.array([place[i] for i in ids], np.int64)


def _other_rows(linkage: Linkage, n: int, strange: list[str]) -> TenkaiError:
    fact = f"the tree joins {len(linkage)} {linkage.of}, the table has {count(n, 'row')}"
    fact += f", among them {listing(strange, 3)}, which the tree does not know." if strange else "."
    return problem(
        "TK643",
        fact,
        allowed=f"The tree has {listing(linkage.ids.head(50).to_list(), 3)}.",
        remedy="Give the table the tree was made from, or none.",
    )


@cut.check
def _check(*, clusters: int | None, height: float | None, **_: object) -> None:
    if (clusters is None) == (height is None):
        both = "both are given" if clusters is not None else "neither is given"
        raise problem("TK111", f"clusters or height: {both}.", allowed="Give one of the two.", setting="clusters")


@cut.schema
def _schema(linkage: Schema | None, table: Schema | None, *, into: str, **_: object) -> Schema | None:
    if table is None:
        return None
    check_free([into], table.names)
    return table.add({into: "category"})
