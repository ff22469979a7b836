"""How a column name is written in a formula (process.formula reads it, learn.formula_search writes it)."""

from __future__ import annotations

import unicodedata

WORDS = ("and", "or", "not", "in", "is", "missing", "true", "false")


def is_plain(name: str) -> bool:
    """Say whether a column name may stand in a formula without backticks."""
    return name not in WORDS and name_end(name, 0) == len(name) > 0


def written(name: str) -> str:
    """Write a column name as it stands in a formula."""
    return name if is_plain(name) else f"`{name.replace('`', '``')}`"


def name_end(text: str, at: int) -> int:
    """Return where the name that starts at `at` ends; `at` itself where none starts."""
    if at >= len(text) or not (text[at].isalpha() or text[at] == "_"):
        return at
    end = at + 1
    while end < len(text):
        c = text[end]
        inside = c.isalnum() or c == "_" or unicodedata.category(c) in ("Mn", "Mc")
        if not inside and not (c == "." and end + 1 < len(text) and (text[end + 1].isalnum() or text[end + 1] == "_")):
            break
        end += 1
    return end
