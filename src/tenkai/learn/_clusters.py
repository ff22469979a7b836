"""What the clusterings share: the column of clusters, the step for new rows, and what they refuse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import Note, count, problem
from tenkai.learn._rows import RowMatrix, check_kinds
from tenkai.values import Columns, Fitted, Kind, Schema, Table

CLUSTER = "cluster"


def cluster_names(codes: NDArray[Any]) -> pl.Series:
    """Return names of numbered groups: ``1`` for 0; nothing for -1, which is noise.

    >>> cluster_names(np.array([0, 2, -1])).to_list()
    ['1', '3', None]
    """
    names = pl.Series([str(i + 1) for i in range(int(codes.max(initial=-1)) + 1)], dtype=pl.String)
    return names.gather(pl.Series([None if c < 0 else int(c) for c in codes], dtype=pl.UInt32))


def check_free(new: Iterable[str], columns: Iterable[str]) -> None:
    """Refuse to write clusters over a column. Raises TK604."""
    taken = set(columns)
    for name in new:
        if name in taken:
            raise problem(
                "TK604",
                f"the table already has a column '{name}'.",
                remedy="Give the column of clusters another name, such as into: 'cluster 2'.",
                setting="into",
            )


def check_enough(X: NDArray[Any], groups: int, setting: str = "clusters") -> None:
    """Refuse more groups than different rows. Raises TK640."""
    different: set[bytes] = set()
    for row in X:
        different.add((row + 0.0).tobytes())  # -0.0 becomes 0.0
        if len(different) >= groups:
            return
    n = len(X)
    found = count(n, "row") if len(different) == n else f"{n} rows, of which {len(different)} differ,"
    raise problem(
        "TK640",
        f"{count(groups, 'cluster')} of {found} cannot be found.",
        allowed=f"Allowed: 1 to {len(different)}.",
        setting=setting,
    )


def with_clusters(
    rows: RowMatrix, estimator: Any, columns: pl.DataFrame, *, step: str, notes: Iterable[Note] = ()
) -> tuple[Table, Fitted]:
    """Return the rows with their clusters (the first of `columns`), and the step that gives new rows one.

    The clusters found count, not those the estimator would give the rows if it met them anew.
    """
    check_free(columns.columns, rows.table.columns)
    estimator.column_ = columns.columns[0]
    fitted = Fitted.on(
        rows.table,
        estimator,
        step=step,
        features=rows.names,
        outputs=columns.columns,
        learned="fitted",
        kinds={columns.columns[0]: "category"},
        dtype=str(rows.X.dtype),
    ).with_notes(notes)
    return add_columns(rows.table, columns, fitted), fitted


def add_columns(table: Table, columns: pl.DataFrame, fitted: Fitted) -> Table:
    """Return the rows with the outputs of a fitted step, known already."""
    frame = table.frame.with_columns(columns.get_columns())
    out = table.with_columns(frame, fitted.kinds).influenced(fitted.influences)
    return out.prepared_by(fitted).with_notes(fitted.notes)


def noise_note(codes: NDArray[Any]) -> list[Note]:
    """Say how many rows belong to no cluster."""
    noise = int((codes < 0).sum())
    if not noise:
        return []
    text = f"{count(noise, 'row')} of {len(codes)} lie in no dense region and belong to no cluster."
    return [Note("TKW641", text if noise > 1 else text.replace("lie ", "lies ").replace("belong ", "belongs "))]


def clustered_schema(table: Schema | None, columns: Columns, new: dict[str, Kind | None]) -> Schema | None:
    """Return the columns of a clustered table before data."""
    if table is None:
        return None
    used = columns.resolve(table.columns)
    check_kinds(table, used)
    check_free(new, table.names)
    return table.add(new)


def numbered(k: int) -> list[str]:
    """Return the names of k clusters.

    >>> numbered(3)
    ['1', '2', '3']
    """
    return [str(i + 1) for i in range(k)]


def centers_table(rows: RowMatrix, centers: NDArray[Any], fitted: Fitted, more: Mapping[str, Any]) -> Table:
    """Return one row per cluster: the mean of each column, after what else is told of it."""
    features = rows.table.layout(rows.names).features()
    told = {name + "_" * (name in features): cells for name, cells in more.items()}
    frame = pl.DataFrame({**told, **{n: np.asarray(centers[:, i], np.float64) for i, n in enumerate(features)}})
    return Table.from_(frame, ids=numbered(len(centers))).influenced(fitted.influences)
