"""What the recommenders tell: one series of hidings for all ranks, and what one rank finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import polars as pl

from tenkai.errors import Note, problem
from tenkai.kernels.low_rank import Array
from tenkai.kernels.low_rank_hidden import Cells, Hidden, Setup, find_hidden, measured, one_error
from tenkai.learn._recommend import (
    Names,
    Ranking,
    asked_cells,
    evaluation_table,
    evidence_table,
    find_cells,
    list_table,
    mirrors,
    rank_table,
    second_cells,
    summary,
    unknown_names,
)
from tenkai.learn._recommend_figures import FIGURES, SECOND
from tenkai.learn._recommend_models import LowRankModel
from tenkai.learn._threads import one_thread
from tenkai.step import Run
from tenkai.values import Identity, Scores, Table
from tenkai.values.lineage import Influence


@dataclass(frozen=True)
class Source:
    """Where the cells come from: rows of a table or of a tensor, and what has shaped them."""

    step: str
    identity: Identity
    influences: tuple[Influence, ...]

    @property
    def own(self) -> Influence:
        """What the step learns from these rows."""
        return Influence(self.step, "fitted", self.identity.union())


@dataclass(frozen=True)
class Second:
    """A second table: its labels on every axis, and its cells."""

    labels: Sequence[Sequence[str]]
    cells: Array


@dataclass(frozen=True)
class Told:
    """What is told of one rank. `low`: the cells of the low rank."""

    low: Array
    list: Table
    evidence: Table
    ranks: Table
    evaluation: Table
    figures: Scores
    notes: tuple[Note, ...]
    own: Influence


def ranks_told(
    X: Array,
    names: Names,
    make: Callable[[Array], LowRankModel],
    source: Source,
    rank: Sequence[int | Literal["cv"]],
    second: Second | None,
    run: Run,
    settings: Mapping[str, Any],
) -> list[Told]:
    """Hide cells once for all ranks, and tell of each. `make`: the method; `settings`: those the steps share."""
    cells, twice = find_cells(names, X, settings["mirrors"] == "merge")
    _require_cells(X, cells)
    asked = asked_cells(names, X, settings["cells"] or {})
    told, strange = None, ""
    if second is not None:
        told = second_cells(names, cells, second.labels, second.cells)
        strange = unknown_names(names, second.labels)

    def report(done: int, total: int) -> None:
        run.progress(done, total, "hiding cells")

    with one_thread():
        model = make(X)
        setup = Setup(
            settings["hide"], settings["hidden"], settings["repeats"], settings["top"], settings["neighbors"],
            min(settings["ranks"], model.most), settings["seed"],
        )  # fmt: skip
        fixed = [k for k in dict.fromkeys(rank) if k != "cv"]
        every = [*dict.fromkeys([*fixed, *range(1, setup.ranks + 1)])] if "cv" in rank else fixed
        seen = find_hidden(X, cells, setup, every, nested="cv" in rank, progress=report, low_ranks=model.low_ranks)
        chosen = one_error(seen.by_rank[:, : setup.ranks, 0], setup.share)
        task = _Task(
            X, names, cells, twice, model, source, seen, every, setup, chosen, asked, settings["explain"], told, strange
        )
        return [task.told(k) for k in rank]


def require_rank(rank: Sequence[int | Literal["cv"]], most: int, have: str) -> None:
    """Refuse a rank beyond the data. Raises TK111."""
    for wanted in rank:
        if wanted != "cv" and wanted > most:
            allowed = f"{have}: a rank of 1 to {most}."
            raise problem("TK111", f"{wanted} is not allowed.", allowed=allowed, setting="rank")


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
        X: Array,
        names: Names,
        cells: Cells,
        twice: bool,
        model: LowRankModel,
        source: Source,
        seen: Hidden,
        drawn: list[int],
        setup: Setup,
        chosen: int,
        asked: dict[str, int],
        explain: int,
        second: Array | None,
        strange: str,
    ) -> None:
        self.X, self.names, self.cells, self.twice = X, names, cells, twice
        self.model, self.source, self.seen, self.drawn, self.setup = model, source, seen, drawn, setup
        self.chosen, self.asked, self.explain, self.second = chosen, asked, explain, second
        self.strange = strange

    def told(self, rank: int | Literal["cv"]) -> Told:
        """Return everything of one rank."""
        cells, X, setup = self.cells, self.X, self.setup
        nested = rank == "cv"
        k = self.chosen if rank == "cv" else rank
        # A rank that was given is measured as it is, whoever else shares the hidings.
        seen = self.seen if nested else replace(self.seen, chosen=None, by_chosen=None)
        low = self.model.low(k)
        ranking = Ranking.of(cells, low, X)
        merged = cells.count < X.size
        frame, ids = list_table(self.names, cells, X, ranking, seen, self.drawn.index(k), setup.top, merged)
        if self.second is not None:
            frame = frame.with_columns(pl.Series("second", self.second[ranking.order]).fill_nan(None))
        wanted = [*ranking.order[: self.explain], *(cells.group.ravel()[a] for a in self.asked.values())]
        evidence = evidence_table(
            self.names, cells, self.model.parts_of(k), ranking, list(dict.fromkeys(wanted)), setup.top
        )
        own = self.source.own
        shaped = (*self.source.influences, own)
        notes = self._notes(k)

        def beside(frame: pl.DataFrame, ids: list[str] | None = None) -> Table:
            return Table.from_(frame, ids=ids, notes=notes).influenced(shaped)

        figures, about = self._figures(k, seen, ranking)
        scores = Scores.scored(figures, rows=self.source.identity, influences=shaped, about=about)
        return Told(
            low,
            beside(frame, ids),
            beside(evidence),
            beside(rank_table(self.seen, setup.ranks, setup.share, self.chosen)),
            beside(evaluation_table(seen, k, setup.share)),
            scores.with_notes(notes),
            notes,
            own,
        )

    def _notes(self, k: int) -> tuple[Note, ...]:
        notes = []
        if self.twice and self.cells.count == self.X.size:
            text = (
                f"the {'matrix' if self.X.ndim == 2 else 'tensor'} holds every cell twice (A^B and B^A): "
                "a hidden cell has a known twin, and is found by it."
            )
            notes.append(Note("TKW631", text))
        if self.strange:
            notes.append(Note("TKW632", self.strange))
        if unsettled := self.model.unsettled(k):
            notes.append(Note("TKW640", unsettled))
        return tuple(notes)

    def _figures(self, k: int, seen: Hidden, ranking: Ranking) -> tuple[dict[str, Any], dict[str, str]]:
        X, setup = self.X, self.setup
        at_rank = seen.by_rank[:, k - 1] if seen.by_chosen is None else seen.by_chosen
        figures: dict[str, Any] = {
            "rank": float(k),
            "chosen_rank": float(self.chosen),
            "matrix_rank": float(self.model.matrix_rank),
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
        assert self.second is not None
        told = self.second[ranking.order]
        spoken = ~np.isnan(told)
        there = told[spoken] > 0
        figures: dict[str, float | None] = {"second_cells": float(spoken.sum()), "second_known": float(there.sum())}
        if 0 < there.sum() < len(there):
            auc, precision, _ = measured(ranking.score[ranking.order][spoken], there, self.setup.top)
            return figures | {"second_auc": auc, "second_precision": precision}
        return figures | {"second_auc": None, "second_precision": None}
