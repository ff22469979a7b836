"""From texts to numbers: missing-value words, decimal marks, and which columns hold numbers only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from tenkai.collect._dialect import BLANKS
from tenkai.errors import Note, TenkaiError, count, listing, problem
from tenkai.values import Kind
from tenkai.values.columns import missing_column

# Words that stand for "no value" in files from everywhere; an empty cell always does.
MISSING = ["NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None", "欠損", "欠測"]
# Among numbers these can mean nothing else; among texts ("+" and "-") they can.
DASHES = ("-", "--", "—", "?", "...")

CellKind = Literal["number", "category", "text", "molecule", "crystal"]
Kinds = Mapping[str, Kind]
Types = dict[str, pl.DataType | None]
LOOKED_AT = 200


@dataclass(frozen=True)
class Cells:
    """How the texts of a table become values."""

    decimal: str = "."
    missing: Sequence[str] = ()

    def text(self, column: str) -> pl.Expr:
        """Texts without blanks around; missing words become null."""
        cell = pl.col(column).str.strip_chars(BLANKS)
        return pl.when(cell.is_in(["", *self.missing])).then(None).otherwise(cell).alias(column)

    def number_text(self, column: str) -> pl.Expr:
        """Texts of numbers as the number parser wants them; what means nothing is null."""
        cell = pl.col(column).str.strip_chars(BLANKS + "\r\n")
        if self.decimal == ",":
            # "1.234,5" has marks of thousands: it becomes what the number parser refuses
            odd = pl.concat_str(pl.lit("?"), cell)
            plain = cell.str.replace(",", ".", literal=True)
            cell = pl.when(cell.str.contains(".", literal=True)).then(odd).otherwise(plain)
        return pl.when(cell.is_in(["", *self.missing, *DASHES])).then(None).otherwise(cell)

    def number(self, column: str, dtype: pl.DataType) -> pl.Expr:
        """Numbers; a cell that is none raises polars' InvalidOperationError."""
        return self.number_text(column).cast(dtype, strict=True).alias(column)


def inner(i: int) -> str:
    """Return the name of column i while a file is read (polars takes some names for patterns)."""
    return f"c{i}"


def convert(
    frame: pl.LazyFrame, names: Sequence[str], cells: Cells, kinds: Kinds, *, texts: Sequence[str]
) -> tuple[pl.DataFrame, dict[str, Kind], list[Note]]:
    """Turn a frame of texts into values.

    Parameters
    ----------
    frame
        Columns of type String, called `inner(0)`, `inner(1)`, ...
    names
        What they are called in the end.
    cells
        Missing words and decimal mark.
    kinds
        Kinds the user has set.
    texts
        Columns to keep as texts whatever they hold (row ids).

    Returns
    -------
    frame
    kinds
        Those set and those certain; the others are for `Table.from_` to guess.
    notes

    Raises
    ------
    TenkaiError
        TK201 for a kind of a column that does not exist, TK305 for a cell that shall be a number and is none.
    """
    check_kinds(kinds, names)
    called = {inner(i): name for i, name in enumerate(names)}
    unsure = [c for c, name in called.items() if name not in texts and kinds.get(name, "number") == "number"]
    # Nearly always the first rows tell the types of all; where they do not, every cell is looked at.
    types = _survey(frame.head(LOOKED_AT), unsure, cells)
    try:
        values = _read(frame, list(called), cells, types)
        late = [c for c in unsure if types[c] is None and values[c].null_count() < values.height]
    except pl.exceptions.InvalidOperationError:
        late = unsure
    if late:
        types |= _survey(frame, [c for c in unsure if types[c] != pl.String()], cells)
        values = _read(frame, list(called), cells, types)
    forced = [c for c in unsure if called[c] in kinds]
    for column in forced:
        if types[column] == pl.String():
            raise _no_number(frame, column, called[column], cells)
    values = values.with_columns(pl.col(c).cast(pl.Float64, strict=False) for c in forced if types[c] is None)
    values.columns = list(names)
    empty = [called[c] for c in unsure if types[c] is None and values[called[c]].null_count() == values.height]
    notes = [Note("TKW304", f"{count(len(empty), 'column')} without any value: {listing(empty, 6)}.")] if empty else []
    return values, {**dict.fromkeys(empty, "text"), **kinds}, notes


def check_kinds(kinds: Kinds, names: Iterable[str]) -> None:
    """Check that the columns whose kind is set exist. Raises TK201."""
    known = dict.fromkeys(names)
    for name in kinds:
        if name not in known:
            raise missing_column(name, known, "kinds")


def _survey(frame: pl.LazyFrame, columns: Sequence[str], cells: Cells) -> Types:
    """Say per column of texts: Int64, Float64, String, or None where no cell could be a number or a word."""
    counts: list[pl.Expr] = []
    for column in columns:
        known = cells.number_text(column)
        counts += [
            known.is_not_null().sum().alias(f"{column} known"),
            known.cast(pl.Float64, strict=False).is_not_null().sum().alias(f"{column} numbers"),
            known.cast(pl.Int64, strict=False).is_not_null().sum().alias(f"{column} whole"),
        ]
    found = frame.select(counts).collect(engine="streaming").row(0, named=True) if counts else {}
    types: Types = {}
    for column in columns:
        known_, numbers, whole = (found[f"{column} {what}"] for what in ("known", "numbers", "whole"))
        if known_ == 0:
            types[column] = None
        elif numbers == known_:
            types[column] = pl.Int64() if whole == known_ else pl.Float64()
        else:
            types[column] = pl.String()
    return types


def _read(frame: pl.LazyFrame, columns: Sequence[str], cells: Cells, types: Types) -> pl.DataFrame:
    wanted: list[pl.Expr] = []
    for column in columns:
        dtype = types.get(column)
        number = dtype is not None and dtype.is_numeric()
        wanted.append(cells.number(column, dtype) if number and dtype is not None else cells.text(column))
    found = frame.select(wanted).collect(engine="streaming")
    # Many small pieces become one, column by column: the whole is never there twice.
    return pl.DataFrame([found.drop_in_place(column).rechunk() for column in columns])


def _no_number(frame: pl.LazyFrame, column: str, name: str, cells: Cells) -> TenkaiError:
    known = cells.number_text(column)
    bad = known.is_not_null() & known.cast(pl.Float64, strict=False).is_null()
    row, cell = frame.select(pl.col(column)).with_row_index("row").filter(bad).head(1).collect().row(0)
    return problem(
        "TK305",
        f"column '{name}' shall hold numbers, but the row {row + 1} below the header holds '{cell}'.",
        remedy="Correct the cell, add the word to 'missing', or choose another kind.",
        setting="kinds",
    )
