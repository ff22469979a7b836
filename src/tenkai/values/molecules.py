"""Molecules written as SMILES: read by RDKit, always in a process of their own, since a text can end or hang it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

import polars as pl

from tenkai.errors import listing, problem
from tenkai.extras import needed
from tenkai.values.apart import SECONDS, Answer, Refused, Work, apart
from tenkai.values.kinds import Kind

MOST_LETTERS = 10_000
"""Of one SMILES. A longer one is no molecule that a table of molecules is about."""

Form = Literal["canonical", "as written"]
KINDS: tuple[Kind, ...] = ("molecule", "text", "category")
_NAMES = ("smiles", "canonical_smiles", "canonical smiles", "isosmiles", "smi", "molecule")
_STAMP = re.compile(r"^\[\d\d:\d\d:\d\d\] ")
_QUOTES = re.compile(r"(?: while parsing: .*| for input: .*)$", re.DOTALL)
_LONGEST, _UNSAID = 160, "it cannot be read"
_POSITION = re.compile(r"check for mistakes around position (\d+)")


def molecules_apart(
    work: Work,
    texts: Sequence[Any],
    common: Any = None,
    *,
    threads: int = 1,
    seconds: float = SECONDS,
    progress: Callable[[float, float], None] | None = None,
    warm_up: Any = "C",
) -> list[Answer]:
    """Do work on molecules in worker processes; see `apart`.

    Raises
    ------
    TenkaiError
        TK311 when RDKit is not installed.
    """
    needed("rdkit.rdBase", "molecules", "Molecules")
    return apart(work, texts, common, warm_up=warm_up, threads=threads, seconds=seconds, progress=progress)


def molecule_column(kinds: Mapping[str, Kind | None], name: str | None, setting: str) -> str:
    """Return the column of molecules: the one named, else the only one of that kind, else one called SMILES.

    Raises
    ------
    TenkaiError
        TK220 where there is none, or several.
    """
    if name is not None:
        return name
    found = [n for n, kind in kinds.items() if kind == "molecule"]
    found = found or [n for n, kind in kinds.items() if n.casefold() in _NAMES and kind in (*KINDS, None)]
    if len(found) == 1:
        return found[0]
    fact = f"there are several columns of molecules: {listing(found)}." if found else "no column holds molecules."
    remedy = f"Name one with '{setting}'." if found else f"Name the column of SMILES with '{setting}'."
    raise problem("TK220", fact, allowed=f"The table has {listing(kinds)}.", remedy=remedy, setting=setting)


def texts_of(column: pl.Series) -> list[str | None]:
    """Return the cells of a column as texts without blanks around."""
    return column.cast(pl.String).str.strip_chars().to_list()


def forms(text: str | None, form: Form) -> str:
    """Return the canonical SMILES, or the text as it is once it has been read. Runs in a worker."""
    molecule = parse(text)
    from rdkit import Chem

    return str(Chem.MolToSmiles(molecule)) if form == "canonical" else str(text)


def parse(text: str | None) -> Any:
    """Read a SMILES as an RDKit molecule. For workers only: some texts end the process.

    Raises
    ------
    Refused
        With RDKit's own reason.
    """
    if not text:
        raise Refused("there is no SMILES")
    if len(text) > MOST_LETTERS:
        raise Refused(f"it has {len(text)} letters, and at most {MOST_LETTERS} are read")
    if not text.isascii():
        raise Refused(f"no SMILES has the letter '{next(c for c in text if not c.isascii())}'")
    Chem, parameters = _reader()
    _heard.clear()
    molecule = Chem.MolFromSmiles(text, parameters)
    if molecule is None:
        raise Refused(reason(_heard))
    if molecule.GetNumAtoms() == 0:
        raise Refused("it has no atoms")
    return molecule


def reason(messages: Iterable[str]) -> str:
    """Return RDKit's reason in one line, without the time and without the text itself.

    >>> reason(["[10:00:00] SMILES Parse Error: unclosed ring for input: 'C1CC'"])
    'unclosed ring'
    """
    lines = [_STAMP.sub("", m).removeprefix("SMILES Parse Error: ") for m in messages]
    said = next((found for line in lines if (found := " ".join(_QUOTES.sub("", line).strip("*\n ").split()))), _UNSAID)
    at = next((place.group(1) for line in lines if (place := _POSITION.match(line))), None)
    if len(said) > _LONGEST:
        said = said[: _LONGEST - 1] + "…"
    return said + (f" at letter {at}" if at else "")


_heard: list[str] = []


class _Listener(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        _heard.append(record.getMessage())


@lru_cache(maxsize=1)
def listen() -> None:
    """Let RDKit say its reasons to us and to nobody else. Runs in a worker."""
    from rdkit import rdBase

    rdBase.LogToPythonLogger()
    logger = logging.getLogger("rdkit")
    logger.handlers[:] = [_Listener()]
    logger.propagate = False


@lru_cache(maxsize=1)
def _reader() -> tuple[Any, Any]:
    from rdkit import Chem

    listen()
    parameters: Any = Chem.SmilesParserParams()
    # What follows a blank is no SMILES: names and extensions would be read in silence.
    parameters.allowCXSMILES = False
    parameters.parseName = False
    return Chem, parameters
