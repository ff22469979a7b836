"""What learn.recommend is made of: names of cells, mirrored cells, lists, evidence, and figures of hidden cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import nearest, problem
from tenkai.kernels.low_rank import Array, Singular, contributions
from tenkai.kernels.low_rank_hidden import MEASURES, Cells, Hidden, standard_error

BAND = (2.5, 97.5)


@dataclass(frozen=True)
class Names:
    """Names of rows and columns; a name is made of fields, joined with a separator."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    separator: str

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows), len(self.columns)

    def cell(self, at: int) -> tuple[str, str]:
        """Return row and column name of a flat position."""
        i, j = divmod(int(at), len(self.columns))
        return self.rows[i], self.columns[j]

    def said(self, at: int) -> str:
        """Write a cell: row, blank, column."""
        return " ".join(self.cell(at))

    def partner(self) -> NDArray[np.int64] | None:
        """Return the flat position of every cell's mirror, or None where names have none.

        The mirror of row A^B is B^A, and that of column 4^6^R-3m is 6^4^R-3m; a column of one field is its own.
        """
        rows = _mirrored(self.rows, self.separator)
        if rows is None or (rows == np.arange(len(rows))).all():
            return None
        columns = _mirrored(self.columns, self.separator)
        if columns is None:
            columns = np.arange(len(self.columns))
        return rows[:, None] * len(self.columns) + columns[None, :]


def _mirrored(names: Sequence[str], separator: str) -> NDArray[np.int64] | None:
    """Return the position of each name with its first two fields swapped; None where one is not there."""
    at = {name: i for i, name in enumerate(names)}
    out = np.arange(len(names))
    for i, name in enumerate(names):
        fields = name.split(separator)
        if len(fields) < 2:
            return None
        swapped = separator.join([fields[1], fields[0], *fields[2:]])
        if swapped not in at:
            return None
        out[i] = at[swapped]
    return out


def find_cells(names: Names, X: Array, merge: bool) -> tuple[Cells, bool]:
    """Return which cells are one, and whether the matrix holds every cell twice."""
    partner = names.partner()
    twice = partner is not None and bool((X.ravel()[partner] == X).all())
    return (Cells.paired(partner) if twice and merge and partner is not None else Cells.single(names.shape)), twice


def mirrors(cells: Cells) -> NDArray[np.int64]:
    """Return the flat position of the other cell of each group, its own where it is single."""
    flat = cells.group.ravel()
    last = np.zeros(cells.count, np.int64)
    np.maximum.at(last, flat, np.arange(len(flat)))
    return last


def position(names: Names, row: str, column: str) -> int:
    """Return the flat position of a cell."""
    if row not in names.rows or column not in names.columns:
        which, have = ("row", names.rows) if row not in names.rows else ("column", names.columns)
        wrong = row if which == "row" else column
        raise problem("TK632", f"there is no {which} '{wrong}'.", remedy=nearest(wrong, have), setting="cells")
    return names.rows.index(row) * len(names.columns) + names.columns.index(column)


def asked_cells(names: Names, X: Array, cells: Mapping[str, list[str]]) -> dict[str, int]:
    """Return the flat positions of cells asked for by row and column. Raises TK632."""
    found = {}
    for name, where in cells.items():
        at = position(names, where[0], where[1])
        if X.ravel()[at] > 0:
            raise problem(
                "TK632",
                f"the cell {where[0]} {where[1]} is known: it holds {X.ravel()[at]:g}.",
                allowed="Allowed: cells that hold 0.",
                setting="cells",
            )
        found[name] = at
    return found


@dataclass(frozen=True)
class Ranking:
    """The unknown groups at one rank, the highest score first."""

    order: NDArray[np.int64]
    score: Array

    @classmethod
    def of(cls, cells: Cells, low: Array, X: Array) -> Ranking:
        """Rank by the difference of low rank and data; equal scores stay in the order of the table."""
        score = cells.mean(low - X)
        unknown = np.flatnonzero(cells.mean(X) == 0)
        # Mirrored and equivalent cells differ by rounding only, which must not order them.
        order = unknown[np.argsort(-np.round(score[unknown], 10), kind="stable")]
        return cls(order, score)

    def place(self, group: int) -> int:
        """Return the place of a group in the list, from 1."""
        return int(np.flatnonzero(self.order == group)[0]) + 1


def list_table(
    names: Names, cells: Cells, X: Array, ranking: Ranking, hidden: Hidden, at: int, top: int, mirrored: bool
) -> tuple[pl.DataFrame, list[str]]:
    """Return the ranked list with what hiding does to it, and its row ids."""
    order = ranking.order
    first = cells.first[order]
    pairs = [names.cell(a) for a in first]
    columns: dict[str, list[str] | Array] = {"row": [r for r, _ in pairs], "column": [c for _, c in pairs]}
    if mirrored:
        columns["mirror"] = [names.said(a) for a in mirrors(cells)[order]]
    drawn, places = hidden.scores[:, at, order], hidden.places[:, at, order]
    seen = (~np.isnan(drawn)).sum(axis=0)
    some = seen > 0
    low, high = np.full(len(order), np.nan), np.full(len(order), np.nan)
    if some.any():
        low[some], high[some] = np.nanpercentile(drawn[:, some], BAND, axis=0)
    columns["score"] = ranking.score[order]
    columns["low"], columns["high"] = low, high
    columns["share_top"] = np.where(some, (places <= top).sum(axis=0) / np.maximum(seen, 1), np.nan)
    i, j = np.divmod(first, X.shape[1])
    columns["known_in_row"] = (X > 0).sum(axis=1)[i]
    columns["known_in_column"] = (X > 0).sum(axis=0)[j]
    frame = pl.DataFrame({"place": np.arange(1, len(order) + 1), **columns}).with_columns(
        pl.col("low", "high", "share_top").fill_nan(None)
    )
    return frame, [" ".join(p) for p in pairs]


def evidence_table(
    names: Names, cells: Cells, X: Array, found: Singular, k: int, ranking: Ranking, wanted: Sequence[int], most: int
) -> pl.DataFrame:
    """Return the known cells that add most to the scores of some groups; all together add up to the score."""
    rows: list[tuple[str, str, float, float]] = []
    first = cells.first
    for group in wanted:
        i, j = divmod(int(first[group]), X.shape[1])
        parts = np.bincount(cells.group.ravel(), contributions(X, found, k, i, j).ravel(), cells.count)
        score = ranking.score[group]
        order = np.argsort(-np.abs(np.round(parts, 10)), kind="stable")[:most]
        for other in order[np.abs(parts[order]) > 1e-9]:
            share = parts[other] / score if score else np.nan
            rows.append((names.said(first[group]), names.said(first[other]), float(parts[other]), float(share)))
    return pl.DataFrame(
        rows,
        schema={"cell": pl.String, "known": pl.String, "contribution": pl.Float64, "share": pl.Float64},
        orient="row",
    )


def summary(values: Array, share: float) -> dict[str, Array]:
    """Mean, standard error and band over repeats (axis 0)."""
    low, high = np.nanpercentile(values, BAND, axis=0)
    return {"": values.mean(axis=0), "_se": standard_error(values, share), "_low": low, "_high": high}


def second_cells(names: Names, cells: Cells, table_rows: Sequence[str], columns: Sequence[str], Y: Array) -> Array:
    """Return what a second table says of each group: above 0 where it is known there, NaN where it is silent.

    Raises
    ------
    TenkaiError
        TK633 when the tables have no cell in common.
    """
    rows = {name: i for i, name in enumerate(names.rows)}
    places = {name: j for j, name in enumerate(names.columns)}
    told = np.full(names.shape, np.nan)
    for i, row in enumerate(table_rows):
        for j, column in enumerate(columns):
            if row in rows and column in places:
                told[rows[row], places[column]] = Y[i, j]
    if np.isnan(told).all():
        raise problem(
            "TK633",
            f"the second table has row '{table_rows[0]}' and column '{columns[0]}'; no cell has a name in this one.",
            allowed=f"Names here: row '{names.rows[0]}', column '{names.columns[0]}'.",
            setting="second",
        )
    flat = cells.group.ravel()
    out = np.full(cells.count, -np.inf)
    np.maximum.at(out, flat, np.where(np.isnan(told), -np.inf, told).ravel())
    return np.where(np.isinf(out), np.nan, out)


def unknown_names(names: Names, rows: Sequence[str], columns: Sequence[str]) -> str:
    """Say how many rows and columns of a second table the first does not have; nothing where it has all."""
    have = (set(names.rows), set(names.columns))
    lost = [sum(name not in known for name in some) for some, known in zip((rows, columns), have, strict=True)]
    if not any(lost):
        return ""
    return (
        f"{lost[0]} of {len(rows)} rows and {lost[1]} of {len(columns)} columns of the second table have names that "
        "this one lacks; they are left out."
    )


def rank_table(hidden: Hidden, ranks: int, share: float, chosen: int) -> pl.DataFrame:
    """Return what each rank found again, with the rank the one-standard-error rule takes."""
    columns: dict[str, Array] = {}
    for m, measure in enumerate(MEASURES):
        columns |= {f"{measure}{end}": v for end, v in summary(hidden.by_rank[:, :ranks, m], share).items()}
    for name, values in (("popularity", hidden.popularity), ("neighbors", hidden.neighbors)):
        columns[f"auc_{name}"] = np.full(ranks, values[:, 0].mean())
    count = np.arange(1, ranks + 1)
    return pl.DataFrame({"rank": count, **columns, "chosen": count == chosen})


def evaluation_table(hidden: Hidden, rank: int, share: float) -> pl.DataFrame:
    """Return one row per method: what it found again, with bands over the repeats."""
    found = hidden.by_rank[:, rank - 1] if hidden.by_chosen is None else hidden.by_chosen
    methods = {"low rank": found, "popularity": hidden.popularity, "neighbors": hidden.neighbors}
    columns: dict[str, list[float]] = {}
    for values in methods.values():
        for m, measure in enumerate(MEASURES):
            for end, v in summary(values[:, [m]], share).items():
                columns.setdefault(f"{measure}{end}", []).append(float(v[0]))
    return pl.DataFrame({"method": list(methods), **columns})
