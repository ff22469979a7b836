"""Are all records of a text table of the same length? A fast look at the bytes, and an exact one where in doubt."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tenkai.collect._dialect import LONGEST_CELL
from tenkai.collect._file import BLOCK
from tenkai.errors import TenkaiError, problem
from tenkai.step import Run

_NEWLINE, _RETURN, _QUOTE = 10, 13, 34


@dataclass(frozen=True)
class Look:
    """What the fast look found: records of equal length and blank lines behind them.

    `regular` False: the exact look must decide.
    """

    regular: bool
    records: int = 0
    blanks: int = 0


def look(path: Path, delimiter: str, width: int, skip: int, run: Run) -> Look:
    """Count the records behind `skip` lines and see whether each has `width` cells. Fast: vectorised over bytes.

    It takes every quote for the begin or end of a quoted cell, and gives up on anything unusual: a record of
    another length, a blank line between records, an open quote at the end.
    """
    state = _State(delimiter=ord(delimiter), width=width)
    total = max(path.stat().st_size, 1)
    with path.open("rb") as file:
        for _ in range(skip):
            file.readline()
        while block := file.read(BLOCK):
            run.progress(file.tell(), total, "looking at the lines")
            if not state.feed(np.frombuffer(block, np.uint8)):
                return Look(False)
    return state.finish()


class _State:
    """The look at the bytes, block by block; a record may reach over several blocks."""

    def __init__(self, delimiter: int, width: int) -> None:
        self.delimiter, self.width = delimiter, width
        self.records = 0
        self.delimiters = 0  # in the record begun
        self.length = 0  # bytes of the record begun
        self.last = 0
        self.quoted = False
        self.blank_before = False
        self.blanks = 0

    def feed(self, b: NDArray[np.uint8]) -> bool:
        ends = b == _NEWLINE
        parts = (b == self.delimiter) | ends
        quotes = b == _QUOTE
        if self.quoted or quotes.any():
            inside = (np.cumsum(quotes) + self.quoted) & 1
            self.quoted = bool(inside[-1])
            parts &= inside == 0
        at = np.flatnonzero(parts)
        stop = np.flatnonzero(ends[at])  # which of the parting bytes end a record
        if len(stop) == 0:
            self._begun(b, len(at), len(b))
            return True
        count = np.diff(stop, prepend=-1) - 1
        length = np.diff(at[stop], prepend=-1) - 1
        tail = np.where(at[stop] > 0, b[at[stop] - 1], self.last)
        count[0] += self.delimiters
        length[0] += self.length
        blank = (length == 0) | ((length == 1) & (tail == _RETURN))
        good = ~blank
        # Blank lines at the end are no records; before a record the exact look drops them.
        begins = self.blank_before or bool(np.any(blank[:-1] & good[1:]))
        if np.any((count != self.width - 1) & good) or (begins and good.any()):
            return False
        self.blank_before = bool(blank[-1])
        self.blanks += int(blank.sum())
        self.records += int(good.sum())
        self.delimiters = self.length = 0
        rest = int(at[stop[-1]]) + 1
        self._begun(b, len(at) - int(stop[-1]) - 1, len(b) - rest)
        return True

    def finish(self) -> Look:
        if self.quoted:
            return Look(False)
        if self.length > (self.last == _RETURN):  # the last line has no line end
            if self.delimiters != self.width - 1 or self.blank_before:
                return Look(False)
            self.records += 1
        return Look(True, self.records, self.blanks)

    def _begun(self, b: NDArray[np.uint8], delimiters: int, length: int) -> None:
        self.delimiters += delimiters
        self.length += length
        self.last = int(b[-1])


def rewrite(path: Path, target: Path, delimiter: str, width: int, skip: int, run: Run) -> int:
    """Read every record exactly and write it plainly; return their number. Blank lines are left out.

    Raises
    ------
    TenkaiError
        TK304 with the line of the first record of another length, or where a quote stays open.
    """
    written = 0
    with path.open(encoding="utf-8", newline="\n") as file, target.open("w", encoding="utf-8", newline="") as out:
        for _ in range(skip):
            file.readline()
        writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
        for line, record in _exact(file, delimiter, width, skip):
            if len(record) != width:
                raise _another_length(line, record, width, delimiter)
            writer.writerow(record)
            written += 1
            if written % 100_000 == 0:
                run.progress(written, written + 1, "reading line by line")
    return written


def _exact(file: Iterator[str], delimiter: str, width: int, skip: int) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(file, delimiter=delimiter, skipinitialspace=delimiter != " ")
    while True:
        line = skip + reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise problem(
                "TK304", f"line {line} cannot be read: {error}.", remedy="Perhaps a quote stays open there."
            ) from None
        if record and not (width > 1 and len(record) == 1 and not record[0].strip()):
            yield line, record


def _another_length(line: int, record: list[str], width: int, delimiter: str) -> TenkaiError:
    cells = "1 cell" if len(record) == 1 else f"{len(record)} cells"
    remedy = "Correct the line, or choose another delimiter."
    if any("\n" in cell for cell in record):
        remedy = "A quote seems to stay open in it."
    elif len(record) == width + 1:
        remedy = "Perhaps the first column has no name in the header: put an empty cell before it."
    return problem(
        "TK304",
        f"line {line} has {cells}, the first line has {width}.",
        allowed=f"Every line has the same number of cells (delimiter {delimiter!r}).",
        remedy=remedy,
        setting="path",
    )
