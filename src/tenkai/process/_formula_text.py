"""The text of formulas: words, names, numbers and signs, and where a mistake stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from tenkai.errors import TenkaiError, problem
from tenkai.values.formula_names import WORDS, name_end

# Signs as they come from papers and Japanese keyboards.
_SAME = {"×": "*", "·": "*", "∙": "*", "÷": "/", "^": "**", "−": "-", "–": "-", "≤": "<=", "≥": ">=", "≦": "<="}
_SAME |= {"≧": ">=", "≠": "!=", "<>": "!=", "=": "==", "＋": "+", "－": "-", "＊": "*", "／": "/", "（": "("}
_SAME |= {"）": ")", "，": ",", "、": ",", "＜": "<", "＞": ">", "＝": "=="}
_NUMBER = re.compile(r"(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_SIGN_TOKEN = re.compile(r"\*\*|==|!=|<=|>=|<>|[-+*/^<>=(),]|" + "|".join(k for k in _SAME if not k.isascii()))


@dataclass(frozen=True)
class Token:
    """A piece of a formula: its kind (number, text, name, quoted, word, sign, end), what it says, where it stands."""

    kind: str
    text: str
    at: int


def wrong(text: str, at: int, fact: str, *, allowed: str = "", remedy: str = "", code: str = "TK209") -> TenkaiError:
    """The error for a place in a formula: the text and a mark below the place."""
    start = max(0, at - 50)
    shown = text[start : at + 50].replace("\n", " ").replace("\t", " ")
    # A Japanese character takes two places on the screen.
    width = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text[start:at])
    more = "\n   " if allowed or remedy else ""
    return problem(code, f"{fact}\n    {shown}\n    {' ' * width}^{more}", allowed=allowed, remedy=remedy)


def tokens(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        c = text[at]
        if c.isspace():
            at += 1
            continue
        end = name_end(text, at)
        if c == "`" or c in "'\"":
            end, value = _quoted(text, at)
            yield Token("quoted" if c == "`" else "text", value, at)
        elif end > at:
            yield Token("word" if text[at:end] in WORDS else "name", text[at:end], at)
        elif number := _NUMBER.match(text, at):
            end = number.end()
            yield Token("number", number.group(), at)
        elif sign := _SIGN_TOKEN.match(text, at):
            end = sign.end()
            yield Token("sign", _SAME.get(sign.group(), sign.group()), at)
        else:
            raise wrong(
                text, at, f"'{c}' means nothing in a formula.", remedy="A column name with signs stands in `backticks`."
            )
        at = end
    yield Token("end", "the end", len(text))


def _quoted(text: str, at: int) -> tuple[int, str]:
    """Return where a quoted piece ends, and what it says. A doubled quote stands for itself."""
    quote, parts, start = text[at], [], at + 1
    while True:
        end = text.find(quote, start)
        if end < 0:
            raise wrong(text, at, f"the {quote} that opens here is never closed.")
        parts.append(text[start:end])
        if not text.startswith(quote, end + 1):
            return end + 1, quote.join(parts)
        start = end + 2
