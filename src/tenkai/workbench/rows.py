"""Rows of a value as the page shows them: a page of them, as CSV, by their ids."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tenkai.errors import problem
from tenkai.values import Kind, Table
from tenkai.workbench.state import plain
from tenkai.workbench.values import bitset
from tenkai.workbench.wide import Wide

MOST_ROWS = 2000  # rows of one page
MOST_ASKED = 1_000_000  # row ids of one question
LONGEST_CELL = 400
_BLOCK = 20_000  # rows written at once
_TEXTS: tuple[Kind, ...] = ("category", "text", "molecule")

Positions = NDArray[np.int64]


def page_of_rows(
    wide: Wide,
    start: int,
    count: int,
    *,
    columns: Sequence[str] | None = None,
    sort: tuple[str, bool] | None = None,
    filter: str = "",
    within: str | None = None,
    at: Sequence[int] | None = None,
) -> dict[str, Any]:
    """Return some rows of a value, as it is sorted and filtered; `filter`: text that a row id or cell holds.

    `at`: the rows by position, in this order; then nothing is sorted or filtered.

    Raises
    ------
    TenkaiError
        TK201 for a column that is not there; TK548 for impossible numbers of rows.
    """
    if start < 0 or not 0 <= count <= MOST_ROWS:
        raise problem("TK548", f"{count} rows from {start} on cannot be shown.", allowed=f"At most {MOST_ROWS}.")
    names = list(columns) if columns is not None else list(wide.columns)
    if at is not None:
        given = require_rows(wide, at)
    else:
        given = positions(wide, sort=sort, filter=filter, within=within)
    shown = given[start : start + count]
    part = wide.pick(names, shown)
    return {
        "total": len(given),
        "ids": part.ids.to_list(),
        "positions": shown.tolist(),
        "columns": {n: _cells(part.frame[n], part.kinds[n]) for n in names},
    }


def require_rows(wide: Wide, at: Sequence[int]) -> Positions:
    """Return positions that all are there. Raises TK548."""
    found = np.asarray([int(k) for k in at], np.int64)
    if len(found) and not 0 <= found.min() <= found.max() < wide.height:
        raise problem("TK548", "a row is not there.", allowed=f"0 to {wide.height - 1}.")
    return found


def positions(
    wide: Wide, *, sort: tuple[str, bool] | None = None, filter: str = "", within: str | None = None
) -> Positions:
    """Return which rows are meant, in their order; a sort by the column "" is one by row id. Raises TK201, TK548."""
    at = np.arange(wide.height) if within is None else np.flatnonzero(bitset(within, wide.height))
    if filter:
        at = at[_holding(wide.pick(wide.choose(_TEXTS), at), filter)]
    if sort is not None:
        at = at[_order(wide.pick([sort[0]] if sort[0] else [], at), sort[0], sort[1])]
    return at


def csv_blocks(wide: Wide, at: Positions, columns: Sequence[str]) -> Iterator[bytes]:
    """Return rows as the parts of a CSV file; a vector or picture stands in one cell, its numbers between blanks.

    Raises
    ------
    TenkaiError
        TK201 for a column that is not there, before the first part.
    """
    wide.pick(columns, at[:0])

    def blocks() -> Iterator[bytes]:
        for start in range(0, max(len(at), 1), _BLOCK):
            frame = _flat(wide.pick(columns, at[start : start + _BLOCK]).named())
            yield frame.write_csv(include_header=start == 0).encode()

    return blocks()


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    changed: list[pl.Expr] = []
    for name, dtype in frame.schema.items():
        if isinstance(dtype, pl.Array | pl.List):
            cell = pl.col(name)
            if isinstance(dtype, pl.Array):
                cell = cell.reshape((-1, int(np.prod(dtype.shape)))).arr.to_list()
            changed.append(cell.cast(pl.List(pl.String)).list.join(" ").alias(name))
    return frame.with_columns(changed)


def ids_of(table: Table, rows: NDArray[np.bool_]) -> list[str]:
    """Return the row ids of some rows. Raises TK548 for too many."""
    if int(rows.sum()) > MOST_ASKED:
        fact = f"{int(rows.sum())} rows cannot be named one by one."
        remedy = "Select fewer, or choose them by a condition (process.filter)."
        raise problem("TK548", fact, allowed=f"At most {MOST_ASKED}.", remedy=remedy)
    return table.ids.filter(pl.Series(rows)).to_list()


def located(table: Table, groups: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Return which rows some groups of row ids are, as base64 bitsets. Raises TK548 for too many."""
    asked = sum(len(g) for g in groups)
    if asked > MOST_ASKED:
        raise problem("TK548", f"{asked} row ids come at once.", allowed=f"At most {MOST_ASKED}.")
    found: list[dict[str, Any]] = []
    for group in groups:
        rows = table.ids.is_in(pl.Series(group, dtype=pl.String).implode()).to_numpy()
        packed = np.packbits(rows, bitorder="little").tobytes()
        found.append({"rows": base64.b64encode(packed).decode(), "n": int(rows.sum())})
    return found


def _holding(table: Table, text: str) -> NDArray[np.bool_]:
    wanted = text.casefold()
    found = table.ids.str.to_lowercase().str.contains(wanted, literal=True).to_numpy().copy()
    for name in table.columns:
        if table.kinds[name] in ("category", "text", "molecule"):
            cells = table.frame[name].cast(pl.String).str.to_lowercase().str.contains(wanted, literal=True)
            found |= cells.fill_null(False).to_numpy()
    return np.asarray(found)


def _order(table: Table, column: str, descending: bool) -> Positions:
    series = table.frame[column] if column else table.ids
    if isinstance(series.dtype, pl.Array | pl.List):
        raise problem("TK548", f"rows cannot be sorted by '{column}', whose cells are no single values.")
    if series.dtype.is_float():
        series = series.fill_nan(None)
    return series.arg_sort(descending=descending, nulls_last=True).cast(pl.Int64).to_numpy()


def _cells(series: pl.Series, kind: str) -> list[Any]:
    if kind == "image" and isinstance(series.dtype, pl.Array):  # its picture is asked for
        told = " × ".join(map(str, series.dtype.shape))
        return [None if gone else told for gone in series.is_null().to_list()]
    if kind == "crystal":  # so is this one's; extended XYZ begins with the number of atoms
        heads = [None if v is None else str(v).split("\n", 1)[0].strip()[:12] for v in series.to_list()]
        return [f"{h} atom{'' if h == '1' else 's'}" if h and h.isdigit() else h for h in heads]
    if isinstance(series.dtype, pl.Array | pl.List):
        return [None if v is None else f"{len(v)} numbers" for v in series.to_list()]
    cells = [plain(v) for v in series.to_list()]
    return [c if not isinstance(c, str) or len(c) <= LONGEST_CELL else c[:LONGEST_CELL] + "…" for c in cells]
