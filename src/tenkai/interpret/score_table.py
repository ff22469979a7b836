"""interpret.score_table: scores side by side as a table."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
import polars as pl

from tenkai.errors import listing, nearest, problem
from tenkai.interpret._sweeps import Member, axis_values, members, written
from tenkai.step import Help, Length, step
from tenkai.values import Scores, Sweep, Table

LENS = ("scored", "prepared", "fitted", "chosen")


@step("interpret.score_table", version=1, title="Table of scores")
def score_table(
    scores: Annotated[list[Scores] | Sweep[Scores], Help("swept scores, or a list of scores")],
    *,
    figures: Annotated[list[str] | None, Length(1), Help("which scores; default: all")] = None,
    names: Annotated[list[str] | None, Help("what the scores of a list are called: one name each")] = None,
    by: Annotated[str | None, Help("score (or setting) that orders the rows; default: as computed")] = None,
    order: Annotated[Literal["descending", "ascending"], Help("highest or lowest first")] = "descending",
) -> Table:
    """Write scores as a table: one row per point of a sweep or per scores of a list.

    The settings come first, then the scores, then what the leak lens counts: how many rows were scored, and on
    how many of them scaler (prepared), model (fitted) and settings (chosen) were made. Row ids name the settings.

    Raises
    ------
    TenkaiError
        TK708 when there is nothing to write, or not one name each; TK709 for a score that does not exist.

    Notes
    -----
    A score that a point does not have is missing, and stands last in any order. The first row after sorting was
    chosen on the rows it was scored on: take the setting with interpret.best, which remembers that.

    Source
    ------
    The loop end of KNIME, which stacks one row per pass and appends the swept value.

    Example
    -------
    >>> import tenkai as tk
    >>> from tenkai.values import Axis, Scores, Sweep
    >>> axis = Axis("k", "neighbors", "k", (5, 9))
    >>> scores = Sweep((axis,), ({"k": 5}, {"k": 9}), (Scores({"r2": 0.5}), Scores({"r2": 0.75})))
    >>> tk.interpret.score_table(scores, by="r2").frame.rows()
    [(9, 0.75), (5, 0.5)]
    """
    found = members(scores)
    if not found:
        raise problem("TK708", "there are no scores.", setting="scores")
    settings = axis_values(found)
    columns = {name: column(cells) for name, cells in settings.items()}
    have = list(dict.fromkeys(name for m in found for name in m.value.figures))
    for name in _chosen(have, figures):
        columns[_free(name, columns)] = column([m.value.figures.get(name) for m in found])
    if any(m.value.lens is not None for m in found):
        counts = [m.value.lens.counts() if m.value.lens is not None else {} for m in found]
        for kind in LENS:
            columns[_free(kind, columns)] = column([c.get(kind) for c in counts])
    table = Table.from_(pl.DataFrame(columns), ids=_ids(found, names))
    table = table.influenced(i for m in found for i in m.value.influences)
    return table if by is None else table.take(_sorted(table, by, order))


def _chosen(have: list[str], figures: list[str] | None) -> list[str]:
    for name in figures or ():
        if name not in have:
            fact, allowed = f"there is no score '{name}'.", f"Scores: {listing(have)}."
            raise problem("TK709", fact, allowed=allowed, remedy=nearest(name, have), setting="figures")
    return list(dict.fromkeys(figures)) if figures is not None else have


def _free(name: str, taken: dict[str, pl.Series]) -> str:
    """Return a name that is not taken: a score may be called like a setting; both stay."""
    while name in taken:
        name += " (score)"
    return name


def _sorted(table: Table, by: str, order: str) -> np.ndarray[Any, Any]:
    if by not in table.columns:
        fact, allowed = f"there is no score or setting '{by}'.", f"Columns: {listing(table.columns)}."
        raise problem("TK709", fact, allowed=allowed, remedy=nearest(by, table.columns), setting="by")
    at = table[by].fill_nan(None) if table[by].dtype.is_float() else table[by]
    places = at.to_frame("key").with_row_index("at").sort(
        "key", descending=order == "descending", nulls_last=True, maintain_order=True
    )  # fmt: skip
    return places["at"].to_numpy().astype(np.int64)


def _ids(found: list[Member[Scores]], names: list[str] | None) -> list[str]:
    if names is None:
        return row_names(found)
    if len(names) != len(found):
        fact = f"there are {len(names)} names for {len(found)} scores."
        raise problem("TK708", fact, allowed="Give one name each.", setting="names")
    return names


def column(cells: list[Any]) -> pl.Series:
    """Return cells as numbers where all are, as truth values where all are, else as texts."""
    known = [c for c in cells if c is not None]
    if known and all(isinstance(c, bool) for c in known):
        return pl.Series(cells, dtype=pl.Boolean)
    if known and all(isinstance(c, int) and not isinstance(c, bool) for c in known):
        return pl.Series(cells, dtype=pl.Int64)
    if not known or all(isinstance(c, int | float) and not isinstance(c, bool) for c in known):
        return pl.Series([None if c is None else float(c) for c in cells], dtype=pl.Float64)
    return pl.Series([None if c is None else written(c) for c in cells], dtype=pl.String)


def row_names(found: list[Member[Scores]]) -> list[str]:
    """Return one row id per point: its settings, numbered where they repeat or there are none."""
    names = [m.name or f"Row{i}" for i, m in enumerate(found)]
    return names if len(set(names)) == len(names) else [f"{n} ({i})" for i, n in enumerate(names)]
