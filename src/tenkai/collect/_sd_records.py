"""SD files as records: a structure, a title and named fields, split before any of it is understood."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tenkai.values.apart import Refused
from tenkai.values.molecules import heard, listen, reason

END = "$$$$"
MOST_LETTERS = 4_000_000
"""Of a record. A structure with all its fields is a thousand times smaller."""
_FIELD = re.compile(r"^>.*?<(.*)>")


@dataclass
class Record:
    """A record as text: its structure (a mol block), its title, its fields; `whole`: nothing was cut."""

    number: int
    block: str = ""
    title: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    whole: bool = True


def records(lines: Iterable[str]) -> Iterator[Record]:
    """Split lines at ``$$$$``; what follows the last one is a record only if it says something."""
    kept: list[str] = []
    number, size = 1, 0
    for raw in lines:
        line = raw.rstrip("\r\n")
        if line.startswith(END):
            yield _record(number, kept, size)
            number, kept, size = number + 1, [], 0
            continue
        size += len(line)
        if size <= MOST_LETTERS:
            kept.append(line)
    if any(line.strip() for line in kept):
        yield _record(number, kept, size)


def _record(number: int, lines: list[str], size: int) -> Record:
    end = next((i for i, line in enumerate(lines) if line.startswith("M  END")), None)
    start = end + 1 if end is not None else next((i for i, ln in enumerate(lines) if ln.startswith(">")), len(lines))
    block = "\n".join(lines[:start]) + "\n"
    fields: dict[str, str] = {}
    name, value = "", list[str]()
    for line in [*lines[start:], ">"]:
        if line.startswith(">"):
            if name:
                fields[name] = "\n".join(value).strip()
            found = _FIELD.match(line)
            name, value = (found.group(1).strip() if found else ""), []
        else:
            value.append(line)
    return Record(number, block, lines[0].strip() if lines else "", fields, size <= MOST_LETTERS)


def structure_of(block: str, form: str) -> str:
    """Return the SMILES of a mol block. Runs in a worker."""
    from rdkit import Chem

    if not block:
        raise Refused(f"the record has more than {MOST_LETTERS} letters")
    if "M  END" not in block:
        raise Refused("the record has no structure (no line 'M  END')")
    listen()
    heard.clear()
    molecule: Any = Chem.MolFromMolBlock(block)
    if molecule is None:
        raise Refused(reason(heard))
    if molecule.GetNumAtoms() == 0:
        raise Refused("it has no atoms")
    return str(Chem.MolToSmiles(molecule))
