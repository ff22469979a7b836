"""learn.k_means: groups around centers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import polars as pl

from tenkai.errors import Note, count
from tenkai.kernels.frames import Frames
from tenkai.learn._clusters import (
    CLUSTER,
    centers_table,
    check_enough,
    check_free,
    cluster_names,
    clustered_schema,
    with_clusters,
)
from tenkai.learn._frames import History, cluster_history, history_schema
from tenkai.learn._rows import RowMatrix as Read
from tenkai.learn._rows import own_rows_scores, read_varied_rows
from tenkai.step import Advanced, Help, Keys, Outputs, Range, Rows, Run, Seed, Shape, SweepHint, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Schema, Scores, Table

if TYPE_CHECKING:
    from tenkai.learn._k_means import OrderedKMeans


class Centers(Outputs):
    """Rows with their clusters, what gives new rows one, and the centers."""

    table: Annotated[Table, Shape("n p"), Help("the rows with a column 'cluster': 1 is the largest")]
    fitted: Annotated[Fitted, Help("gives new rows the cluster of the nearest center")]
    centers: Annotated[Table, Shape("clusters p"), Help("mean of each column, and the number of rows, per cluster")]
    figures: Annotated[Scores, Keys("inertia", "clusters", "iterations"), Help("of the best start")]
    history: Annotated[Table, Help("inertia, cluster of each row and centers after every kept round of the best start")]


@step("learn.k_means", version=2, title="k-means", rows=Rows(same=("table",), learns="fitted"))
def k_means(
    table: Annotated[Table, Shape("n p"), Help("rows to group")],
    *,
    columns: Annotated[Columns, Help("columns to measure distances in")] = ALL_NUMBERS,
    clusters: Annotated[int, Range(1, "n"), SweepHint(2, 10, 1), Help("number of groups")] = 3,
    starts: Annotated[int, Range(1, 10_000), Help("runs from other first centers; the best one counts")] = 10,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of the first centers (k-means++)")] = 0,
    iterations: Annotated[int, Range(1, 1_000_000), Advanced, Help("most rounds per start")] = 300,
    tolerance: Annotated[
        float, Range(0.0), Advanced, Help("stop when centers move less, as share of the variance")
    ] = 1e-4,
    into: Annotated[str, Help("name of the new column")] = CLUSTER,
    history: History = None,
    run: Run,
) -> Centers:
    """Split rows into groups so that each row lies near the center of its own.

    Clusters are called 1, 2, ... by falling size. New rows (`process.apply`) get the cluster of the nearest
    center.

    Raises
    ------
    TenkaiError
        TK640 for more clusters than different rows; TK208 where cells are missing; TK203 when no column varies;
        TK604 when the table has a column of this name.

    Notes
    -----
    Distances are Euclidean: `process.standardize` first where units differ. The method always finds as many
    groups as it is asked for, round ones of like size. For long or bent groups see `learn.gaussian_mixture`,
    `learn.linkage` and `learn.hdbscan`. Look at `interpret.cluster_scores` and `interpret.cluster_stability`
    before you believe in groups.

    `history` holds labels and centers after every so many rounds, the start before the first one and the last
    one included; rows have the nearest of the centers that the round left. `interpret.replay` draws it.

    Source
    ------
    S. Lloyd, IEEE Trans. Inf. Theory 28, 129 (1982); D. Arthur, S. Vassilvitskii, SODA 2007 (k-means++,
    that of scikit-learn, whose labels and centers come out).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"x": [0.0, 1.0, 9.0, 10.0, 11.0]})
    >>> tk.learn.k_means(t, clusters=2).table["cluster"].to_list()
    ['2', '2', '1', '1', '1']
    """
    return k_means_sweep(
        table,
        columns=columns,
        clusters=[clusters],
        starts=starts,
        seed=[seed],
        iterations=iterations,
        tolerance=tolerance,
        into=into,
        history=history,
        run=run,
    )[0]


@k_means.shared("clusters", "seed")
def k_means_sweep(
    table: Table,
    *,
    columns: Columns,
    clusters: Sequence[int],
    starts: int,
    seed: Sequence[int],
    iterations: int,
    tolerance: float,
    into: str,
    history: int | None,
    run: Run,
) -> list[Centers]:
    """All numbers of clusters, seeds and starts side by side."""
    from tenkai.learn._k_means import best_starts

    rows = read_varied_rows(table, columns)
    check_free([into], table.columns)
    check_enough(rows.X, max(clusters))
    points = list(zip(clusters, seed, strict=True))
    found = best_starts(rows.X, points, starts=starts, iterations=iterations, tolerance=tolerance, run=run)
    return [_centers(rows, model, iterations, starts, into, history) for model in found]


def _centers(rows: Read, model: OrderedKMeans, iterations: int, starts: int, into: str, history: int | None) -> Centers:
    notes = []
    if model.n_iter_ >= iterations:
        text = f"the centers still moved after {count(iterations, 'round')}: allow more iterations."
        notes.append(Note("TKW640", text))
    columns = pl.DataFrame({into: cluster_names(model.labels_)})
    table, fitted = with_clusters(rows, model, columns, step="learn.k_means", notes=notes)
    k = model.n_clusters
    # The best start once more: the others need not keep anything.
    frames = None if history is None else Frames(history)
    if frames is not None:
        model.follow(rows.X, Run(), frames)
    sizes = [int((model.labels_ == i).sum()) for i in range(k)]
    figures = {"inertia": float(model.inertia_), "clusters": k, "iterations": int(model.n_iter_)}
    about = {
        "inertia": f"sum of squared distances to the own center (best of {count(starts, 'start')})",
        "clusters": "number of clusters asked for",
        "iterations": "rounds of the best start",
    }
    return Centers(
        table,
        fitted,
        centers_table(rows, model.cluster_centers_, fitted, {"rows": sizes}),
        own_rows_scores(figures, about, rows, fitted),
        cluster_history(frames, len(rows.X), model.cluster_centers_, history, fitted),
    )


@k_means.schema
def _schema(table: Schema | None, *, columns: Columns, into: str, **_: object) -> dict[str, Schema | None]:
    return {
        "table": clustered_schema(table, columns, {into: "category"}),
        "history": history_schema("inertia", {"labels": "vector", "centers": "image"}),
    }
