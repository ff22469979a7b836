"""How a text table is written: its delimiter, its decimal mark and the names of its columns."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tenkai.errors import Note, listing, problem

DELIMITERS = (",", ";", "\t", "|")
BLANKS = " \t\u00a0\u3000"
SPOKEN = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar |", " ": "blank"}
LONGEST_CELL = 1 << 24
LOOKED_AT = 200

_POINT = re.compile(r"[-+]?(\d+\.\d*|\.\d+)([eE][-+]?\d+)?$")
_COMMA = re.compile(r"[-+]?(\d+,\d*|,\d+)([eE][-+]?\d+)?$")
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}$")
_NUMBER = re.compile(r"[-+]?(\d+[.,]?\d*|[.,]\d+)([eE][-+]?\d+)?$")


@dataclass(frozen=True)
class Dialect:
    """Delimiter, decimal mark, and what to say about how they were found."""

    delimiter: str
    decimal: str
    notes: tuple[Note, ...] = ()


def check_delimiter(delimiter: str) -> None:
    """Check the setting. Raises TK111."""
    if delimiter != "auto" and not (len(delimiter) == 1 and delimiter.isascii() and delimiter not in '"\r\n\0'):
        raise problem(
            "TK111",
            f"{delimiter!r} cannot part the cells of a line.",
            allowed="Allowed: 'auto' or one ASCII character, such as ',', ';', a tab or '|'.",
            setting="delimiter",
        )


def records(text: str, delimiter: str, *, whole: bool, most: int = LOOKED_AT) -> list[list[str]]:
    """Return the first records of a text; blank lines are no records.

    `whole`: the text reaches to the end of the file; otherwise its last record may be cut and does not count.
    """
    csv.field_size_limit(LONGEST_CELL)
    found: list[list[str]] = []
    last_is_cut = False
    source = io.StringIO(text, newline="\n")
    reader = csv.reader(source, delimiter=delimiter, skipinitialspace=delimiter != " ")
    try:
        for record in reader:
            if record:
                found.append(record)
                if len(found) > most:
                    return found[:most]
        last_is_cut = not whole
    except csv.Error:  # a cell without end: what came before it counts
        pass
    return found[:-1] if last_is_cut and len(found) > 1 else found


def find_dialect(text: str, *, whole: bool, delimiter: str, decimal: str, header: bool) -> Dialect:
    """Settle the delimiter and the decimal mark of a text from its beginning."""
    chosen = _find_delimiter(text, whole, header) if delimiter == "auto" else delimiter
    rows = records(text, chosen, whole=whole)
    notes: list[Note] = []
    if delimiter == "auto" and chosen != ",":
        notes.append(Note("TKW302", f"the cells are parted by a {SPOKEN[chosen]}."))
    if rows and max(map(len, rows)) == 1 and _columns_of_blanks(rows):
        text = "the table was read as one column, but blanks stand in every line: delimiter ' ' parts there."
        notes.append(Note("TKW302", text))
    mark = decimal
    if decimal == "auto":
        mark, unsure = _find_decimal([cell for row in rows[header:] for cell in row], chosen)
        if mark == ",":
            more = " They could be marks of thousands: then remove them from the file." if unsure else ""
            notes.append(Note("TKW302", f"the commas in numbers were read as decimal marks.{more}"))
    return Dialect(chosen, mark, tuple(notes))


def _find_delimiter(text: str, whole: bool, header: bool) -> str:
    best: tuple[float, float, int] | None = None
    found = ""
    for candidate in DELIMITERS:
        rows = records(text, candidate, whole=whole)
        if not rows or (len(rows[0]) < 2 and (header or max(map(len, rows)) < 2)):
            continue
        width = len(rows[0])
        alike = sum(len(row) == width for row in rows) / len(rows)
        cells = [cell.strip() for row in rows for cell in row]
        score = (round(alike, 2), sum(map(_clean, cells)) / len(cells), width)
        if best is None or score > best:
            best, found = score, candidate
    # One column: any delimiter that is not in it will do.
    return found or next((d for d in DELIMITERS if d not in text), ",")


def _clean(cell: str) -> float:
    """Return how much a cell looks like one cell: numbers and words do, what still holds delimiters does not."""
    if _NUMBER.match(cell):
        return 1.0
    return 0.2 if '"' in cell or any(d in cell for d in DELIMITERS) else 0.9


def _columns_of_blanks(rows: Sequence[Sequence[str]]) -> bool:
    counts = {len(row[0].split()) for row in rows if row}
    return len(rows) > 1 and len(counts) == 1 and counts.pop() > 1


def _find_decimal(cells: Sequence[str], delimiter: str) -> tuple[str, bool]:
    """Return the mark, and whether it is doubtful."""
    if delimiter == ",":  # "1,234" in quotes is a number with a mark of thousands: left as text
        return ".", False
    stripped = [cell.strip() for cell in cells]
    commas = [cell for cell in stripped if _COMMA.match(cell)]
    if not commas or sum(1 for cell in stripped if _POINT.match(cell)) >= len(commas):
        return ".", False
    return ",", all(_THOUSANDS.match(cell) for cell in commas)


def column_names(first: Sequence[str], *, header: bool) -> tuple[list[str], tuple[Note, ...]]:
    """Return one name per column, unique and without blanks around, and say what was changed.

    >>> names, notes = column_names(["", "key", " key"], header=True)
    >>> names
    ['column 1', 'key', 'key (2)']
    """
    if not header:
        return [f"column {i}" for i in range(1, len(first) + 1)], ()
    trimmed = [_trim(name) for name in first]
    notes: list[Note] = []
    padded = [new for old, new in zip(first, trimmed, strict=True) if new != old and new]
    if padded:
        notes.append(Note("TKW303", f"blanks around column names were left out: {listing(padded, 6)}."))
    unnamed = [f"column {i}" for i, name in enumerate(trimmed, 1) if not name]
    if unnamed:
        notes.append(Note("TKW303", f"columns without a name are called {listing(unnamed, 6)}."))
    names = [name or f"column {i}" for i, name in enumerate(trimmed, 1)]
    unique = _unique(names)
    twice = [new for old, new in zip(names, unique, strict=True) if new != old]
    if twice:
        notes.append(Note("TKW303", f"columns of the same name were numbered: {listing(twice, 6)}."))
    if len(names) > 1 and all(_NUMBER.match(name) for name in trimmed):
        notes.append(Note("TKW303", "the column names are numbers; if they are data, set header: false."))
    return unique, tuple(notes)


def _trim(name: str) -> str:
    # A line break inside a name (Excel) is a blank.
    return re.sub(r"\s*[\r\n]+\s*", " ", name).strip(BLANKS + "\r\n\ufeff")


def _unique(names: Sequence[str]) -> list[str]:
    counts = Counter(names)
    taken = set(names)
    seen: Counter[str] = Counter()
    result: list[str] = []
    for name in names:
        seen[name] += 1
        if counts[name] == 1 or seen[name] == 1:
            result.append(name)
            continue
        number = seen[name]
        while f"{name} ({number})" in taken:
            number += 1
        result.append(f"{name} ({number})")
        taken.add(result[-1])
    return result
