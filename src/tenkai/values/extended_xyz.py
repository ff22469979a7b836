"""Reading extended XYZ: the text of a crystal column, and files of one or many frames."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tenkai.values.crystals import MOST_ATOMS, PLAIN, Crystal, sound
from tenkai.values.elements import NUMBERS

MOST_TEXT = 8 << 20
"""Characters of one crystal."""

_PAIR = re.compile(r'([A-Za-z_][\w-]*)=(?:"([^"]*)"|(\S+))')


def read_crystal(text: str) -> Crystal:
    r"""Read the text of a crystal column. Raises ValueError with the reason.

    >>> read_crystal('1\nLattice="2.9 0 0 0 2.9 0 0 0 2.9" Properties=species:S:1:pos:R:3\nFe 0 0 0').formula
    'Fe'
    """
    if len(text) > MOST_TEXT:
        raise ValueError(f"its text has more than {MOST_TEXT >> 20} MB")
    lines = text.strip().split("\n")
    frame, rest = _frame(lines, 0)
    if rest < len(lines):
        raise ValueError(f"{len(lines) - rest} more lines follow after its {len(frame)} atoms")
    return frame


def read_frames(text: str) -> list[Crystal | str]:
    """Read extended XYZ of one or several frames; a text tells why a frame is no sound crystal.

    Raises ValueError with the reason where a frame has no end, so that no further one can be found.
    """
    lines = text.rstrip().split("\n")
    frames: list[Crystal | str] = []
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        after = at + 2 + _count(lines[at])
        if after > len(lines):
            raise ValueError(f"line {at + 1} promises {_count(lines[at])} atoms, but the text ends before")
        try:
            frames.append(_frame(lines, at)[0])
        except ValueError as error:
            frames.append(str(error))
        at = after
    return frames


def _count(line: str) -> int:
    word = line.strip()
    if not (word.isascii() and word.isdigit()) or len(word) > 9:
        raise ValueError(f"it is no extended XYZ: '{shortened(word)}' is no number of atoms")
    return int(word)


def _frame(lines: Sequence[str], at: int) -> tuple[Crystal, int]:
    """Read the frame that begins at a line; also return the line after it."""
    n = _count(lines[at])
    after = at + 2 + n
    if n > MOST_ATOMS:
        raise ValueError(f"it has {n} atoms; allowed are {MOST_ATOMS}")
    if n == 0:
        raise ValueError("it has no atoms")
    if after > len(lines):
        raise ValueError(f"it promises {n} atoms, but has {max(len(lines) - at - 2, 0)} lines of them")
    told = {key.lower(): quoted or bare for key, quoted, bare in _PAIR.findall(lines[at + 1])}
    if "lattice" not in told:
        raise ValueError("it has no cell (Lattice)")
    lattice = numbers_in(told["lattice"].split(), "Lattice")
    if len(lattice) != 9:
        raise ValueError(f"its Lattice has {len(lattice)} numbers instead of 9")
    species, place, width = _columns(told.get("properties", PLAIN))
    cells = [line.split() for line in lines[at + 2 : after]]
    for k, row in enumerate(cells):
        if len(row) < width:
            raise ValueError(f"the line of atom {k + 1} has {len(row)} of {width} columns")
    numbers = np.array([number_of(row[species]) for row in cells], np.int64)
    flat = numbers_in([word for row in cells for word in row[place : place + 3]], "a position")
    return sound(numbers, flat.reshape(n, 3), lattice.reshape(3, 3), _periodic(told.get("pbc", "T T T"))), after


def _columns(properties: str) -> tuple[int, int, int]:
    """Return the columns of element and position, and how many there are at least."""
    if properties == PLAIN:
        return 0, 1, 4
    words = properties.split(":")
    at = 0
    found: dict[str, int] = {}
    for name, width in zip(words[::3], words[2::3], strict=False):
        found[name] = at
        at += _count(width)
    if "species" not in found or "pos" not in found:
        raise ValueError("its Properties name no species or pos")
    return found["species"], found["pos"], max(found["species"] + 1, found["pos"] + 3)


def _periodic(text: str) -> tuple[bool, bool, bool]:
    words = text.split()
    known = {"t": True, "true": True, "1": True, "f": False, "false": False, "0": False}
    if len(words) != 3 or any(w.lower() not in known for w in words):
        raise ValueError(f"its pbc is '{shortened(text)}' instead of three times T or F")
    x, y, z = (known[w.lower()] for w in words)
    return x, y, z


def numbers_in(words: Sequence[str], where: str) -> NDArray[np.float64]:
    """Read numbers. Raises ValueError with the first word that is none."""
    try:
        return np.array([float(w) for w in words])
    except ValueError:
        bad = next(w for w in words if not _is_number(w))
        raise ValueError(f"'{shortened(bad)}' in {where} is no number") from None


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def number_of(symbol: str) -> int:
    """Return the number of an element. Raises ValueError for what is none; deuterium counts as hydrogen.

    >>> number_of("Fe"), number_of("D")
    (26, 1)
    """
    number = NUMBERS.get("H" if symbol in ("D", "T") else symbol)
    if number is None:
        raise ValueError(f"'{shortened(symbol)}' is no element")
    return number


def shortened(text: str, most: int = 30) -> str:
    """Cut a text that a message quotes."""
    return text if len(text) <= most else text[: most - 3] + "..."
