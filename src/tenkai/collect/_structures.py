"""What the readers of molecules share: records in, the readable ones as a table, the others with the reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from tenkai.collect._rows import RowId, to_table
from tenkai.errors import count, problem
from tenkai.step import Run
from tenkai.values import Kind, Schema, Table
from tenkai.values.apart import Answer, Work
from tenkai.values.hashing import digest_file
from tenkai.values.molecules import Form, molecules_apart

MOLECULE = "molecule"
REJECTED: dict[str, Kind | None] = {"record": "number", "text": "text", "reason": "text"}


def read_structures(
    work: Work, texts: Sequence[str], form: Form, warm_up: str, seconds: float, run: Run
) -> list[Answer]:
    """Read records as molecules."""

    def told(done: float, total: float) -> None:
        run.progress(done, total, "reading molecules")

    return molecules_apart(work, texts, form, threads=run.threads, seconds=seconds, progress=told, warm_up=warm_up)


def tables_of(
    file: Path,
    answers: Sequence[Answer],
    frame: pl.DataFrame,
    records: Sequence[tuple[int, str]],
    row_id: RowId,
    kinds: dict[str, Kind],
    what: str,
    run: Run,
) -> tuple[Table, Table]:
    """Return the table of the records that could be read, and the others with their number, text and reason.

    Parameters
    ----------
    frame : further columns, one row per record
    records : number (of the line or record, from 1) and text of every record
    what : a record, in words: ``line``

    Raises
    ------
    TenkaiError
        TK314 where no record can be read.
    """
    good = np.array([not a.reason for a in answers], bool)
    bad = np.flatnonzero(~good).tolist()
    if not good.any():
        number, text = records[0]
        raise problem(
            "TK314",
            f"none of {count(len(records), what)} of '{file.name}' is a molecule; {what} {number} ('{short(text)}'): "
            f"{answers[0].reason}.",
            remedy="Lines begin with a SMILES; other tables are read with collect.csv and process.molecules."
            if what == "line"
            else "",
            setting="path",
        )
    if bad:
        number, text = records[bad[0]]
        run.note(
            "TKW313",
            f"{count(len(bad), what)} of {len(records)} set aside as unreadable, first {what} {number} "
            f"('{short(text)}'): {answers[bad[0]].reason}.",
        )
    molecules = pl.Series(MOLECULE, [a.value for a in answers], pl.String)
    whole = pl.DataFrame([molecules, *frame.get_columns()])
    table = to_table(whole, row_id=row_id, source=digest_file(file), kinds={**kinds, MOLECULE: "molecule"})
    left = pl.DataFrame(
        {
            "record": pl.Series([records[i][0] for i in bad], dtype=pl.Int64),
            "text": pl.Series([records[i][1] for i in bad], dtype=pl.String),
            "reason": pl.Series([answers[i].reason for i in bad], dtype=pl.String),
        }
    )
    rejected = table.take(bad).with_columns(left, {n: k for n, k in REJECTED.items() if k})
    return (table if not bad else table.take(np.flatnonzero(good))), rejected


def short(text: str, most: int = 60) -> str:
    """Return the beginning of a text, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def rejected_schema() -> Schema:
    """Return the columns of the records set aside."""
    return Schema(dict(REJECTED))


def free(name: str, taken: Callable[[str], bool]) -> str:
    """Return the name, with a number where it is taken."""
    found, number = name, 2
    while taken(found):
        found, number = f"{name} ({number})", number + 1
    return found
