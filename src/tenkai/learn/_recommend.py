"""What learn.recommend is made of: names of cells, mirrored cells, lists, evidence, and figures of hidden cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import count, listing, nearest, problem
from tenkai.kernels.low_rank import Array
from tenkai.kernels.low_rank_hidden import MEASURES, Cells, Hidden, standard_error

BAND = (2.5, 97.5)
Contributions = Callable[[tuple[int, ...]], Array]
"""From the place of a cell to what every known cell adds to its score."""


@dataclass(frozen=True)
class Names:
    """Labels of rows and columns, or of every axis; a label is made of fields, joined with a separator."""

    axes: tuple[tuple[str, ...], ...]
    separator: str
    titles: tuple[str, ...] = ("row", "column")

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and columns."""
        return tuple(len(of) for of in self.axes)

    @property
    def thing(self) -> str:
        """Say what has such names."""
        return "table" if self.titles == ("row", "column") else "tensor"

    def cell(self, at: int) -> tuple[str, ...]:
        """Return row and column name of a flat position."""
        return tuple(of[int(i)] for of, i in zip(self.axes, np.unravel_index(int(at), self.shape), strict=True))

    def said(self, at: int) -> str:
        """Write a cell: row, blank, column."""
        return " ".join(self.cell(at))

    def partner(self) -> NDArray[np.int64] | None:
        """Return the flat position of every cell's mirror, or None where names have none.

        Two axes with the same labels that stand side by side change places. Elsewhere the mirror of A^B is B^A, and
        that of 4^6^R-3m is 6^4^R-3m; labels of one field are their own.
        """
        places = np.indices(self.shape)
        mirror = list(places)
        changed = False
        axis = 0
        while axis < len(self.axes):
            if axis + 1 < len(self.axes) and self.axes[axis] == self.axes[axis + 1]:
                mirror[axis], mirror[axis + 1] = places[axis + 1], places[axis]
                changed |= len(self.axes[axis]) > 1
                axis += 2
                continue
            own = _mirrored(self.axes[axis], self.separator)
            if own is not None:
                mirror[axis] = own[places[axis]]
                changed |= bool((own != np.arange(len(own))).any())
            axis += 1
        return np.ravel_multi_index(mirror, self.shape).astype(np.int64) if changed else None


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


def position(names: Names, labels: Sequence[str]) -> int:
    """Return the flat position of a cell."""
    if len(labels) != len(names.axes):
        fact = f"{listing(labels)} names {count(len(labels), 'part')}."
        raise problem("TK632", fact, allowed=f"{len(names.axes)}: [{', '.join(names.titles)}].", setting="cells")
    for label, title, have in zip(labels, names.titles, names.axes, strict=True):
        if label not in have:
            fact = f"there is no {title} '{label}'."
            raise problem("TK632", fact, remedy=nearest(label, have), setting="cells")
    where = [have.index(label) for label, have in zip(labels, names.axes, strict=True)]
    return int(np.ravel_multi_index(where, names.shape))


def asked_cells(names: Names, X: Array, cells: Mapping[str, list[str]]) -> dict[str, int]:
    """Return the flat positions of cells asked for by their labels. Raises TK632."""
    found = {}
    for name, where in cells.items():
        at = position(names, where)
        if X.ravel()[at] > 0:
            raise problem(
                "TK632",
                f"the cell {' '.join(where)} is known: it holds {X.ravel()[at]:g}.",
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
    labels = [names.cell(a) for a in first]
    columns: dict[str, Any] = {title: [of[i] for of in labels] for i, title in enumerate(names.titles)}
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
    for axis, (title, at_label) in enumerate(zip(names.titles, np.unravel_index(first, X.shape), strict=True)):
        known = (X > 0).sum(axis=tuple(a for a in range(X.ndim) if a != axis))
        columns[f"known_in_{title}"] = known[at_label]
    frame = pl.DataFrame({"place": np.arange(1, len(order) + 1), **columns}).with_columns(
        pl.col("low", "high", "share_top").fill_nan(None)
    )
    return frame, [" ".join(of) for of in labels]


def evidence_table(
    names: Names, cells: Cells, parts_of: Contributions, ranking: Ranking, wanted: Sequence[int], most: int
) -> pl.DataFrame:
    """Return the known cells that add most to the scores of some groups; all together add up to the score."""
    rows: list[tuple[str, str, float, float]] = []
    first = cells.first
    for group in wanted:
        where = tuple(int(i) for i in np.unravel_index(int(first[group]), names.shape))
        parts = np.bincount(cells.group.ravel(), parts_of(where).ravel(), cells.count)
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


def second_cells(names: Names, cells: Cells, labels: Sequence[Sequence[str]], Y: Array) -> Array:
    """Return what a second table says of each group: above 0 where it is known there, NaN where it is silent.

    Raises
    ------
    TenkaiError
        TK633 when the tables have no cell in common.
    """
    own = [{name: i for i, name in enumerate(of)} for of in names.axes]
    there = [[i for i, name in enumerate(of) if name in have] for of, have in zip(labels, own, strict=True)]
    here = [[have[of[i]] for i in some] for of, have, some in zip(labels, own, there, strict=True)]
    told = np.full(names.shape, np.nan)
    told[np.ix_(*here)] = Y[np.ix_(*there)]
    if np.isnan(told).all():
        first, known = (
            [f"{title} '{of[0]}'" for title, of in zip(names.titles, some, strict=True)]
            for some in (labels, names.axes)
        )
        raise problem(
            "TK633",
            f"the second {names.thing} has {_and(first)}; no cell has a name in this one.",
            allowed=f"Names here: {', '.join(known)}.",
            setting="second",
        )
    flat = cells.group.ravel()
    out = np.full(cells.count, -np.inf)
    np.maximum.at(out, flat, np.where(np.isnan(told), -np.inf, told).ravel())
    return np.where(np.isinf(out), np.nan, out)


def unknown_names(names: Names, labels: Sequence[Sequence[str]]) -> str:
    """Say how many rows and columns of a second table the first does not have; nothing where it has all."""
    have = [set(of) for of in names.axes]
    lost = [sum(name not in known for name in some) for some, known in zip(labels, have, strict=True)]
    if not any(lost):
        return ""
    things = [f"{title}s" if names.thing == "table" else f"labels of {title}" for title in names.titles]
    parts = [f"{n} of {len(some)} {thing}" for n, some, thing in zip(lost, labels, things, strict=True)]
    return f"{_and(parts)} of the second {names.thing} have names that this one lacks; they are left out."


def _and(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]])


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
