"""Tables one below the other: columns that agree, values of one type, and what shaped each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from tenkai.errors import TenkaiError, listing, nearest, problem
from tenkai.process._preparation import combined
from tenkai.step import Run
from tenkai.values import Fitted, Identity, Influence, Kind, Table


@dataclass(frozen=True)
class Stacked:
    """Everything of a table but its row ids, and these as they came."""

    frame: pl.DataFrame
    kinds: dict[str, Kind]
    ids: pl.Series
    identity: Identity
    influences: tuple[Influence, ...]
    preparation: tuple[Fitted, ...]


def stacked(tables: Sequence[Table], labels: Sequence[str], *, fill: bool, step: str, run: Run) -> Stacked:
    """Put tables one below the other.

    Parameters
    ----------
    labels : what to call each table in a message
    fill : columns may differ; what a table lacks is missing
    step : the step that does it

    Raises
    ------
    TenkaiError
        TK210 when columns or their kinds differ, TK204 when there are no columns.
    """
    kinds = _columns(tables, labels, fill, run)
    if not kinds:
        raise problem("TK204", "the tables have no columns.")
    try:
        frame = pl.concat([_part(t, kinds, tables) for t in tables], how="vertical_relaxed", rechunk=True)
    except pl.exceptions.SchemaError as error:
        raise problem("TK210", f"cells of different types in one column: {str(error).splitlines()[0]}.") from None
    origins = {name: [(t, name) for t in tables if name in t.kinds] for name in kinds}
    everywhere = set.intersection(*({i.digest for i in t.influences} for t in tables))
    return Stacked(
        frame,
        kinds,
        pl.concat([t.ids.alias("row id") for t in tables]),
        # What shaped only some of the tables goes with their rows.
        Identity.concat([t.identity.shaped(i for i in t.influences if i.digest not in everywhere) for t in tables]),
        tuple(i for i in tables[0].influences if i.digest in everywhere),
        combined(step, origins),
    )


def _columns(tables: Sequence[Table], labels: Sequence[str], fill: bool, run: Run) -> dict[str, Kind]:
    """Return the columns of the result with their kinds; all tables must agree."""
    kinds: dict[str, Kind] = {}
    for table, label in zip(tables, labels, strict=True):
        for name, kind in table.kinds.items():
            known = kinds.setdefault(name, kind)
            if known != kind and not {known, kind} <= {"text", "category"}:
                raise problem("TK210", f"column '{name}' is of kind {known}, but of kind {kind} in table {label}.")
    lacking = {label: [n for n in kinds if n not in t.kinds] for t, label in zip(tables, labels, strict=True)}
    if not fill:
        for table, label in zip(tables, labels, strict=True):
            if lacking[label]:
                raise _differ(lacking[label], table, label)
    told = [f"{label} lacks {listing(gone, 4)}" for label, gone in lacking.items() if gone]
    if told:
        run.note("TKW212", f"cells are missing where tables lack columns: {'; '.join(told[:4])}.")
    return kinds


def _differ(lacking: list[str], table: Table, label: str) -> TenkaiError:
    return problem(
        "TK210",
        f"table {label} has no {listing(lacking, 6)}.",
        allowed="All tables have the same columns.",
        remedy=f"{nearest(lacking[0], table.columns)} Select the common columns first, or set fill: true.".strip(),
        setting="fill",
    )


def _part(table: Table, kinds: dict[str, Kind], tables: Sequence[Table]) -> pl.DataFrame:
    """Return the columns of one table in the common order; those it lacks hold nothing."""
    found: dict[str, pl.Series] = {}
    for name, kind in kinds.items():
        like = next(t.frame[name] for t in tables if name in t.kinds)
        if name not in table.kinds:
            found[name] = pl.repeat(None, table.height, dtype=like.dtype, eager=True)
            continue
        column = table.frame[name]
        if isinstance(like.dtype, pl.Array) and tuple(column.dtype.shape) != tuple(like.dtype.shape):  # type: ignore[attr-defined]
            raise problem(
                "TK210",
                f"column '{name}' holds {kind}s of shape {tuple(like.dtype.shape)} and of shape "
                f"{tuple(column.dtype.shape)}.",  # type: ignore[attr-defined]
                allowed="All have the same shape.",
            )
        texts = column.dtype == pl.Boolean and any(t.frame[name].dtype == pl.String for t in tables if name in t.kinds)
        found[name] = column.cast(pl.String) if texts else column
    return pl.DataFrame(found)
