"""How a text table is laid out: where its rows begin, how their cells are parted, what its columns are called."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tenkai.collect._cells import inner
from tenkai.collect._dialect import LOOKED_AT, column_names, find_dialect, records
from tenkai.collect._records import look, rewrite
from tenkai.errors import Note, problem
from tenkai.step import Run
from tenkai.values import Kind

Read = tuple[pl.DataFrame, Mapping[str, Kind], Sequence[Note]]


@dataclass(frozen=True)
class Layout:
    """What the beginning of the file tells.

    `before`: lines in front of the first row; `first_rows`: the first rows that have all their cells;
    `all_rows`: whether these are all rows of the file.
    """

    delimiter: str
    decimal: str
    names: list[str]
    before: int
    first_rows: list[list[str]]
    all_rows: bool
    notes: tuple[Note, ...]


def find_layout(head: str, whole: bool, delimiter: str, decimal: str, header: bool, skip: int) -> Layout:
    """Find the layout from the beginning of a text.

    Raises
    ------
    TenkaiError
        TK302 when there is no table behind the lines to skip.
    """
    text = head
    for _ in range(skip):
        text = text.partition("\n")[2]
    dialect = find_dialect(text, whole=whole, delimiter=delimiter, decimal=decimal, header=header)
    rows = records(text, dialect.delimiter, whole=whole, most=LOOKED_AT + 1)
    if not rows:
        raise problem("TK302", f"there is no table behind the first {skip} lines." if skip else "there are no rows.")
    if header and whole and len(rows) == 1:
        raise problem("TK302", "there are column names but no rows.", remedy="If the line is a row, set header: false.")
    names, notes = column_names(_as_written(text, dialect.delimiter, rows[0]), header=header)
    before = skip + (_lines_of_header(text, dialect.delimiter) if header else 0)
    first = [row for row in rows[int(header) :] if len(row) == len(names)]
    everything = whole and len(rows) <= LOOKED_AT
    return Layout(dialect.delimiter, dialect.decimal, names, before, first, everything, (*dialect.notes, *notes))


def _as_written(text: str, delimiter: str, first: list[str]) -> list[str]:
    """Return the first record with the blanks that stand behind delimiters: a note names them."""
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter)
    raw = next(record for record in reader if record)
    if len(raw) != len(first):
        return first
    return [old if old.strip() == new.strip() else new for old, new in zip(raw, first, strict=True)]


def _lines_of_header(text: str, delimiter: str) -> int:
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter, skipinitialspace=delimiter != " ")
    next(record for record in reader if record)
    return reader.line_num


def read_rows(path: Path, layout: Layout, spare: Path, use: Callable[[pl.LazyFrame], Read], run: Run) -> Read:
    """Hand the rows, as texts to be read block by block, to `use`; return what it makes of them, a frame first.

    `spare`: where an odd file (stray quotes, blank lines between rows) is written plainly, to be read again.

    Raises
    ------
    TenkaiError
        TK304 with the line of the first row that is longer or shorter than the others.
    """
    width = len(layout.names)
    found = look(path, layout.delimiter, width, layout.before, run)
    run.progress(0, 1, "reading the cells")
    if found.regular:
        try:
            result = use(_lazy(path, layout, layout.before))
        except (pl.exceptions.ComputeError, pl.exceptions.SchemaError):
            result = None  # odd quotes, which the exact reader below understands
        if result is not None and result[0].height == found.records + found.blanks:
            return (result[0].head(found.records), *result[1:])
    written = rewrite(path, spare, layout.delimiter, width, layout.before, run)
    result = use(_lazy(spare, layout, 0))
    if result[0].height != written:
        raise problem("TK304", f"{written} rows were found, {result[0].height} could be read.")
    return result


def empty_tail(path: Path, delimiter: str) -> int:
    """Count the lines of delimiters only at the end of a text; spreadsheets write them."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - (1 << 16), 0))
        lines = file.read().split(b"\n")
    found = 0
    for line in reversed(lines):
        if line.strip(b" \t\r" + delimiter.encode()):
            break
        found += delimiter.encode() in line
    return found


def _lazy(path: Path, layout: Layout, before: int) -> pl.LazyFrame:
    schema = {inner(i): pl.String() for i in range(len(layout.names))}
    return pl.scan_csv(
        path,
        has_header=False,
        skip_lines=before,
        schema=schema,
        separator=layout.delimiter,
        low_memory=True,
    )
