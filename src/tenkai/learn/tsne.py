"""learn.tsne: a map that keeps near rows near."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tenkai.errors import TenkaiError, problem
from tenkai.kernels.metrics import Metric
from tenkai.learn._frames import History, frames_for, history_schema, map_history
from tenkai.learn._graph import graphs_for
from tenkai.learn._rows import RowMatrix, axis_names, fit_map, map_schema, own_rows_scores, read_varied_rows
from tenkai.learn._threads import Job, side_by_side
from tenkai.step import Advanced, Help, Keys, Outputs, Range, Rows, Run, Seed, Shape, SweepHint, step
from tenkai.values import ALL_NUMBERS, Columns, Fitted, Neighbors, Schema, Scores, Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

Start = Literal["pca", "spectral", "random"]


class TsneMap(Outputs):
    """Coordinates, the fitted map for new rows, and the divergence reached."""

    map: Annotated[Table, Shape("n dimensions"), Help("coordinates TSNE1, TSNE2, ... and the columns not used")]
    fitted: Annotated[Fitted, Help("to place new rows")]
    figures: Annotated[Scores, Keys("kl_divergence"), Help("kl_divergence, and how the layout was computed")]
    history: Annotated[Table, Help("divergence and coordinates after every kept iteration")]


@dataclass(frozen=True)
class _Settings:
    perplexity: float
    metric: Metric | None
    seed: int
    initialization: Start
    early_exaggeration: float
    early_iterations: int
    exaggeration: float
    iterations: int
    learning_rate: float | None
    dimensions: int
    history: int | None


@step("learn.tsne", version=2, title="t-SNE", rows=Rows(same=("map",), learns="prepared"))
def tsne(
    table: Annotated[Table, Shape("n p"), Help("rows to lay out")],
    graph: Annotated[Neighbors | None, Help("their nearest neighbors, from learn.neighbors; else searched")] = None,
    *,
    columns: Annotated[Columns, Help("columns to measure distances in")] = ALL_NUMBERS,
    perplexity: Annotated[
        float,
        Range(1, "n - 1", open_low=True, open_high=True),
        SweepHint(5, 50, 5),
        Help("how many rows count as near; 5 to 50 is usual"),
    ] = 30.0,
    metric: Annotated[Metric | None, Help("distance between two rows; null: that of the graph, else euclidean")] = None,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of the first layout")] = 0,
    initialization: Annotated[
        Start, Help("first layout; pca and spectral keep the large-scale order, random does not")
    ] = "pca",
    early_exaggeration: Annotated[
        float, Range(1, 1000), Advanced, Help("pull of near rows in the first phase, which forms the groups")
    ] = 12.0,
    early_iterations: Annotated[int, Range(0, 100_000), Advanced, Help("iterations of the first phase")] = 250,
    exaggeration: Annotated[
        float, Range(1, 1000), Advanced, Help("pull of near rows afterwards; above 1 groups are tighter")
    ] = 1.0,
    iterations: Annotated[int, Range(0, 100_000), Advanced, Help("iterations of the second phase")] = 500,
    learning_rate: Annotated[
        float | None, Range(0, 1e6, open_low=True), Advanced, Help("null: rows divided by the exaggeration")
    ] = None,
    dimensions: Annotated[Literal[2, 3], Help("coordinates of the map")] = 2,
    history: History = None,
    run: Run,
) -> TsneMap:
    """Lay out rows so that near rows stay near; far distances are let go.

    New rows are placed with `process.apply`; the map stays as it is.

    Raises
    ------
    TenkaiError
        TK601 when the perplexity does not fit the number of rows; TK602 when the graph does not belong to the
        table or has too few neighbors; TK603 when the metric is not defined for a row; TK208 where cells are
        missing; TK203 when all rows are equal; TK575 when a history would hold too much.

    Notes
    -----
    No setting is right: results vary with perplexity and seed. Look at several of both: what stays is in the
    data. How far apart two groups lie, how large they are, and the axes mean little; near rows mean much.
    Groups need not be classes, and no groups is no failure. Columns of like scale: `process.standardize`
    first. With hundreds of columns, `learn.pca` before this step is faster and often cleaner; nothing is
    reduced here unasked.

    Every pair of rows is computed up to 20 000 rows; beyond, openTSNE interpolates (3-D: Barnes-Hut). The same
    seed gives the same bits for any number of threads. A new row is placed by its nearest rows on the map, with
    perplexity 5.

    `history` holds the map (single precision) after every so many iterations, the first layout and the last map
    included; `interpret.replay` draws it.

    Source
    ------
    L. van der Maaten, G. Hinton, J. Mach. Learn. Res. 9, 2579 (2008). P. Poličar, M. Stražar, B. Zupan,
    openTSNE, J. Stat. Softw. 109, 3 (2024). Start from PCA: D. Kobak, P. Berens, Nat. Commun. 10, 5416 (2019).

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_({"a": [0.0, 1.0, 2.0, 9.0, 10.0, 11.0], "kind": ["x", "x", "x", "y", "y", "y"]})
    >>> tk.learn.tsne(t, perplexity=2).map.columns
    ['TSNE1', 'TSNE2', 'kind']
    """
    s = _Settings(
        perplexity,
        metric,
        seed,
        initialization,
        early_exaggeration,
        early_iterations,
        exaggeration,
        iterations,
        learning_rate,
        dimensions,
        history,
    )
    return _maps(table, graph, columns, [s], run)[0]


@tsne.shared("perplexity")
def _perplexities(
    table: Table, graph: Neighbors | None, *, columns: Columns, perplexity: Sequence[float], run: Run, **others: Any
) -> list[TsneMap]:
    """One search, for the largest perplexity."""
    return _maps(table, graph, columns, [_Settings(perplexity=p, **others) for p in perplexity], run)


@tsne.shared("seed")
def _seeds(
    table: Table, graph: Neighbors | None, *, columns: Columns, seed: Sequence[int], run: Run, **others: Any
) -> list[TsneMap]:
    """One search for all seeds."""
    return _maps(table, graph, columns, [_Settings(seed=i, **others) for i in seed], run)


def _maps(
    table: Table, graph: Neighbors | None, columns: Columns, variants: Sequence[_Settings], run: Run
) -> list[TsneMap]:
    from tenkai.kernels.tsne import EXACT_ROWS
    from tenkai.learn._pca import first_scores

    rows = read_varied_rows(table, columns, least=4)
    n = table.height
    for s in variants:
        if not s.perplexity < n - 1:
            raise _perplexity_too_large(s.perplexity, n)
    ks = [min(n - 1, math.ceil(3 * s.perplexity)) for s in variants]
    graphs = graphs_for(rows, graph, ks, metric=variants[0].metric, run=run)
    dimensions = variants[0].dimensions
    scores = None if variants[0].initialization == "random" else first_scores(rows.X, dimensions)

    def job(graph: Neighbors, s: _Settings) -> Job[TsneMap]:
        return lambda run: _map(rows, graph, s, scores, run)

    jobs = [job(g, s) for g, s in zip(graphs, variants, strict=True)]
    # Up to EXACT_ROWS a map uses one thread, so several are made at once; beyond, one uses them all.
    return side_by_side(jobs, run, together=run.threads if n <= EXACT_ROWS else 1)


def _map(rows: RowMatrix, graph: Neighbors, s: _Settings, scores: NDArray[Any] | None, run: Run) -> TsneMap:
    from tenkai.learn._tsne import AffinityMap

    n = len(rows.X)
    frames = frames_for(s.history, s.early_iterations + s.iterations, n, s.dimensions)
    estimator = AffinityMap(
        s.perplexity,
        s.dimensions,
        graph.metric,
        s.initialization,
        s.early_exaggeration,
        s.early_iterations,
        s.exaggeration,
        s.iterations,
        s.learning_rate,
        s.seed,
    )
    estimator.lay_out(rows.X, graph.indices, graph.distances, run, scores, frames)
    fitted = fit_map(rows, estimator, step="learn.tsne", axes=axis_names("TSNE", s.dimensions), notes=graph.notes)
    figures = {
        "kl_divergence": estimator.kl_divergence_,
        "iterations": estimator.n_iter_,
        "method": estimator.method_,
    }
    about = {
        "kl_divergence": "what the map loses of the near distances; compare only maps of equal perplexity",
        "iterations": "iterations of both phases",
        "method": "exact: every pair; bh: Barnes-Hut; fft: interpolation",
    }
    scored = own_rows_scores(figures, about, rows, fitted)
    history = map_history(frames, (n, s.dimensions), "kl_divergence", fitted)
    return TsneMap(fitted.transform(rows.table, estimator.embedding_), fitted, scored, history)


def _perplexity_too_large(perplexity: float, n: int) -> TenkaiError:
    return problem(
        "TK601",
        f"perplexity {perplexity:g} is too large for {n} rows.",
        allowed=f"Allowed: above 1 and below {n - 1}.",
        remedy=f"Try {max(2, (n - 1) // 3)} or less.",
        setting="perplexity",
    )


@tsne.schema
def _schema(
    table: Schema | None, graph: Schema | None = None, *, columns: Columns, dimensions: int, **_: object
) -> dict[str, Schema | None]:
    return {
        "map": map_schema(table, columns, axis_names("TSNE", dimensions)),
        "history": history_schema("kl_divergence", {"coordinates": "image"}),
    }
