"""collect.smiles: molecules from a list of SMILES."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Literal

import polars as pl

from tenkai.collect._encoding import check_encoding
from tenkai.collect._file import find_file, seen_file
from tenkai.collect._structures import MOLECULE, read_structures, rejected_schema, tables_of
from tenkai.collect._text import open_text, read_head
from tenkai.errors import problem
from tenkai.step import Advanced, DataPath, Help, Outputs, Range, Run, Unit, step
from tenkai.values import Kind, Schema, Table
from tenkai.values.apart import SECONDS
from tenkai.values.molecules import Form, forms

NAME = "name"
_HEADS = ("smiles", "smi", "canonical_smiles", "canonical smiles", "isosmiles", "isomeric_smiles", "molecule")
_LINE = re.compile(r"([^\s,;]*)[\s,;]*(.*)", re.DOTALL)


class Smiles(Outputs):
    """The molecules, and the lines that are none."""

    table: Annotated[Table, Help("one row per molecule: molecule, and name where lines have one")]
    rejected: Annotated[Table, Help("lines that could not be read, with the reason")]


@step("collect.smiles", version=1, title="Read SMILES")
def smiles(
    *,
    path: Annotated[DataPath, Help("the file (.smi, .smiles, .txt), also packed as .gz or .zst")],
    header: Annotated[
        bool | Literal["auto"], Help("whether the first line is a heading; auto: where it begins with the word SMILES")
    ] = "auto",
    form: Annotated[Form, Help("canonical: one way to write each molecule; or as it was written")] = "canonical",
    row_id: Annotated[Literal["name"] | None, Help("let the names be the row ids")] = None,
    encoding: Annotated[str, Help("encoding of the text, or auto")] = "auto",
    seconds: Annotated[
        float, Range(0.1, 3600), Unit("s"), Help("processor time one molecule may take"), Advanced
    ] = SECONDS,
    run: Run,
) -> Smiles:
    r"""Read a list of molecules: one SMILES per line, and after a blank, tab or comma its name.

    Raises
    ------
    TenkaiError
        TK302 for a file that is empty, damaged or no text; TK303 where the encoding does not fit; TK314 where no
        line can be read, or the file is a table; TK207 where names shall be row ids and repeat; TK311 without RDKit.

    Notes
    -----
    Lines that cannot be read do not stop the run: see the port `rejected`, which has their numbers and RDKit's
    reasons. Lines that begin with ``#`` and empty lines are left out. For tables with more columns use
    `collect.csv`, then `process.molecules`.

    Source
    ------
    D. Weininger, J. Chem. Inf. Comput. Sci. 28, 31 (1988); RDKit.

    Example
    -------
    >>> import tenkai as tk
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "some.smi"
    >>> _ = file.write_text("OCC ethanol\nc1ccccc1 benzene\nC1CC broken\n")
    >>> found = tk.collect.smiles(path=str(file), row_id="name")
    >>> found.table["molecule"].to_list(), found.table.ids.to_list(), found.rejected.ids.to_list()
    (['CCO', 'c1ccccc1'], ['ethanol', 'benzene'], ['broken'])
    """
    file = find_file(path)
    with open_text(file, encoding) as text, text.path.open(encoding="utf-8", newline="\n") as lines:
        for note in text.notes:
            run.note(note.code, note.text)
        called, found = _records(lines, header)
    if not found:
        raise problem("TK314", f"'{file.name}' has no line with a SMILES.", setting="path")
    names = [name or None for _, _, name in found]
    columns = {called: pl.Series(names, dtype=pl.String)} if any(names) else {}
    if row_id is not None and not columns:
        raise problem("TK207", f"no line of '{file.name}' has a name.", remedy="Leave row_id out.", setting="row_id")
    answers = read_structures(forms, [s for _, s, _ in found], form, "C", seconds, run)
    records = [(number, s if not name else f"{s} {name}") for number, s, name in found]
    kinds: dict[str, Kind] = {called: "text"}
    ids = called if row_id is not None else None
    return Smiles(*tables_of(file, answers, pl.DataFrame(columns), records, ids, kinds, "line", run))


def _records(lines: Iterable[str], header: bool | str) -> tuple[str, list[tuple[int, str, str]]]:
    """Return what names are called, and the number, SMILES and name of every line that has some."""
    called, first = NAME, True
    found: list[tuple[int, str, str]] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip().replace('"', ""))
        smiles_, name = match.groups() if match else ("", "")
        if first and (header is True or (header == "auto" and smiles_.casefold() in _HEADS)):
            if len(re.split(r"[,;\t]", name)) > 1:
                raise problem(
                    "TK314",
                    f"line {number} is the heading of a table: '{line.strip()[:60]}'.",
                    allowed="A list of SMILES has at most a name beside each.",
                    remedy="Read it with collect.csv, then take the column through process.molecules.",
                    setting="path",
                )
            called = name.strip() or NAME
        else:
            found.append((number, smiles_, name.strip()))
        first = False
    return (called if called != MOLECULE else NAME), found


@smiles.check
def _check(*, encoding: str, **_: object) -> None:
    check_encoding(encoding)


@smiles.schema
def _schema(
    *, path: str, header: bool | str, row_id: str | None, encoding: str, **_: object
) -> dict[str, Schema | None]:
    known: dict[str, Schema | None] = {"table": None, "rejected": rejected_schema()}
    file = seen_file(path)
    if file is None:
        return known
    text, whole = read_head(file, encoding)
    called, found = _records(text.splitlines(), header)
    named = any(name for _, _, name in found)
    if whole or named:  # a name may come later
        columns: dict[str, Kind | None] = {MOLECULE: "molecule"}
        known["table"] = Schema({**columns, called: "text"} if named and row_id is None else columns)
    return known
