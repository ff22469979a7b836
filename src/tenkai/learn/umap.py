"""learn.umap: a map that keeps neighbourhoods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from tenkai.errors import Note, problem
from tenkai.kernels.metrics import Metric
from tenkai.learn._frames import History, frames_for, history_schema, map_history
from tenkai.learn._graph import graphs_for
from tenkai.learn._rows import RowMatrix, axis_names, fit_map, map_schema, own_rows_scores, read_varied_rows
from tenkai.learn._threads import Job, side_by_side
from tenkai.step import Advanced, Help, Keys, Outputs, Range, Rows, Run, Seed, Shape, SweepHint, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Neighbors, Schema, Scores, Table

Start = Literal["spectral", "pca", "random"]


class UmapMap(Outputs):
    """Coordinates, the fitted map for new rows, and facts about the graph."""

    map: Annotated[Table, Shape("n dimensions"), Help("coordinates UMAP1, UMAP2, ... and the columns not used")]
    fitted: Annotated[Fitted, Help("to place new rows")]
    figures: Annotated[Scores, Keys("parts"), Help("parts: how many pieces the neighbor graph falls into")]
    history: Annotated[Table, Help("coordinates after every kept epoch, and how far points moved since the one before")]


@dataclass(frozen=True)
class _Settings:
    neighbors: int
    min_dist: float
    spread: float
    metric: Metric | None
    seed: int
    initialization: Start
    epochs: int | None
    dimensions: int
    history: int | None


@step("learn.umap", version=2, title="UMAP", rows=Rows(same=("map",), learns="prepared"))
def umap(
    table: Annotated[Table, Shape("n p"), Help("rows to lay out")],
    graph: Annotated[Neighbors | None, Help("their nearest neighbors, from learn.neighbors; else searched")] = None,
    *,
    columns: Annotated[Columns, Help("columns to measure distances in")] = ALL_NUMBERS,
    neighbors: Annotated[
        int, Range(2, "n"), SweepHint(5, 100, 5), Help("size of a neighborhood, the row itself counted")
    ] = 15,
    min_dist: Annotated[
        float, Range(0, "spread"), SweepHint(0.0, 0.9, 0.1), Help("how near points of the map may come")
    ] = 0.1,
    spread: Annotated[float, Range(0.1, 10), Advanced, Help("scale of the map")] = 1.0,
    metric: Annotated[Metric | None, Help("distance between two rows; null: that of the graph, else euclidean")] = None,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of the layout")] = 0,
    initialization: Annotated[Start, Advanced, Help("first layout")] = "spectral",
    epochs: Annotated[
        int | None, Range(1, 100_000), Advanced, Help("passes over the graph; null: 500, above 10 000 rows 200")
    ] = None,
    dimensions: Annotated[int, Range(1, 100), Help("coordinates of the map")] = 2,
    history: History = None,
    run: Run,
) -> UmapMap:
    """Lay out rows so that near rows stay near: groups become islands.

    New rows are placed with `process.apply`; the map stays as it is.

    Raises
    ------
    TenkaiError
        TK111 when `neighbors` exceeds the rows; TK602 when the graph does not belong to the table or has too
        few neighbors; TK603 when the metric is not defined for a row; TK605 for a min_dist above the spread;
        TK208 where cells are missing; TK203 when all rows are equal; TK575 when a history would hold too much.

    Notes
    -----
    No setting is right: small `neighbors` show fine structure, large ones the whole; look at several, and at
    several seeds. What stays through all of them is in the data. The size of an island, the gap between two
    islands and the axes mean little; near rows mean much. Islands need not be classes, and no islands is no
    failure. Columns of like scale: `process.standardize` first. With hundreds of columns, `learn.pca` before
    this step is faster and often cleaner; nothing is reduced here unasked.

    The same seed gives the same bits for any number of threads.

    `history` holds the map after every so many epochs, the first layout and the last map included, and how far
    points have moved since the map before (root mean square): UMAP lowers no number that is cheap to compute.
    `interpret.replay` draws it.

    Source
    ------
    L. McInnes, J. Healy, J. Melville, arXiv:1802.03426 (2018).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], "kind": ["x"] * 6})
    >>> tk.learn.umap(t, neighbors=3).map.columns
    ['UMAP1', 'UMAP2', 'kind']
    """
    s = _Settings(neighbors, min_dist, spread, metric, seed, initialization, epochs, dimensions, history)
    return _maps(table, graph, columns, [s], run)[0]


@umap.shared("neighbors")
def _neighbors(
    table: Table, graph: Neighbors | None, *, columns: Columns, neighbors: Sequence[int], run: Run, **others: Any
) -> list[UmapMap]:
    """One search, for the largest neighborhood."""
    return _maps(table, graph, columns, [_Settings(neighbors=k, **others) for k in neighbors], run)


@umap.shared("min_dist")
def _min_dists(
    table: Table, graph: Neighbors | None, *, columns: Columns, min_dist: Sequence[float], run: Run, **others: Any
) -> list[UmapMap]:
    """One search for all distances."""
    return _maps(table, graph, columns, [_Settings(min_dist=d, **others) for d in min_dist], run)


@umap.shared("seed")
def _seeds(
    table: Table, graph: Neighbors | None, *, columns: Columns, seed: Sequence[int], run: Run, **others: Any
) -> list[UmapMap]:
    """One search for all seeds."""
    return _maps(table, graph, columns, [_Settings(seed=i, **others) for i in seed], run)


def _maps(
    table: Table, graph: Neighbors | None, columns: Columns, variants: Sequence[_Settings], run: Run
) -> list[UmapMap]:
    rows = read_varied_rows(table, columns, least=3)
    n = table.height
    for s in variants:
        if s.neighbors > n:
            raise problem(
                "TK111",
                f"{s.neighbors} is not allowed.",
                allowed=f"{n} rows: 2 to {n}, the row itself counted.",
                setting="neighbors",
            )
    graphs = graphs_for(rows, graph, [s.neighbors - 1 for s in variants], metric=variants[0].metric, run=run)

    def job(graph: Neighbors, s: _Settings) -> Job[UmapMap]:
        return lambda run: _map(rows, graph, s, run)

    return side_by_side([job(g, s) for g, s in zip(graphs, variants, strict=True)], run)


def _map(rows: RowMatrix, graph: Neighbors, s: _Settings, run: Run) -> UmapMap:
    from tenkai.kernels.umap import default_epochs
    from tenkai.learn._umap import NeighborhoodMap

    estimator = NeighborhoodMap(
        s.neighbors, s.dimensions, graph.metric, s.min_dist, s.spread, s.initialization, s.epochs, s.seed
    )
    n = len(rows.X)
    frames = frames_for(s.history, s.epochs or default_epochs(n), n, s.dimensions)
    estimator.lay_out(rows.X, graph.indices, graph.distances, run, frames)
    notes = list(graph.notes)
    if estimator.parts_ > 1:
        text = (
            f"with {s.neighbors} neighbors the graph falls into {estimator.parts_} parts: where they stand to each "
            "other on the map means nothing."
        )
        notes.append(Note("TKW603", text))
    if estimator.init_ != s.initialization:
        notes.append(Note("TKW604", f"the first layout is {estimator.init_}: {s.initialization} did not converge."))
    fitted = fit_map(rows, estimator, step="learn.umap", axes=axis_names("UMAP", s.dimensions), notes=notes)
    about = {"parts": "pieces of the neighbor graph; between them the map knows no distance"}
    figures = own_rows_scores({"parts": estimator.parts_}, about, rows, fitted)
    history = map_history(frames, (n, s.dimensions), "moved", fitted)
    return UmapMap(fitted.transform(rows.table, estimator.embedding_), fitted, figures, history)


@umap.check
def _check(*, min_dist: float, spread: float, **_: object) -> None:
    if min_dist > spread:
        raise problem(
            "TK605",
            f"min_dist {min_dist:g} is above the spread, {spread:g}.",
            allowed="Allowed: 0 to the spread.",
            setting="min_dist",
        )


@umap.schema
def _schema(
    table: Schema | None, graph: Schema | None = None, *, columns: Columns, dimensions: int, **_: object
) -> dict[str, Schema | None]:
    return {
        "map": map_schema(table, columns, axis_names("UMAP", dimensions)),
        "history": history_schema("moved", {"coordinates": "image"}),
    }
