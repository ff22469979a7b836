"""What every reader does with a frame at the end: row ids from columns, kinds, identity of the rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from tenkai.errors import Note, problem
from tenkai.values import Kind, Schema, Table
from tenkai.values.columns import missing_column
from tenkai.values.kinds import guess_kind, kind_of_dtype

RowId = str | Sequence[str] | None


def id_columns(row_id: RowId, names: Iterable[str]) -> list[str]:
    """Return the columns that make the row ids. Raises TK201."""
    chosen = [row_id] if isinstance(row_id, str) else list(row_id or ())
    names = list(names)
    for name in chosen:
        if name not in names:
            raise missing_column(name, dict.fromkeys(names), "row_id")
    return chosen


def to_table(
    frame: pl.DataFrame,
    *,
    row_id: RowId,
    source: str | None,
    kinds: Mapping[str, Kind] | None = None,
    notes: Iterable[Note] = (),
) -> Table:
    """Make a table; the columns of the row ids leave the frame, several are joined with ``^``.

    Raises
    ------
    TenkaiError
        TK201 for a row id column that does not exist, TK204 where no other column is left, TK207 where row
        ids repeat or are missing.
    """
    chosen = id_columns(row_id, frame.columns)
    ids = None
    if chosen:  # series, not expressions: polars takes some names for patterns
        parts = pl.DataFrame([frame.get_column(n).cast(pl.String).alias(str(i)) for i, n in enumerate(chosen)])
        if len(chosen) == frame.width:
            raise problem("TK204", "every column is part of the row ids.", setting="row_id")
        ids = parts.select(pl.concat_str(pl.all(), separator="^")).to_series()
    frame = pl.DataFrame([column for column in frame if column.name not in chosen])
    given = {n: k for n, k in (kinds or {}).items() if n not in chosen}
    return Table.from_(frame, ids=ids, kinds=given, source=source, notes=notes)


def schema_of(frame: pl.DataFrame, *, exact: bool, kinds: Mapping[str, Kind], without: Sequence[str]) -> Schema:
    """Return the schema of a frame; where it holds the first rows only, texts stay undecided."""
    columns: dict[str, Kind | None] = {}
    for column in frame:
        if column.name not in without:
            found = guess_kind(column) if exact else kind_of_dtype(column.dtype)
            columns[column.name] = kinds.get(column.name) or found
    return Schema(columns)
