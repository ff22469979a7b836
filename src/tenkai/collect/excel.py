"""collect.excel: a table from a sheet of a workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import polars as pl

from tenkai.collect._archive import open_archive
from tenkai.collect._cells import MISSING, CellKind, Cells, convert, inner
from tenkai.collect._dialect import column_names
from tenkai.collect._file import ZIP, damaged, find_file, reading, seen_file
from tenkai.collect._rows import RowId, id_columns, schema_of, to_table
from tenkai.errors import Note, listing, nearest, problem
from tenkai.step import Advanced, Column, DataPath, Help, Length, Range, Run, step
from tenkai.values import Schema, Table
from tenkai.values.hashing import digest_file

# Workbooks up to this size are opened before the run, to know their columns.
LOOKED_INTO = 4 << 20


@step("collect.excel", version=1, title="Read an Excel sheet")
def excel(
    *,
    path: Annotated[DataPath, Help("the workbook: .xlsx, .xlsm, .xlsb, .xls or .ods")],
    sheet: Annotated[str | None, Help("name of the sheet; without one the first is read")] = None,
    header_row: Annotated[
        Annotated[int, Range(0, 1_048_576)] | None,
        Help("row of the sheet that holds the column names, from 1; 0: there is none; null: it is found"),
    ] = None,
    row_id: Annotated[
        Column | Annotated[list[Column], Length(1)] | None,
        Help("column that names the rows; several are joined with ^"),
    ] = None,
    missing: Annotated[list[str], Help("words that stand for a missing value"), Advanced] = MISSING,
    kinds: Annotated[dict[str, CellKind] | None, Help("kinds of some columns; the others are found"), Advanced] = None,
    run: Run,
) -> Table:
    """Read a table from a sheet of an Excel or OpenDocument workbook.

    Cells are taken by value, formulas by their last result. As in `collect.csv`, a column whose cells are all
    numbers becomes numbers, and one word among them makes it a column of texts.

    Raises
    ------
    TenkaiError
        TK302 for what is no workbook or holds no rows; TK308 for a sheet that is not there; TK305 for a cell
        that shall be a number; TK201 for a row id column that is not there; TK207 where row ids repeat.

    Notes
    -----
    The row of the column names is the first that fills at least half of the columns, so that titles above the
    table do no harm; where it is not the first row, a note says so. Empty rows, and columns without name and
    value, are left out. Dates are texts (2024-05-01 00:00:00), true and false too.

    Source
    ------
    calamine, through fastexcel.

    Example
    -------
    >>> import tenkai as tk
    >>> from xlsxwriter import Workbook
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> file = str(Path(mkdtemp()) / "bands.xlsx")
    >>> with Workbook(file) as book:
    ...     cells = book.add_worksheet("gaps")
    ...     for i, row in enumerate([["name", "gap"], ["Si", 1.1], ["Ge", 0.7]]):
    ...         _ = cells.write_row(i, 0, row)
    >>> tk.collect.excel(path=file, sheet="gaps", row_id="name")["gap"].to_list()
    [1.1, 0.7]
    """
    file = find_file(path)
    values, found, notes = _read(file, sheet, header_row, row_id, missing, kinds or {})
    for note in notes:
        run.note(note.code, note.text)
    # The sheet counts: rows of two sheets are different rows.
    return to_table(values, row_id=row_id, source=f"{digest_file(file)}|{sheet or ''}", kinds=found)


@excel.schema
def _schema(
    *,
    path: str,
    sheet: str | None,
    header_row: int | None,
    row_id: str | list[str] | None,
    missing: Sequence[str],
    kinds: Mapping[str, CellKind] | None,
) -> Schema | None:
    file = seen_file(path)
    if file is None or file.stat().st_size > LOOKED_INTO:
        return None
    values, found, _ = _read(file, sheet, header_row, row_id, missing, kinds or {})
    return schema_of(values, exact=True, kinds=found, without=id_columns(row_id, values.columns))


def _read(
    file: Path,
    sheet: str | None,
    header_row: int | None,
    row_id: RowId,
    missing: Sequence[str],
    kinds: Mapping[str, CellKind],
) -> tuple[pl.DataFrame, Mapping[str, Any], list[Note]]:
    texts, notes = _sheet(file, sheet)
    at = _header_row(texts) if header_row is None else header_row - 1
    above = texts.head(at).select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    if header_row is None and above.any():
        notes.append(Note("TKW302", f"the column names were found in row {at + 1} of the sheet."))
    header = [v or "" for v in texts.row(at)] if 0 <= at < texts.height else [""] * texts.width
    body = texts.slice(at + 1).filter(pl.any_horizontal(pl.all().is_not_null()))
    if body.height == 0:
        raise problem("TK302", "there are no rows below the column names.", setting="header_row")
    used = [i for i, name in enumerate(header) if name or body.to_series(i).null_count() < body.height]
    names, said = column_names([header[i] for i in used], header=at >= 0)
    body = body.select(pl.nth(i).alias(inner(k)) for k, i in enumerate(used))
    ids = id_columns(row_id, names)
    values, found, more = convert(body.lazy(), names, Cells(".", missing), kinds, texts=ids)
    return values, found, [*notes, *said, *more]


def _sheet(file: Path, sheet: str | None) -> tuple[pl.DataFrame, list[Note]]:
    """Return every cell of a sheet as text: types guessed from its first rows would lose later words."""
    import fastexcel

    with reading(file), file.open("rb") as opened:
        if opened.read(4) == ZIP:
            open_archive(file).close()
    try:
        book = fastexcel.read_excel(file)
    except fastexcel.FastExcelError as error:
        raise damaged(file, "an Excel workbook", error) from None
    if not book.sheet_names:
        raise damaged(file, "an Excel workbook", None)
    if sheet is not None and sheet not in book.sheet_names:
        raise problem(
            "TK308",
            f"there is no sheet '{sheet}'.",
            allowed=f"The workbook has {listing(book.sheet_names)}.",
            remedy=nearest(sheet, book.sheet_names),
            setting="sheet",
        )
    name = sheet or book.sheet_names[0]
    try:
        texts, numbers = (_load(book, name, dtype) for dtype in ("string", "float"))
    except fastexcel.FastExcelError as error:
        raise damaged(file, "an Excel workbook", error) from None
    if texts.height == 0:
        raise problem("TK302", f"the sheet '{name}' is empty.", setting="sheet")
    several = sheet is None and len(book.sheet_names) > 1
    more = f"the workbook has {listing(book.sheet_names, 6)}; '{name}' was read."
    return _exact(texts, numbers), [Note("TKW306", more)] if several else []


def _load(book: Any, name: str, dtype: str) -> pl.DataFrame:
    sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes=dtype, whitespace_as_null=True)
    frame: pl.DataFrame = sheet.to_polars()
    return frame


def _exact(texts: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """Put the digits back: as texts, the cells of numbers are rounded to nine decimals."""
    columns = []
    for text, number in zip(texts, numbers, strict=True):
        rounded = number.is_not_null() & (text.cast(pl.Float64, strict=False) != number)
        columns.append(number.cast(pl.String).zip_with(rounded.fill_null(False), text).alias(text.name))
    return pl.DataFrame(columns)


def _header_row(texts: pl.DataFrame) -> int:
    filled = texts.select(pl.sum_horizontal(pl.all().is_not_null())).to_series()
    return int((filled * 2 >= filled.max()).arg_max() or 0)
