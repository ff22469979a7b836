"""collect.csv: a table from a text file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

import polars as pl

from tenkai.collect._cells import MISSING, CellKind, Cells, convert, inner
from tenkai.collect._dialect import check_delimiter
from tenkai.collect._encoding import check_encoding
from tenkai.collect._file import find_file, seen_file
from tenkai.collect._layout import empty_tail, find_layout, read_rows
from tenkai.collect._rows import id_columns, schema_of, to_table
from tenkai.collect._text import open_text, read_head
from tenkai.errors import count
from tenkai.step import Advanced, Column, DataPath, Help, Length, Range, Run, step
from tenkai.values import Schema, Table
from tenkai.values.hashing import digest_file


@step("collect.csv", version=1, title="Read a text table (CSV)")
def csv(
    *,
    path: Annotated[DataPath, Help("the file, also packed as .gz or .zst")],
    delimiter: Annotated[str, Help("character between the cells of a line, or auto")] = "auto",
    decimal: Annotated[Literal["auto", ".", ","], Help("decimal mark of numbers")] = "auto",
    header: Annotated[bool, Help("whether the first line holds the column names")] = True,
    row_id: Annotated[
        Column | Annotated[list[Column], Length(1)] | None,
        Help("column that names the rows; several are joined with ^"),
    ] = None,
    encoding: Annotated[str, Help("encoding of the text, or auto")] = "auto",
    missing: Annotated[list[str], Help("words that stand for a missing value"), Advanced] = MISSING,
    kinds: Annotated[dict[str, CellKind] | None, Help("kinds of some columns; the others are found"), Advanced] = None,
    skip: Annotated[int, Range(0, 10_000), Help("lines before the table"), Advanced] = 0,
    run: Run,
) -> Table:
    r"""Read a table from a text file: CSV, TSV and their relatives.

    Delimiter, decimal mark and encoding are found out, and said where they are not the usual ones. A column
    whose cells are all numbers becomes numbers; texts lose the blanks around them.

    Raises
    ------
    TenkaiError
        TK302 for a file that is empty, damaged or no text; TK303 where the encoding does not fit; TK304 with
        the line where a line has more or fewer cells than the first; TK305 for a cell that shall be a number;
        TK201 for a row id column that is not there; TK207 where row ids repeat.

    Notes
    -----
    Found encodings: UTF-8, UTF-16, Shift_JIS (cp932), EUC-JP and Western (cp1252); name another one yourself.
    An empty cell is always missing; in columns of numbers so are ``-``, ``--``, ``—``, ``?`` and ``...``.
    Numbers with marks of thousands stay texts. Blank lines are left out. The columns that make the row ids
    leave the table. Column names lose the blanks around them; columns without a name are called
    ``column 1`` and so on, and of several columns of one name the later are numbered. A file of 1 GB is read
    in little more memory than its numbers need.

    Source
    ------
    RFC 4180; polars, scan_csv.

    Example
    -------
    >>> import tenkai as tk
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "bands.csv"
    >>> _ = file.write_text("name; gap\nSi; 1,1\nGe; 0,7\n")
    >>> table = tk.collect.csv(path=str(file), row_id="name")
    >>> table.ids.to_list(), table["gap"].to_list()
    (['Si', 'Ge'], [1.1, 0.7])
    """
    file = find_file(path)
    with open_text(file, encoding) as text, TemporaryDirectory(prefix="tenkai-") as folder:
        layout = find_layout(*text.head(skip + 2), delimiter, decimal, header, skip)
        for note in (*text.notes, *layout.notes):
            run.note(note.code, note.text)
        ids = id_columns(row_id, layout.names)
        make = partial(convert, names=layout.names, cells=Cells(layout.decimal, missing), kinds=kinds or {}, texts=ids)
        frame, found, notes = read_rows(text.path, layout, Path(folder) / "plain.csv", make, run)
        empty = empty_tail(text.path, layout.delimiter)
    if empty:
        frame = frame.head(-empty)
        run.note("TKW305", f"{count(empty, 'row')} without any value at the end left out.")
    for note in notes:
        run.note(note.code, note.text)
    source = digest_file(file) + ("" if header and not skip else f"|{header}|{skip}")
    return to_table(frame, row_id=row_id, source=source, kinds=found)


@csv.check
def _check(*, delimiter: str, encoding: str, **_: object) -> None:
    check_delimiter(delimiter)
    check_encoding(encoding)


@csv.schema
def _schema(
    *,
    path: str,
    delimiter: str,
    decimal: str,
    header: bool,
    row_id: str | list[str] | None,
    encoding: str,
    missing: Sequence[str],
    kinds: Mapping[str, CellKind] | None,
    skip: int,
) -> Schema | None:
    file = seen_file(path)
    if file is None:
        return None
    text, whole = read_head(file, encoding)
    layout = find_layout(text, whole, delimiter, decimal, header, skip)
    ids = id_columns(row_id, layout.names)
    rows = layout.first_rows
    frame = pl.DataFrame(rows, schema=[(inner(i), pl.String) for i in range(len(layout.names))], orient="row")
    values, found, _ = convert(frame.lazy(), layout.names, Cells(layout.decimal, missing), kinds or {}, texts=ids)
    return schema_of(values, exact=layout.all_rows, kinds=found, without=ids)
