"""A text file as plain UTF-8 on disk, whatever its encoding, packing and line ends; memory stays small."""

from __future__ import annotations

import codecs
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tenkai.collect._encoding import codec_for, detect_encoding
from tenkai.collect._file import blocks, known_format, packing, reading, unpacked
from tenkai.errors import Note, TenkaiError, problem

HEAD = 1 << 20
MOST_HEAD = 1 << 26  # a header of a million names still fits


@dataclass(frozen=True)
class Text:
    """A plain UTF-8 file whose lines end with a line feed, its size, and what was done to get it."""

    path: Path
    size: int
    notes: tuple[Note, ...]

    def head(self, lines: int = 2) -> tuple[str, bool]:
        """Return the beginning, at least so many lines of it, and whether it is everything."""
        size = HEAD
        while True:
            with self.path.open("rb") as file:
                data = file.read(size)
            if len(data) >= self.size or data.count(b"\n") > lines or size >= MOST_HEAD:
                text = codecs.getincrementaldecoder("utf-8")().decode(data)
                return text, len(data) >= self.size
            size *= 8


@contextmanager
def open_text(path: Path, encoding: str) -> Iterator[Text]:
    """Give the text of a file as a plain UTF-8 file: itself where it is one, else a copy that goes away after.

    Raises
    ------
    TenkaiError
        TK302 for what is no text or is damaged, TK303 when the encoding does not fit, TK307 for a packed
        file of monstrous size.
    """
    with tempfile.TemporaryDirectory(prefix="tenkai-") as folder, reading(path):
        raw = _unpack(path, Path(folder) / "unpacked")
        _refuse_other_formats(path.name, raw)
        with raw.open("rb") as file:
            name = detect_encoding(blocks(file)) if encoding == "auto" else codec_for(encoding)
        with raw.open("rb") as file:
            head = file.read(1 << 16)
        utf8, old_ends = name.startswith("utf-8"), _old_line_ends(head, name)
        if utf8 and not old_ends and not head.startswith(codecs.BOM_UTF8):
            if encoding != "auto":  # nobody has looked at all of it yet
                _transcode(path.name, raw, name, None)
            yield Text(raw, raw.stat().st_size, ())
            return
        target = Path(folder) / "plain"
        _transcode(path.name, raw, name, target, old_ends)
        if raw != path:
            raw.unlink()
        yield Text(target, target.stat().st_size, _notes(name, encoding))


def read_head(path: Path, encoding: str) -> tuple[str, bool]:
    """Return the beginning of a text file and whether it is everything; cheap for any size."""
    with unpacked(path) as file:
        data = file.read(HEAD)
        while data.count(b"\n") < 2 and len(data) < MOST_HEAD and (more := file.read(HEAD)):
            data += more
        whole = not file.read(1)
    if _foreign(data):
        raise _no_text(path.name, data)
    name = detect_encoding([data], whole=whole) if encoding == "auto" else codec_for(encoding)
    decoder = codecs.getincrementaldecoder("utf-8-sig" if name == "utf-8" else name)()
    try:
        text = decoder.decode(data, whole).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise _wrong_encoding(path.name, name, error.start) from None
    return (text.replace("\r", "\n") if "\n" not in text else text), whole


def _unpack(path: Path, target: Path) -> Path:
    if not packing(path):
        return path
    with unpacked(path) as file, target.open("wb") as out:
        for block in blocks(file):
            out.write(block)
    return target


def _refuse_other_formats(name: str, raw: Path) -> None:
    with raw.open("rb") as file:
        head = file.read(1 << 16)
    if not head:
        raise problem("TK302", f"'{name}' is empty.", setting="path")
    if _foreign(head):
        raise _no_text(name, head)


def _foreign(head: bytes) -> bool:
    if known_format(head):
        return True
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    # UTF-16 without a mark has its zeros in every second place only; programs and data have them anywhere.
    sample = head[: 1 << 16]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    one_sided = min(even, odd) < 0.05 * len(sample) and max(even, odd) > 0.15 * len(sample)
    return even + odd > 0 and not one_sided


def _no_text(name: str, head: bytes) -> TenkaiError:
    known = known_format(head)
    if known:
        return problem("TK302", f"'{name}' is {known[0]}, no text table.", remedy=known[1], setting="path")
    at = head.index(0)
    return problem(
        "TK302", f"'{name}' is no text: byte {at} is 0.", allowed="A table of text (CSV) is read here.", setting="path"
    )


def _old_line_ends(head: bytes, name: str) -> bool:
    return not name.startswith(("utf-16", "utf-32")) and b"\r" in head and b"\n" not in head


def _transcode(label: str, raw: Path, name: str, target: Path | None, old_ends: bool = False) -> None:
    """Write a text as UTF-8; without a target only check that it is what `name` says."""
    decoder = codecs.getincrementaldecoder("utf-8-sig" if name == "utf-8" else name)()
    at = 0
    with ExitStack() as stack:
        file = stack.enter_context(raw.open("rb"))
        out = stack.enter_context(target.open("wb")) if target else None
        for block in chain(blocks(file), [b""]):
            try:
                text = decoder.decode(block, not block)
            except UnicodeDecodeError as error:
                raise _wrong_encoding(label, name, at + error.start) from None
            if out:
                text = text.replace("\r", "\n") if old_ends else text
                out.write((text if at else text.removeprefix("\ufeff")).encode("utf-8"))
            at += len(block)


def _wrong_encoding(label: str, name: str, at: int) -> TenkaiError:
    return problem(
        "TK303",
        f"'{label}' cannot be read as {_spoken(name)}: see byte {at}.",
        remedy="Choose another encoding, or 'auto'.",
        setting="encoding",
    )


def _spoken(name: str) -> str:
    names = {"cp932": "Shift_JIS (cp932)", "utf-8-sig": "UTF-8", "cp1252": "Western text (cp1252)"}
    return names.get(name, name.upper())


def _notes(name: str, encoding: str) -> tuple[Note, ...]:
    if encoding != "auto":
        return ()
    if name == "utf-8-sig":
        return (Note("TKW301", "the file is UTF-8 with a byte order mark; the mark was left out."),)
    if name == "utf-8":
        return (Note("TKW301", "the lines end with a carriage return only, as on old Macs."),)
    sure = name.startswith(("utf-16", "utf-32"))
    more = "" if sure else f" If the letters look wrong, set encoding (this was encoding: {name})."
    return (Note("TKW301", f"the file is not UTF-8; it was read as {_spoken(name)}.{more}"),)
