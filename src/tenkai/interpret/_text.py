"""Text in figures: how wide it is, shortened, wrapped, and numbers as people write them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

ELLIPSIS = "…"
_CONTROL = re.compile("[\x00-\x1f\ufffe\uffff]")


def columns_of(text: str) -> int:
    """Return the width in half-width characters: a Japanese character counts twice.

    >>> columns_of("PCA1"), columns_of("炭素")
    (4, 4)
    """
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def width_of(text: str, size: float) -> float:
    """Estimate the width of a text in points: enough to keep texts apart, no font is asked."""
    return columns_of(text) * size * 0.56


def one_line(text: str) -> str:
    r"""Return a text on one line, without characters that cannot be drawn.

    >>> one_line("Tc\n[K]"), one_line("a\x08b") == "a\N{REPLACEMENT CHARACTER}b"
    ('Tc [K]', True)
    """
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))


def shorten(text: str, columns: int) -> str:
    """Cut a text to a width, with an ellipsis.

    >>> shorten("edged graphene", 8)
    'edged g…'
    """
    text = one_line(text)
    if columns_of(text) <= columns:
        return text
    kept = ""
    for c in text:
        if columns_of(kept + c) >= columns:
            break
        kept += c
    return kept.rstrip() + ELLIPSIS


def short_names(names: Sequence[str], columns: int) -> list[str]:
    """Shorten names; those that would look alike keep their end, too.

    >>> short_names(["a long name 1", "a long name 2"], 9)
    ['a lo…me 1', 'a lo…me 2']
    """
    short = [shorten(name, columns) for name in names]
    if len(set(short)) == len(set(names)):
        return short
    half = (columns - 1) // 2
    return [n if columns_of(n) <= columns else _head(n, half) + ELLIPSIS + _head(n[::-1], half)[::-1] for n in names]


def _head(text: str, columns: int) -> str:
    kept = ""
    for c in text:
        if columns_of(kept + c) > columns:
            break
        kept += c
    return kept


def wrap(text: str, columns: int) -> list[str]:
    """Break a text into lines: at blanks, and between Japanese characters.

    >>> wrap("one two three", 8)
    ['one two', 'three']
    """
    lines = [""]
    text = one_line(text)
    for part in re.findall(r"\s+|[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef]+", text):
        if columns_of(lines[-1] + part) > columns and lines[-1].strip():
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        if lines[-1] or not part.isspace():
            lines[-1] += part
    return [line.rstrip() for line in lines if line.strip()]


def whole(n: int) -> str:
    """Write a whole number.

    >>> whole(60000)
    '60,000'
    """
    return f"{n:,}"


def number(value: float, digits: int = 4) -> str:
    """Write a number with few digits.

    >>> number(0.98765), number(1200.0), number(float("nan"))
    ('0.9877', '1200', 'missing')
    """
    return "missing" if math.isnan(value) else f"{value:.{digits}g}"


def label(value: Any) -> str | None:
    """Write a cell as a label; None where it is missing. Whole numbers have no decimal point.

    >>> label(7.0), label("炭素"), label(None), label(True)
    ('7', '炭素', None, 'true')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.6g}"
    return one_line(str(value)) or None


def natural(text: str) -> tuple[tuple[int, float, str], ...]:
    """Return a sort key by which 'Row2' comes before 'Row10', and -1 before 2.

    >>> sorted(["10", "9", "-1", "a"], key=natural)
    ['-1', '9', '10', 'a']
    """
    try:
        return ((0, float(text), ""),)
    except ValueError:
        parts = re.split(r"(\d+)", text.casefold())
        return ((1, 0.0, ""), *((0, float(p), "") if p.isdigit() else (1, 0.0, p) for p in parts))


def short_ids(ids: Sequence[str]) -> list[str]:
    """Return row ids for tiles: the number alone where all ids are the automatic ``Row0``, ``Row1``, ...

    >>> short_ids(["Row7", "Row1118"]), short_ids(["Row7", "Al^As"])
    (['7', '1118'], ['Row7', 'Al^As'])
    """
    found = [re.fullmatch(r"Row(\d+)", i) for i in ids]
    numbers = [m.group(1) for m in found if m]
    return numbers if len(numbers) == len(ids) else list(ids)


def sentence(parts: Iterable[str]) -> str:
    """Join short facts: ``a, b and c``."""
    items = list(parts)
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + f" and {items[-1]}" if items else ""
