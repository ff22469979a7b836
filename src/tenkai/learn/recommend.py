"""learn.recommend: cells that a matrix of what exists would expect, ranked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from tenkai.errors import count, problem
from tenkai.learn._recommend_figures import FIGURES, check_asked
from tenkai.learn._rows import RowMatrix, check_kinds
from tenkai.step import Advanced, Help, Keys, Length, Outputs, Range, Rows, Run, Seed, Shape, SweepHint, step
from tenkai.values import ALL_NUMBERS, Columns, Schema, Scores, Table
from tenkai.values.matrix import LARGEST

if TYPE_CHECKING:
    from tenkai.kernels.low_rank import Array
    from tenkai.learn._recommend_told import Told

MOST_CELLS = 4_000_000


class Recommendations(Outputs):
    """The list, the matrices behind it, what supports it, and how well hidden cells were found again."""

    list: Annotated[Table, Help("unknown cells, the highest score first: row, column, score, band over hidings")]
    table: Annotated[Table, Shape("n p"), Help("the low-rank scores: same rows, same columns")]
    difference: Annotated[Table, Shape("n p"), Help("low-rank scores minus data")]
    evidence: Annotated[Table, Help("known cells that add most to the first of the list, and how much")]
    ranks: Annotated[Table, Help("per rank: what was found again, against popularity and neighbors")]
    evaluation: Annotated[Table, Help("per method at this rank: what was found again, with bands")]
    figures: Annotated[Scores, Keys(*FIGURES), Help("counts, and how well hidden cells are found again")]


@step("learn.recommend", version=2, title="Recommended cells", rows=Rows(same=("table", "difference"), learns="fitted"))
def recommend(
    table: Annotated[Table, Shape("n p"), Help("rows by columns of 0 and 1 (exists, never seen), or counts")],
    second: Annotated[Table | None, Help("a second such table, to look up what the first does not know")] = None,
    *,
    columns: Annotated[Columns, Help("the columns of the matrix")] = ALL_NUMBERS,
    rank: Annotated[
        int | Literal["cv"], Range(1, "min(n, p)"), SweepHint(1, 10, 1), Help("singular vectors; cv: by hidden cells")
    ] = "cv",
    ranks: Annotated[int, Range(1), Help("ranks 1 to this one are compared by hidden cells")] = 15,
    mirrors: Annotated[
        Literal["merge", "keep"], Help("merge: A^B and B^A are one, where the matrix holds every cell twice")
    ] = "merge",
    separator: Annotated[str, Advanced, Help("what joins the fields of a name")] = "^",
    repeats: Annotated[int, Range(2, 10_000), Help("how often known cells are hidden")] = 30,
    hidden: Annotated[float, Range(0, 1, open_low=True, open_high=True), Help("share of them hidden each time")] = 0.2,
    hide: Annotated[
        Literal["ones", "cells"],
        Help("ones: hidden cells become 0; cells: a share of all cells is masked, and filled by the low rank"),
    ] = "ones",
    top: Annotated[int, Range(1), Help("length of the list for precision, recall and share_top")] = 10,
    neighbors: Annotated[int, Range(1), Advanced, Help("rows of the nearest-neighbor baseline")] = 5,
    explain: Annotated[int, Range(0, 1000), Help("cells of the list whose evidence is told")] = 10,
    cells: Annotated[
        dict[str, list[str]] | None, Length(1), Help("cells to quote as figures: name: [row, column]")
    ] = None,
    seed: Annotated[Seed, Range(0, 2**32 - 1), Help("of what is hidden")] = 0,
    run: Run,
) -> Recommendations:
    """Rank the cells that are not known by what a low-rank table expects there.

    The score of a cell is the low-rank value minus the data. Every cell of `cells` becomes a figure: its score,
    and its place in the list with ``_place`` behind its name.

    Raises
    ------
    TenkaiError
        TK630 for a cell below 0; TK631 when fewer than two cells are known, or all; TK111 for a rank beyond the
        rows or columns; TK632 for a cell in `cells` that does not exist or is known; TK633 for a second table
        without a common cell; TK212 for a matrix too large to be ranked; TK208 where cells are missing.

    Notes
    -----
    Zero means "absent, or never looked at". The method is algebra on names: it knows no chemistry, and may find
    nothing that is new. How much it finds is told by hiding known cells: `auc` beside two baselines that are
    simpler still. A rank far from the best one gives another list: sweep `rank` and compare.

    A matrix that holds each compound twice (row A^B, column 4^6 and row B^A, column 6^4) recommends in pairs,
    and a hidden cell has a known twin. Merged, both are one cell, hidden and ranked together.

    The leak lens counts rows: hidden cells lie in rows whose other cells the method has seen, as they must.

    With rank cv the rank is the smallest within one standard error of the best AUC. `auc` then comes from a rank
    chosen once more inside every hiding, so that the choice has not seen what it is measured on. `low` and
    `high` hold 95 % of the scores over the hidings, `share_top` how often a cell was among the first.

    The evidence is exact: the score is a sum over the known cells, each weighted by how the low rank sees its
    row and its column.

    Source
    ------
    Hidden cells: A. Owen, P. Perry, Ann. Appl. Stat. 3, 564 (2009). One-standard-error rule: L. Breiman et al.,
    Classification and Regression Trees (1984). Error over overlapping repeats: C. Nadeau, Y. Bengio, Mach. Learn.
    52, 239 (2003), eq. 10.

    Example
    -------
    >>> import tenkai as tk
    >>> t = tk.Table.from_(
    ...     {"ZB": [1, 1, 1, 1, 0], "WZ": [1, 1, 1, 0, 0], "RS": [0, 0, 0, 0, 1]},
    ...     ids=["AlP", "GaP", "InP", "AlAs", "MgO"],
    ... )
    >>> tk.learn.recommend(t, rank=1, ranks=2).list.ids[0]
    'AlAs WZ'
    """
    settings = {
        "ranks": ranks, "mirrors": mirrors, "separator": separator, "repeats": repeats, "hidden": hidden,
        "hide": hide, "top": top, "neighbors": neighbors, "explain": explain, "cells": cells, "seed": seed,
    }  # fmt: skip
    return recommend_ranks(table, second, columns=columns, rank=[rank], run=run, **settings)[0]


@recommend.shared("rank")
def recommend_ranks(
    table: Table,
    second: Table | None,
    *,
    columns: Columns,
    rank: Sequence[int | Literal["cv"]],
    run: Run,
    **others: Any,
) -> list[Recommendations]:
    """One decomposition and one series of hidings for all ranks."""
    from tenkai.learn._recommend import Names
    from tenkai.learn._recommend_models import MatrixModel
    from tenkai.learn._recommend_told import Second, Source, ranks_told, require_rank

    rows = _read(table, columns)
    X = rows.X
    require_rank(rank, min(X.shape), f"{count(X.shape[0], 'row')} and {count(X.shape[1], 'column')}")
    names = Names((tuple(table.ids.to_list()), tuple(table.layout(rows.names).features())), others["separator"])
    other = None
    if second is not None:
        used = second.choose(columns)
        other = Second((second.ids.to_list(), second.layout(used).features()), second.complete_matrix(used))
    source = Source("learn.recommend", table.identity, table.every_influence)
    found = ranks_told(X, names, MatrixModel, source, rank, other, run, others)

    def same(values: Array, told: Told) -> Table:
        return table.with_matrix(rows.names, values).influenced([told.own]).with_notes(told.notes)

    return [
        Recommendations(t.list, same(t.low, t), same(t.low - X, t), t.evidence, t.ranks, t.evaluation, t.figures)
        for t in found
    ]


def _read(table: Table, columns: Columns) -> RowMatrix:
    names = table.choose(columns)
    X = table.complete_matrix(names, largest=LARGEST**0.5)
    if X.size > MOST_CELLS:
        raise problem("TK212", f"the matrix has {X.size} cells.", allowed=f"At most {MOST_CELLS}.", setting="columns")
    if X.size and X.min() < 0:
        row, at = (int(i) for i in np.argwhere(X < 0)[0])
        name = table.layout(names).features()[at]
        raise problem(
            "TK630",
            f"column '{name}' holds {X[row, at]:g} at row '{table.ids[row]}'.",
            allowed="Allowed: 0 for what was never seen, and numbers above it.",
            remedy="Leave columns that are no part of the matrix out, or make one with process.existence.",
            setting="columns",
        )
    return RowMatrix(table, names, X)


@recommend.schema
def _schema(table: Schema | None, second: Schema | None, *, columns: Columns, **_: object) -> dict[str, Schema | None]:
    for one in (table, second):
        if one is not None:
            check_kinds(one, columns.resolve(one.columns))
    return {"table": table, "difference": table}


@recommend.check
def _check(*, cells: dict[str, list[str]] | None, **_: object) -> None:
    for name, where in (cells or {}).items():
        if len(where) != 2:
            fact = f"'{name}' names {count(len(where), 'part')}."
            raise problem("TK632", fact, allowed="Two: [row, column].", setting="cells")
    check_asked(cells)
