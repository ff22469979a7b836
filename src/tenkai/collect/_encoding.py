"""Which encoding a text file is in: UTF-8, UTF-16, the Japanese ones, or the Western one."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from itertools import chain

from tenkai.errors import TenkaiError, nearest, problem

# What the setting accepts besides every other text encoding Python knows.
COMMON = (
    *("auto", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"),
    *("cp932", "shift_jis", "euc_jp", "latin-1", "cp1252"),
)
_NO_TEXT_FILE = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
_MARKS = (  # the longer marks first: UTF-32 begins like UTF-16
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES = ("cp932", "euc_jp", "cp1252")
_WEST = "°µ²³±·×÷ÅØ½–’“”"
_JAPAN = "°℃±×÷−→←↑↓○●△▲□■◇◆☆★※…‥′″‰Å№℡㎜㎝㎞㎎㎏㏄㎡～αβγδεζηθικλμνξοπρστυφχψωΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ"
_EVIDENCE = 1 << 18
_LEAST_SCORE = 0.6


def check_encoding(name: str) -> None:
    """Check the setting. Raises TK111 for what is no text encoding."""
    if name == "auto":
        return
    try:
        info = codecs.lookup(name)
    except LookupError:
        info = None
    if info is None or not getattr(info, "_is_text_encoding", True) or info.name.replace("-", "_") in _NO_TEXT_FILE:
        raise problem(
            "TK111",
            f"'{name}' is no encoding of text files.",
            allowed=f"Allowed: {', '.join(COMMON)}, or another text encoding of Python.",
            remedy=nearest(name, COMMON),
            setting="encoding",
        )


def codec_for(name: str) -> str:
    """Return the codec to use: Shift_JIS files nearly always hold the further characters of cp932 (①, ㎜, ～)."""
    found = codecs.lookup(name).name
    return {"shift_jis": "cp932", "utf-8": "utf-8-sig"}.get(found, found)


def detect_encoding(blocks: Iterable[bytes], *, whole: bool = True) -> str:
    """Return the encoding of a text given in blocks: its first bytes, else UTF-8, else the likeliest other.

    `whole`: the blocks reach to the end; otherwise they may stop inside a character.

    Raises
    ------
    TenkaiError
        TK303 when nothing fits.
    """
    rest = iter(blocks)
    first = next(rest, b"")
    for mark, name in _MARKS:
        if first.startswith(mark):
            return name
    wide = _wide(first[: 1 << 16])
    if wide:
        return wide
    decoder = codecs.getincrementaldecoder("utf-8")()
    at = 0
    pending = False
    for block in chain([first], rest):
        if pending or not block.isascii():
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                return _likeliest(chain([block], rest), at + error.start)
            pending = bool(decoder.getstate()[0])
        at += len(block)
    if pending and whole:
        raise unknown_encoding(at - 1)
    return "utf-8"


def unknown_encoding(at: int) -> TenkaiError:
    """The error for bytes that no known encoding explains."""
    return problem(
        "TK303",
        f"the text is neither UTF-8 nor UTF-16, Shift_JIS (cp932), EUC-JP or Western (cp1252); see byte {at}.",
        remedy="Save it as UTF-8, or name its encoding.",
        setting="encoding",
    )


def _wide(sample: bytes) -> str:
    """Return the UTF-16 variant of a text without a mark: every second byte of its ASCII part is 0."""
    if len(sample) < 4:
        return ""
    even, odd = sample[0::2].count(0) / len(sample[0::2]), sample[1::2].count(0) / len(sample[1::2])
    if odd > 0.3 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.3 and odd < 0.05 else ""


def _likeliest(blocks: Iterable[bytes], at: int) -> str:
    lines: list[bytes] = []
    size = 0
    for block in blocks:
        for line in block.split(b"\n"):
            if not line.isascii():
                lines.append(line[: 1 << 14])
                size += len(lines[-1])
        if size > _EVIDENCE:
            break
    # A block may begin or end inside a character; its outer lines count only when there are no others.
    inner = [line for line in lines[1:-1] if line] or lines
    evidence = b"\n".join(inner)[:_EVIDENCE]
    if _nearly_utf8(evidence):
        raise problem(
            "TK303", f"the text is UTF-8, but damaged at byte {at}.", remedy="Repair it there.", setting="path"
        )
    scores = {name: _score(evidence, name) for name in _CANDIDATES}
    best = max(_CANDIDATES, key=lambda name: scores[name])
    if scores[best] < _LEAST_SCORE:
        raise unknown_encoding(at)
    return best


def _nearly_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return sum(c > "\x7f" for c in text) - broken > 10 * broken


def _score(data: bytes, name: str) -> float:
    """Return how ordinary the letters beyond ASCII are in this reading, 0 to 1."""
    try:
        text = codecs.getincrementaldecoder(name)().decode(data)
    except UnicodeDecodeError:
        return 0.0
    letters = [c for c in text if c > "\x7f"]
    if not letters:
        return 0.0
    if name == "cp1252":
        return sum(map(_western, letters)) / len(letters)
    small = sum(len(run) for run in re.findall("[｡-ﾟ]{2,}", text))
    return (0.8 * small + sum(map(_japanese, letters))) / len(letters)


def _western(c: str) -> float:
    if c in _WEST or "à" <= c <= "ÿ":
        return 1.0
    return 0.6 if "À" <= c <= "ß" else 0.2


def _japanese(c: str) -> float:
    # ideographic marks and kana; full-width letters
    if "\u3000" <= c <= "\u30ff" or "！" <= c <= "｠" or c in _JAPAN:
        return 1.0
    if "一" <= c <= "鿿":
        try:  # JIS X 0208 lists the common kanji first (rows 16 to 47)
            return 1.0 if c.encode("euc_jp")[0] < 0xD0 else 0.3
        except UnicodeEncodeError:
            return 0.1
    return 0.9 if "①" <= c <= "⑳" or "Ⅰ" <= c <= "Ⅹ" else 0.0
