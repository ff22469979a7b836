"""learn.recommend: cells that a matrix of what exists would expect, ranked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import polars as pl

from tenkai.errors import Note, count, problem
from tenkai.learn._rows import RowMatrix, check_kinds
from tenkai.step import Advanced, Help, Keys, Length, Outputs, Range, Rows, Run, Seed, Shape, SweepHint, step
from tenkai.values import ALL_NUMBERS, Columns, Schema, Scores, Table
from tenkai.values.lineage import Influence
from tenkai.values.matrix import LARGEST

if TYPE_CHECKING:
    from tenkai.kernels.low_rank import Array, Singular
    from tenkai.kernels.low_rank_hidden import Cells, Hidden, Setup
    from tenkai.learn._recommend import Names, Ranking

MOST_CELLS = 4_000_000
FIGURES = {
    "rank": "singular vectors used",
    "chosen_rank": "smallest rank that finds hidden cells within one standard error of the best",
    "matrix_rank": "singular values of the matrix above rounding",
    "known": "known cells",
    "unknown": "cells in the list",
    "auc": "chance that a hidden cell stands above one that was never known",
    "auc_low": "95 % of the hidings: lower end",
    "auc_high": "95 % of the hidings: upper end",
    "auc_popularity": "the same for the product of row and column counts",
    "auc_neighbors": "the same for the rows most alike",
    "precision": "share of the first cells of the list that were hidden",
    "recall": "share of the hidden cells among the first of the list",
}
SECOND = {
    "second_cells": "cells of the list that the second table has too",
    "second_known": "those it knows",
    "second_auc": "chance that one of these stands above one that is unknown in both",
    "second_precision": "share of them among the first of the list",
}


class Recommendations(Outputs):
    """The list, the matrices behind it, what supports it, and how well hidden cells were found again."""

    list: Annotated[Table, Help("unknown cells, the highest score first: row, column, score, band over hidings")]
    table: Annotated[Table, Shape("n p"), Help("the low-rank scores: same rows, same columns")]
    difference: Annotated[Table, Shape("n p"), Help("low-rank scores minus data")]
    evidence: Annotated[Table, Help("known cells that add most to the first of the list, and how much")]
    ranks: Annotated[Table, Help("per rank: what was found again, against popularity and neighbors")]
    evaluation: Annotated[Table, Help("per method at this rank: what was found again, with bands")]
    figures: Annotated[Scores, Keys(*FIGURES), Help("counts, and how well hidden cells are found again")]


@step("learn.recommend", version=1, title="Recommended cells", rows=Rows(same=("table", "difference"), learns="fitted"))
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
    from tenkai.kernels.low_rank import decompose
    from tenkai.kernels.low_rank_hidden import Setup, find_hidden, one_error
    from tenkai.learn._recommend import Names, asked_cells, find_cells, second_cells, unknown_names
    from tenkai.learn._threads import one_thread

    rows = _read(table, columns)
    X = rows.X
    most = min(X.shape)
    for wanted in rank:
        if wanted != "cv" and wanted > most:
            fact = f"{wanted} is not allowed."
            have = f"{count(X.shape[0], 'row')} and {count(X.shape[1], 'column')}: a rank of 1 to {most}."
            raise problem("TK111", fact, allowed=have, setting="rank")
    names = Names(tuple(table.ids.to_list()), tuple(table.layout(rows.names).features()), others["separator"])
    cells, twice = find_cells(names, X, others["mirrors"] == "merge")
    _require_cells(X, cells)
    asked = asked_cells(names, X, others["cells"] or {})
    told, strange = None, ""
    if second is not None:
        used = second.choose(columns)
        Y = second.complete_matrix(used)
        own = (second.ids.to_list(), second.layout(used).features())
        told = second_cells(names, cells, *own, Y)
        strange = unknown_names(names, *own)
    setup = Setup(
        others["hide"], others["hidden"], others["repeats"], others["top"], others["neighbors"],
        min(others["ranks"], most), others["seed"],
    )  # fmt: skip

    def report(done: int, total: int) -> None:
        run.progress(done, total, "hiding cells")

    with one_thread():
        found = decompose(X)
        fixed = [k for k in dict.fromkeys(rank) if k != "cv"]
        every = [*dict.fromkeys([*fixed, *range(1, setup.ranks + 1)])] if "cv" in rank else fixed
        seen = find_hidden(X, cells, setup, every, nested="cv" in rank, progress=report)
        chosen = one_error(seen.by_rank[:, : setup.ranks, 0], setup.share)
        task = _Task(
            rows, names, cells, twice, found, seen, every, setup, chosen, asked, others["explain"], told, strange
        )
        return [task.told(k) for k in rank]


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


def _require_cells(X: Array, cells: Cells) -> None:
    known = int((cells.mean(X) > 0).sum()) if X.size else 0
    if known < 2 or known == cells.count:
        raise problem(
            "TK631",
            f"{known} of {cells.count} cells are known.",
            allowed="Two or more known cells, and one or more unknown (0).",
            setting="columns",
        )


class _Task:
    """What all ranks share, and what is told of one of them."""

    def __init__(
        self,
        rows: RowMatrix,
        names: Names,
        cells: Cells,
        twice: bool,
        found: Singular,
        seen: Hidden,
        drawn: list[int],
        setup: Setup,
        chosen: int,
        asked: dict[str, int],
        explain: int,
        second: Array | None,
        strange: str,
    ) -> None:
        self.rows, self.names, self.cells, self.twice = rows, names, cells, twice
        self.found, self.seen, self.drawn, self.setup = found, seen, drawn, setup
        self.chosen, self.asked, self.explain, self.second = chosen, asked, explain, second
        self.strange = strange

    def told(self, rank: int | Literal["cv"]) -> Recommendations:
        """Return everything of one rank."""
        from dataclasses import replace

        from tenkai.learn._recommend import Ranking, evaluation_table, evidence_table, list_table, rank_table

        rows, cells, X, setup = self.rows, self.cells, self.rows.X, self.setup
        nested = rank == "cv"
        k = self.chosen if rank == "cv" else rank
        # A rank that was given is measured as it is, whoever else shares the hidings.
        seen = self.seen if nested else replace(self.seen, chosen=None, by_chosen=None)
        low = self.found.low_rank(k)
        ranking = Ranking.of(cells, low, X)
        merged = cells.count < X.size
        frame, ids = list_table(self.names, cells, X, ranking, seen, self.drawn.index(k), setup.top, merged)
        if self.second is not None:
            frame = frame.with_columns(pl.Series("second", self.second[ranking.order]).fill_nan(None))
        wanted = [*ranking.order[: self.explain], *(cells.group.ravel()[a] for a in self.asked.values())]
        evidence = evidence_table(self.names, cells, X, self.found, k, ranking, list(dict.fromkeys(wanted)), setup.top)
        own = Influence("learn.recommend", "fitted", rows.table.identity.union())
        notes = self._notes()

        def beside(frame: pl.DataFrame, ids: list[str] | None = None) -> Table:
            return Table.from_(frame, ids=ids, notes=notes).influenced([*rows.table.every_influence, own])

        def same(values: Array) -> Table:
            return rows.table.with_matrix(rows.names, values).influenced([own]).with_notes(notes)

        figures, about = self._figures(k, seen, ranking)
        shaped = (*rows.table.every_influence, own)
        scores = Scores.scored(figures, rows=rows.table.identity, influences=shaped, about=about).with_notes(notes)
        return Recommendations(
            beside(frame, ids),
            same(low),
            same(low - X),
            beside(evidence),
            beside(rank_table(self.seen, setup.ranks, setup.share, self.chosen)),
            beside(evaluation_table(seen, k, setup.share)),
            scores,
        )

    def _notes(self) -> tuple[Note, ...]:
        notes = []
        if self.twice and self.cells.count == self.rows.X.size:
            text = (
                "the matrix holds every cell twice (A^B and B^A): a hidden cell has a known twin, and is found by it."
            )
            notes.append(Note("TKW631", text))
        if self.strange:
            notes.append(Note("TKW632", self.strange))
        return tuple(notes)

    def _figures(self, k: int, seen: Hidden, ranking: Ranking) -> tuple[dict[str, Any], dict[str, str]]:
        from tenkai.learn._recommend import mirrors, summary

        X, setup = self.rows.X, self.setup
        at_rank = seen.by_rank[:, k - 1] if seen.by_chosen is None else seen.by_chosen
        figures: dict[str, Any] = {
            "rank": float(k),
            "chosen_rank": float(self.chosen),
            "matrix_rank": float(self.found.matrix_rank(X.shape)),
            "known": float((X > 0).sum()),
            "unknown": float(len(ranking.order)),
        }
        about = dict(FIGURES)
        for name, values in (("auc", at_rank), ("auc_popularity", seen.popularity), ("auc_neighbors", seen.neighbors)):
            figures |= {f"{name}{e}": float(v[0]) for e, v in summary(values[:, :1], setup.share).items() if e != "_se"}
            about |= {f"{name}_{end}": f"{about[name]}: 95 % of the hidings" for end in ("low", "high")}
        figures["precision"], figures["recall"] = (float(v) for v in at_rank[:, 1:].mean(axis=0))
        first = self.cells.first
        if len(ranking.order):
            figures["top"] = self.names.said(first[ranking.order[0]])
            figures["top_score"] = float(ranking.score[ranking.order[0]])
            about |= {"top": "the first cell of the list", "top_score": "its score"}
            if self.cells.count < X.size:
                figures["top_mirror"] = self.names.said(mirrors(self.cells)[ranking.order[0]])
                about["top_mirror"] = "the same cell by its other name"
        for name, flat in self.asked.items():
            group = int(self.cells.group.ravel()[flat])
            figures[name], figures[f"{name}_place"] = float(ranking.score[group]), float(ranking.place(group))
            about |= {name: f"score of {self.names.said(flat)}", f"{name}_place": "its place in the list"}
        if self.second is not None:
            figures |= self._looked_up(ranking)
            about |= SECOND
        return figures, about

    def _looked_up(self, ranking: Ranking) -> dict[str, float | None]:
        """Return what the second table says of the list."""
        from tenkai.kernels.low_rank_hidden import measured

        assert self.second is not None
        told = self.second[ranking.order]
        spoken = ~np.isnan(told)
        there = told[spoken] > 0
        figures: dict[str, float | None] = {"second_cells": float(spoken.sum()), "second_known": float(there.sum())}
        if 0 < there.sum() < len(there):
            auc, precision, _ = measured(ranking.score[ranking.order][spoken], there, self.setup.top)
            return figures | {"second_auc": auc, "second_precision": precision}
        return figures | {"second_auc": None, "second_precision": None}


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
        if name.removesuffix("_place") in (*FIGURES, *SECOND, "top", "top_score", "top_mirror"):
            raise problem("TK632", f"'{name}' is a figure already.", remedy="Choose another name.", setting="cells")
