"""collect.sdf: molecules from an SD file."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from tenkai.collect._cells import MISSING, CellKind, Cells, check_kinds, convert, inner
from tenkai.collect._encoding import check_encoding
from tenkai.collect._file import find_file
from tenkai.collect._rows import id_columns
from tenkai.collect._sd_records import Record, records, structure_of
from tenkai.collect._structures import MOLECULE, free, read_structures, rejected_schema, tables_of
from tenkai.collect._text import open_text
from tenkai.errors import problem
from tenkai.step import Advanced, Column, DataPath, Help, Length, Outputs, Range, Run, Unit, step
from tenkai.values import Kind, Schema, Table
from tenkai.values.apart import SECONDS

NAME = "name"
MOST_FIELDS = 5000
# Ethane, to begin with in a new worker.
_ETHANE = "\n\n\n  2  1  0  0  0  0  0  0  0  0999 V2000\n" + "".join(
    f"    {x:.4f}    0.0000    0.0000 C   0  0  0  0  0  0  0  0  0  0  0  0\n" for x in (0.0, 1.5)
)
_WARM_UP = _ETHANE + "  1  2  1  0\nM  END\n"


class Structures(Outputs):
    """The molecules, and the records that are none."""

    table: Annotated[Table, Help("one row per molecule: molecule, name, and a column per field of the records")]
    rejected: Annotated[Table, Help("records that could not be read, with the reason")]


@step("collect.sdf", version=1, title="Read an SD file")
def sdf(
    *,
    path: Annotated[DataPath, Help("the file (.sdf, .sd, .mol), also packed as .gz or .zst")],
    row_id: Annotated[
        Column | Annotated[list[Column], Length(1)] | None,
        Help("column that names the rows, such as name; several are joined with ^"),
    ] = None,
    kinds: Annotated[dict[str, CellKind] | None, Help("kinds of some columns; the others are found"), Advanced] = None,
    encoding: Annotated[str, Help("encoding of the text, or auto")] = "auto",
    seconds: Annotated[
        float, Range(0.1, 3600), Unit("s"), Help("processor time one molecule may take"), Advanced
    ] = SECONDS,
    run: Run,
) -> Structures:
    """Read molecules with their properties from an SD file.

    Structures become canonical SMILES, titles the column ``name``, fields columns; a field whose values are all
    numbers becomes numbers.

    Raises
    ------
    TenkaiError
        TK302 for a file that is empty, damaged or no text; TK313 for what is no SD file; TK314 where no record can be
        read; TK212 for too many fields; TK201, TK207 for the row ids; TK311 without RDKit.

    Notes
    -----
    Both kinds of mol blocks (V2000, V3000) are read. Of coordinates only what they say of mirror images and
    cis/trans is kept, because a molecule here is its SMILES. Records that cannot be read do not stop the run: see
    the port `rejected`.

    Source
    ------
    A. Dalby et al., J. Chem. Inf. Comput. Sci. 32, 244 (1992); RDKit.

    Example
    -------
    >>> import tenkai as tk
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> carbon = "    0.0000    0.0000    0.0000 C   0  0" + chr(10)
    >>> head = "  1  0  0  0  0  0  0  0  0  0999 V2000" + chr(10)
    >>> record = (
    ...     "methane" + 3 * chr(10) + head + carbon + "M  END" + chr(10) + "> <gap>" + chr(10) + "13.7" + 2 * chr(10)
    ... )
    >>> file = Path(mkdtemp()) / "one.sdf"
    >>> _ = file.write_text(record + "$$$$" + chr(10))
    >>> tk.collect.sdf(path=str(file)).table.frame.rows()
    [('C', 'methane', 13.7)]
    """
    file = find_file(path)
    with open_text(file, encoding) as text, text.path.open(encoding="utf-8", newline="\n") as lines:
        for note in text.notes:
            run.note(note.code, note.text)
        found = list(records(lines))
    if not any("M  END" in r.block for r in found):
        raise problem(
            "TK313",
            f"'{file.name}' is no SD file: it has no structure (no line 'M  END').",
            allowed="Records of an SD file end with $$$$.",
            remedy="Read a list of SMILES with collect.smiles, a table with collect.csv.",
            setting="path",
        )
    answers = read_structures(
        structure_of, [r.block if r.whole else "" for r in found], "canonical", _WARM_UP, seconds, run
    )
    columns = _columns(found)
    ids = id_columns(row_id, [MOLECULE, *columns])
    given = {n: k for n, k in (kinds or {}).items() if n != MOLECULE}
    check_kinds(given, columns)
    frame = pl.DataFrame([pl.Series(inner(i), v, pl.String) for i, v in enumerate(columns.values())])
    values, known, notes = convert(frame.lazy(), list(columns), Cells(".", MISSING), given, texts=[*ids, NAME])
    for note in notes:
        run.note(note.code, note.text)
    texts = [(r.number, r.title or r.block.split("\n", 5)[0]) for r in found]
    known_kinds: dict[str, Kind] = {**known, **({NAME: "text"} if NAME in columns else {}), **given}
    return Structures(*tables_of(file, answers, values, texts, row_id, known_kinds, "record", run))


def _columns(found: list[Record]) -> dict[str, list[str | None]]:
    """Return the titles and fields as columns of texts."""
    fields: dict[str, str] = {}
    titled = any(r.title for r in found)
    taken = {MOLECULE, NAME} if titled else {MOLECULE}
    for record in found:
        for name in record.fields:
            if name not in fields:
                fields[name] = free(name, lambda n: n in taken)
                taken.add(fields[name])
        if len(fields) > MOST_FIELDS:
            raise problem("TK212", f"the records have over {MOST_FIELDS} different fields.", setting="path")
    columns: dict[str, list[str | None]] = {NAME: [r.title or None for r in found]} if titled else {}
    for name, column in fields.items():
        columns[column] = [r.fields.get(name) for r in found]
    return columns


@sdf.check
def _check(*, encoding: str, **_: object) -> None:
    check_encoding(encoding)


@sdf.schema
def _schema(**_: object) -> dict[str, Schema | None]:
    return {"table": None, "rejected": rejected_schema()}  # only the whole file tells the fields
